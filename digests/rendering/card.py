"""One paper's words for one language, the same for every reader and format."""

from dataclasses import dataclass, replace
from functools import lru_cache

from digests.chinese import TRADITIONAL, to_traditional
from digests.clock import BEIJING
from digests.papers.paper import Paper
from digests.papers.taxonomy import category_name
from digests.phrases import Phrases, load_phrases
from digests.rendering.latex import Readable, clean, read
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
    """`label` is empty where only one abstract stands."""

    label: str
    text: Readable
    is_english: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """
    title            in the reader's language where there is one, else arXiv's
    original_title   arXiv's, None where `title` is it
    authors          cut; `all_authors` is whole
    missing, doubt   a sentence, empty where there is nothing to say
    abstract         in the reader's language; arXiv's where `missing` says so
    abstracts        what a card shows: `abstract`, and arXiv's beside a doubtful one, so that the reader can compare
    """

    paper: Paper
    title: Readable
    original_title: Readable | None
    authors: str
    all_authors: tuple[str, ...]
    subjects: tuple[str, ...]
    missing: str
    doubt: str
    tldr: Readable
    points: tuple[PointView, ...]
    abstract: Readable
    original_abstract: Readable
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
    abstract, doubt = read(summary.abstract) if summary else original, _explain_doubt(summary, phrases)
    translated = read(summary.title).clip(_MAX_TITLE_CHARS) if summary else Readable(())
    authors = tuple(read(name).text for name in paper.authors)
    return CardView(
        paper=paper,
        title=translated or title,
        original_title=title if translated and translated != title else None,
        authors=_name_authors(authors, phrases),
        all_authors=authors,
        subjects=tuple(_name_subject(category) for category in paper.categories),
        missing="" if summary else phrases("digest.missing", why=_explain_missing(card.summary, phrases)),
        doubt=doubt,
        tldr=read(summary.tldr).clip(_MAX_LINE_CHARS) if summary else Readable(()),
        points=_build_points(summary) if summary else (),
        abstract=abstract,
        original_abstract=original,
        abstracts=_compare(abstract, original, phrases)
        if doubt and original
        else _show(abstract, is_english=not summary),
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
        faults=tuple(to_traditional(fault) for fault in summary.faults),
    )


def _read_title(paper: Paper, phrases: Phrases) -> Readable:
    """Never empty: it is what a reader taps."""
    return read(paper.title).clip(_MAX_TITLE_CHARS) or read(phrases("digest.untitled", id=paper.id))


def _show(abstract: Readable, *, is_english: bool) -> tuple[AbstractView, ...]:
    return (AbstractView("", abstract, is_english=is_english),) if abstract else ()


def _compare(translated: Readable, original: Readable, phrases: Phrases) -> tuple[AbstractView, ...]:
    both = (
        AbstractView(phrases("digest.abstract_translated"), translated, is_english=False),
        AbstractView(phrases("digest.abstract_english"), original, is_english=True),
    )
    return tuple(view for view in both if view.text)


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


def _explain_missing(summary: Summary | None, phrases: Phrases) -> str:
    match summary and summary.state:
        case SummaryState.PLANNED | SummaryState.CLAIMED:
            return phrases("digest.missing_planned")
        case SummaryState.REFUSED:
            return phrases("digest.missing_refused")
        case SummaryState.FAILED if summary and summary.retry_at:
            return phrases("digest.missing_retry", beijing=f"{summary.retry_at.astimezone(BEIJING):%m-%d %H:%M}")
        case SummaryState.FAILED:
            return phrases("digest.missing_failed")
    return phrases("digest.missing_none")


def _explain_doubt(summary: Summary | None, phrases: Phrases) -> str:
    if not summary or summary.state is not SummaryState.DOUBTFUL:
        return ""
    faults = [name for fault in summary.faults if (name := _name_fault(fault, phrases))]
    if not faults:
        return phrases("digest.doubtful_unnamed")
    return phrases("digest.doubtful", faults=phrases("digest.fault_join").join(faults))


def _name_fault(fault: str, phrases: Phrases) -> str:
    """`code` or `code: detail`. Empty for a code of another version, which has no sentence."""
    code, _, detail = clean(fault).partition(":")
    sentence = phrases.section("faults").get(code, "")
    if not sentence or not detail:
        return sentence
    return phrases("digest.fault_detail", fault=sentence, detail=detail.strip())
