"""Archives and categories as people write them: `cs stat.ML`, `math, eess.SY`, `computer science`, `机器学习`."""

import re
from difflib import get_close_matches
from functools import cache
from typing import Final

from digests.errors import InputError
from digests.papers.taxonomy import all_archives, all_categories, archive_of, category_name, find_archive, find_category
from digests.subscribers.typed import fold_setting, refuse_setting
from digests.subscribers.words import load_words

# All of arXiv's categories, written out, have some 1,100.
_MAX_TEXT_CHARS: Final = 2_000
# Longer than any id; difflib's work grows with the square.
_MAX_ID_CHARS: Final = 20
_SIGNS: Final = re.compile("[,，、;；]")
_EVERYTHING: Final = "everything"


def parse_scope(text: str) -> tuple[str, ...] | None:
    """Canonical ids, each once, in the order of typing; None for all of arXiv.

    Raises  InputError: `chat.no_scope`, `chat.bad_scope`, `chat.misspelt_scope`.
    """
    if len(text.strip()) > _MAX_TEXT_CHARS:
        raise refuse_setting("scope", text)
    found = [id_ for part in _SIGNS.split(text) for id_ in _find_part(part)]
    if not found:
        raise refuse_setting("scope", "")
    if set(found) == {_EVERYTHING}:
        return None
    if _EVERYTHING in found:
        raise refuse_setting("scope", text)
    return tuple(dict.fromkeys(id_ for id_ in found if id_ == archive_of(id_) or archive_of(id_) not in found))


def _find_part(part: str) -> list[str]:
    """Of `part` one name (`computer science`), or several ids with blanks between."""
    whole = _find_named(part)
    return list(whole) if whole else [id_ for typed in part.split() for id_ in _find_named(typed) or [_find_id(typed)]]


def _find_named(typed: str) -> tuple[str, ...]:
    """Machine Learning is what arXiv calls two of them."""
    folded = fold_setting(typed)
    meant = load_words("scope").get(folded)
    return tuple(meant.split()) if meant else _ids_by_name().get(folded, ())


def _find_id(typed: str) -> str:
    bare = fold_setting(typed).removeprefix("cat:")
    # A whole archive may be meant by the name of its old category, as with `physics`.
    found = find_archive(bare) or find_category(bare)
    if found is not None:
        return found
    near = get_close_matches(bare, _ids(), 1, cutoff=0.7) if len(bare) <= _MAX_ID_CHARS else []
    refused = refuse_setting("scope", typed)
    if not near:
        raise refused
    fields = {**refused.fields, "near": _ids()[near[0]]}
    raise InputError("no such archive or category", code="chat.misspelt_scope", fields=fields)


@cache
def _ids() -> dict[str, str]:
    return {id_.lower(): id_ for id_ in (*all_archives(), *all_categories())}


@cache
def _ids_by_name() -> dict[str, tuple[str, ...]]:
    by_name: dict[str, tuple[str, ...]] = {}
    for id_ in _ids().values():
        name = fold_setting(category_name(id_))
        by_name[name] = (*by_name.get(name, ()), id_)
    return by_name
