"""Longer phrases that hold a phrase: `llm agent`, `agent memory`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from digests.keywords.match import Field
from digests.keywords.tree import PREFIXES, Phrase, QueryWord, Shape
from digests.keywords.words import Word
from digests.past.proposing.collocations import can_begin, can_end
from digests.past.proposing.passage import Passages

_MAX_ADDED: Final = 2
# Of the papers that hold the added word, so many must hold it here: `language model`, not `performance model`.
_MIN_TIED: Final = 0.2
_MIN_PAPERS: Final = 2

#: Words before and after a phrase.
_Added = tuple[tuple[str, ...], tuple[str, ...]]


def count_longer(phrase: Phrase, papers: Iterable[Passages]) -> dict[Phrase, int]:
    """Longer phrases, also in the title alone → in how many of the papers each stands."""
    if phrase.slack is not None or not PREFIXES.isdisjoint(word.shape for word in phrase.words):
        return {}
    longer, in_title, words = Counter[_Added](), Counter[_Added](), Counter[str]()
    for title, abstract in papers:
        found = {added for run in title.runs for added in _find_added(phrase, run)}
        in_title.update(found)
        longer.update(found.union(added for run in abstract.runs for added in _find_added(phrase, run)))
        words.update({_spell(phrase, word) for passage in (title, abstract) for word in passage.words})
    counts = {_lengthen(phrase, added): count for added, count in longer.items() if _is_tied(added, count, words)}
    if phrase.field is None:
        for added, count in in_title.items():
            counts[replace(_lengthen(phrase, added), field=Field.TITLE)] = count
    return {found: count for found, count in counts.items() if count >= _MIN_PAPERS}


def _is_tied(added: _Added, count: int, words: Counter[str]) -> bool:
    before, after = added
    return all(count >= _MIN_TIED * words[word] for word in (*before[:1], *after[-1:]))


def _find_added(phrase: Phrase, run: Sequence[Word]) -> Iterator[_Added]:
    size = len(phrase.words)
    for start in range(len(run) - size + 1):
        if all(map(_is, run[start : start + size], phrase.words)):
            spelled = [_spell(phrase, word) for word in run]
            yield from _list_added(spelled, start, start + size)


def _list_added(words: list[str], start: int, end: int) -> Iterator[_Added]:
    for first in range(max(0, start - _MAX_ADDED), start + 1):
        for last in range(end, min(len(words), end + _MAX_ADDED - (start - first)) + 1):
            before, after = tuple(words[first:start]), tuple(words[end:last])
            if (before or after) and all(map(can_begin, before[:1])) and all(map(can_end, (*before[1:], *after))):
                yield before, after


def _is(word: Word, wanted: QueryWord) -> bool:
    match wanted.shape:
        case Shape.FOLDED:
            return word.folded == wanted.text
        case Shape.EXACT:
            return word.text == wanted.text
        case _:
            return word.cased.removesuffix("s") == wanted.text.removesuffix("s")


def _spell(phrase: Phrase, word: Word) -> str:
    return word.text if phrase.is_quoted else word.folded


def _lengthen(phrase: Phrase, added: _Added) -> Phrase:
    shape = Shape.EXACT if phrase.is_quoted else Shape.FOLDED
    before, after = ([QueryWord(text, shape) for text in texts] for texts in added)
    return replace(phrase, words=(*before, *phrase.words, *after))
