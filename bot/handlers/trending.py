"""/trending: what the community reads, by day, week or month."""

from bot.buttons import back
from bot.handlers.joining import load_joined
from bot.profile import say_trend
from bot.services import Answer, Asked, BotServices, Button
from bot.voice import Voice
from digests.composing.trending import Period
from digests.subscribers.schedule import Schedule
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.trending import Trend, change_trending, list_trends
from digests.subscribers.trending_due import find_next_trending_at


def trending(services: BotServices, asked: Asked) -> Answer:
    reader, voice = load_joined(services, asked), asked.voice
    if asked.text:
        trends = change_trending(services.store, reader.id, asked.text, services.now())
    else:
        trends = list_trends(services.store, reader.id)
    lines = [_say_head(voice, trends, is_changed=bool(asked.text))]
    lines += [_say_period(services, voice, reader, trend) for trend in trends]
    if reader.paused_at is not None and trends:
        lines.append(voice("next_paused"))
    if not asked.text:
        lines += ["", voice("trending_how"), *([voice("trending_how_off")] if trends else [])]
    return Answer(["\n".join(lines)], [_build_periods(voice, trends), back(voice)])


def _say_head(voice: Voice, trends: list[Trend], *, is_changed: bool) -> str:
    if trends:
        return voice("trending_set" if is_changed else "trending_now")
    return voice("trending_off" if is_changed else "trending_none")


def _say_period(services: BotServices, voice: Voice, reader: Subscriber, trend: Trend) -> str:
    line = voice("trending_line", trend=say_trend(voice, trend))
    schedule = Schedule.of(reader)
    due_at = find_next_trending_at(schedule, trend.period, trend.served_on)
    if reader.paused_at is not None or due_at <= services.now():
        return line
    return line + voice("trending_next", moment=voice.moment(due_at.astimezone(schedule.zone)))


def _build_periods(voice: Voice, trends: list[Trend]) -> list[Button]:
    """A tap switches on what is off, and off what is on."""
    held = {trend.period for trend in trends}
    names = {period: voice.plain(f"trending_{period}") for period in Period}
    return [
        Button(f"✓ {names[period]}", f"/trending off {period}")
        if period in held
        else Button(names[period], f"/trending {period}")
        for period in Period
    ]
