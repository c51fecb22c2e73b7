"""Alerts on their way to the operators' chats. They are no editions: nobody subscribed to them."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from digests.alerts import Alert, find_untold, mark_told, mark_untold
from digests.clock import Now
from digests.delivery.channel import Message, MessageChannel
from digests.errors import Deferred, DeliveryError, Unknown
from digests.rendering.alert import render_alert
from digests.store.engine import Store

log = structlog.get_logger(__name__)

#: In a chat one message a second: a task must end long before its time limit.
_MAX_AT_ONCE: Final = 10


async def tell_alerts(store: Store, channel: MessageChannel, admin_ids: Sequence[int], *, now: Now) -> int:
    """Tell every admin of what nobody has been told of; returns how many alerts were told.

    One that reached nobody for now waits for the next call. Who cannot be written to for good (they have never sent the
    bot /start) is only logged: asking again would not change it.
    """
    if not admin_ids:
        return 0
    untold = await asyncio.to_thread(find_untold, store)
    told = 0
    for alert in untold[:_MAX_AT_ONCE]:
        # Before it is sent: two processes tell nothing twice, and one that dies here costs a message, not the alert,
        # which stands in the log, in `status` and among the metrics.
        if not await asyncio.to_thread(mark_told, store, alert, now()):
            continue
        outcomes = [await _send(channel, alert, admin_id) for admin_id in admin_ids]
        if any(isinstance(outcome, Deferred) for outcome in outcomes) and not any(map(_may_be_there, outcomes)):
            await asyncio.to_thread(mark_untold, store, alert)
            break
        told += any(map(_may_be_there, outcomes))
    return told


async def _send(channel: MessageChannel, alert: Alert, admin_id: int) -> DeliveryError | None:
    message = Message(
        address=str(admin_id), html=render_alert(alert.text), own_reference=f"alert-{alert.key}-{admin_id}"
    )
    try:
        await channel.wait_turn(message)
        await channel.send(message)
    except DeliveryError as error:
        log.warning("alert_not_told", key=alert.key, error=type(error).__name__)
        return error
    return None


def _may_be_there(outcome: DeliveryError | None) -> bool:
    return outcome is None or isinstance(outcome, Unknown)
