"""A reader's own words in the place of ours, without asking the model again: where that is safe, else nothing changes.

Safe is: the English has the term, it alone is rendered so here, and the Chinese says it no more often than the English.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache

from digests.papers.paper import ArxivId, Paper
from digests.summaries.summary import CHINESE, Card, Summary
from digests.summaries.wording.english import EnglishWords, TypedWords
from digests.summaries.wording.glossary import Term, load_glossary
from digests.summaries.wording.masking import mask, unmask
from digests.summaries.wording.substitution import Substitution, is_latin


@dataclass(frozen=True, slots=True)
class OwnTerm:
    english: str
    chinese: str


class Effect(StrEnum):
    """What may become of a reader's term; each has a sentence in templates/phrases [chat]."""

    REPLACES = "replaces"
    #: Only where a paper has none of the other terms that we render so.
    SHARED = "shared"
    #: Of one character, which is a part of too many words.
    TOO_SHORT = "too_short"
    #: Not in the glossary: only what stands in Latin letters in the Chinese can be found.
    LATIN = "latin"


@dataclass(frozen=True, slots=True)
class Prospect:
    """`rendering` is what we say ourselves, `others` the terms for which we say it too."""

    effect: Effect
    rendering: str = ""
    others: tuple[str, ...] = ()


def apply_terms_to_cards(cards: Mapping[ArxivId, Card], terms: Sequence[OwnTerm]) -> Mapping[ArxivId, Card]:
    """The same mapping where there are no terms, so that what many readers share is drawn once."""
    return _Reworded(cards, terms) if terms else cards


class _Reworded(Mapping[ArxivId, Card]):
    """Each card when it is asked for: those of all readers' papers are in `cards`, and a digest has few of them."""

    def __init__(self, cards: Mapping[ArxivId, Card], terms: Sequence[OwnTerm]) -> None:
        self._cards = cards
        self._terms = terms
        self._done: dict[ArxivId, Card] = {}

    def __getitem__(self, paper_id: ArxivId) -> Card:
        if paper_id not in self._done:
            self._done[paper_id] = _apply_to_card(self._cards[paper_id], self._terms)
        return self._done[paper_id]

    def __iter__(self) -> Iterator[ArxivId]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)


def _apply_to_card(card: Card, terms: Sequence[OwnTerm]) -> Card:
    return replace(card, summary=apply_terms(card.summary, card.paper, terms)) if card.summary else card


def apply_terms(summary: Summary, paper: Paper, terms: Sequence[OwnTerm]) -> Summary:
    if not terms or summary.language != CHINESE or not summary.is_readable:
        return summary
    text = _English(paper.title, paper.abstract)
    wishes = list(_find_wishes(text, terms))
    if not wishes:
        return summary
    new = {term.chinese for term in terms}
    return replace(
        summary,
        title=_rewrite(summary.title, wishes, new, text.title, is_title=True),
        tldr=_rewrite(summary.tldr, wishes, new, text.whole),
        abstract=_rewrite(summary.abstract, wishes, new, text.abstract),
        points=tuple(replace(point, text=_rewrite(point.text, wishes, new, text.whole)) for point in summary.points),
    )


def foresee(term: OwnTerm) -> Prospect:
    """What the reader may expect of a term, before any paper is known."""
    rows = [row for row in load_glossary().terms if row.is_called(term.english)]
    if not rows:
        return Prospect(Effect.LATIN)
    usable = [row for row in rows if any(map(_is_long_enough, row.renderings))]
    if not usable:
        return Prospect(Effect.TOO_SHORT, rows[0].rendering)
    rendering = usable[0].rendering
    others = [row.english[0] for row in load_glossary().terms if row not in rows and rendering in row.renderings]
    return Prospect(Effect.SHARED if others else Effect.REPLACES, rendering, tuple(others))


@dataclass(frozen=True)
class _English:
    title: str
    abstract: str

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.abstract}"

    @property
    def name(self) -> str:
        """`Rollout: …` is called so, whatever a rollout is."""
        name, colon, _ = self.title.partition(":")
        return name.strip() if colon else ""

    @property
    def present(self) -> tuple[Term, ...]:
        return _find_present(self.whole)


@dataclass(frozen=True)
class _Wish:
    """`old` are renderings that mean this term in this paper and nothing else; `longer` terms that hold its words."""

    words: EnglishWords | TypedWords
    old: tuple[str, ...]
    new: str
    longer: tuple[EnglishWords, ...] = ()

    def count_in(self, english: str) -> int:
        """Without those that are a part of a longer term, which has a rendering of its own: policy gradient."""
        covers = [cover for words in self.longer for cover in words.find(english)]
        return sum(
            not any(cover.start <= found.start and found.stop <= cover.stop for cover in covers)
            for found in self.words.find(english)
        )


def _find_wishes(text: _English, terms: Iterable[OwnTerm]) -> Iterator[_Wish]:
    for term in terms:
        rows = [row for row in load_glossary().terms if row.is_called(term.english)]
        wish = _wish_for_row(text, term, rows) if rows else _wish_for_latin(text, term)
        if wish is not None and wish.old and not wish.words.are_all_of(text.name):
            yield wish


def _wish_for_row(text: _English, term: OwnTerm, rows: Collection[Term]) -> _Wish | None:
    meant = [row for row in rows if row.may_be_in(text.whole)]
    # Where a text speaks of two meanings of a word, nobody knows which one stands where.
    if len(meant) != 1 or not meant[0].is_in(text.whole):
        return None
    (row,) = meant
    others = {rendering for other in text.present if other != row for rendering in other.renderings}
    old = tuple(one for one in row.renderings if one not in others and _is_long_enough(one))
    longer = tuple(other.words for other in text.present if any(row.words.are_inside(name) for name in other.english))
    return _Wish(row.words, old, term.chinese, longer)


def _wish_for_latin(text: _English, term: OwnTerm) -> _Wish:
    """As the source writes it; a capital begins a sentence there, or a name."""
    words = TypedWords(term.english)
    written = dict.fromkeys(text.whole[found] for found in words.find(text.whole))
    small = tuple(form for form in written if form == form.lower())
    return _Wish(words, small or tuple(written), term.chinese)


def _is_long_enough(rendering: str) -> bool:
    return len(rendering) > 1 or is_latin(rendering)


def _rewrite(text: str, wishes: Iterable[_Wish], new: Collection[str], english: str, *, is_title: bool = False) -> str:
    masked = mask(text)
    once = _substitute(masked.text, wishes, new, english, is_title=is_title)
    # What was put in may make a rendering of ours, or a longer link, with what stands beside it.
    twice = _substitute(once, wishes, new, english, is_title=is_title)
    shown = unmask(once, masked)
    is_sound = twice == once and unmask(masked.text, masked) == text and mask(shown) == replace(masked, text=once)
    return shown if is_sound else text


def _substitute(text: str, wishes: Iterable[_Wish], new: Collection[str], english: str, *, is_title: bool) -> str:
    wanted = {old: wish for wish in wishes for old in wish.old if old not in new}
    substitution = Substitution({old: wish.new for old, wish in wanted.items()}, kept={*new, *_list_known()})
    counts = Counter(wanted[old] for _, old in substitution.find(text))
    too_many = {wish for wish, count in counts.items() if count > wish.count_in(english)}
    safe = {old: wish.new for old, wish in wanted.items() if wish not in too_many}
    return replace(substitution, words=safe).apply(text, is_title=is_title)


# Some milliseconds, and the next reader gets the same paper.
@lru_cache(maxsize=1_000)
def _find_present(english: str) -> tuple[Term, ...]:
    return tuple(load_glossary().find_present(english))


@cache
def _list_known() -> frozenset[str]:
    glossary = load_glossary()
    return frozenset(one for row in (*glossary.terms, *glossary.also_right) for one in row.renderings)
