"""Stand-ins at the seams, for tests that are about something else."""

from collections import deque

from digests.delivery.channel import Message
from digests.errors import DeliveryError, RecipientGone, Unknown


class FakeChannel:
    """Keeps what it is given. `outcomes`: for the next sends, an error to raise, or None to send.

    As with a real channel, a message whose outcome is Unknown has arrived.
    """

    def __init__(self, *outcomes: DeliveryError | None) -> None:
        self.received: list[Message] = []
        self.outcomes = deque(outcomes)
        self.unknown_addresses: set[str] = set()
        self.is_closed = False

    @property
    def max_in_flight(self) -> int:
        return 10

    async def wait_turn(self, message: Message) -> None:
        """Always."""

    async def send(self, message: Message) -> str:
        if message.address in self.unknown_addresses:
            raise RecipientGone("no such address")
        outcome = self.outcomes.popleft() if self.outcomes else None
        if outcome is None or isinstance(outcome, Unknown):
            self.received.append(message)
        if outcome is not None:
            raise outcome
        return f"fake-{len(self.received)}"

    async def close(self) -> None:
        self.is_closed = True
