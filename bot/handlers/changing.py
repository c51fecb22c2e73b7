"""What every setting answers: what it is now, when the next digest comes, and buttons to change it."""

from collections.abc import Mapping

from bot.buttons import back
from bot.profile import say_next
from bot.services import Answer, Asked, BotServices, Buttons
from digests.subscribers.subscriber import Subscriber


def answer_change(
    services: BotServices,
    asked: Asked,
    reader: Subscriber,
    name: str,
    words: Mapping[str, str],
    buttons: Buttons,
    *,
    how: str = "",
) -> Answer:
    """`reader` as they are now; `words` fill `<name>_set` after a change, or `<name>_now` and `how` to change it."""
    voice = asked.voice
    lines = [voice(f"{name}_set" if asked.text else f"{name}_now", **words), say_next(voice, services, reader)]
    if not asked.text:
        lines.append(voice(how or f"{name}_how"))
    return Answer(["\n".join(lines)], [*buttons, back(voice)])
