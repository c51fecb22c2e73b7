"""/time, /weekdays, /timezone: right, wrong, empty and huge, in three languages where words differ."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from bot.services import BotServices
from digests.store.engine import Store
from digests.store.tables import subscribers
from digests.subscribers.directory import list_subscribers
from digests.subscribers.subscriber import Subscriber
from tests.bot.bot_api import BotApi, Person
from tests.bot.chat import Chat
from tests.bot.papers import put_papers

HUGE = "9" * 4000
MARKUP = "<b>&\"'"


def only(store: Store) -> Subscriber:
    (reader,) = list_subscribers(store)
    return reader


async def test_time_says_what_it_is_now_and_offers_hours(alice: Person):
    await alice.says("/add RLHF")

    answer = await alice.says("/time")

    assert "送达时间：arXiv 一公布就送\n" in answer
    assert list(alice.buttons) == ["✓ 尽快", "09:30", "12:00", "20:00", "« 全部设置"]


@pytest.mark.parametrize(
    ("text", "hour"),
    [("09:30", "09:30:00"), ("晚上8点", "20:00:00"), ("8:30pm", "20:30:00"), ("０９：３０", "09:30:00")],
)
async def test_time_takes_an_hour_as_people_write_it(alice: Person, store: Store, text: str, hour: str):
    await alice.says("/start")

    assert f"送达时间改为 {hour[:5]}（北京时间）" in await alice.says(f"/time {text}")
    assert str(only(store).send_at) == hour


async def test_time_in_a_winter_of_beijing_warns_of_yesterdays_papers_and_proposes_an_hour(alice: Person):
    await alice.says("/start")

    answer = await alice.says("/time 08:30")

    assert "11月到3月，arXiv 要到 09:00 才公布，这个时间送到的，会是前一天公布的论文" in answer
    assert "送达时间改为 09:30" in await alice.taps("09:30")


async def test_time_before_every_announcement_says_what_it_brings(alice: Person):
    await alice.says("/start")

    assert "前一天 08:00/09:00 公布的论文。想最早看到，可以改成 09:30" in await alice.says("/time 07:00")


async def test_time_proposes_an_hour_of_the_readers_own_zone(alice: Person):
    await alice.says("/start")
    await alice.says("/timezone America/New_York")

    assert "前一天 20:00 公布的论文。想最早看到，可以改成 20:30" in await alice.says("/time 09:00")
    assert "送达时间改为 20:30（纽约时间）" in await alice.taps("20:30")


async def test_a_move_to_another_zone_says_what_the_hour_brings_there(alice: Person):
    await alice.says("/start")
    assert "前一天" not in await alice.says("/timezone 纽约")
    await alice.says("/timezone 北京")
    assert "前一天" not in await alice.says("/time 09:30")

    assert "前一天 20:00 公布的论文。想最早看到，可以改成 20:30" in await alice.says("/timezone 纽约")
    assert "前一天" not in await alice.says("/timezone 北京")


@pytest.mark.parametrize(
    ("stored_on", "served_on", "now", "said"),
    [
        (None, None, "2026-04-21T02:30", "等第一批论文，一到就送"),
        ("2026-04-21", "2026-04-20", "2026-04-21T02:30", "最近一批还没送过"),
        ("2026-04-20", "2026-04-20", "2026-04-21T02:30", "还没等到 arXiv 公布这一批，一公布就送来"),
        ("2026-04-17", "2026-04-16", "2026-04-21T02:30", "还没等到 arXiv 公布这一批，一公布就送来"),
        # A holiday: nothing of it to wait for.
        ("2026-12-25", "2026-12-24", "2026-12-28T02:30", "最近一批还没送过"),
    ],
)
def test_what_a_digest_waits_for_whose_moment_has_passed(
    services: BotServices, store: Store, stored_on: str | None, served_on: str | None, now: str, said: str
):
    chat = Chat(replace(services, now=lambda: datetime.fromisoformat(now).replace(tzinfo=UTC)))
    if stored_on:
        put_papers(store, "Cats", on=date.fromisoformat(stored_on))
    chat.says("/add RLHF")
    with store.writing() as connection:
        connection.execute(update(subscribers).values(served_on=date.fromisoformat(served_on) if served_on else None))

    assert f"下一份：{said}" in chat.says("/settings").messages[0]


async def test_time_back_to_as_soon_as_it_is_ready(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says("/time 09:30")

    assert "以后 arXiv 一公布就送" in await alice.taps("尽快")
    assert only(store).send_at is None


async def test_the_moment_of_the_next_digest_is_in_the_readers_zone_and_language(alice: Person, store: Store):
    await alice.says("/add RLHF")
    with store.writing() as connection:
        # They have had Tuesday's, and the clock of these tests stands at Tuesday, 10:30 in Beijing.
        connection.execute(update(subscribers).values(served_on=only(store).joined_at.date()))

    assert "下一份：4月22日 周三 09:30" in await alice.says("/time 09:30")
    assert "下一份：4月22日 周三 09:30" in await alice.says("/timezone 伦敦")
    assert "下一份：4月22日 周三 01:00 后不久" in await alice.says("/time asap")
    assert "Next digest: shortly after Wed 22 Apr, 01:00" in await alice.says("/lang en") + await alice.says(
        "/settings"
    )
    await alice.says("/lang 繁體")
    assert "下一份：4月22日 週三 01:00 後不久" in await alice.says("/settings")


@pytest.mark.parametrize("text", ["25:99", "soon", MARKUP, HUGE, "-1", "08:30 09:30", "½"])
@pytest.mark.parametrize(("language_code", "example"), [("zh", "例如"), ("en", "For example"), ("zh-tw", "例如")])
async def test_time_that_is_none_gets_an_example(
    server: BotApi, store: Store, text: str, language_code: str, example: str
):
    person = Person(server, language_code=language_code)
    await person.says("/start")

    answer = await person.says(f"/time {text}")

    assert example in answer
    assert "<code>/time 09:30</code>" in answer
    assert len(answer) < 1000
    assert only(store).send_at is None


async def test_weekdays_says_what_they_are_and_takes_a_tap(alice: Person, store: Store):
    await alice.says("/add RLHF")
    assert "送达日：每天" in await alice.says("/weekdays")

    assert "送达日改为：周一、周三、周五" in await alice.taps("/weekdays 1 3 5")
    assert only(store).weekdays == (1, 3, 5)
    assert "送达日改为：周一到周五" in await alice.taps("周一到周五")
    assert "送达日改为：每天" in await alice.taps("每天")
    assert only(store).weekdays is None


@pytest.mark.parametrize(
    ("text", "days"), [("一 三 五", (1, 3, 5)), ("周二周四", (2, 4)), ("mon-wed", (1, 2, 3)), ("6,7", (6, 7))]
)
async def test_weekdays_as_people_write_them(alice: Person, store: Store, text: str, days: tuple[int, ...]):
    await alice.says("/start")
    await alice.says(f"/weekdays {text}")

    assert only(store).weekdays == days


@pytest.mark.parametrize("text", ["foo", "8", MARKUP, HUGE, "mon-", "九"])
@pytest.mark.parametrize("language_code", ["zh", "en", "zh-tw"])
async def test_weekdays_that_are_none_get_an_example(server: BotApi, store: Store, text: str, language_code: str):
    person = Person(server, language_code=language_code)
    await person.says("/start")

    answer = await person.says(f"/weekdays {text}")

    assert "<code>/weekdays " in answer
    assert len(answer) < 1000
    assert only(store).weekdays is None


async def test_whoever_wants_nothing_on_any_day_is_shown_the_pause(alice: Person):
    await alice.says("/start")

    assert "/pause" in await alice.says("/weekdays none")


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("Europe/London", "Europe/London", "伦敦时间（Europe/London）"),
        ("伦敦", "Europe/London", "伦敦时间（Europe/London）"),
        ("上海", "Asia/Shanghai", "北京时间"),
        ("UTC+8", "Etc/GMT-8", "UTC+8"),
        ("UTC-3", "Etc/GMT+3", "UTC-3"),
        ("UTC", "UTC", "UTC"),
        ("Pittsburgh", "America/New_York", "纽约时间（America/New_York）"),
    ],
)
async def test_timezone_by_name_city_or_offset(alice: Person, store: Store, text: str, zone: str, said: str):
    await alice.says("/start")

    assert f"时区改为：{said}" in await alice.says(f"/timezone {text}")
    assert only(store).timezone == zone


async def test_timezone_offers_cities_by_their_names(alice: Person, store: Store):
    await alice.says("/add RLHF")
    await alice.says("/timezone")
    assert "✓ 北京" in alice.buttons

    assert "东京时间（Asia/Tokyo）" in await alice.taps("东京")
    assert only(store).timezone == "Asia/Tokyo"
    await alice.says("/lang en")
    await alice.says("/timezone")
    assert "✓ Tokyo" in alice.buttons


@pytest.mark.parametrize("text", ["Atlantis", MARKUP, HUGE, "UTC+99", "../../etc/passwd", "localtime", "Asia/"])
@pytest.mark.parametrize("language_code", ["zh", "en", "zh-tw"])
async def test_a_timezone_that_is_none_gets_an_example(server: BotApi, store: Store, text: str, language_code: str):
    person = Person(server, language_code=language_code)
    await person.says("/start")

    answer = await person.says(f"/timezone {text}")

    assert "<code>/timezone " in answer
    assert len(answer) < 1000
    assert only(store).timezone == "Asia/Shanghai"


@pytest.mark.parametrize(
    "command", ["/time", "/time 09:30", "/weekdays 1", "/timezone UTC", "/scope cs", "/pause", "/resume"]
)
async def test_a_stranger_is_told_to_begin_and_joins_by_nothing_else(alice: Person, store: Store, command: str):
    assert "/start" in await alice.says(command)
    assert list_subscribers(store) == []
