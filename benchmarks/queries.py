"""Distinct queries made from recorded titles and abstracts, in their canonical form. The same ones in every run.

They are put together from words that are canonical already, because to read a million of them takes longer than to
match them; that the language reads them as they stand is checked on a sample.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from papers import read_papers
from texts import Kind, Texts

from digests.keywords.language import parse

#: In percent. Where the words of the papers are fewer than their share, phrases take their place.
SHARES: Final = {
    Kind.PHRASE: 55,
    Kind.WORD: 8,
    Kind.AND: 10,
    Kind.OR: 10,
    Kind.NOT: 5,
    Kind.PREFIX: 5,
    Kind.FIELD: 5,
    Kind.NEAR: 2,
}
_CHECKED: Final = 2_000


def write_queries(folder: Path, sizes: Sequence[int], into: Path) -> dict[int, Counter[Kind]]:
    """A file for each size, a line `kind ⇥ canonical` for each query; returns how many of each kind it holds."""
    texts = Texts(read_papers(folder))
    drawn = {kind: texts.draw(kind, count) for kind, count in _count_kinds(max(sizes), texts.count_words()).items()}
    counts = {size: _count_kinds(size, texts.count_words()) for size in sizes}
    for size, count in counts.items():
        lines = [f"{kind}\t{text}\n" for kind, number in count.items() for text in drawn[kind][:number]]
        random.Random(size).shuffle(lines)
        _check(lines)
        find_file(into, size).write_text("".join(lines), "utf-8")
    return counts


def find_file(folder: Path, size: int) -> Path:
    return folder / f"{size}.tsv"


def read_queries(path: Path) -> Iterator[tuple[str, str]]:
    """Kind and canonical form, line by line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            kind, _, text = line.rstrip("\n").partition("\t")
            yield kind, text


def _count_kinds(size: int, words: int) -> Counter[Kind]:
    counts = Counter({kind: size * share // 100 for kind, share in SHARES.items()})
    counts[Kind.WORD] = min(counts[Kind.WORD], words)
    counts[Kind.PHRASE] += size - counts.total()
    return counts


def _check(lines: Sequence[str]) -> None:
    for line in lines[:: max(1, len(lines) // _CHECKED)]:
        text = line.rstrip("\n").partition("\t")[2]
        if parse(text).canonical != text:
            raise ValueError(f"not canonical: {text}")
