"""What stands on a digest in every format: words and numbers chosen, nothing escaped yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from digests.composing.digest import Digest, Entry, Section
from digests.papers.paper import ArxivId, Kind
from digests.phrases import Phrases, load_phrases
from digests.rendering.card import CardView, build_card
from digests.rendering.coverage import say_coverage
from digests.rendering.dates import (
    name_day,
    name_days_briefly,
    say_announced,
    say_batch,
    say_counts,
    say_headline,
    say_next,
    say_no_result,
    say_nothing,
)
from digests.rendering.latex import clean
from digests.rendering.updates import UpdateView, build_update, say_updates
from digests.rendering.why import Why, build_why
from digests.summaries.own_terms.applying import apply_terms_to_cards
from digests.summaries.summary import Card

_LANGUAGE_TAGS: Final = {"zh": "zh-Hans"}
_MAX_UNREADABLE: Final = 5
_MAX_UNREADABLE_CHARS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """A paper as it stands in one reader's digest.

    late, votes, withdrawn  marks, empty where there is nothing to say
    """

    card: CardView
    is_cross: bool
    late: str
    votes: str
    withdrawn: str
    entry: Entry
    source: Card
    language: str

    @property
    def why(self) -> Why:
        """Worked out when asked: of a thousand hits thirty show theirs."""
        return build_why(self.entry.reasons, self.source, self.language)

    @property
    def marks(self) -> tuple[str, ...]:
        """What sets it apart from the others, the gravest first."""
        return tuple(filter(None, (self.withdrawn, self.votes, self.late)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """`note` says the hits and where those are that do not stand here."""

    keyword: str
    hits: int
    note: str
    papers: tuple[PaperView, ...]
    brief: tuple[PaperView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`empty` names the keywords with 0 hits, which are also in `sections`; `no_result` says so of them.

    Each sentence is empty where it has nothing to say.
    """

    language: str
    language_tag: str
    subject: str
    headline: str
    announced: str
    counts: str
    coverage: str
    nothing: str
    unreadable: str
    next_due: str
    sections: tuple[SectionView, ...]
    empty: tuple[str, ...]
    no_result: str
    updates_heading: str
    updates: tuple[UpdateView, ...]

    @property
    def papers(self) -> tuple[PaperView, ...]:
        return tuple(paper for section in self.sections for paper in section.papers)

    @property
    def brief(self) -> tuple[PaperView, ...]:
        return tuple(paper for section in self.sections for paper in section.brief)


def build_page(digest: Digest, cards: Mapping[ArxivId, Card]) -> Page:
    """The digest with its words. `cards` has every paper of it."""
    cards = apply_terms_to_cards(cards, digest.terms)
    phrases = load_phrases(digest.language)
    no_result = say_no_result(digest, phrases)
    sections = tuple(_build_section(section, cards, phrases, no_result) for section in digest.sections)
    return Page(
        language=phrases.language,
        language_tag=find_language_tag(phrases),
        subject=_build_subject(digest, phrases),
        headline=say_headline(digest, phrases),
        announced=say_announced(digest, phrases),
        counts=_build_counts(digest, phrases) if digest.is_searched else "",
        coverage=say_coverage(digest.coverage, phrases),
        nothing=say_nothing(digest, phrases),
        unreadable=_build_unreadable(digest.unreadable, phrases),
        next_due=say_next(digest, phrases),
        sections=sections,
        empty=tuple(section.keyword for section in sections if not section.hits),
        no_result=no_result,
        updates_heading=say_updates(digest.updates, phrases),
        updates=tuple(build_update(update, cards, phrases) for update in digest.updates),
    )


def find_language_tag(phrases: Phrases) -> str:
    """For HTML's `lang`."""
    return _LANGUAGE_TAGS.get(phrases.language, phrases.language)


def _build_section(section: Section, cards: Mapping[ArxivId, Card], phrases: Phrases, no_result: str) -> SectionView:
    return SectionView(
        keyword=clean(section.keyword),
        hits=section.hits,
        note=_build_note(section, phrases) if section.hits else no_result,
        papers=tuple(_build_paper(entry, cards[entry.paper_id], phrases) for entry in section.entries),
        brief=tuple(_build_paper(entry, cards[entry.paper_id], phrases) for entry in section.brief),
    )


def _build_paper(entry: Entry, card: Card, phrases: Phrases) -> PaperView:
    return PaperView(
        card=build_card(card, phrases.language),
        is_cross=entry.kind is Kind.CROSS,
        late=phrases("digest.late", day=name_day(entry.late_on, phrases)) if entry.late_on else "",
        votes=phrases("digest.votes", count=entry.upvotes) if entry.upvotes else "",
        withdrawn=phrases("digest.withdrawn") if card.paper.is_withdrawn else "",
        entry=entry,
        source=card,
        language=phrases.language,
    )


def _build_note(section: Section, phrases: Phrases) -> str:
    rest = [phrases("digest.elsewhere", count=e.count, keyword=clean(e.keyword)) for e in section.elsewhere]
    if section.sent_before:
        rest.append(phrases("digest.sent_before", count=section.sent_before))
    if not rest:
        return phrases("digest.hits", hits=section.hits)
    return phrases("digest.hits_partly", hits=section.hits, rest=phrases("digest.rest_join").join(rest))


def _build_subject(digest: Digest, phrases: Phrases) -> str:
    date = name_days_briefly(digest, phrases)
    if digest.nothing:
        return phrases(f"digest.subject_{digest.nothing}", date=date, batch=say_batch(digest, phrases))
    if digest.updates and not digest.matched:
        return phrases("digest.subject_updates", date=date, count=len(digest.updates))
    return phrases("digest.subject", date=date, matched=digest.matched, keywords=_name_keywords(digest, phrases))


def _name_keywords(digest: Digest, phrases: Phrases, max_chars: int = 48) -> str:
    """As many keywords with papers as a line holds, the first in any case."""
    standing = [s for s in digest.sections if s.entries or s.brief]
    named = [f"{clean(s.keyword)[:max_chars]} {len(s.entries) + len(s.brief)}" for s in standing]
    fitting = len(named)
    while fitting > 1 and len("".join(named[:fitting])) > max_chars:
        fitting -= 1
    return phrases("digest.rest_join").join(named[:fitting]) + ("…" if fitting < len(named) else "")


def _build_counts(digest: Digest, phrases: Phrases) -> str:
    brief = sum(len(section.brief) for section in digest.sections)
    counts = say_counts(digest, phrases)
    return counts + phrases("digest.counts_brief", full=digest.matched - brief, brief=brief) if brief else counts


def _build_unreadable(keywords: Sequence[str], phrases: Phrases) -> str:
    """One sentence for all of them; /list has those that it does not name."""
    if not keywords:
        return ""
    named = [_quote(clean(keyword), phrases) for keyword in keywords[:_MAX_UNREADABLE]]
    names = "".join(named)
    if len(named) < len(keywords):
        names = phrases("digest.unreadable_more", names=names, count=len(keywords))
    return phrases("digest.unreadable", keywords=names)


def _quote(text: str, phrases: Phrases) -> str:
    shown = text if len(text) <= _MAX_UNREADABLE_CHARS else text[: _MAX_UNREADABLE_CHARS - 1] + "…"
    return f"{phrases('digest.quote_open')}{shown}{phrases('digest.quote_close')}"
