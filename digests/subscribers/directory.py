"""Who is on the books: one subscriber, or all of them, with their addresses."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, Row, Select, select

from digests.delivery.channel import TELEGRAM
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import subscribers, targets
from digests.subscribers.addresses import clean_address
from digests.subscribers.subscriber import Subscriber, Target


def list_subscribers(store: Store) -> list[Subscriber]:
    """Everybody, in the order of joining; two queries however many they are."""
    with store.reading() as connection:
        found = connection.execute(select(targets).order_by(targets.c.id))
        by_subscriber: defaultdict[int, list[Target]] = defaultdict(list)
        for row in found:
            by_subscriber[row.subscriber_id].append(build_target(row))
        everybody = connection.execute(select(subscribers).order_by(subscribers.c.id)).all()
    return [_build_subscriber(row, by_subscriber[row.id]) for row in everybody]


def list_chats(store: Store) -> list[int]:
    """The Telegram ids of everybody."""
    with store.reading() as connection:
        query = select(targets.c.address).where(targets.c.channel == TELEGRAM).order_by(targets.c.id)
        return [int(address) for address in connection.scalars(query)]


def find_by_address(store: Store, *, channel: str, address: str) -> Subscriber | None:
    """The subscriber whose address this is, confirmed or not.

    Raises  InputError for an address that cannot be one.
    """
    clean = clean_address(channel, address)
    with store.reading() as connection:
        row = connection.execute(select_target(channel, clean)).one_or_none()
        return None if row is None else load_on(connection, row.subscriber_id)


def load_on(connection: Connection, subscriber_id: int) -> Subscriber:
    row = connection.execute(select(subscribers).where(subscribers.c.id == subscriber_id)).one_or_none()
    if row is None:
        raise no_such_subscriber(subscriber_id)
    query = select(targets).where(targets.c.subscriber_id == subscriber_id).order_by(targets.c.id)
    return _build_subscriber(row, [build_target(target) for target in connection.execute(query)])


def lock(connection: Connection, *subscriber_ids: int) -> None:
    """On PostgreSQL whoever changes several rows of a reader waits here for the others; SQLite has one writer.

    Raises  InputError `chat.no_such_subscriber`.
    """
    wanted = sorted(set(subscriber_ids))
    # In one order, so that two who want the same two never wait for each other.
    query = select(subscribers.c.id).where(subscribers.c.id.in_(wanted)).order_by(subscribers.c.id).with_for_update()
    missing = set(wanted) - set(connection.execute(query).scalars())
    if missing:
        raise no_such_subscriber(min(missing))


def no_such_subscriber(subscriber_id: int) -> InputError:
    return InputError(
        f"no subscriber {subscriber_id}", code="chat.no_such_subscriber", fields={"subscriber": subscriber_id}
    )


def select_target(channel: str, address: str) -> Select[tuple[int, int]]:
    return select(targets.c.id, targets.c.subscriber_id).where(
        targets.c.channel == channel, targets.c.address == address
    )


def build_target(row: Row[tuple[object, ...]]) -> Target:
    return Target(
        id=row.id,
        channel=row.channel,
        address=row.address,
        confirmed_at=row.confirmed_at,
        gone_at=row.gone_at,
        gone_reason=row.gone_reason,
        muted_at=row.muted_at,
    )


def _build_subscriber(row: Row[tuple[object, ...]], addresses: Iterable[Target]) -> Subscriber:
    return Subscriber(
        id=row.id,
        language=row.language,
        timezone=row.timezone,
        send_at=row.send_at,
        weekdays=None if row.weekdays is None else tuple(row.weekdays),
        scope=None if row.scope is None else tuple(row.scope),
        paused_at=row.paused_at,
        joined_at=row.joined_at,
        targets=tuple(addresses),
        served_on=row.served_on,
        next_due=row.next_due,
        wants_crosses=row.wants_crosses,
        wants_updates=row.wants_updates,
    )
