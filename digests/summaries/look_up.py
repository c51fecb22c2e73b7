"""Chinese terms in English without a model: the glossary's, and a longer list that is for looking up only."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Final

from digests.keywords.words import is_chinese, read_words
from digests.summaries.wording.glossary import load_glossary

_FILE: Final = "look_up.tsv"
# They join two terms, and mean nothing by themselves.
_JOINTS: Final = frozenset("的之")
# In a sentence these are everyday words: 我利用图神经网络 is not about exploitation.
_EVERYDAY: Final = frozenset(
    {"利用", "探索", "显著", "提示", "回报", "遗憾", "权衡", "最先进", "从零开始"}
    | {"质量", "优势", "规范", "缺陷", "操作", "奖励", "错误", "延迟", "测试时"}
)

#: Chinese characters, each as digests.keywords folds it: traditional and simplified are one.
_Characters = tuple[str, ...]


def translate_term(chinese: str) -> str | None:
    """The English of a Chinese term that is known as a whole, or is made of known ones: 扩散策略 → diffusion policy."""
    known: list[str] = []
    for english in _read(tuple(word.text for word in read_words(chinese))):
        if english is None:
            return None
        known.append(english)
    return " ".join(known) or None


def find_terms(text: str) -> tuple[str, ...]:
    """The English of the known Chinese terms in a text, in its order."""
    runs = groupby((word.text for word in read_words(text)), key=is_chinese)
    found = (english for are_chinese, run in runs if are_chinese for english in _read(tuple(run)))
    return tuple(dict.fromkeys(english for english in found if english and english not in _list_everyday()))


def _read(characters: _Characters) -> Iterator[str | None]:
    """The longest known terms from left to right; None for a character that belongs to none, nothing for a joint."""
    terms, longest = _load_terms()
    place = 0
    while place < len(characters):
        sizes = range(min(longest, len(characters) - place), 0, -1)
        size = next((size for size in sizes if characters[place : place + size] in terms), 0)
        if size:
            yield terms[characters[place : place + size]]
        elif characters[place] not in _JOINTS:
            yield None
        place += size or 1


@cache
def _list_everyday() -> frozenset[str]:
    """In English."""
    return frozenset(_load_terms()[0][tuple(chinese)] for chinese in _EVERYDAY)


@cache
def _load_terms() -> tuple[dict[_Characters, str], int]:
    """By characters, and the number of those of the longest."""
    terms: dict[_Characters, str] = {}
    for chinese, english in [*_list_terms(), *_list_glossary()]:
        terms.setdefault(tuple(word.text for word in read_words(chinese)), english)
    return terms, max(map(len, terms))


def _list_terms() -> Iterator[tuple[str, str]]:
    """Raises  ValueError for a row that is not two columns: that is our bug."""
    text = (resources.files("digests.summaries") / _FILE).read_text("utf-8")
    for row in text.splitlines():
        if row and not row.startswith("#"):
            chinese, english = row.split("\t")
            yield from ((one, english) for one in chinese.split("|"))


def _list_glossary() -> Iterator[tuple[str, str]]:
    for term in load_glossary().terms:
        characters = [word.text for word in read_words(term.rendering)]
        # A single one, 环 or 核, is a part of many words.
        if len(characters) > 1 and all(map(is_chinese, characters)):
            yield term.rendering, term.english[0]
