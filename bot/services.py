"""What the chat needs of the house, and what it knows of one message."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from telegram.constants import InlineKeyboardButtonLimit

from bot.voice import Voice
from digests.clock import Now
from digests.delivery.channel import TELEGRAM
from digests.delivery.pacing import Pacing
from digests.phrases import load_phrases
from digests.store.engine import Store
from digests.subscribers.keywords import Added
from digests.subscribers.subscriber import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class BotServices:
    """
    salt      of the hashes of forgotten addresses and of confirmation codes
    preview   a subscriber's digest of the newest stored batch as Telegram messages; empty when nothing is stored
    channels  those that this installation can send by, as in digests/delivery/channel.py
    """

    store: Store
    now: Now
    salt: bytes
    max_keywords: int
    preview: Callable[[int], list[str]]
    pacing: Pacing
    channels: Collection[str] = (TELEGRAM,)


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

    to_test  new keywords whose backtest follows when it is done
    """

    messages: Sequence[str]
    buttons: Buttons = ()
    to_test: Sequence[Added] = ()


#: Runs in a thread. Its InputErrors are answered with their sentence.
Handler = Callable[[BotServices, Asked], Answer]
