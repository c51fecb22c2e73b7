"""Our own terms: what the prompt asks for, and the renderings that a check knows to be wrong."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Final

_FILE: Final = "glossary.tsv"


@dataclass(frozen=True)
class Term:
    """`when` names words of which the English must have one, else the term means something else there."""

    english: tuple[str, ...]
    chinese: str
    when: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    def is_in(self, english: str) -> bool:
        return bool(self._words.search(english)) and (not self.when or bool(self._context.search(english)))

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return _any_word(self.english)

    @cached_property
    def _context(self) -> re.Pattern[str]:
        return _any_word(self.when)


@dataclass(frozen=True)
class Glossary:
    terms: tuple[Term, ...]
    #: Eight hex digits of the file's content: a part of the prompt's version.
    version: str

    def __str__(self) -> str:
        """As the prompt shows it, one term a line."""
        return "\n".join(_line(term) for term in self.terms)

    def find_forbidden(self, english: str, chinese: str) -> list[tuple[str, str]]:
        """(English term, wrong rendering) pairs. What another term of the same text asks for is never wrong."""
        present = [term for term in self.terms if term.is_in(english)]
        asked_for = " ".join(term.chinese for term in present)
        return [
            (term.english[0], wrong)
            for term in present
            for wrong in term.forbidden
            if wrong in chinese and wrong not in asked_for
        ]


def load_glossary() -> Glossary:
    """Raises  ValueError for a row that is not four columns: that is our bug."""
    text = (resources.files("digests.summaries") / _FILE).read_text("utf-8")
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    return Glossary(tuple(_term(row) for row in rows), hashlib.sha256(text.encode()).hexdigest()[:8])


def _term(row: str) -> Term:
    english, chinese, when, forbidden = row.split("\t")
    return Term(_split(english), chinese, _split(when), _split(forbidden))


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _line(term: Term) -> str:
    context = f"(原文同时谈到 {'/'.join(term.when[:3])} 等时)" if term.when else ""
    wrong = f";不译作:{'、'.join(term.forbidden)}" if term.forbidden else ""
    return f"- {' / '.join(term.english)} → {term.chinese}{context}{wrong}"


def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, words))})s?(?![A-Za-z0-9])", re.IGNORECASE)
