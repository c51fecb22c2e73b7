"""What a reader may change about their digests. Each text is read by the module named after it, which says how.

Whatever changes the moment of a digest empties `next_due`: the worker works it out at its next tick.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, literal, update

from digests.delivery.channel import EMAIL, TELEGRAM
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import UtcDateTime, subscribers, targets
from digests.subscribers.beginning import begin_now, has_newer_batch
from digests.subscribers.directory import load_on, lock, no_such_subscriber
from digests.subscribers.hours import parse_hour
from digests.subscribers.kinds import parse_kinds
from digests.subscribers.languages import parse_language
from digests.subscribers.scopes import parse_scope
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.timezones import find_timezone
from digests.subscribers.trending import look_again_at_trends
from digests.subscribers.weekdays import parse_weekdays
from digests.subscribers.wishes import parse_channels


def set_hour(store: Store, subscriber_id: int, text: str) -> Subscriber:
    return _change(store, subscriber_id, send_at=parse_hour(text), next_due=None)


def set_weekdays(store: Store, subscriber_id: int, text: str) -> Subscriber:
    days = parse_weekdays(text)
    return _change(store, subscriber_id, weekdays=None if days is None else list(days), next_due=None)


def set_timezone(store: Store, subscriber_id: int, text: str) -> Subscriber:
    with store.reading() as connection:
        language = load_on(connection, subscriber_id).language
    return _change(store, subscriber_id, timezone=find_timezone(text, language), next_due=None)


def set_scope(store: Store, subscriber_id: int, text: str) -> Subscriber:
    scope = parse_scope(text)
    return _change(store, subscriber_id, scope=None if scope is None else list(scope))


def set_language(store: Store, subscriber_id: int, text: str) -> Subscriber:
    return _change(store, subscriber_id, language=parse_language(text))


def set_kinds(store: Store, subscriber_id: int, text: str) -> Subscriber:
    """What they get beside new papers."""
    kinds = parse_kinds(text)
    return _change(store, subscriber_id, **{f"wants_{kind}": is_wanted for kind, is_wanted in kinds.items()})


def set_channels(store: Store, subscriber_id: int, text: str, now: datetime) -> Subscriber:
    """Raises  InputError: `chat.no_mail_address`, `chat.no_chat` where there is no such address to send to."""
    wanted = parse_channels(text)
    with store.writing() as connection:
        lock(connection, subscriber_id)
        _refuse_missing(load_on(connection, subscriber_id), wanted)
        muted_at = case(
            (targets.c.channel.in_(wanted), None),
            else_=func.coalesce(targets.c.muted_at, literal(now, UtcDateTime())),
        )
        connection.execute(update(targets).where(targets.c.subscriber_id == subscriber_id).values(muted_at=muted_at))
        # With nothing to send to, nobody looked when their next one is due.
        return _write(connection, subscriber_id, next_due=None)


def pause(store: Store, subscriber_id: int, now: datetime) -> Subscriber:
    paused_at = func.coalesce(subscribers.c.paused_at, literal(now, UtcDateTime()))
    return _change(store, subscriber_id, paused_at=paused_at)


def resume(store: Store, subscriber_id: int) -> Subscriber:
    """What was announced during the pause is not sent; what waited when it began is. Who was not paused goes on."""
    with store.writing() as connection:
        lock(connection, subscriber_id)
        paused_at = load_on(connection, subscriber_id).paused_at
        if paused_at is not None and has_newer_batch(connection, paused_at):
            begin_now(connection, subscriber_id)
        return _write(connection, subscriber_id, paused_at=None)


def _refuse_missing(subscriber: Subscriber, wanted: frozenset[str]) -> None:
    usable = {target.channel for target in subscriber.targets if target.is_usable}
    if EMAIL in wanted - usable:
        raise InputError("no confirmed mail address", code="chat.no_mail_address")
    if TELEGRAM in wanted - usable:
        raise InputError("no chat", code="chat.no_chat")


def _change(store: Store, subscriber_id: int, **values: Any) -> Subscriber:
    with store.writing() as connection:
        return _write(connection, subscriber_id, **values)


def _write(connection: Connection, subscriber_id: int, **values: Any) -> Subscriber:
    statement = update(subscribers).where(subscribers.c.id == subscriber_id).values(values)
    if connection.execute(statement.returning(subscribers.c.id)).first() is None:
        raise no_such_subscriber(subscriber_id)
    if "next_due" in values:
        look_again_at_trends(connection, subscriber_id)
    return load_on(connection, subscriber_id)
