"""Steps that several tests of the subscribers share."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from digests.errors import InputError
from digests.phrases import load_phrases
from digests.store.engine import Store
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import join
from digests.subscribers.subscriber import Subscriber

NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
SALT = b"a secret key"


def join_by_mail(store: Store, address: str = "zhang@example.org", **changes: Any) -> Subscriber:
    given: dict[str, Any] = {"confirmed": True, "now": NOW, "salt": SALT}
    return join(store, channel="email", address=address, **given | changes)


def join_by_chat(store: Store, chat: str = "42", **changes: Any) -> Subscriber:
    given: dict[str, Any] = {"confirmed": True, "now": NOW, "salt": SALT, "asked_again": True}
    return join(store, channel="telegram", address=chat, **given | changes)


def add(store: Store, subscriber: Subscriber, text: str, *, now: datetime = NOW, most: int = 50) -> list[Any]:
    return list(add_keywords(store, subscriber.id, text, now, most).outcomes)


def code_of(action: Callable[[], object]) -> str:
    """The code of the InputError that `action` raises; its sentence must exist in both languages."""
    with pytest.raises(InputError) as raised:
        action()
    for language in ("zh", "en"):
        assert load_phrases(language)(raised.value.code, **raised.value.fields)
    return raised.value.code


def in_threads(*actions: Callable[[], object]) -> None:
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        barrier.wait()
        action()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
