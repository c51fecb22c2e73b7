"""/time, /weekdays and /timezone: when a digest comes."""

from dataclasses import replace
from typing import Final

from bot.buttons import choice
from bot.handlers.changing import answer_change
from bot.handlers.joining import load_joined
from bot.profile import WORKDAYS, say_advice, say_city, say_clock, say_hour, say_weekdays, say_zone
from bot.services import Answer, Asked, BotServices, Button
from bot.voice import Voice
from digests.subscribers.advice import Freshness, HourAdvice, describe_hour
from digests.subscribers.preferences import set_hour, set_timezone, set_weekdays
from digests.subscribers.schedule import Schedule
from digests.subscribers.subscriber import Subscriber

_HOURS: Final = ("09:30", "12:00", "20:00")
_EVERY_OTHER: Final = (1, 3, 5)
_ZONES: Final = (
    ("Asia/Shanghai", "Asia/Tokyo", "Asia/Singapore"),
    ("Europe/London", "Europe/Berlin"),
    ("America/New_York", "America/Los_Angeles"),
)


def time(services: BotServices, asked: Asked) -> Answer:
    reader, voice = load_joined(services, asked), asked.voice
    if asked.text:
        reader = set_hour(services.store, reader.id, asked.text)
    advice = describe_hour(Schedule(reader.timezone, reader.send_at), services.now())
    name = "time_asap" if reader.send_at is None else "time"
    words = {"hour": say_hour(voice, reader), "zone": say_clock(voice, reader.timezone)}
    buttons = _build_hours(voice, reader, advice)
    return _advise(voice, answer_change(services, asked, reader, name, words, buttons, how="time_how"), advice)


def weekdays(services: BotServices, asked: Asked) -> Answer:
    reader, voice = load_joined(services, asked), asked.voice
    if asked.text:
        reader = set_weekdays(services.store, reader.id, asked.text)
    words = {"weekdays": say_weekdays(voice, reader.weekdays)}
    return answer_change(services, asked, reader, "weekdays", words, [_build_weekdays(voice, reader)])


def timezone(services: BotServices, asked: Asked) -> Answer:
    reader, voice = load_joined(services, asked), asked.voice
    if asked.text:
        reader = set_timezone(services.store, reader.id, asked.text)
    words = {"zone": say_zone(voice, reader.timezone)}
    answer = answer_change(services, asked, reader, "timezone", words, _build_zones(voice, reader))
    if not asked.text:
        return answer
    # The same hour elsewhere may bring another batch.
    return _advise(voice, answer, describe_hour(Schedule(reader.timezone, reader.send_at), services.now()))


def _advise(voice: Voice, answer: Answer, advice: HourAdvice) -> Answer:
    if advice.freshness is Freshness.SAME_DAY:
        return answer
    return replace(answer, messages=[f"{answer.messages[0]}\n\n{say_advice(voice, advice)}"])


def _build_hours(voice: Voice, reader: Subscriber, advice: HourAdvice) -> list[list[Button]]:
    current = reader.send_at and f"{reader.send_at:%H:%M}"
    hours = sorted({*_HOURS, *([] if advice.freshness is Freshness.SAME_DAY else [f"{advice.proposal:%H:%M}"])})
    asap = choice(voice.plain("button_asap"), "/time asap", is_current=current is None)
    return [[asap], [choice(hour, f"/time {hour}", is_current=hour == current) for hour in hours]]


def _build_weekdays(voice: Voice, reader: Subscriber) -> list[Button]:
    offered = {"all": None, "1-5": WORKDAYS, "1 3 5": _EVERY_OTHER}
    return [
        choice(say_weekdays(voice, days), f"/weekdays {text}", is_current=reader.weekdays == days)
        for text, days in offered.items()
    ]


def _build_zones(voice: Voice, reader: Subscriber) -> list[list[Button]]:
    return [
        [choice(say_city(voice, zone), f"/timezone {zone}", is_current=zone == reader.timezone) for zone in row]
        for row in _ZONES
    ]
