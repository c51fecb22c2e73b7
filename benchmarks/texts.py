"""What queries are made of: the words of recorded titles and abstracts, as the canonical form writes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from random import Random
from typing import Final

from digests.errors import QueryRefused
from digests.keywords.language import parse
from digests.keywords.words import Word, find_acronym, read_words
from digests.papers.paper import Paper


class Kind(StrEnum):
    PHRASE = "phrase"
    WORD = "word"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    PREFIX = "prefix"
    FIELD = "field"
    NEAR = "near"


# No keyword begins or ends with one.
_FUNCTION_WORDS: Final = frozenset(
    """a about across after all also an and any are as at based be been between both but by can could do does each
    either et for from further has have here how however if in into is it its may more most much new no not of
    on one only or other our over own show shows such than that the their then there these they this those
    through thus to too two under up use used using via was we well were what when where whether which while who
    whose will with within without would yet""".split()  # noqa: SIM905 a list of strings is not easier to read
)

# The words of a title or an abstract; empty where one is a bad keyword or would be written differently.
_Text = Sequence[str]


class Texts:
    def __init__(self, papers: Sequence[Paper]) -> None:
        titles = [list(map(_write_word, read_words(paper.title))) for paper in papers]
        self._abstracts = [list(map(_write_word, read_words(paper.abstract))) for paper in papers]
        both = [*titles, *self._abstracts]
        self._words = _shuffle(_list_phrases(both, [1]))
        self._phrases = _shuffle(_list_phrases(both, [2, 3, 4]))
        #: By paper: what somebody who reads its title might ask for.
        self._topics = [found for title in titles if (found := _list_phrases([title], [1, 2, 3]))]

    def count_words(self) -> int:
        """Different ones."""
        return len(self._words)

    def draw(self, kind: Kind, count: int) -> list[str]:
        """`count` different ones; fewer are the first of them."""
        if kind in {Kind.PHRASE, Kind.WORD}:
            pool = self._phrases if kind is Kind.PHRASE else self._words
            if len(pool) < count:
                raise ValueError(f"only {len(pool)} different ones: {kind}")
            return pool[:count]
        drawers: Mapping[Kind, Callable[[Random], str]] = {
            Kind.AND: lambda chance: " AND ".join(sorted(self._draw_two_topics(chance))),
            Kind.OR: lambda chance: " OR ".join(sorted(self._draw_two_topics(chance))),
            Kind.NOT: lambda chance: " AND NOT ".join(self._draw_two_topics(chance)),
            Kind.PREFIX: self._draw_prefix,
            Kind.FIELD: self._draw_field,
            Kind.NEAR: self._draw_near,
        }
        draw, chance = drawers[kind], Random(kind)
        found: dict[str, None] = {}
        while len(found) < count:
            found[draw(chance)] = None
        return list(found)

    def _draw_two_topics(self, chance: Random) -> tuple[str, str]:
        """Of one paper or of two; never the same twice."""
        while True:
            one = chance.choice(self._topics)
            other = one if chance.random() < 0.5 else chance.choice(self._topics)
            first, second = chance.choice(one), chance.choice(other)
            if first != second:
                return first, second

    def _draw_prefix(self, chance: Random) -> str:
        """`quantiz*`, or the last word of a phrase, as there are not enough single ones. Most of the word is there."""
        while True:
            text = chance.choice(self._words if chance.random() < 0.5 else self._phrases)
            *before, last = text.split()
            shortest = max(4, len(last) * 3 // 5)
            if last.islower() and last.isalnum() and len(last) > shortest:
                return " ".join([*before, last[: chance.randrange(shortest, len(last))] + "*"])

    def _draw_field(self, chance: Random) -> str:
        if chance.random() < 0.5:
            return f"ti:{chance.choice(chance.choice(self._topics))}"
        return f"abs:{chance.choice(self._phrases)}"

    def _draw_near(self, chance: Random) -> str:
        """Two or three different words out of a dozen that follow each other."""
        while True:
            text = chance.choice(self._abstracts)
            start = chance.randrange(max(1, len(text) - 12))
            words = sorted({*text[start : start + 12]} - _FUNCTION_WORDS - {""})
            if len(words) >= 3:
                chosen = sorted(chance.sample(words, chance.randint(2, 3)))
                return f"{' '.join(chosen)}~{chance.randint(1, 10)}"


def _shuffle(found: Iterable[str]) -> list[str]:
    # Sorted before: the order of a set differs from run to run.
    shuffled = sorted(found)
    Random(1).shuffle(shuffled)
    return shuffled


def _list_phrases(texts: Iterable[_Text], sizes: Sequence[int]) -> list[str]:
    found: dict[str, None] = {}
    for text in texts:
        for size in sizes:
            for words in zip(*(text[start:] for start in range(size)), strict=False):
                if all(words) and words[0] not in _FUNCTION_WORDS and words[-1] not in _FUNCTION_WORDS:
                    found[" ".join(words)] = None
    return list(found)


def _write_word(word: Word) -> str:
    """As the canonical form has it. Acronyms of five letters are typed small: beside another they might shout."""
    acronym = find_acronym(word.cased)
    return _keep_canonical(acronym if acronym and len(acronym) < 5 else word.folded)


@cache
def _keep_canonical(word: str) -> str:
    try:
        return word if not word.isdecimal() and parse(word).canonical == word else ""
    except QueryRefused:
        return ""
