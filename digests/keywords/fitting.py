"""Is this word of a text the one that a query means?"""

from functools import lru_cache

from digests.keywords.folding import find_beginnings
from digests.keywords.tree import QueryWord, Shape


@lru_cache(maxsize=65_536)
def fits(wanted: QueryWord, cased: str) -> bool:
    """`cased` as Word has it. Not for FOLDED, which compares the folded shape of the word in its text."""
    text, shape = wanted
    match shape:
        case Shape.ACRONYM:
            # A quoted `GANs` is the plural already.
            return cased == text or (text.isupper() and cased == f"{text}s")
        case Shape.ACRONYM_PREFIX:
            return cased.startswith(text)
        case Shape.EXACT_PREFIX:
            return cased.lower().startswith(text)
        case Shape.PREFIX:
            return any(beginning.startswith(text) for beginning in find_beginnings(cased.lower()))
        case _:
            return cased.lower() == text
