"""What one question costs, over all the calls that it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from digests.errors import SummaryError
from digests.summaries.asking.model import Purse, Reservation, Tokens


class Charge:
    """One call's price. `tokens` is None as long as nothing was sent, and where nothing of it is billed."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None


class Bill:
    """`tokens` and `micros` are those of all calls so far, answers that came to nothing too."""

    def __init__(self, purse: Purse | None, *, is_frugal: bool) -> None:
        self._purse, self._is_frugal = purse, is_frugal
        self.tokens, self.micros = Tokens(), 0

    @asynccontextmanager
    async def charge(self, estimate: Tokens) -> AsyncIterator[Charge]:
        """Money for one call: put aside before it, settled or given back after it, also when it is cancelled.

        Raises  SummaryOverBudget.
        """
        reservation = await self._reserve(estimate)
        charge = Charge()
        try:
            yield charge
        finally:
            # Shielded: who stops waiting for the model still waits for the purse.
            await asyncio.shield(self._settle(reservation, charge.tokens))

    async def _reserve(self, estimate: Tokens) -> Reservation | None:
        if self._purse is None:
            return None
        reserving = asyncio.ensure_future(self._purse.reserve(estimate, is_frugal=self._is_frugal))
        try:
            return await asyncio.shield(reserving)
        except asyncio.CancelledError:
            # The database's thread does not stop: what it puts aside now is given back.
            with suppress(SummaryError):
                await (await reserving).release()
            raise

    async def _settle(self, reservation: Reservation | None, tokens: Tokens | None) -> None:
        if tokens is None:
            if reservation is not None:
                await reservation.release()
            return
        self.tokens += tokens
        if reservation is not None:
            self.micros += await reservation.settle(tokens)
