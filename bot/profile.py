"""What a reader has set, in words. Plain text: the voice escapes it where it is filled in."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from babel.dates import get_day_names, get_month_names

from bot.services import BotServices
from bot.voice import Voice
from digests.delivery.channel import EMAIL
from digests.papers.calendar import find_expected
from digests.papers.shelf import latest_date
from digests.subscribers.advice import Freshness, HourAdvice
from digests.subscribers.keywords import list_keywords
from digests.subscribers.schedule import Schedule, find_due_at
from digests.subscribers.subscriber import Subscriber, Target
from digests.subscribers.timezones import name_timezone
from digests.subscribers.trending import Trend
from digests.subscribers.typed import shorten

_BEIJING: Final = "Asia/Shanghai"
# Whatever a person has set, the sentences about it fit one message.
_MAX_CHARS: Final = 800
_WEEK: Final = (1, 2, 3, 4, 5, 6, 7)
WORKDAYS: Final = (1, 2, 3, 4, 5)


def say_hour(voice: Voice, reader: Subscriber) -> str:
    return voice.plain("hour_asap") if reader.send_at is None else f"{reader.send_at:%H:%M}"


def say_zone(voice: Voice, timezone: str) -> str:
    """The place by which people know it, and the name that /timezone takes."""
    clock = say_clock(voice, timezone)
    is_place = "/" in timezone and not timezone.startswith("Etc/") and timezone != _BEIJING
    return voice.plain("zone_named", zone=clock, name=timezone) if is_place else clock


def say_clock(voice: Voice, timezone: str) -> str:
    """The place alone, to stand behind an hour."""
    if timezone.startswith("Etc/GMT"):
        # Its name counts westward: Etc/GMT-8 is UTC+8.
        return f"UTC{-int(timezone.removeprefix('Etc/GMT') or 0):+d}"
    return voice.plain("zone", city=say_city(voice, timezone)) if "/" in timezone else timezone


def say_city(voice: Voice, timezone: str) -> str:
    if timezone == _BEIJING:
        return voice.plain("city_beijing")
    return name_timezone(timezone, voice.phrases.language)


def say_weekdays(voice: Voice, weekdays: tuple[int, ...] | None) -> str:
    if weekdays in {None, _WEEK}:
        return voice.plain("weekdays_all")
    if weekdays == WORKDAYS:
        return voice.plain("weekdays_work")
    names = get_day_names("abbreviated", locale=voice.locale)
    # CLDR counts from Monday as 0, ISO as 1.
    return voice.plain("list_join").join(names[day - 1] for day in weekdays or ())


def say_channels(voice: Voice, services: BotServices, reader: Subscriber) -> str:
    wanted = [target for target in reader.targets if target.is_wanted and target.channel in services.channels]
    said = voice.plain("list_join").join(say_target(voice, target) for target in wanted)
    return shorten(said, _MAX_CHARS) or voice.plain("channel_none")


def say_target(voice: Voice, target: Target) -> str:
    return voice.plain("channel_email", address=target.address) if target.channel == EMAIL else "Telegram"


def say_mail_addresses(addresses: Iterable[Target]) -> str:
    """Empty without any."""
    return shorten(", ".join(target.address for target in addresses), _MAX_CHARS)


def say_scope(voice: Voice, scope: tuple[str, ...] | None) -> str:
    return voice.plain("scope_all") if scope is None else shorten(", ".join(scope), _MAX_CHARS)


def say_trending(voice: Voice, trends: Iterable[Trend]) -> str:
    return voice.plain("list_join").join(say_trend(voice, trend) for trend in trends)


def say_trend(voice: Voice, trend: Trend) -> str:
    return voice.plain("trending_votes", period=voice.plain(f"trending_{trend.period}"), votes=trend.min_upvotes)


def say_switch(voice: Voice, *, is_on: bool) -> str:
    return voice.plain("switch_on" if is_on else "switch_off")


def say_next(voice: Voice, services: BotServices, reader: Subscriber) -> str:
    """When their next digest comes, as one sentence; or what keeps it from coming."""
    if reader.paused_at is not None:
        return voice("next_paused")
    if not list_keywords(services.store, reader.id):
        return voice("next_no_keywords")
    now = services.now()
    schedule = Schedule.of(reader)
    batch = services.calendar.find_next_announced(_find_last_had(reader, now))
    due_at = find_due_at(schedule, batch)
    if due_at <= now:
        return voice(_judge_due(services, batch, now))
    moment = voice.moment(due_at.astimezone(schedule.zone))
    return voice("next_asap" if reader.send_at is None else "next_at", moment=moment)


def _find_last_had(reader: Subscriber, now: datetime) -> date:
    """Who has had nothing begins with the newest."""
    return reader.served_on or find_expected(now) - timedelta(days=1)


def _judge_due(services: BotServices, batch: date, now: datetime) -> str:
    """Why a digest whose moment has passed is not there yet: the sentence for it. `batch` is the first in it."""
    newest, expected = latest_date(services.store), find_expected(now)
    if newest is None:
        return "next_first"
    # On a holiday nothing comes that the digest could wait for.
    awaited = batch if services.calendar.is_holiday(expected) else expected
    return "next_now" if newest >= awaited else "next_unannounced"


def say_advice(voice: Voice, advice: HourAdvice) -> str:
    """For an hour at which not every batch comes on its own day."""
    proposal = f"{advice.proposal:%H:%M}"
    hours = [f"{hour:%H:%M}" for hour in advice.announced]
    if advice.freshness is Freshness.DAY_BEFORE:
        return voice("time_day_before", announced="/".join(hours), proposal=proposal)
    months = _say_months(voice, advice.late_months)
    return voice("time_part_of_year", months=months, announced=hours[-1], proposal=proposal)


def _say_months(voice: Voice, months: tuple[int, ...]) -> str:
    """`months` in the order of the seasons."""
    names = get_month_names("abbreviated", locale=voice.locale)
    if len(months) > 2 and all(after == month % 12 + 1 for month, after in pairwise(months)):
        return voice.plain("months_span", first=names[months[0]], last=names[months[-1]])
    return voice.plain("list_join").join(names[month] for month in months)
