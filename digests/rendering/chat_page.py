"""Telegram messages as a page that looks like the chat, for people without Telegram at hand."""

from collections.abc import Sequence

from markupsafe import Markup

from digests.phrases import load_phrases
from digests.rendering.templates import fill


def render_chat(parts: Sequence[str]) -> str:
    """A standalone page with a bubble for each of `parts`, which come from `render_parts` and are escaped already."""
    bubbles = [Markup(part.replace("</blockquote>\n", "</blockquote>")) for part in parts]  # noqa: S704 our own markup
    return fill("telegram/chat_page.html", parts=bubbles, phrases=load_phrases("zh"))
