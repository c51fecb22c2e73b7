"""From a planned row to the reader: claim, send, settle, one part after another."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import structlog

from digests.clock import Now
from digests.delivery.addresses import mark_gone, move_address
from digests.delivery.channel import EMAIL, TELEGRAM, Message, MessageChannel
from digests.delivery.ledger import Claim, begin, claim_next, due_targets, settle
from digests.delivery.states import DeliveryState
from digests.errors import ChannelDown, Deferred, DeliveryError, RecipientGone, RecipientMoved, Unknown
from digests.rendering.email import Mail
from digests.rendering.telegram import mark_repeat
from digests.store.engine import Store

__all__ = ["EMAIL", "TELEGRAM", "Courier", "Tally"]

log = structlog.get_logger(__name__)

#: How many parts ended in each state.
Tally = Counter[DeliveryState]

#: Of the lease. An attempt that takes longer is given up while the claim is still ours to settle.
_SEND_SHARE: Final = 0.8


@dataclass(frozen=True, kw_only=True)
class Courier:
    """Delivers what the ledger has planned.

    channels     by name; a row for another one waits until an operator sets it up
    render_mail  (edition id, target id, address) → the mail; called in a thread, just before it is sent
    """

    store: Store
    channels: Mapping[str, MessageChannel]
    render_mail: Callable[[int, int, str], Mail]
    now: Now
    lease_seconds: float = 120.0

    async def deliver_due(self, *, limit: int = 500) -> Tally:
        """One pass over what is due now on every channel, at most `limit` targets each.

        Raises  ExceptionGroup of our bugs, after everything else was delivered.
        """
        passes = await asyncio.gather(*(self._deliver_channel(name, limit) for name in self.channels))
        results = [result for one in passes for result in one]
        bugs = [result for result in results if isinstance(result, Exception)]
        if bugs:
            raise ExceptionGroup("deliveries failed by our own fault", bugs)
        return sum((result for result in results if isinstance(result, Counter)), Tally())

    async def _deliver_parts(self, edition_id: int, target_id: int, is_down: asyncio.Event) -> Tally:
        """Send the parts of one edition to one address, in order, until one has to wait."""
        tally = Tally()
        while not is_down.is_set() and (claim := await self._claim(edition_id, target_id)):
            outcome = await self._send(claim)
            state = await asyncio.to_thread(settle, self.store, claim, outcome, self.now())
            _log_outcome(claim, outcome, state)
            if state is not None:
                tally[state] += 1
            if isinstance(outcome, ChannelDown):
                is_down.set()
            if isinstance(outcome, RecipientGone):
                tally[DeliveryState.GONE] += await asyncio.to_thread(
                    mark_gone, self.store, target_id, str(outcome), self.now()
                )
        return tally

    async def _deliver_channel(self, name: str, limit: int) -> list[Tally | BaseException]:
        """Nobody is claimed before there is a place for them, nor after the channel has shown that it is down."""
        pairs = await asyncio.to_thread(due_targets, self.store, self.now(), channel=name, limit=limit)
        free = asyncio.Semaphore(self.channels[name].max_in_flight)
        is_down = asyncio.Event()

        async def deliver(edition_id: int, target_id: int) -> Tally:
            async with free:
                return await self._deliver_parts(edition_id, target_id, is_down)

        # Not a TaskGroup: a bug in one delivery must not cancel the others in the middle of a send.
        return await asyncio.gather(*(deliver(*pair) for pair in pairs), return_exceptions=True)

    async def _claim(self, edition_id: int, target_id: int) -> Claim | None:
        return await asyncio.to_thread(
            claim_next,
            self.store,
            edition_id=edition_id,
            target_id=target_id,
            lease_seconds=self.lease_seconds,
            now=self.now(),
        )

    async def _send(self, claim: Claim) -> str | DeliveryError:
        """The provider's id, or why there is none."""
        try:
            async with asyncio.timeout(self.lease_seconds * _SEND_SHARE):
                return await self._send_or_follow(claim)
        except TimeoutError:
            return Unknown("no answer while the claim was ours")
        except DeliveryError as error:
            return error

    async def _send_or_follow(self, claim: Claim) -> str:
        try:
            return await self._attempt(claim)
        except RecipientMoved as moved:
            return await self._follow(claim, moved.new_address)

    async def _follow(self, claim: Claim, new_address: str) -> str:
        if not await asyncio.to_thread(move_address, self.store, claim.target_id, new_address):
            raise RecipientGone("the chat moved to one that has a subscription of its own")
        try:
            return await self._attempt(replace(claim, address=new_address))
        except RecipientMoved as again:
            raise Deferred("the chat moved twice at once") from again

    async def _attempt(self, claim: Claim) -> str:
        channel = self.channels[claim.channel]
        message = await self._build_message(claim)
        await channel.wait_turn(message)
        if not await asyncio.to_thread(begin, self.store, claim, self.now()):
            raise Deferred("the claim ran out before the send began")
        return await channel.send(message)

    async def _build_message(self, claim: Claim) -> Message:
        message = Message(
            edition_id=claim.edition_id,
            target_id=claim.target_id,
            part=claim.part,
            address=claim.address,
            html="",
            # One sound for a digest, none for "nothing today".
            silent=claim.part > 1 or claim.is_empty,
        )
        if claim.channel != EMAIL:
            body = mark_repeat(claim.body, language=claim.language) if claim.is_repeat else claim.body
            return replace(message, html=body)
        # A repeated mail is known by its Message-ID.
        mail = await asyncio.to_thread(self.render_mail, claim.edition_id, claim.target_id, claim.address)
        return replace(message, subject=mail.subject, text=mail.text, html=mail.html)


def _log_outcome(claim: Claim, outcome: str | DeliveryError, state: DeliveryState | None) -> None:
    # Ids only: an error's text may hold the address, and stays in the row.
    log.info(
        "delivery_settled",
        delivery_id=claim.delivery_id,
        channel=claim.channel,
        state=state or "claim_lost",
        attempts=claim.attempts,
        error=None if isinstance(outcome, str) else type(outcome).__name__,
    )
