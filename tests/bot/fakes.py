"""What stands behind the seams of BotServices."""

import threading
from dataclasses import dataclass, field


def _set_event() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class FreePacing:
    """Lets everything through and remembers who asked, and how."""

    turns: list[tuple[str, bool]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    async def reserve(self, chat: str, *, interactive: bool) -> float:
        self.turns.append((chat, interactive))
        return 0

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@dataclass
class FakePreview:
    """The digest of /today: give it its messages, or the error with which it fails."""

    messages: list[str] = field(default_factory=list)
    error: Exception | None = None
    asked_by: list[int] = field(default_factory=list)
    #: Cleared: the digest takes until it is set again.
    is_ready: threading.Event = field(default_factory=_set_event)

    def __call__(self, subscriber_id: int) -> list[str]:
        self.asked_by.append(subscriber_id)
        assert self.is_ready.wait(timeout=20)
        if self.error is not None:
            raise self.error
        return self.messages
