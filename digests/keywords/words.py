"""Text → words: the one function through which queries, titles, abstracts, comments and names go (keywords.md §2)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from digests.keywords.folding import fold_word
from digests.keywords.latex import strip_latex
from digests.keywords.letters import fold_letters

#: Chinese characters, for a character class.
HAN: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_WORD: Final = re.compile(rf"[{HAN}]|(?:[Cc]\+\+|[CcFf]#(?!\w))(?:'[sS](?!\w))?|[^\W_{HAN}]+(?:'[^\W_{HAN}]+)*")
_POSSESSIVE: Final = re.compile(r"'[sS]$")
_ACRONYM: Final = re.compile(r"([A-Z]{2,5})s?")
_LONG_WORD_LETTERS: Final = 5


class Word(NamedTuple):
    """One word in its two shapes, and where it stands.

    cased       steps 1 to 3: LaTeX, accents and apostrophes off, capitals as written; a quoted word compares it
    folded      all steps, small: one shape for plurals and spellings; an unquoted word compares it
    start, end  code points of the original text, LaTeX and accents included
    """

    cased: str
    folded: str
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.cased.lower()


def read_words(text: str) -> tuple[Word, ...]:
    """The words of any text, in order. The work is linear in its length, and no text is an error."""
    read = fold_letters(strip_latex(text))
    starts, ends = read.starts, read.ends
    has_braces = "{" in text
    words = []
    for found in _WORD.finditer(read.text):
        cased, folded = _shape(found[0])
        start, end = starts[found.start()], ends[found.end() - 1]
        if has_braces:
            start, end = _close(text, start, end)
        words.append(Word(cased, folded, start, end))
    return tuple(words)


def read_shapes(text: str) -> tuple[list[str], list[str]]:
    """The same words without their places, at a third of the cost: cased and folded."""
    shapes = list(map(_shape, _WORD.findall(fold_letters(strip_latex(text)).text)))
    return [shape[0] for shape in shapes], [shape[1] for shape in shapes]


def find_shouted(cased: Sequence[str]) -> list[int]:
    """Places of the words whose capitals mean nothing: `WORLD MODEL`, but not `RAG` (step 5).

    They stand in a run of words in capitals, two or more, one of them with at least five letters.
    """
    shouted: list[int] = []
    for has_no_small_letters, run in groupby(range(len(cased)), key=lambda place: _can_be_shouted(cased[place])):
        places = [place for place in run if is_in_capitals(cased[place])]
        if has_no_small_letters and len(places) > 1 and any(_is_long(cased[place]) for place in places):
            shouted.extend(places)
    return shouted


def is_in_capitals(cased: str) -> bool:
    """A final small s does not count: `GANs`."""
    return cased.isupper() or (len(cased) > 2 and cased[-1] == "s" and cased[:-1].isupper())


def find_acronym(cased: str) -> str | None:
    """`RAG` for `RAG` and `RAGs`."""
    found = _ACRONYM.fullmatch(cased)
    return found[1] if found else None


def is_chinese(word: str) -> bool:
    return re.fullmatch(f"[{HAN}]+", word) is not None


def _close(text: str, start: int, end: int) -> tuple[int, int]:
    r"""A word whose LaTeX begins or ends outside it takes the brace in: `{\L}ukasz`."""
    piece = text[start:end]
    opened, closed = piece.count("{"), piece.count("}")
    if closed > opened and text[start - 1 : start] == "{":
        return start - 1, end
    if opened > closed and text[end : end + 1] == "}":
        return start, end + 1
    return start, end


@lru_cache(maxsize=65_536)
def _shape(written: str) -> tuple[str, str]:
    """Cased and folded."""
    cased = _POSSESSIVE.sub("", written).replace("'", "")
    return cased, _fold(cased)


def _fold(cased: str) -> str:
    """Capitals too, or nobody would find MCTS by its small letters (docs/decisions/0012); GPS is too short to fold."""
    acronym = find_acronym(cased) if cased[-1] == "s" else None
    return fold_word((acronym or cased).lower())


def _can_be_shouted(cased: str) -> bool:
    """Numbers do not end a run: `GPT 4 MODEL`."""
    return is_in_capitals(cased) or cased.isdecimal()


def _is_long(cased: str) -> bool:
    return _count_letters(cased.removesuffix("s")) >= _LONG_WORD_LETTERS


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text))
