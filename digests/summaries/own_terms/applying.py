"""A reader's own words in the place of ours, without asking the model again: where that is safe, else nothing changes.

Safe is: the English has the term, and it alone is rendered so here. What other English is often rendered as too, the
Chinese may say no more often than the English. One card never has two words for one thing: where a field refuses a
term, none has it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from digests.papers.paper import ArxivId, Paper
from digests.summaries.own_terms.substitution import Substitution, is_long_enough
from digests.summaries.own_terms.term import OwnTerm
from digests.summaries.summary import CHINESE, Card, Summary
from digests.summaries.wording.english import EnglishWords, TypedWords
from digests.summaries.wording.glossary import Term, load_glossary
from digests.summaries.wording.masking import Masked, mask, unmask


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
    once = _reword(summary, text, wishes, new)
    # What was put in may make a rendering of ours with what stands beside it.
    return once if _reword(once, text, wishes, new) == once else summary


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
    old = tuple(one for one in row.renderings if one not in others and is_long_enough(one))
    longer = tuple(other.words for other in text.present if any(row.words.are_inside(name) for name in other.english))
    return _Wish(row.words, old, term.chinese, longer)


def _wish_for_latin(text: _English, term: OwnTerm) -> _Wish:
    """As the source writes it; a capital begins a sentence there, or a name."""
    words = TypedWords(term.english)
    written = dict.fromkeys(text.whole[found] for found in words.find(text.whole))
    small = tuple(form for form in written if form == form.lower())
    return _Wish(words, small or tuple(written), term.chinese)


def _reword(summary: Summary, text: _English, wishes: Sequence[_Wish], new: Collection[str]) -> Summary:
    said = [summary.title, summary.abstract, summary.tldr, *(point.text for point in summary.points)]
    english = [text.title, text.abstract, *[text.whole] * (len(said) - 2)]
    masked = [mask(chinese) for chinese in said]
    substitution = _build_substitution(wishes, new, list(zip(english, (one.text for one in masked), strict=True)))
    seen = [substitution.apply(one.text, is_title=place == 0) for place, one in enumerate(masked)]
    if not all(map(_is_sound, said, masked, seen)):
        return summary
    title, abstract, tldr, *points = (unmask(one, old) for one, old in zip(seen, masked, strict=True))
    shown = tuple(replace(point, text=one) for point, one in zip(summary.points, points, strict=True))
    return replace(summary, title=title, abstract=abstract, tldr=tldr, points=shown)


def _build_substitution(
    wishes: Iterable[_Wish], new: Collection[str], fields: Iterable[tuple[str, str]]
) -> Substitution:
    """`fields` are English and Chinese."""
    wanted = {old: wish for wish in wishes for old in wish.old if old not in new}
    whole = Substitution({old: wish.new for old, wish in wanted.items()}, kept={*new, *_list_known()})
    refused: set[_Wish] = set()
    for english, chinese in fields:
        counts = Counter(wanted[old] for _, old in whole.find(chinese) if old in _list_everyday())
        refused |= {wish for wish, count in counts.items() if count > wish.count_in(english)}
    return replace(whole, words={old: wish.new for old, wish in wanted.items() if wish not in refused})


def _is_sound(said: str, masked: Masked, seen: str) -> bool:
    """Are its formulas and links what they were? A new word may make a longer link with what stands beside it."""
    return unmask(masked.text, masked) == said and mask(unmask(seen, masked)) == replace(masked, text=seen)


# Some milliseconds, and the next reader gets the same paper.
@lru_cache(maxsize=1_000)
def _find_present(english: str) -> tuple[Term, ...]:
    return tuple(load_glossary().find_present(english))


@cache
def _list_known() -> frozenset[str]:
    glossary = load_glossary()
    return frozenset(one for row in (*glossary.terms, *glossary.also_right) for one in row.renderings)


@cache
def _list_everyday() -> frozenset[str]:
    """What more than one term is rendered as. Other words stand for theirs alone, and for the pronouns that mean it."""
    glossary = load_glossary()
    counts = Counter(one for row in glossary.terms for one in row.renderings)
    shared = {one for one, count in counts.items() if count > 1}
    return frozenset(shared.union(*(row.renderings for row in glossary.also_right)))
