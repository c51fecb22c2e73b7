"""What a person who runs this has to know: a row each, told once (invariant 7 for the operator)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, select, update

from digests.store.engine import Store
from digests.store.tables import alerts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """An open one. `told_at` None: nobody has been written to."""

    key: str
    text: str
    raised_at: datetime
    told_at: datetime | None = None


def raise_alert(store: Store, key: str, text: str, now: datetime) -> bool:
    """Raise it, or leave it as it is; returns whether it is new.

    key   what it is about, such as `empty:listing:cs:2026-11-23`: raised again it is the same alert
    text  one English sentence: what is wrong, and what to do
    """
    row = {"text": text, "raised_at": now, "told_at": None, "cleared_at": None}
    insert = store.insert(alerts).values(key=key, **row)
    again = insert.on_conflict_do_update(
        index_elements=[alerts.c.key], set_=row, where=alerts.c.cleared_at.is_not(None)
    )
    with store.writing() as connection:
        is_new = connection.execute(again.returning(alerts.c.key)).first() is not None
    if is_new:
        log.error("alert_raised", key=key, reason=text)
    return is_new


def clear_alert(store: Store, key: str, now: datetime) -> None:
    """It is over; raised again it is a new one."""
    mine = update(alerts).where(alerts.c.key == key, alerts.c.cleared_at.is_(None))
    with store.writing() as connection:
        is_over = connection.execute(mine.values(cleared_at=now).returning(alerts.c.key)).first() is not None
    if is_over:
        log.info("alert_cleared", key=key)


def find_open(store: Store) -> list[Alert]:
    """What is not over, the oldest first."""
    return _find(store, _select_open())


def find_untold(store: Store) -> list[Alert]:
    """What is not over and nobody has been told of, the oldest first."""
    return _find(store, _select_open().where(alerts.c.told_at.is_(None)))


def mark_told(store: Store, alert: Alert, now: datetime) -> bool:
    """Whether it is the caller's to tell: nobody else has taken it, and it is not over."""
    mine = _is_this(alert).where(alerts.c.told_at.is_(None), alerts.c.cleared_at.is_(None))
    with store.writing() as connection:
        return connection.execute(mine.values(told_at=now).returning(alerts.c.key)).first() is not None


def mark_untold(store: Store, alert: Alert) -> None:
    """It was certainly not told after all."""
    with store.writing() as connection:
        connection.execute(_is_this(alert).values(told_at=None))


def _is_this(alert: Alert) -> Any:
    # One that was over and raised again since is another.
    return update(alerts).where(alerts.c.key == alert.key, alerts.c.raised_at == alert.raised_at)


def _select_open() -> Select[Any]:
    columns = (alerts.c.key, alerts.c.text, alerts.c.raised_at, alerts.c.told_at)
    return select(*columns).where(alerts.c.cleared_at.is_(None)).order_by(alerts.c.raised_at, alerts.c.key)


def _find(store: Store, query: Select[Any]) -> list[Alert]:
    with store.reading() as connection:
        return [Alert(*row) for row in connection.execute(query)]
