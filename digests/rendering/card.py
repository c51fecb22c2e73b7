"""One paper's words for one language, the same for every reader and format."""

from dataclasses import dataclass, replace
from functools import lru_cache

from digests.chinese import TRADITIONAL, to_traditional
from digests.papers.paper import Paper
from digests.papers.taxonomy import category_name
from digests.phrases import Phrases, load_phrases
from digests.rendering.caveats import list_faults, say_doubt, say_missing
from digests.rendering.latex import Readable, clean, read
from digests.summaries.draft import Kind
from digests.summaries.summary import Card, Point, Summary, SummaryState

_MAX_TITLE_CHARS = 300
_MAX_NAME_CHARS = 80
_MAX_LINE_CHARS = 400
_MAX_POINTS = 6
#: A list of this many authors or fewer is given whole.
_MAX_AUTHORS = 6


@dataclass(frozen=True, slots=True)
class PointView:
    label: str
    text: Readable


@dataclass(frozen=True, slots=True)
class AbstractView:
    """`label` is empty where there is nothing to tell apart or to explain."""

    label: str
    text: Readable
    is_english: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """
    title            in the reader's language where there is one, else arXiv's
    original_title   arXiv's, None where `title` is it
    authors          cut; `all_authors` is whole
    kind             how much of a summary there is: only `full` has an abstract; None without one
    missing, doubt   a sentence, empty where there is nothing to say
    faults           codes of what is wrong with the summary, or why there is none
    abstract         in the reader's language where there is one, else arXiv's
    original_label   what arXiv's is called; where the summary has none, also why
    abstracts        what a card shows: `abstract`, and arXiv's beside a doubtful one, so that the reader can compare
    """

    paper: Paper
    title: Readable
    original_title: Readable | None
    authors: str
    all_authors: tuple[str, ...]
    subjects: tuple[str, ...]
    kind: Kind | None
    missing: str
    doubt: str
    faults: tuple[str, ...]
    tldr: Readable
    points: tuple[PointView, ...]
    abstract: Readable
    original_abstract: Readable
    original_label: str
    abstracts: tuple[AbstractView, ...]

    @property
    def html_url(self) -> str:
        return f"https://arxiv.org/html/{self.paper.id}"


@lru_cache(maxsize=4096)
def build_card(card: Card, language: str) -> CardView:
    """Cached: a day's papers are read by everybody."""
    phrases = load_phrases(language)
    paper = card.paper
    summary = _find_summary(card, language)
    title, original = _read_title(paper, phrases), read(paper.abstract)
    translated = read(summary.title).clip(_MAX_TITLE_CHARS) if summary else Readable(())
    authors = tuple(read(name).text for name in paper.authors)
    return CardView(
        paper=paper,
        title=translated or title,
        original_title=title if translated and translated != title else None,
        authors=_name_authors(authors, phrases),
        all_authors=authors,
        subjects=tuple(_name_subject(category) for category in paper.categories),
        kind=summary.kind if summary else None,
        missing=say_missing(card.summary, phrases),
        doubt=say_doubt(summary, phrases),
        faults=list_faults(card.summary),
        tldr=read(summary.tldr).clip(_MAX_LINE_CHARS) if summary else Readable(()),
        points=_build_points(summary) if summary else (),
        abstract=read(summary.abstract) if summary and summary.kind is Kind.FULL else original,
        original_abstract=original,
        original_label=_label_original(summary, phrases),
        abstracts=_build_abstracts(summary, original, phrases),
    )


def _find_summary(card: Card, language: str) -> Summary | None:
    """What there is to read, in the reader's characters."""
    summary = card.summary
    if not summary or not summary.is_readable:
        return None
    if language != TRADITIONAL:
        return summary
    return replace(
        summary,
        title=to_traditional(summary.title),
        tldr=to_traditional(summary.tldr),
        abstract=to_traditional(summary.abstract),
        points=tuple(Point(to_traditional(point.label), to_traditional(point.text)) for point in summary.points),
    )


def _read_title(paper: Paper, phrases: Phrases) -> Readable:
    """Never empty: it is what a reader taps."""
    return read(paper.title).clip(_MAX_TITLE_CHARS) or read(phrases("digest.untitled", id=paper.id))


def _label_original(summary: Summary | None, phrases: Phrases) -> str:
    is_brief = summary is not None and summary.kind is Kind.BRIEF
    return phrases("digest.abstract_brief" if is_brief else "digest.abstract_english")


def _build_abstracts(summary: Summary | None, original: Readable, phrases: Phrases) -> tuple[AbstractView, ...]:
    if summary is None or summary.kind is Kind.NOTES:
        return _show(original, is_english=True)
    label = _label_original(summary, phrases)
    if summary.kind is Kind.BRIEF:
        return _show(original, label, is_english=True)
    translated = read(summary.abstract)
    if summary.state is not SummaryState.DOUBTFUL or not original:
        return _show(translated, is_english=False)
    named = _show(translated, phrases("digest.abstract_translated"), is_english=False)
    return (*named, *_show(original, label, is_english=True))


def _show(abstract: Readable, label: str = "", *, is_english: bool) -> tuple[AbstractView, ...]:
    return (AbstractView(label, abstract, is_english=is_english),) if abstract else ()


def _name_authors(authors: tuple[str, ...], phrases: Phrases) -> str:
    join = phrases("digest.authors_join").join
    shown = [name[:_MAX_NAME_CHARS] for name in authors[:_MAX_AUTHORS]]
    return phrases("digest.authors_more", names=join(shown)) if len(authors) > _MAX_AUTHORS else join(shown)


def _name_subject(category: str) -> str:
    name = category_name(category)
    return f"{name} ({category})" if name != category else category


def _build_points(summary: Summary) -> tuple[PointView, ...]:
    points = summary.points[:_MAX_POINTS]
    return tuple(PointView(clean(point.label), read(point.text).clip(_MAX_LINE_CHARS)) for point in points)
