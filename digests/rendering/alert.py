"""An alert as a Telegram message to the operator."""

from typing import Final

from markupsafe import escape

#: Telegram takes 4,096 UTF-16 units; an alert is a sentence.
_MAX_CHARS: Final = 1_500


def render_alert(text: str) -> str:
    """`text` may hold what a server answered."""
    shown = text if len(text) <= _MAX_CHARS else text[: _MAX_CHARS - 1] + "…"
    return f"⚠️ {escape(shown)}"
