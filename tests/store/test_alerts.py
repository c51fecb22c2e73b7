"""Alerts: raised once, told once, on both databases."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from digests.alerts import clear_alert, find_open, find_untold, mark_told, raise_alert
from digests.delivery.alerting import tell_alerts
from digests.errors import Deferred, MessageRejected, RecipientGone, Unknown
from tests.builders import NOON
from tests.fakes import FakeChannel

HOUR = timedelta(hours=1)
KEY = "empty:listing:cs:2026-11-20"
TEXT = "listing of cs has the date 2026-11-20 and no paper."


def now():
    return NOON + HOUR


def test_it_is_raised_and_logged_once_until_it_is_over(store):
    with capture_logs() as logs:
        assert raise_alert(store, KEY, TEXT, NOON)
        assert not raise_alert(store, KEY, "other words", NOON + HOUR)
        clear_alert(store, KEY, NOON + HOUR)
        clear_alert(store, KEY, NOON + HOUR)
        assert find_open(store) == []
        assert raise_alert(store, KEY, TEXT, NOON + 2 * HOUR)
    assert [(log["event"], log["key"]) for log in logs] == [
        ("alert_raised", KEY),
        ("alert_cleared", KEY),
        ("alert_raised", KEY),
    ]
    (alert,) = find_open(store)
    assert (alert.key, alert.text, alert.raised_at, alert.told_at) == (KEY, TEXT, NOON + 2 * HOUR, None)


def test_clearing_what_was_never_raised_says_nothing(store):
    with capture_logs() as logs:
        clear_alert(store, KEY, NOON)
    assert (logs, find_open(store)) == ([], [])


def test_only_one_of_two_processes_may_tell_it(store):
    raise_alert(store, KEY, TEXT, NOON)
    (mine,), (yours,) = find_untold(store), find_untold(store)
    assert mark_told(store, mine, NOON)
    assert not mark_told(store, yours, NOON)
    assert find_untold(store) == []
    assert [alert.told_at for alert in find_open(store)] == [NOON]


def test_what_was_over_and_raised_again_meanwhile_is_another_one(store):
    raise_alert(store, KEY, TEXT, NOON)
    (seen,) = find_untold(store)
    clear_alert(store, KEY, NOON)
    assert not mark_told(store, seen, NOON)
    raise_alert(store, KEY, TEXT, NOON + HOUR)
    assert not mark_told(store, seen, NOON)
    assert len(find_untold(store)) == 1


async def test_every_operator_is_told_of_each_alert_once_oldest_first(store):
    raise_alert(store, "b", "second", NOON + HOUR)
    raise_alert(store, "a", "first", NOON)
    channel = FakeChannel()
    assert await tell_alerts(store, channel, (7, 8), now=now) == 2
    assert await tell_alerts(store, channel, (7, 8), now=now) == 0
    assert [(m.address, m.html) for m in channel.received] == [
        ("7", "⚠️ first"),
        ("8", "⚠️ first"),
        ("7", "⚠️ second"),
        ("8", "⚠️ second"),
    ]
    assert not any(message.is_digest for message in channel.received)


async def test_what_a_server_answered_is_no_markup(store):
    raise_alert(store, KEY, "fails: <b>503</b> & " + "x" * 9000, NOON)
    channel = FakeChannel()
    await tell_alerts(store, channel, (7,), now=now)
    (message,) = channel.received
    assert message.html.startswith("⚠️ fails: &lt;b&gt;503&lt;/b&gt; &amp; xxx")
    assert len(message.html) < 4096


async def test_nobody_to_tell_leaves_it_untold(store):
    raise_alert(store, KEY, TEXT, NOON)
    assert await tell_alerts(store, FakeChannel(), (), now=now) == 0
    assert len(find_untold(store)) == 1


async def test_while_telegram_is_away_it_waits_and_the_others_with_it(store):
    raise_alert(store, "a", "first", NOON)
    raise_alert(store, "b", "second", NOON + HOUR)
    channel = FakeChannel(Deferred("busy"))
    assert await tell_alerts(store, channel, (7,), now=now) == 0
    assert channel.received == []
    assert await tell_alerts(store, channel, (7,), now=now) == 2
    assert [message.html for message in channel.received] == ["⚠️ first", "⚠️ second"]


async def test_who_has_it_is_not_told_again_because_another_could_not_be_reached(store):
    raise_alert(store, KEY, TEXT, NOON)
    channel = FakeChannel(None, Deferred("busy"))
    assert await tell_alerts(store, channel, (7, 8), now=now) == 1
    assert await tell_alerts(store, channel, (7, 8), now=now) == 0
    assert [message.address for message in channel.received] == ["7"]


@pytest.mark.parametrize(
    ("outcome", "told"), [(RecipientGone("blocked"), 0), (MessageRejected("bad"), 0), (Unknown("timed out"), 1)]
)
async def test_what_would_not_change_or_may_be_there_is_not_sent_again(store, outcome, told):
    raise_alert(store, KEY, TEXT, NOON)
    channel = FakeChannel(outcome)
    with capture_logs() as logs:
        assert await tell_alerts(store, channel, (7,), now=now) == told
    assert [(log["event"], log["error"]) for log in logs] == [("alert_not_told", type(outcome).__name__)]
    assert await tell_alerts(store, channel, (7,), now=now) == 0
