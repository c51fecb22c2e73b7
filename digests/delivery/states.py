"""The states of one send and the only moves between them (invariant 4)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import Update, update

from digests.store.tables import deliveries


class DeliveryState(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    GONE = "gone"
    FAILED = "failed"


_S = DeliveryState

MOVES: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    _S.PLANNED: frozenset({_S.CLAIMED, _S.GONE}),
    # Back to planned: the claim expired before its send began.
    _S.CLAIMED: frozenset({_S.PLANNED, _S.SENT, _S.DEFERRED, _S.UNKNOWN, _S.GONE, _S.FAILED}),
    _S.DEFERRED: frozenset({_S.CLAIMED, _S.GONE}),
    _S.UNKNOWN: frozenset({_S.CLAIMED, _S.GONE}),
    _S.SENT: frozenset(),
    _S.GONE: frozenset(),
    # Only by an operator (ledger.retry_failed).
    _S.FAILED: frozenset({_S.PLANNED}),
}

FINAL: Final = frozenset({_S.SENT, _S.GONE, _S.FAILED})


def move(to: DeliveryState) -> Update:
    """UPDATE of the deliveries from which `to` is a legal move. Every change of a state begins here.

    The database compares the state in the same statement that sets it, so of two movers one finds no row.
    """
    sources = [state for state, targets in MOVES.items() if to in targets]
    return update(deliveries).where(deliveries.c.state.in_(sources)).values(state=to)
