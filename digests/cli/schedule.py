"""`schedule`: what is asked of whom when and why, and when digests are due, for one date."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

import typer
from babel.dates import format_date, format_datetime
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from digests.bootstrap import Services
from digests.cli.options import AsJson, parse_date, print_json, services
from digests.clock import ARXIV_ZONE, BEIJING, announced_at
from digests.coverage.readiness import LONGEST_WAIT
from digests.papers.collecting.agenda import Agenda, ClockChange, Errand, Kind, build_agenda, find_planned
from digests.papers.collecting.plan import Stage
from digests.phrases import Phrases, load_phrases
from digests.subscribers.schedule import count_due

# From arXiv's first full year on; nobody knows the rules of summer time in a hundred years.
_YEARS: Final = range(1992, 2100)
#: Below that three columns of hours leave no room for a sentence.
_WIDE: Final = 120
_MAX_SCOPES: Final = 8
_MAX_HOURS: Final = 4
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_ZONES: Final = {"new_york": ARXIV_ZONE, "utc": UTC, "utc8": BEIJING}
_LOCALES: Final = {"zh": "zh_Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class _Row:
    """`at` None: at no hour of its own."""

    at: datetime | None
    name: str
    says: tuple[str, ...]


def register(app: typer.Typer) -> None:
    app.command()(schedule)


def parse_planned(text: str) -> date:
    """A date for which there can be a plan. Raises typer.BadParameter."""
    on = parse_date(text)
    if on.year not in _YEARS:
        raise typer.BadParameter(f"{text} is too far away; take a year from {_YEARS[0]} to {_YEARS[-1]}")
    return on


def schedule(
    on: Annotated[
        date | None,
        typer.Option("--on", parser=parse_planned, metavar="DATE", help="arXiv's date; default: the current batch's."),
    ] = None,
    language: Annotated[Literal["zh", "en"], typer.Option(help="Of what is printed.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show what is asked of arXiv and Hugging Face for one batch, when and why, and when its digests are due."""
    with services() as opened:
        day = on or find_planned(opened.now())
        agenda = build_agenda(day, _group_wanted(opened), opened.calendar, every=opened.gathering.every)
        due = count_due(opened.store, day) if agenda.kind is Kind.BATCH else {}
        is_known = opened.calendar.find_unknown_year(day) != day.year
    if as_json:
        print_json(_build_json(agenda, due))
    else:
        _print(agenda, due, load_phrases(language), is_known=is_known)


def _group_wanted(opened: Services) -> dict[Stage, list[str]]:
    wanted: defaultdict[Stage, list[str]] = defaultdict(list)
    for stage, scope in opened.gathering.list_wanted():
        wanted[stage].append(scope)
    return {**wanted, Stage.CATCH_UP: wanted[Stage.LISTING]}


def _build_json(agenda: Agenda, due: Mapping[datetime, int]) -> dict[str, Any]:
    announced = agenda.announced_at
    change = agenda.change
    return {
        "on": agenda.on,
        "kind": agenda.kind,
        "announced": announced and _build_moments(announced),
        "next_on": agenda.next_on,
        "clock_change": change and {"at": change.at.isoformat(), "hours": change.by / _HOUR},
        "errands": [_build_errand(errand) for errand in agenda.errands],
        "digests": [_build_moments(moment) | {"readers": readers} for moment, readers in due.items()],
        "sent_as_it_is": _build_moments(announced + LONGEST_WAIT) if announced and agenda.kind is Kind.BATCH else None,
    }


def _build_errand(errand: Errand) -> dict[str, Any]:
    table = errand.table
    return {
        "stage": table.stage,
        **(_build_moments(errand.at) if errand.at else {}),
        "every_minutes": table.every / _MINUTE,
        "until_hours": table.until / _HOUR,
        "slow_minutes": table.slow / _MINUTE if table.slow else None,
        "source": table.source,
        "asks": load_phrases("en")(f"schedule.asks_{table.stage}"),
        "scopes": errand.scopes,
        "requests": errand.requests,
        "seconds": errand.seconds,
        "why": {language: load_phrases(language)(f"schedule.why_{table.stage}") for language in _LOCALES},
    }


def _build_moments(moment: datetime) -> dict[str, str]:
    return {name: moment.astimezone(zone).isoformat() for name, zone in _ZONES.items()}


def _print(agenda: Agenda, due: Mapping[datetime, int], phrases: Phrases, *, is_known: bool) -> None:
    """`is_known`: somebody has written down the holidays of its year."""
    console = Console(highlight=False, markup=False, emoji=False)
    for sentence in _say_title(agenda, phrases, is_known=is_known):
        console.print(sentence)
    rows = [*_list_errands(agenda, phrases), *_list_digests(agenda, due, phrases)]
    # What has no hour of its own comes last.
    rows.sort(key=lambda row: (row.at is None, row.at))
    (_print_wide if console.width >= _WIDE else _print_narrow)(console, rows, phrases)


def _print_wide(console: Console, rows: Iterable[_Row], phrases: Phrases) -> None:
    names = ("new_york", "utc", "beijing", "what", "why")
    table = Table(*(phrases(f"schedule.column_{name}") for name in names), box=None, padding=(1, 2, 0, 0))
    for row in rows:
        moments = _say_moments(row.at, phrases) if row.at else (phrases("schedule.in_between"), "", "")
        table.add_row(*moments, row.name, "\n".join(row.says))
    console.print(table)


def _print_narrow(console: Console, rows: Iterable[_Row], phrases: Phrases) -> None:
    columns = [phrases(f"schedule.column_{name}") for name in ("new_york", "utc", "beijing")]
    for row in rows:
        moments = zip(_say_moments(row.at, phrases), columns, strict=True) if row.at else ()
        when = " · ".join(f"{moment} {column}" for moment, column in moments)
        console.print(f"\n{when or phrases('schedule.in_between')}")
        for line in (row.name, *row.says):
            console.print(Padding(line, (0, 0, 0, 4), expand=False))


def _say_title(agenda: Agenda, phrases: Phrases, *, is_known: bool) -> Iterator[str]:
    announced = agenda.announced_at
    fields = {"date": _say_date(agenda.on, phrases), "next": _say_date(agenda.next_on, phrases)}
    if announced:
        eastern, _, beijing = _say_moments(announced, phrases)
        evening = _say_date(announced.date(), phrases)
        fields |= {"eastern": eastern, "beijing": beijing, "evening": evening, "offset": f"{announced:%Z}"}
    yield phrases(f"schedule.title_{agenda.kind}", **fields)
    if agenda.kind is Kind.HOLIDAY:
        yield phrases("schedule.holiday_asked")
    elif not is_known:
        yield phrases("schedule.year_unknown", year=agenda.on.year)
    if agenda.change:
        yield _say_change(agenda.change, phrases)


def _say_change(change: ClockChange, phrases: Phrases) -> str:
    forward = change.by > timedelta()
    after = announced_at(change.at.astimezone(ARXIV_ZONE).date() + _DAY).astimezone(BEIJING)
    return phrases(
        "schedule.clocks_forward" if forward else "schedule.clocks_back",
        moment=_say_moments(change.at, phrases)[1],
        after=f"{after:%H:%M}",
        before=f"{after + change.by:%H:%M}",
    )


def _list_errands(agenda: Agenda, phrases: Phrases) -> Iterator[_Row]:
    """The words of a stage stand at its first hour only."""
    said: set[Stage] = set()
    for errand in agenda.errands:
        stage = errand.table.stage
        words = () if stage in said else tuple(_say_errand(errand, phrases))
        said.add(stage)
        yield _Row(errand.at, phrases(f"schedule.{stage}"), words)


def _say_errand(errand: Errand, phrases: Phrases) -> Iterator[str]:
    table = errand.table
    yield phrases("schedule.asks", source=table.source, asks=phrases(f"schedule.asks_{table.stage}"))
    if not errand.scopes:
        yield phrases("schedule.scopes_none")
    elif table.at:
        if table.stage is not Stage.HF:
            yield _say_scopes(errand, phrases)
        yield _say_requests(errand, phrases)
        hours, every = table.until // _HOUR, _say_pause(table.every, phrases)
        if table.slow:
            yield phrases("schedule.again_slow", every=every, hours=hours, slow=_say_pause(table.slow, phrases))
        else:
            yield phrases("schedule.again", every=every, hours=hours)
    yield phrases(f"schedule.why_{table.stage}")


def _say_scopes(errand: Errand, phrases: Phrases) -> str:
    names = phrases("schedule.join").join(errand.scopes[:_MAX_SCOPES])
    more = " …" if len(errand.scopes) > _MAX_SCOPES else ""
    return phrases("schedule.scopes", count=len(errand.scopes), scopes=f"{names}{more}")


def _say_requests(errand: Errand, phrases: Phrases) -> str:
    if not errand.seconds:
        return phrases("schedule.requests", requests=errand.requests)
    unit, count = ("minutes", errand.seconds / 60) if errand.seconds >= 60 else ("seconds", errand.seconds)
    duration = phrases(f"schedule.{unit}", count=round(count))
    return phrases("schedule.takes", requests=errand.requests, duration=duration)


def _say_pause(pause: timedelta, phrases: Phrases) -> str:
    if pause % _MINUTE:
        return phrases("schedule.seconds", count=round(pause.total_seconds()))
    return phrases("schedule.minutes", count=pause // _MINUTE)


def _list_digests(agenda: Agenda, due: Mapping[datetime, int], phrases: Phrases) -> Iterator[_Row]:
    announced = agenda.announced_at
    if announced is None or agenda.kind is not Kind.BATCH:
        return
    name, moments = phrases("schedule.digests"), list(due)
    if not due:
        yield _Row(announced, name, (phrases("schedule.due_nobody"),))
    for moment in moments[:_MAX_HOURS]:
        key = "schedule.due_asap" if moment == announced else "schedule.due"
        yield _Row(moment, name, (phrases(key, readers=due[moment]),))
    if later := moments[_MAX_HOURS:]:
        last = _say_moments(later[-1], phrases)[2]
        readers = sum(due[moment] for moment in later)
        yield _Row(later[0], name, (phrases("schedule.due_later", readers=readers, last=last),))
    yield _Row(announced + LONGEST_WAIT, name, (phrases("schedule.too_late"),))


def _say_moments(moment: datetime, phrases: Phrases) -> tuple[str, str, str]:
    """By the clocks of New York, UTC and UTC+8."""
    pattern, locale = phrases("schedule.moment_pattern"), _LOCALES[phrases.language]
    new_york, utc, beijing = (
        format_datetime(moment.astimezone(zone), pattern, tzinfo=zone, locale=locale) for zone in _ZONES.values()
    )
    return new_york, utc, beijing


def _say_date(day: date, phrases: Phrases) -> str:
    return format_date(day, phrases("schedule.date_pattern"), locale=_LOCALES[phrases.language])
