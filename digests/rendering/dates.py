"""Days and hours as a digest says them: which batches it has, when arXiv announced them, when the next one is due."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_interval, get_timezone_gmt, get_timezone_location

from digests.clock import ARXIV_ZONE, BEIJING, announced_at
from digests.composing.digest import Digest
from digests.phrases import Phrases

_LOCALES: Final = {"zh": "zh_Hans", "zh-Hant": "zh_Hant", "en": "en"}
_MINUTES: Final = "%Y-%m-%d %H:%M"
_MINUTES_OF_YEAR: Final = "%m-%d %H:%M"


def say_headline(digest: Digest, phrases: Phrases) -> str:
    if len(digest.batch_dates) == 1:
        day = _name_day(digest.announced_on, "y年M月d日（EEE）" if _is_chinese(phrases) else "full", phrases)
        return phrases("digest.headline", date=day)
    return phrases("digest.headline_several", dates=_name_days(digest, phrases), count=len(digest.batch_dates))


def say_batch(digest: Digest, phrases: Phrases) -> str:
    """What the sentences call it: this batch, these 3 batches."""
    count = len(digest.batch_dates)
    return phrases("digest.batch") if count == 1 else phrases("digest.batch_several", count=count)


def say_counts(digest: Digest, phrases: Phrases) -> str:
    """How many papers the batches have for the reader and how many matched; late ones are of other batches."""
    kinds = phrases("digest.kinds_all" if digest.has_crosses else "digest.kinds_new")
    here = {"seen": digest.seen, "matched": digest.matched - digest.late}
    counts = phrases("digest.counts", batch=say_batch(digest, phrases), kinds=kinds, **here)
    return counts + phrases("digest.counts_late", late=digest.late) if digest.late else counts


def say_no_result(digest: Digest, phrases: Phrases) -> str:
    """Of a keyword, or before several of them."""
    return phrases("digest.no_result" if len(digest.batch_dates) == 1 else "digest.no_result_several")


def name_day(day: date, phrases: Phrases) -> str:
    """In a sentence: `11月20日`."""
    return _name_day(day, "M月d日" if _is_chinese(phrases) else "MMM d", phrases)


def name_days_briefly(digest: Digest, phrases: Phrases) -> str:
    """For a subject line: `11月20日`, `11月20日至24日`."""
    if len(digest.batch_dates) > 1:
        return _name_days(digest, phrases)
    return name_day(digest.announced_on, phrases)


def say_nothing(digest: Digest, phrases: Phrases) -> str:
    """Which kind of nothing this is; empty where there is something."""
    if not digest.nothing:
        return ""
    day = _name_day(digest.announced_on, "M月d日EEE" if _is_chinese(phrases) else "EEE, MMM d", phrases)
    return phrases(f"digest.{digest.nothing}", batch=say_batch(digest, phrases), day=day)


def say_announced(digest: Digest, phrases: Phrases) -> str:
    """When arXiv announced it, or should have; empty for a holiday, on which it does not."""
    if not digest.is_out:
        due = {"eastern": eastern_moment(digest), "beijing": beijing_moment(digest)}
        return "" if digest.is_holiday else phrases("digest.announced_due", **due)
    if len(digest.batch_dates) == 1:
        return phrases("digest.announced", eastern=eastern_moment(digest), beijing=beijing_moment(digest))
    first, last = announced_at(digest.batch_dates[0]), announced_at(digest.batch_dates[-1])
    return phrases(
        "digest.announced_several",
        first=f"{first.astimezone(BEIJING):{_MINUTES}}",
        last=f"{last.astimezone(BEIJING):{_MINUTES}}",
        eastern_first=f"{first.astimezone(ARXIV_ZONE):{_MINUTES_OF_YEAR}}",
        eastern_last=f"{last.astimezone(ARXIV_ZONE):{_MINUTES_OF_YEAR}}",
    )


def say_next(digest: Digest, phrases: Phrases) -> str:
    """When the next digest is due, by the reader's own clock; empty where nobody has said."""
    if digest.next_due is None:
        return ""
    local = digest.next_due.astimezone(ZoneInfo(digest.timezone))
    pattern = "M月d日 EEE HH:mm" if _is_chinese(phrases) else "EEE, MMM d, HH:mm"
    moment = format_datetime(local, pattern, tzinfo=local.tzinfo, locale=find_locale(phrases))
    return phrases("digest.next", moment=moment, place=_name_place(local, digest.timezone, phrases))


def eastern_moment(digest: Digest) -> str:
    """When arXiv announced the newest batch, by its own clock: `2026-04-09 20:00 EDT`."""
    return f"{announced_at(digest.announced_on).astimezone(ARXIV_ZONE):{_MINUTES} %Z}"


def beijing_moment(digest: Digest) -> str:
    return f"{announced_at(digest.announced_on).astimezone(BEIJING):{_MINUTES}}"


def format_seconds(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _name_day(day: date, pattern: str, phrases: Phrases) -> str:
    return format_date(day, pattern, locale=find_locale(phrases))


def _name_days(digest: Digest, phrases: Phrases) -> str:
    first, last = digest.batch_dates[0], digest.batch_dates[-1]
    skeleton = "MMMd" if first.year == last.year else "yMMMd"
    return format_interval(first, last, skeleton, locale=find_locale(phrases))


def _name_place(local: datetime, zone: str, phrases: Phrases) -> str:
    """The zone's city. `Etc/GMT-8` has none, and its sign is the wrong way round for people."""
    if zone == BEIJING.key:
        # Named after Shanghai, which nobody in China calls it.
        return phrases("digest.beijing")
    if zone.startswith("Etc/"):
        return get_timezone_gmt(local, locale=find_locale(phrases))
    return get_timezone_location(zone, locale=find_locale(phrases), return_city=True)


def find_locale(phrases: Phrases) -> str:
    """Babel's name of it."""
    return _LOCALES.get(phrases.language, "en")


def _is_chinese(phrases: Phrases) -> bool:
    return phrases.language.startswith("zh")
