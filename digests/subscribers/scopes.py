"""Archives and categories as people write them: `cs stat.ML`, `math, eess.SY`."""

from difflib import get_close_matches
from functools import cache
from typing import Final

from digests.errors import InputError
from digests.papers.taxonomy import all_archives, all_categories, find_archive, find_category
from digests.subscribers.typed import fold_setting, refuse_setting
from digests.subscribers.words import load_words

# All of arXiv's categories, written out, have some 1,100.
_MAX_TEXT_CHARS: Final = 2_000
# Longer than any name; difflib's work grows with the square.
_MAX_NAME_CHARS: Final = 20


def parse_scope(text: str) -> tuple[str, ...] | None:
    """Canonical ids, each once, in the order of typing; None for all of arXiv.

    Raises  InputError: `chat.no_scope`, `chat.bad_scope`, `chat.misspelt_scope`.
    """
    names = fold_setting(text, _MAX_TEXT_CHARS).replace(",", " ").replace("、", " ").replace(";", " ").split()
    if not names:
        raise refuse_setting("scope", "")
    if load_words("scope").keys() >= set(names):
        return None
    return tuple(dict.fromkeys(_find_scope(name) for name in names))


def _find_scope(name: str) -> str:
    bare = name.removeprefix("cat:")
    # A whole archive may be meant by the name of its old category, as with `physics`.
    found = find_archive(bare) or find_category(bare)
    if found is not None:
        return found
    near = get_close_matches(bare, _names(), 1, cutoff=0.7) if len(bare) <= _MAX_NAME_CHARS else []
    if not near:
        raise refuse_setting("scope", name)
    fields = {"text": name, "near": _names()[near[0]]}
    raise InputError("no such archive or category", code="chat.misspelt_scope", fields=fields)


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in (*all_archives(), *all_categories())}
