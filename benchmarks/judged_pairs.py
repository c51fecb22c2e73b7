"""English and Chinese of one paper: what two systems gave their readers, judged by one of them, and what we wrote."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from papers import find_listings

from digests.papers.paper import ArxivId, Paper
from digests.summaries.draft import Draft
from digests.summaries.wording.masking import Masked, clean
from digests.summaries.wording.source import Source, build_source
from sandbox.arxiv_text import accented
from sandbox.sample import load_samples

#: A letter of faults.tsv, and what it stands for there. Its rows write D for what its first line calls C.
LETTERS: Final = {
    "N": "number",
    "L": "LaTeX",
    "A": "name",
    "U": "address",
    "C": "character",
    "T": "term",
    "M": "meaning",
    "X": "invented",
    "O": "omitted",
    "F": "markup",
    "S": "style",
}
_MISSPELT: Final = {"D": "C"}

_DAILY: Final = "arxiv-daily-2026-04-10.txt"
_FEED: Final = "bilingual-feed-2026-02-12.txt"
_DAILY_PAPER: Final = re.compile(
    r"^(?P<title>.+)\n(?P<chinese_title>.+)\n- Authors: .+\n(?:.+\n)*?- Arxiv link: \S+/abs/(?P<id>\S+)\n.+\n"
    r"- Abstract\n(?P<abstract>.+)\n- 中文摘要\n(?P<chinese>.+)$",
    re.MULTILINE,
)
_FEED_PAPER: Final = re.compile(r"^(?P<abstract>.+)\n(?P<chinese>.+)\n\S+/abs/(?P<id>\d{4}\.\d{5})", re.MULTILINE)


class Translation(Draft):
    """What those systems give too."""

    title: str
    abstract: str


class AbstractOnly(Draft):
    abstract: str


@dataclass(frozen=True, slots=True)
class Pair:
    """
    title, abstract  Chinese, with the placeholders of the source; a title is empty where the digest shows none
    judged           letters; none where the reader found no fault
    """

    id: str
    source: Source
    title: str
    abstract: str
    judged: str = ""

    @property
    def draft(self) -> Draft:
        if self.source.title.text:
            return Translation(title=self.title, abstract=self.abstract)
        return AbstractOnly(abstract=self.abstract)

    @property
    def is_fitted(self) -> bool:
        """Of the half that thresholds were chosen on; the other half shows what they are worth."""
        return hashlib.sha256(self.id.encode()).digest()[-1] % 2 == 0


def find_judged() -> tuple[Path, Path]:
    """The folder of digests, and the file of faults; they may be missing."""
    recorded = find_listings().parent
    return recorded / "digests", recorded.parent / "cases" / "faults.tsv"


def read_judged(digests: Path, faults: Path) -> list[Pair]:
    rows = (line.split("\t") for line in faults.read_text("utf-8").splitlines() if not line.startswith("#"))
    judged = {paper_id: _read_letters(letters) for paper_id, _, letters in rows}
    texts = [*_DAILY_PAPER.finditer((digests / _DAILY).read_text("utf-8"))]
    texts += _FEED_PAPER.finditer((digests / _FEED).read_text("utf-8"))
    found = [(match.groupdict(default=""), judged[match["id"]]) for match in texts]
    return [
        build_pair(
            Paper(id=ArxivId(text["id"]), title=text.get("title", ""), abstract=text["abstract"]),
            title=text.get("chinese_title", ""),
            abstract=text["chinese"],
            judged=letters,
        )
        for text, letters in found
    ]


def list_written() -> Iterator[Pair]:
    """The invented papers of the sandbox, with the Chinese that we wrote by hand."""
    for day in load_samples():
        for paper in day.papers:
            if paper.zh:
                english = Paper(id=ArxivId(paper.id), title=accented(paper.title), abstract=accented(paper.abstract))
                # A model is shown the English cleaned, and answers in kind: 2.3× for 2.3$\times$.
                yield build_pair(english, title=clean(paper.zh.title), abstract=clean(paper.zh.abstract))


def build_pair(paper: Paper, *, title: str, abstract: str, judged: str = "") -> Pair:
    source = build_source(paper)
    return Pair(paper.id, source, _hide(title, source.title), _hide(abstract, source.abstract), judged)


def _hide(chinese: str, english: Masked) -> str:
    """What stands in the Chinese as it stood in the English gets its number; what is broken stays as it is."""
    for number in english.numbers:
        chinese = chinese.replace(english.piece(number) or "", f"⟦{number}⟧", 1)
    return chinese


def _read_letters(cell: str) -> str:
    return "".join(_MISSPELT.get(letter, letter) for letter in cell if letter != "-")
