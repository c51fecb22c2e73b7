"""What the chat needs of the house, and what it knows of one message."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.voice import Voice
from digests.clock import Now
from digests.delivery.pacing import Pacing
from digests.store.engine import Store
from digests.subscribers.keywords import Added
from digests.subscribers.subscriber import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class BotServices:
    """
    salt      of the hashes of forgotten addresses
    preview   a subscriber's digest of the newest stored batch as Telegram messages; empty when nothing is stored
    language  of somebody who has not joined yet
    """

    store: Store
    now: Now
    salt: bytes
    max_keywords: int
    preview: Callable[[int], list[str]]
    pacing: Pacing
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One message. `text` is what stands after the command, or all of it; `subscriber` is None for a stranger."""

    chat_id: str
    command: str
    text: str
    voice: Voice
    bot_name: str
    subscriber: Subscriber | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Messages to send at once; `to_test` are new keywords whose backtest follows when it is done."""

    messages: Sequence[str]
    to_test: Sequence[Added] = ()


#: Runs in a thread. Its InputErrors are answered with their sentence.
Handler = Callable[[BotServices, Asked], Answer]
