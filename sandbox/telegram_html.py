"""Telegram's HTML mode, as strict as the real one: a tag it does not know is an error, not text.

Source https://core.telegram.org/bots/api#html-style; the errors' wording is that of api.telegram.org.
"""

import re
from html import unescape
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"""<(?P<close>/?)(?P<name>[a-z][a-z0-9-]*)(?P<attributes>(?:[^<>"']|"[^"]*"|'[^']*')*)>
      | (?P<open><)
      | (?P<entity>&(?:lt|gt|amp|quot|\#\d{1,7}|\#x[0-9a-f]{1,6});)""",
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE: Final = re.compile(r"""([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""", re.IGNORECASE)

_TYPES: Final = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


class HtmlError(ValueError):
    """What Telegram would answer."""


def count_units(text: str) -> int:
    """UTF-16 code units: what Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(html: str) -> tuple[str, list[dict[str, Any]]]:
    """The text that a reader sees, and its entities in the order of their beginning.

    Raises  HtmlError
    """
    text = ""
    stack: list[tuple[str, dict[str, Any]]] = []
    entities: list[dict[str, Any]] = []
    position = 0
    for token in _TOKEN.finditer(html):
        text += html[position : token.start()]
        position = token.end()
        at = len(html[: token.start()].encode())
        if token["entity"]:
            text += unescape(token["entity"])
        elif token["open"]:
            raise HtmlError(f"Unclosed start tag at byte offset {at}")
        elif token["close"]:
            entity = _close(stack, token["name"].lower(), at)
            entity["length"] = count_units(text) - entity["offset"]
        else:
            entity = {"offset": count_units(text), **_open(token["name"].lower(), token["attributes"], at)}
            stack.append((token["name"].lower(), entity))
            entities.append(entity)
    if stack:
        raise HtmlError(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return text + html[position:], [entity for entity in entities if entity["length"]]


def _open(name: str, attributes: str, at: int) -> dict[str, Any]:
    values = {m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(attributes)}
    if name not in _TYPES:
        raise HtmlError(f'Unsupported start tag "{name}" at byte offset {at}')
    if name == "span" and values.get("class") != "tg-spoiler":
        raise HtmlError(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if name == "a":
        return {"type": "text_link", "url": values.get("href", "")}
    if name == "blockquote" and "expandable" in values:
        return {"type": "expandable_blockquote"}
    return {"type": _TYPES[name]}


def _close(stack: list[tuple[str, dict[str, Any]]], name: str, at: int) -> dict[str, Any]:
    if not stack:
        raise HtmlError(f"Unexpected end tag at byte offset {at}")
    expected, entity = stack.pop()
    if name != expected:
        raise HtmlError(f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{name}>"')
    return entity
