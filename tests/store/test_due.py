"""Whose digest is due, on both databases: hours, days off, downtimes, holidays and clocks that were wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from digests.clock import announced_at
from digests.composing.codec import digest_from_json
from digests.composing.digest import Nothing
from digests.coverage.readiness import LONGEST_WAIT
from digests.day import Day
from digests.delivery import editions as planned_editions
from digests.delivery.addresses import mark_gone
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.editions import Standing
from digests.due import Due, find_awaiting, find_due, find_groups, find_unannounced, work_out_next
from digests.papers.calendar import load_calendar
from digests.papers.collecting.missed import list_catch_ups, plan_missed
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import settle, watch
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.shelf import store_announcement
from digests.store.sandboxed import forget_sandbox
from digests.store.tables import catch_ups, deliveries, editions, subscribers
from digests.subscribers.keywords import add_keywords, remove_keyword
from digests.subscribers.membership import add_address, join
from digests.subscribers.preferences import pause, resume, set_channels, set_hour
from digests.subscribers.readers import load_reader
from tests.builders import make_paper

FRIDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (13, 16, 17, 18, 19))
THANKSGIVING = date(2026, 11, 27)
CHANNELS = (EMAIL, TELEGRAM)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


def before(on: date) -> datetime:
    return announced_at(on).astimezone(UTC) - MINUTE


def after(on: date, **more) -> datetime:
    return announced_at(on).astimezone(UTC) + timedelta(**more or {"minutes": 10})


def shanghai(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), tzinfo=SHANGHAI).astimezone(UTC)


def announce(store, on: date, now: datetime, *, scope="cs", total=1):
    paper = make_paper(id=f"26{on:%m}.{on:%d}001", title=f"Boring defaults of {on:%d}")
    page = Announcement(
        source=Source.LISTING,
        scope=scope,
        announced_on=on,
        entries=(Announced(paper, Kind.NEW, 1),),
        sections=(Section(Kind.NEW, 1, total),),
        total=total,
    )
    store_announcement(store, page, lambda: now)


def add_reader(store, now: datetime, *, keywords="boring", chat="1", **row) -> int:
    reader = join(store, channel=TELEGRAM, address=chat, confirmed=True, now=now, salt=b"salt")
    if keywords:
        add_keywords(store, reader.id, keywords, now, 50)
    if row:
        with store.writing() as connection:
            connection.execute(update(subscribers).where(subscribers.c.id == reader.id).values(row))
    return reader.id


def make_day(store, now: datetime, on: date, earlier=()) -> Day:
    return Day(store=store, now=lambda: now, on=on, earlier=tuple(earlier), keys={}, channels=CHANNELS, max_full=30)


def dispatch(store, now: datetime) -> list[Due]:
    """What the worker does each minute, up to the composed editions."""
    work_out_next(store, now)
    found = find_due(store, now, CHANNELS, load_calendar())
    for due in found:
        *earlier, newest = due.dates
        make_day(store, now, newest, earlier).compose(set(due.subscriber_ids))
    return found


def load_reader_row(store, reader: int):
    with store.reading() as connection:
        return connection.execute(select(subscribers).where(subscribers.c.id == reader)).one()


def load_slots(store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(select(editions.c.slot).order_by(editions.c.id)))


def test_without_an_hour_a_batch_goes_as_soon_as_it_is_whole(store):
    reader = add_reader(store, before(MONDAY))
    assert dispatch(store, before(MONDAY)) == []
    announce(store, MONDAY, after(MONDAY), total=2)
    assert dispatch(store, after(MONDAY)) == []
    announce(store, MONDAY, after(MONDAY), total=1)
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (reader,), is_late=False)]
    assert dispatch(store, after(MONDAY)) == []
    row = load_reader_row(store, reader)
    assert (row.served_on, row.next_due) == (MONDAY, announced_at(TUESDAY))


def test_an_hour_waits_for_its_minute(store):
    reader = add_reader(store, before(MONDAY), send_at=time(9, 30))
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, shanghai(MONDAY, 9, 29)) == []
    assert dispatch(store, shanghai(MONDAY, 9, 30)) == [Due((MONDAY,), (reader,), is_late=False)]


def test_an_hour_before_the_announcement_brings_the_batch_on_the_next_morning(store):
    add_reader(store, before(MONDAY), send_at=time(8, 30))
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, shanghai(MONDAY, 23)) == []
    assert dispatch(store, shanghai(TUESDAY, 8, 30)) != []


def test_batches_of_days_off_come_together_on_the_next_day(store):
    reader = add_reader(store, before(MONDAY), weekdays=[3])
    announce(store, MONDAY, after(MONDAY))
    announce(store, TUESDAY, after(TUESDAY))
    # Who had nothing begins with the newest; this reader has been there before.
    with store.writing() as connection:
        connection.execute(update(subscribers).values(served_on=MONDAY - timedelta(days=3), next_due=None))
    assert dispatch(store, after(TUESDAY)) == []
    announce(store, WEDNESDAY, after(WEDNESDAY))
    assert dispatch(store, after(WEDNESDAY)) == [Due((MONDAY, TUESDAY, WEDNESDAY), (reader,), is_late=False)]
    assert load_slots(store) == ["daily:2026-11-18"]
    with store.reading() as connection:
        digest = digest_from_json(connection.scalar(select(editions.c.digest)))
    assert (digest.dates, digest.matched) == ((MONDAY, TUESDAY, WEDNESDAY), 3)


def test_after_a_downtime_the_same_question_finds_who_was_missed(store):
    reader = add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    dispatch(store, after(MONDAY))
    announce(store, TUESDAY, after(WEDNESDAY))
    announce(store, WEDNESDAY, after(WEDNESDAY))
    assert dispatch(store, after(WEDNESDAY, hours=2)) == [Due((TUESDAY, WEDNESDAY), (reader,), is_late=False)]


def test_what_is_not_whole_after_three_hours_goes_with_what_is_there(store):
    reader = add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY), total=2)
    late = after(MONDAY) + LONGEST_WAIT
    assert dispatch(store, late - MINUTE) == []
    assert dispatch(store, late) == [Due((MONDAY,), (reader,), is_late=True)]


def test_an_archive_that_is_watched_and_has_said_nothing_is_waited_for(store):
    add_reader(store, before(MONDAY))
    watch(store, [(Stage.LISTING, "cs"), (Stage.LISTING, "stat")], before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, after(MONDAY)) == []
    announce(store, MONDAY, after(MONDAY), scope="stat")
    assert dispatch(store, after(MONDAY)) != []


@pytest.mark.parametrize(
    "row",
    [
        {"paused_at": before(MONDAY)},
        {"keywords": ""},
        {"served_on": MONDAY},
    ],
)
def test_who_can_get_nothing_is_not_found(store, row):
    add_reader(store, before(MONDAY), **row)
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, after(MONDAY)) == []


def test_a_new_reader_begins_with_the_next_batch_when_one_is_there(store):
    announce(store, MONDAY, after(MONDAY))
    reader = add_reader(store, after(MONDAY, hours=1))
    assert find_awaiting(store, MONDAY) == []
    assert dispatch(store, after(MONDAY, hours=1)) == []
    announce(store, TUESDAY, after(TUESDAY))
    assert dispatch(store, after(TUESDAY)) == [Due((TUESDAY,), (reader,), is_late=False)]


def test_a_moment_from_a_wrong_clock_is_worked_out_again(store):
    reader = add_reader(store, before(MONDAY), next_due=datetime(2031, 1, 1, tzinfo=UTC))
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (reader,), is_late=False)]


def test_a_batch_that_was_composed_by_hand_is_not_composed_again(store):
    reader = add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    make_day(store, after(MONDAY), MONDAY).compose()
    assert load_reader_row(store, reader).served_on == MONDAY
    assert dispatch(store, after(MONDAY, hours=1)) == []


def test_what_only_the_sandbox_sent_is_still_due_for_real(store):
    reader = add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    replace(make_day(store, after(MONDAY), MONDAY), is_sandbox=True).compose()
    assert dispatch(store, after(MONDAY)) == []
    forget_sandbox(store)
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (reader,), is_late=False)]


def find_untold(store, now: datetime):
    return find_unannounced(store, now, CHANNELS, load_calendar(), lambda on: make_day(store, now, on).notice_slot)


def tell(store, now: datetime) -> list[Nothing]:
    work_out_next(store, now)
    found = find_untold(store, now)
    for one in found:
        make_day(store, now, one.announced_on).announce_nothing(one.nothing, set(one.subscriber_ids))
    return [one.nothing for one in found]


def test_that_arxiv_is_late_is_said_once_and_after_three_hours(store):
    reader = add_reader(store, before(MONDAY))
    assert tell(store, after(MONDAY)) == []
    late = announced_at(MONDAY) + LONGEST_WAIT
    assert tell(store, late) == [Nothing.NOT_ANNOUNCED]
    assert tell(store, late + MINUTE) == []
    assert load_slots(store) == ["notice:2026-11-16"]
    # And the batch still comes, as soon as it is there.
    announce(store, MONDAY, late + MINUTE)
    assert dispatch(store, late + MINUTE) == [Due((MONDAY,), (reader,), is_late=False)]


def test_who_reads_in_the_evening_is_told_in_the_evening_that_arxiv_is_late(store):
    add_reader(store, before(MONDAY), send_at=time(20))
    assert tell(store, shanghai(MONDAY, 19, 59)) == []
    assert tell(store, shanghai(MONDAY, 20)) == [Nothing.NOT_ANNOUNCED]


def test_that_we_cannot_reach_arxiv_is_our_fault_and_said_so(store):
    add_reader(store, before(MONDAY))
    watch(store, [(Stage.LISTING, "cs")], before(MONDAY))
    settle(store, (Stage.LISTING, "cs"), after(MONDAY), on=MONDAY, is_through=False, fault="no network")
    assert tell(store, after(MONDAY) + LONGEST_WAIT) == [Nothing.NOT_FETCHED]


def test_a_holiday_is_said_at_the_readers_hour_and_the_next_batch_is_named(store):
    reader = add_reader(store, before(THANKSGIVING), send_at=time(12))
    assert tell(store, shanghai(THANKSGIVING, 11, 59)) == []
    assert tell(store, shanghai(THANKSGIVING, 12)) == [Nothing.HOLIDAY]
    assert tell(store, shanghai(THANKSGIVING, 13)) == []
    assert load_reader_row(store, reader).served_on is None
    with store.reading() as connection:
        (body,) = connection.scalars(select(deliveries.c.body))
    assert "11月30日" in body


def test_who_joined_after_the_announcement_is_told_nothing_about_it(store):
    add_reader(store, after(MONDAY))
    assert tell(store, after(MONDAY) + LONGEST_WAIT) == []


def test_who_comes_back_after_their_chat_was_gone_begins_with_the_next_batch(store):
    reader = add_reader(store, before(MONDAY))
    (target,) = load_reader(store, reader).targets
    mark_gone(store, target.id, "blocked", before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    join(store, channel=TELEGRAM, address="1", confirmed=True, now=after(MONDAY), salt=b"salt")
    assert dispatch(store, after(MONDAY)) == []
    announce(store, TUESDAY, after(TUESDAY))
    assert dispatch(store, after(TUESDAY)) == [Due((TUESDAY,), (reader,), is_late=False)]


def test_a_chat_that_was_switched_off_serves_again_when_the_mail_address_is_dead(store):
    reader = add_reader(store, before(MONDAY))
    add_address(store, reader, channel=EMAIL, address="a@example.org", confirmed=True, now=before(MONDAY), salt=b"salt")
    set_channels(store, reader, "mail", before(MONDAY))
    (mail,) = load_reader(store, reader).targets
    mark_gone(store, mail.id, "550 no such user", before(MONDAY))
    assert [target.channel for target in load_reader(store, reader).targets] == [TELEGRAM]


def test_a_pause_leaves_what_waited_before_it(store):
    reader = add_reader(store, before(MONDAY), send_at=time(20))
    announce(store, MONDAY, after(MONDAY))
    pause(store, reader, shanghai(MONDAY, 10))
    resume(store, reader)
    assert dispatch(store, shanghai(MONDAY, 20)) == [Due((MONDAY,), (reader,), is_late=False)]


def test_who_exchanges_their_only_keyword_still_gets_todays_batch(store):
    reader = add_reader(store, before(MONDAY), send_at=time(20))
    announce(store, MONDAY, after(MONDAY))
    dispatch(store, shanghai(MONDAY, 20))
    announce(store, TUESDAY, after(TUESDAY))
    remove_keyword(store, reader, "1")
    add_keywords(store, reader, "defaults", shanghai(TUESDAY, 10), 50)
    assert dispatch(store, shanghai(TUESDAY, 20)) == [Due((TUESDAY,), (reader,), is_late=False)]


def test_of_two_composers_one_serves_the_reader(store):
    """One was woken before Tuesday's batch was there, the other after."""
    reader = add_reader(store, before(MONDAY), served_on=FRIDAY, next_due=before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    announce(store, TUESDAY, after(TUESDAY))
    stale = make_day(store, after(TUESDAY), MONDAY)
    (seen,) = stale.waiting_readers([reader])
    assert make_day(store, after(TUESDAY), TUESDAY, [MONDAY]).compose([reader]) == 1
    assert (
        planned_editions.plan_edition(
            store,
            subscriber_id=reader,
            slot=stale.slot,
            announced_on=MONDAY,
            digest_json={},
            paper_ids=(),
            parts=(),
            now=after(TUESDAY),
            standing=Standing(seen.served_on, seen.next_due),
        )
        is None
    )
    assert load_slots(store) == ["daily:2026-11-17"]


def test_who_changes_their_hour_while_a_digest_is_composed_is_looked_at_again(store):
    reader = add_reader(store, before(MONDAY), send_at=time(20))
    announce(store, MONDAY, after(MONDAY))
    work_out_next(store, after(MONDAY))
    (seen,) = make_day(store, after(MONDAY), MONDAY).waiting_readers([reader])
    set_hour(store, reader, "9:30")
    standing = Standing(seen.served_on, seen.next_due)
    planned = {"subscriber_id": reader, "slot": "daily:x", "announced_on": MONDAY, "digest_json": {}, "paper_ids": ()}
    assert planned_editions.plan_edition(store, **planned, parts=(), now=after(MONDAY), standing=standing) is None
    assert dispatch(store, shanghai(MONDAY, 9, 30)) == [Due((MONDAY,), (reader,), is_late=False)]


def test_old_batches_wait_for_the_one_that_is_just_being_announced(store):
    """Days off end on the morning on which the next batch comes: one digest, not two."""
    reader = add_reader(store, before(MONDAY), weekdays=[3], served_on=FRIDAY, next_due=before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, after(WEDNESDAY, minutes=1)) == []
    announce(store, WEDNESDAY, after(WEDNESDAY, minutes=10))
    assert dispatch(store, after(WEDNESDAY, minutes=11)) == [Due((MONDAY, WEDNESDAY), (reader,), is_late=False)]


def test_only_the_archives_that_a_reader_reads_are_waited_for(store):
    watch(store, [(Stage.LISTING, "cs"), (Stage.LISTING, "nucl-ex")], before(MONDAY))
    everything = add_reader(store, before(MONDAY))
    only_cs = add_reader(store, before(MONDAY), chat="2", scope=["cs.LG"])
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (only_cs,), is_late=False)]
    announce(store, MONDAY, after(MONDAY), scope="nucl-ex")
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (everything,), is_late=False)]


def test_an_archive_whose_page_stays_empty_is_a_quiet_one(store):
    watch(store, [(Stage.LISTING, "cs"), (Stage.LISTING, "nucl-ex")], before(MONDAY))
    reader = add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    empty = Announcement(source=Source.LISTING, scope="nucl-ex", announced_on=MONDAY)
    store_announcement(store, empty, lambda: after(MONDAY))
    assert dispatch(store, after(MONDAY, minutes=59)) == []
    assert dispatch(store, after(MONDAY, minutes=60)) == [Due((MONDAY,), (reader,), is_late=False)]


def test_a_feed_that_was_brought_in_by_hand_holds_nobody_up(store):
    reader = add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    feed = Announcement(source=Source.RSS, scope="cs.CV", announced_on=MONDAY)
    store_announcement(store, feed, lambda: after(MONDAY))
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (reader,), is_late=False)]


def test_only_the_newest_batch_must_be_whole(store):
    reader = add_reader(store, before(MONDAY), served_on=FRIDAY)
    announce(store, MONDAY, after(MONDAY), total=2)
    announce(store, TUESDAY, after(TUESDAY))
    assert dispatch(store, after(TUESDAY)) == [Due((MONDAY, TUESDAY), (reader,), is_late=False)]


def test_english_readers_do_not_wait_for_chinese(store):
    add_reader(store, before(MONDAY))
    add_reader(store, before(MONDAY), chat="2", language="en")
    announce(store, MONDAY, after(MONDAY))
    work_out_next(store, after(MONDAY))
    assert [due.language for due in find_due(store, after(MONDAY), CHANNELS, load_calendar())] == ["en", "zh"]


def test_a_notice_that_was_overtaken_by_the_batch_is_not_sent(store):
    reader = add_reader(store, before(MONDAY))
    late = after(MONDAY) + LONGEST_WAIT
    work_out_next(store, late)
    (untold,) = find_untold(store, late)
    announce(store, MONDAY, late)
    dispatch(store, late)
    assert make_day(store, late, MONDAY).announce_nothing(untold.nothing, {reader}) == 0


def test_a_zone_that_is_not_known_any_more_stops_nobody(store):
    odd = add_reader(store, before(MONDAY), timezone="Mars/Olympus")
    other = add_reader(store, before(MONDAY), chat="2")
    announce(store, MONDAY, after(MONDAY))
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (odd, other), is_late=False)]


def test_by_hand_everybody_gets_what_they_have_not_had(store):
    """`paperpost run` asks nobody's hour, and loses none of their batches."""
    waiting = add_reader(store, before(MONDAY), weekdays=[3], served_on=FRIDAY)
    announce(store, MONDAY, after(MONDAY))
    announce(store, TUESDAY, after(TUESDAY))
    new = add_reader(store, after(TUESDAY), chat="2")
    add_reader(store, after(TUESDAY), chat="3", paused_at=after(TUESDAY))
    assert find_groups(store, TUESDAY) == {(TUESDAY,): [new], (MONDAY, TUESDAY): [waiting]}


def close_catch_up(store, on: date, now: datetime) -> None:
    with store.writing() as connection:
        connection.execute(update(catch_ups).where(catch_ups.c.announced_on == on).values(closed_at=now))


def miss(store, *dates, scope="cs"):
    """A house that ran on Friday, and was away until Thursday evening."""
    announce(store, FRIDAY, after(FRIDAY), scope=scope)
    plan_missed(store, [scope], after(THURSDAY), load_calendar())
    return [one.announced_on for one in list_catch_ups(store) if one.is_late and one.announced_on in dates]


def test_after_a_downtime_a_digest_waits_for_the_batches_that_are_caught_up_with(store):
    reader = add_reader(store, before(MONDAY), served_on=FRIDAY, next_due=before(MONDAY))
    assert miss(store, MONDAY, TUESDAY, WEDNESDAY) == [MONDAY, TUESDAY, WEDNESDAY]
    announce(store, THURSDAY, after(THURSDAY))
    assert dispatch(store, after(THURSDAY)) == []
    for on in (MONDAY, TUESDAY, WEDNESDAY):
        announce(store, on, after(THURSDAY, minutes=2))
        close_catch_up(store, on, after(THURSDAY, minutes=2))
    everything = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert dispatch(store, after(THURSDAY, minutes=3)) == [Due(everything, (reader,), is_late=False)]


def test_but_no_longer_than_three_hours_however_the_others_trickle_in(store):
    reader = add_reader(store, before(MONDAY), served_on=FRIDAY, next_due=before(MONDAY))
    miss(store, MONDAY)
    announce(store, THURSDAY, after(THURSDAY))
    late = after(THURSDAY) + LONGEST_WAIT
    announce(store, WEDNESDAY, late - MINUTE)
    assert dispatch(store, late - MINUTE) == []
    assert dispatch(store, late) == [Due((WEDNESDAY, THURSDAY), (reader,), is_late=True)]


def test_who_has_had_the_missed_batches_archives_otherwise_does_not_wait(store):
    add_reader(store, before(MONDAY), served_on=FRIDAY, next_due=before(MONDAY))
    of_math = add_reader(store, before(MONDAY), chat="2", scope=["math"], served_on=FRIDAY, next_due=before(MONDAY))
    miss(store, MONDAY)
    announce(store, THURSDAY, after(THURSDAY))
    announce(store, THURSDAY, after(THURSDAY), scope="math")
    assert dispatch(store, after(THURSDAY)) == [Due((THURSDAY,), (of_math,), is_late=False)]


def test_history_is_waited_for_by_nobody(store):
    reader = add_reader(store, before(MONDAY), served_on=FRIDAY, next_due=before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    assert plan_missed(store, ["cs"], after(MONDAY), load_calendar()) > 15
    assert dispatch(store, after(MONDAY)) == [Due((MONDAY,), (reader,), is_late=False)]


def test_after_a_downtime_nobody_is_told_that_arxiv_is_late_before_it_was_asked(store):
    add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    dispatch(store, after(MONDAY))
    watch(store, [(Stage.LISTING, "cs")], after(MONDAY))
    late = announced_at(TUESDAY) + LONGEST_WAIT
    assert tell(store, late) == []
    settle(store, (Stage.LISTING, "cs"), late, on=TUESDAY, is_through=False)
    assert tell(store, late) == [Nothing.NOT_ANNOUNCED]


def test_a_house_that_cannot_ask_at_all_says_something_in_the_end(store):
    add_reader(store, before(MONDAY))
    announce(store, MONDAY, after(MONDAY))
    dispatch(store, after(MONDAY))
    watch(store, [(Stage.LISTING, "cs")], after(MONDAY))
    assert tell(store, announced_at(TUESDAY) + timedelta(hours=12)) == [Nothing.NOT_ANNOUNCED]


def test_an_empty_page_of_an_archive_that_has_papers_every_day_is_waited_for(store):
    """As on 2026-06-25, when arXiv had a wrong empty page for ten hours."""
    add_reader(store, before(MONDAY))
    watch(store, [(Stage.LISTING, "cs"), (Stage.LISTING, "nucl-ex")], before(MONDAY))
    papers = [make_paper(id=f"2611.9000{number}") for number in range(6)]
    entries = tuple(Announced(paper, Kind.NEW, item) for item, paper in enumerate(papers, 1))
    sections = (Section(Kind.NEW, 6, 6),)
    busy = Announcement(
        source=Source.LISTING, scope="cs", announced_on=FRIDAY, entries=entries, sections=sections, total=6
    )
    store_announcement(store, busy, lambda: after(FRIDAY))
    announce(store, MONDAY, after(MONDAY), scope="nucl-ex")
    empty = Announcement(source=Source.LISTING, scope="cs", announced_on=MONDAY)
    store_announcement(store, empty, lambda: after(MONDAY))
    assert dispatch(store, after(MONDAY, minutes=90)) == []
    assert [due.is_late for due in dispatch(store, after(MONDAY) + LONGEST_WAIT)] == [True]
