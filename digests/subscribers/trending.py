"""What a reader gets of what the community reads: `/trending`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from digests.composing.trending import MIN_UPVOTES, Period
from digests.store.engine import Store
from digests.store.tables import trending
from digests.subscribers.directory import lock
from digests.subscribers.periods import parse_trending


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A period that a reader gets.

    min_upvotes  that a paper needs
    served_on    the last day of the newest period that they had, or that was over when they began
    next_due     when to look for the next one (aware UTC); None = not worked out yet
    """

    period: Period
    min_upvotes: int
    served_on: date
    next_due: datetime | None = None


def change_trending(store: Store, subscriber_id: int, text: str, now: datetime) -> list[Trend]:
    """Do what `text` says (periods.py); returns what they get then.

    Raises  InputError: as parse_trending, and `chat.no_such_subscriber`.
    """
    wish = parse_trending(text)
    with store.writing() as connection:
        lock(connection, subscriber_id)
        if wish.is_off:
            off = trending.c.subscriber_id == subscriber_id, trending.c.period.in_(wish.periods or Period)
            connection.execute(delete(trending).where(*off))
        else:
            _switch_on(store, connection, subscriber_id, wish.periods, now)
        return _list(connection, subscriber_id)


def list_trends(store: Store, subscriber_id: int) -> list[Trend]:
    """What they get, days before weeks before months."""
    with store.reading() as connection:
        return _list(connection, subscriber_id)


def find_trends(store: Store, period: Period, among: Collection[int]) -> dict[int, Trend]:
    """By subscriber, of those who get this period."""
    query = select(trending).where(trending.c.period == period, trending.c.subscriber_id.in_(among))
    with store.reading() as connection:
        return {row.subscriber_id: build_trend(row) for row in connection.execute(query)}


def copy_trends(connection: Connection, into: int, other: int) -> None:
    """Give `into` the periods of `other` that they do not get themselves."""
    held = select(trending.c.period).where(trending.c.subscriber_id == into)
    theirs = trending.c.subscriber_id == other, trending.c.period.not_in(held)
    connection.execute(update(trending).where(*theirs).values(subscriber_id=into, next_due=None))


def look_again_at_trends(connection: Connection, subscriber_id: int) -> None:
    """Their hour is another one now."""
    connection.execute(update(trending).where(trending.c.subscriber_id == subscriber_id).values(next_due=None))


def build_trend(row: Row[Any]) -> Trend:
    return Trend(period=Period(row.period), min_upvotes=row.min_upvotes, served_on=row.served_on, next_due=row.next_due)


def _switch_on(
    store: Store, connection: Connection, subscriber_id: int, wanted: Mapping[Period, int | None], now: datetime
) -> None:
    """Who begins gets first what is not over yet; who is on goes on from there, with the votes said before."""
    for period, votes in wanted.items():
        row = {
            "subscriber_id": subscriber_id,
            "period": period,
            "min_upvotes": MIN_UPVOTES[period] if votes is None else votes,
            "served_on": period.find_over(now),
            "added_at": now,
        }
        connection.execute(store.insert(trending).values(row).on_conflict_do_nothing())
        if votes is not None:
            mine = trending.c.subscriber_id == subscriber_id, trending.c.period == period
            connection.execute(update(trending).where(*mine).values(min_upvotes=votes))


def _list(connection: Connection, subscriber_id: int) -> list[Trend]:
    rows = connection.execute(select(trending).where(trending.c.subscriber_id == subscriber_id))
    found = {trend.period: trend for trend in map(build_trend, rows)}
    return [found[period] for period in Period if period in found]
