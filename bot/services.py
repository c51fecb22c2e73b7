"""What the chat needs of the house, and what it knows of one message."""

from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram.constants import InlineKeyboardButtonLimit

from bot.allowance import Allowance
from bot.voice import Voice
from digests.clock import Now
from digests.delivery.channel import TELEGRAM
from digests.delivery.pacing import Pacing
from digests.papers.calendar import Calendar, load_calendar
from digests.phrases import load_phrases
from digests.store.engine import Store
from digests.subscribers.subscriber import Subscriber
from digests.summaries.suggesting import Suggester


async def _close_nothing() -> None:
    """Whoever made what is given closes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotServices:
    """
    salt       of the hashes of forgotten addresses and of confirmation codes
    preview    a subscriber's digest of the newest stored batch as Telegram messages; empty when nothing is stored
    channels   those that this installation can send by, as in digests/delivery/channel.py
    suggester  asks the model about keywords; None where there is no model
    allowance  how often a chat may have it asked
    calendar   the days on which arXiv announces nothing
    close      what belongs to the loop, at its end
    """

    store: Store
    now: Now
    salt: bytes
    max_keywords: int
    preview: Callable[[int], list[str]]
    pacing: Pacing
    channels: Collection[str] = (TELEGRAM,)
    suggester: Suggester | None = None
    allowance: Allowance = field(default_factory=Allowance)
    calendar: Calendar = field(default_factory=load_calendar)
    close: Callable[[], Awaitable[None]] = _close_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One message, or one tap on a button, which says the same as if it were typed.

    text        what stands after the command, or all of it
    language    the reader's, or that of a stranger's Telegram
    subscriber  None for a stranger
    is_tap      on a button, perhaps of a message that is months old
    """

    chat_id: str
    command: str
    text: str
    language: str
    bot_name: str
    subscriber: Subscriber | None
    is_tap: bool = False

    @property
    def voice(self) -> Voice:
        return Voice(load_phrases(self.language))


@dataclass(frozen=True, slots=True)
class Button:
    """`command` is the line that a tap sends; it works for as long as the message stands."""

    text: str
    command: str

    @property
    def is_short_enough(self) -> bool:
        """Telegram refuses the whole message for a longer one."""
        return len(self.command.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


Buttons = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True)
class Answer:
    """Messages to send at once, the last one with rows of `buttons`.

    later     what follows when it is done; None: nothing. Runs in the loop, and its InputErrors are answered too
    is_below  after a tap: leave the message that was tapped, with its other buttons, and stand below
    """

    messages: Sequence[str]
    buttons: Buttons = ()
    later: "Later | None" = None
    is_below: bool = False


Later = Callable[[], Coroutine[Any, Any, Answer | None]]

#: Runs in a thread. Its InputErrors are answered with their sentence.
Handler = Callable[[BotServices, Asked], Answer]
