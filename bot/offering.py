"""Keywords as buttons: a tap adds the one that it shows (➕), or puts it in another's place (🔁)."""

from collections.abc import Sequence
from typing import Final

from bot.services import BotServices, Button, Buttons
from digests.subscribers.offers import make_offers
from digests.subscribers.typed import shorten

#: What a telephone shows of a button as wide as the chat.
MAX_BUTTON_CHARS: Final = 36


def build_offer_buttons(
    services: BotServices, subscriber_id: int, texts: Sequence[str], *, replaces: str = ""
) -> Buttons:
    """One button a row for each of `texts`; `replaces` is the canonical form of a keyword that goes with the tap."""
    numbers = make_offers(services.store, subscriber_id, texts, services.now(), replaces=replaces)
    sign = "🔁" if replaces else "➕"
    return [
        [Button(f"{sign} {shorten(text, MAX_BUTTON_CHARS)}", f"/take {number}")]
        for text, number in zip(texts, numbers, strict=True)
    ]
