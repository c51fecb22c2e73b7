"""A word that a reader wants in the place of ours, and what they may expect of it."""

from dataclasses import dataclass
from enum import StrEnum

from digests.summaries.own_terms.substitution import is_long_enough
from digests.summaries.wording.english import TypedWords
from digests.summaries.wording.glossary import load_glossary


@dataclass(frozen=True, slots=True)
class OwnTerm:
    english: str
    chinese: str


class Effect(StrEnum):
    """What may become of a reader's term; each has a sentence in templates/phrases [chat]."""

    REPLACES = "replaces"
    #: Only where a paper has none of the other terms that we render so.
    SHARED = "shared"
    #: Of one character, which is a part of too many words.
    TOO_SHORT = "too_short"
    #: Not in the glossary: only what stands in Latin letters in the Chinese can be found.
    LATIN = "latin"


@dataclass(frozen=True, slots=True)
class Prospect:
    """`rendering` is what we say ourselves, `others` the terms for which we say it too."""

    effect: Effect
    rendering: str = ""
    others: tuple[str, ...] = ()


def are_names_of_one(english: str, other: str) -> bool:
    """Folded as they are stored: `agent` and `agents`, `llm` and `large language model`."""
    return (
        any(row.is_called(english) and row.is_called(other) for row in load_glossary().terms)
        or TypedWords(english).are_all_of(other)
        or TypedWords(other).are_all_of(english)
    )


def foresee(term: OwnTerm) -> Prospect:
    """What the reader may expect of a term, before any paper is known."""
    rows = [row for row in load_glossary().terms if row.is_called(term.english)]
    if not rows:
        return Prospect(Effect.LATIN)
    usable = [row for row in rows if any(map(is_long_enough, row.renderings))]
    if not usable:
        return Prospect(Effect.TOO_SHORT, rows[0].rendering)
    rendering = usable[0].rendering
    others = [row.english[0] for row in load_glossary().terms if row not in rows and rendering in row.renderings]
    return Prospect(Effect.SHARED if others else Effect.REPLACES, rendering, tuple(others))
