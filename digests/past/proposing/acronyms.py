"""What an acronym stands for in the stored papers: `retrieval-augmented generation (RAG)`, `RAG (retrieval …)`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Prefix

from digests.past.proposing.collocations import can_begin, is_grammar
from digests.past.proposing.passage import HYPHENS, Passage, Passages

# As many words as a name may have beside those that give a letter.
_MAX_SILENT: Final = 4
_MIN_WORDS: Final = 2
# As much as may stand between a bracket and what it holds: `(\\textbf{`.
_MARKUP: Final = 12
_BLANKS: Final = " \n\t}'\"\u2019\u201d"
_CLOSING: Final = frozenset({"", *"),;:/"})
_ENDS: Final = frozenset(".,;:()[]!?")


@dataclass(frozen=True, slots=True)
class FullName:
    """
    written  as most papers write it
    words    folded
    papers   that say so, of those read
    """

    written: str
    words: tuple[str, ...]
    papers: int


# As written, and folded.
_Variant = tuple[str, tuple[str, ...]]


def find_full_names(papers: Iterable[Passages], acronym: str) -> list[FullName]:
    """The most frequent first; capitals, plurals, hyphens and small words make no difference.

    acronym  in small letters
    """
    variants: dict[str, Counter[_Variant]] = {}
    for passages in papers:
        found = [_read(passage, name) for passage in passages for name in _find_in(passage, acronym)]
        for key, variant in {_fold(variant): variant for variant in reversed(found)}.items():
            variants.setdefault(key, Counter())[variant] += 1
    return sorted(map(_build, variants.values()), key=lambda name: (-name.papers, name.written))


def _read(passage: Passage, name: Sequence[int]) -> _Variant:
    return _write(passage, name), tuple(passage.words[place].folded for place in name)


def _fold(variant: _Variant) -> str:
    return "".join(word for word in variant[1] if not is_grammar(word))


def _build(variants: Counter[_Variant]) -> FullName:
    written, words = max(variants, key=lambda variant: (variants[variant], variant))
    return FullName(written, words, variants.total())


def _find_in(passage: Passage, acronym: str) -> Iterator[Sequence[int]]:
    """Places of the words of its full names."""
    if not _may_be_explained(passage.text, acronym):
        return
    for place, word in enumerate(passage.words):
        if word.folded == acronym and sum(map(str.isupper, word.cased)) > 1:
            found = _find_before(passage, place, acronym) or _find_behind(passage, place, acronym)
            if found:
                yield found


def _may_be_explained(text: str, acronym: str) -> bool:
    """Saves reading the words of most texts."""
    small = text.lower()
    place = small.find(acronym)
    while place >= 0:
        if "(" in text[max(0, place - _MARKUP) : place + len(acronym) + _MARKUP]:
            return True
        place = small.find(acronym, place + 1)
    return False


def _find_before(passage: Passage, place: int, acronym: str) -> range | None:
    """`retrieval-augmented generation (RAG)`: the fewest words that the acronym may be made of."""
    after = passage.text[passage.words[place].end :].lstrip(_BLANKS)[:1]
    if not _opens(passage, place - 1) or after not in _CLOSING:
        return None
    for start in range(place - 1, max(0, place - len(acronym) - _MAX_SILENT) - 1, -1):
        name = range(start, place)
        if len(name) > 1 and not _ENDS.isdisjoint(passage.find_gap(start)):
            return None
        if _is_name(passage, name, acronym):
            return name
    return None


def _find_behind(passage: Passage, place: int, acronym: str) -> range | None:
    """`RAG (retrieval-augmented generation)`: all the words up to the next sign."""
    if not _opens(passage, place):
        return None
    end, last = place + 2, min(len(passage.words), place + 1 + len(acronym) + _MAX_SILENT)
    while end < last and _ENDS.isdisjoint(passage.find_gap(end - 1)):
        end += 1
    name = range(place + 1, end)
    return name if _is_name(passage, name, acronym) else None


def _is_name(passage: Passage, name: range, acronym: str) -> bool:
    if len(name) < _MIN_WORDS or _is_behind_hyphen(passage, name[0]):
        return False
    first, *others = (passage.words[place].text for place in name)
    silent = (_may_be_silent(passage, place) for place in name[1:])
    return _spells(acronym, [(first, False), *zip(others, silent, strict=True)])


def _may_be_silent(passage: Passage, place: int) -> bool:
    """`of`, and the second part of `pre-training`, but not that of `vision-language-models`."""
    word = passage.words[place].folded
    return is_grammar(word) or (_is_behind_hyphen(passage, place) and can_begin(word))


def _spells(letters: str, parts: Sequence[tuple[str, bool]]) -> bool:
    """Are `letters` beginnings of the words, one after the other? Those that may be silent are marked."""
    if not parts:
        return not letters
    word, may_be_silent = parts[0]
    given = range(0 if may_be_silent else 1, Prefix.similarity(letters, word) + 1)
    return any(_spells(letters[count:], parts[1:]) for count in given)


def _opens(passage: Passage, place: int) -> bool:
    """Does a bracket open behind this word?"""
    if not 0 <= place < len(passage.words) - 1:
        return False
    gap = passage.find_gap(place)
    return "(" in gap and ")" not in gap


def _is_behind_hyphen(passage: Passage, place: int) -> bool:
    return place > 0 and passage.find_gap(place - 1) in HYPHENS


def _write(passage: Passage, name: Sequence[int]) -> str:
    words = ("-" * _is_behind_hyphen(passage, place) + passage.words[place].cased for place in name)
    return " ".join(words).replace(" -", "-")
