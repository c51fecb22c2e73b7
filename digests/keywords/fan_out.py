"""From queries to readers."""

from collections.abc import Iterable, Mapping


def fan_out(hits: Mapping[str, int], held: Iterable[tuple[int, str]]) -> dict[int, int]:
    """The papers that any query of a reader hits, as bits, for those readers who get any.

    hits  by canonical form, as QueryIndex.match has them
    held  reader and canonical form
    """
    found: dict[int, int] = {}
    for reader_id, canonical in held:
        if papers := hits.get(canonical):
            found[reader_id] = found.get(reader_id, 0) | papers
    return found
