"""Our own terms: what the prompt asks for, and the renderings that a check knows to be wrong.

docs/glossary.md says how to edit them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Final

from digests.summaries.wording.english import EnglishWords

_TERMS: Final = "glossary.tsv"
_ALSO_RIGHT: Final = "also_right.tsv"
# The prompt has to stay short: models know what else is meant once they see the first of these.
_SHOWN: Final = 2
# Only a note for the model quotes another rendering: 推理(统计中译“推断”).
_QUOTE: Final = "“"


@dataclass(frozen=True)
class Term:
    """
    chinese    the first is asked for, with a note in brackets where it needs one; the others are right too
    when       the text must say one of these, else the term means something else there
    unless     and none of these
    forbidden  renderings that are certainly wrong
    """

    english: tuple[str, ...]
    chinese: tuple[str, ...]
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    def is_in(self, text: str) -> bool:
        return self.may_be_in(text) and not self._unless.are_in(text)

    def may_be_in(self, text: str) -> bool:
        """Whatever speaks against it."""
        return self.words.are_in(text) and (not self.when or self._when.are_in(text))

    def is_called(self, english: str) -> bool:
        """Is this one of its names, in whatever case and number?"""
        return self.words.are_all_of(english)

    @property
    def rendering(self) -> str:
        """The Chinese that is asked for, without its note."""
        return self.chinese[0].partition("(")[0]

    @cached_property
    def renderings(self) -> tuple[str, ...]:
        """Each as it may stand in a text: what is in brackets may be there, unless it is a note for the model."""
        return tuple(dict.fromkeys(one for chinese in self.chinese for one in _list_forms(chinese)))

    @cached_property
    def words(self) -> EnglishWords:
        return EnglishWords(self.english)

    @cached_property
    def _when(self) -> EnglishWords:
        return EnglishWords(self.when)

    @cached_property
    def _unless(self) -> EnglishWords:
        return EnglishWords(self.unless)


@dataclass(frozen=True)
class Glossary:
    """
    terms       those of the prompt
    also_right  what other English is rightly rendered as, though a term forbids it; the model does not see these
    version     eight hex digits of the prompt's rows: a part of the prompt's version
    """

    terms: tuple[Term, ...]
    also_right: tuple[Term, ...]
    version: str

    def __str__(self) -> str:
        """As the prompt shows it, one term a line."""
        return "\n".join(_line(term) for term in self.terms)

    def find_forbidden(self, english: str, chinese: str) -> list[tuple[str, str]]:
        """(English term, wrong rendering) pairs. What another word of the text may be rendered as is never wrong."""
        suspected = [(term, wrong) for term in self.terms for wrong in term.forbidden if wrong in chinese]
        if not suspected:
            return []
        right = " ".join(rendering for term in self.find_present(english) for rendering in term.chinese)
        return [(term.english[0], wrong) for term, wrong in suspected if wrong not in right and term.is_in(english)]

    def find_present(self, english: str) -> Iterator[Term]:
        """Every row that says something about this text."""
        return (term for term in (*self.terms, *self.also_right) if term.is_in(english))


@cache
def load_glossary() -> Glossary:
    """Raises  ValueError for a row with too few or too many columns: that is our bug."""
    rows = list(_read(_TERMS))
    terms = tuple(_build_term(*row.split("\t")) for row in rows)
    also_right = tuple(_build_also_right(*row.split("\t")) for row in _read(_ALSO_RIGHT))
    return Glossary(terms, also_right, hashlib.sha256("\n".join(rows).encode()).hexdigest()[:8])


def _read(name: str) -> Iterator[str]:
    text = (resources.files("digests.summaries.wording") / name).read_text("utf-8")
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _build_term(english: str, chinese: str, when: str, forbidden: str) -> Term:
    when, _, unless = when.partition("!")
    return Term(_split(english), _split(chinese), _split(when), _split(unless), _split(forbidden))


def _build_also_right(english: str, chinese: str) -> Term:
    return Term(_split(english), _split(chinese))


def _list_forms(chinese: str) -> list[str]:
    bare, _, gloss = chinese.removesuffix(")").partition("(")
    if not gloss or _QUOTE in gloss:
        return [bare]
    return [bare, f"{bare}({gloss})", f"{bare} ({gloss})", f"{bare}（{gloss}）"]


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _line(term: Term) -> str:
    context = f"(谈到 {'/'.join(term.when[:_SHOWN])} 等时)" if term.when else ""
    wrong = f";不译作:{'、'.join(term.forbidden[:_SHOWN])}" if term.forbidden else ""
    return f"- {'/'.join(term.english[:_SHOWN])}{context} → {term.chinese[0]}{wrong}"
