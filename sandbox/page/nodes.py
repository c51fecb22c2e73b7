"""A message's text and entities as a tree that the page turns into elements: no HTML goes to the browser."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sandbox.telegram_content import Params

Node = str | dict[str, Any]

_WEB: Final = ("http://", "https://")
# What Telegram's own clients make tappable in plain text.
_DETECTED: Final = re.compile(
    r"(?<![\w/@.:<])(?P<command>/[A-Za-z0-9_]{1,32})(?![\w/>])|(?P<url>https?://[^\s<>「」『』（），。；：！？、]*[^\s<>「」『』（），。；：！？、.,;:!?)])"
)
# Inside these a command is an example, and an address is the tag's own.
_VERBATIM: Final = {"code", "pre", "text_link"}


def build_nodes(text: str, entities: Sequence[Params]) -> list[Node]:
    """Texts and `{kind, children}`, with `url` where it is a link.

    entities  nested, in the order of their beginning, in UTF-16 units: as parse_html gives them
    """
    units = text.encode("utf-16-le")
    return _build(units, deque(entities), 0, len(units) // 2, is_verbatim=False)


def _build(units: bytes, waiting: deque[Params], start: int, end: int, *, is_verbatim: bool) -> list[Node]:
    nodes: list[Node] = []
    while waiting and waiting[0]["offset"] < end:
        entity = waiting.popleft()
        first, last = entity["offset"], entity["offset"] + entity["length"]
        nodes += _read(units, start, first, is_verbatim=is_verbatim)
        inside = _build(units, waiting, first, last, is_verbatim=is_verbatim or entity["type"] in _VERBATIM)
        nodes.append(_wrap(entity, inside))
        start = last
    return [*nodes, *_read(units, start, end, is_verbatim=is_verbatim)]


def _wrap(entity: Params, children: list[Node]) -> Node:
    node: dict[str, Any] = {"kind": entity["type"], "children": children}
    url = str(entity.get("url", ""))
    # A link that runs a script is no link.
    return node | ({"url": url} if url.lower().startswith(_WEB) else {})


def _read(units: bytes, start: int, end: int, *, is_verbatim: bool) -> Iterator[Node]:
    text = units[2 * start : 2 * end].decode("utf-16-le", "replace")
    at = 0
    for found in () if is_verbatim else _DETECTED.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        kind, url = ("bot_command", {}) if found["command"] else ("url", {"url": found[0]})
        yield {"kind": kind, "children": [found[0]], **url}
        at = found.end()
    if at < len(text):
        yield text[at:]
