"""What a way to a reader must be able to do. Its implementations are in telegram.py and email.py."""

from dataclasses import dataclass
from typing import Final, Protocol

# The words of targets.channel and deliveries.channel.
TELEGRAM: Final = "telegram"
EMAIL: Final = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One part on its way to one address. Telegram has no use for `text` and `subject`.

    edition_id, target_id  0 for what is no digest: it has a reference of its own, and there is nothing to leave
    silent                 arrives without a sound, where the channel knows how
    """

    edition_id: int = 0
    target_id: int = 0
    part: int = 1
    address: str
    html: str
    text: str = ""
    subject: str = ""
    silent: bool = False
    own_reference: str = ""

    @property
    def reference(self) -> str:
        """The same for every attempt at this part, and for no other part."""
        return self.own_reference or f"digest-{self.edition_id}-{self.target_id}-{self.part}"

    @property
    def is_digest(self) -> bool:
        return self.edition_id > 0


class MessageChannel(Protocol):
    @property
    def max_in_flight(self) -> int:
        """How many messages it can carry at once; more would wait inside it while their claims run out."""
        ...

    async def wait_turn(self, message: Message) -> None:
        """Return when `message` may leave the house. Until then it certainly has not. Raises Deferred."""
        ...

    async def send(self, message: Message) -> str:
        """Hand `message` over and return the provider's id for it.

        Raises  the DeliveryErrors and nothing else; each says whether anything was sent.
        """
        ...

    async def close(self) -> None: ...
