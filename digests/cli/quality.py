"""`quality`: what the checks found in the models' answers."""

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from itertools import groupby
from typing import Annotated, Final

import typer

from digests.cli.options import AsJson, print_json, services
from digests.cli.since import count_days
from digests.clock import ARXIV_ZONE
from digests.phrases import load_phrases
from digests.summaries.faults import HARMLESS
from digests.summaries.quality import Role
from digests.summaries.quality_report import (
    DAYS_BEFORE,
    MIN_ANSWERS,
    NEWEST_DAYS,
    Measured,
    Quality,
    Worse,
    load_quality,
)

_WIDTH: Final = 80
_ROLES: Final = {
    Role.FIRST: "first answers",
    Role.REPAIR: "repairs",
    Role.SECOND: "by the second model",
    Role.REVISED: "after the judge",
    Role.VERDICT: "read by the judge",
}
_EXPLAINED: Final = (
    "“fine”: answers in which the checks found nothing that a reader is told of. An answer may have several faults, "
    "and those of (brackets) are shown to nobody. Repairs and the second model are asked only where an answer was "
    "bad; what the judge finds is on the writer's account."
)


def register(app: typer.Typer) -> None:
    app.command()(quality)


def quality(
    since: Annotated[
        str, typer.Option(metavar="DAYS|DATE", help="The first day: 30d, or 2026-04-21. Days are UTC's.")
    ] = "30d",
    as_json: AsJson = False,
) -> None:
    """Show what the checks found in the models' answers, by model and prompt version, and what has become worse."""
    with services() as opened:
        now = opened.now()
        # Counted in New York as `match --since` does, so that a date is that date.
        first_on = now.astimezone(ARXIV_ZONE).date() - timedelta(days=count_days(since, now))
        found = load_quality(opened.store, first_on, now.date())
    if as_json:
        print_json(asdict(found))
        return
    for line in _describe(found):
        typer.echo(line)


def _describe(found: Quality) -> Iterator[str]:
    if not found.measured and not found.published:
        yield from _wrap(
            f"No summary was asked for since {found.since}, so there is nothing to count. "
            "Summaries are asked for with the readers' digests: paperpost run"
        )
        return
    yield from _describe_measured(found)
    yield from ("", *_describe_published(found))
    yield from ("", *_describe_worse(found))


def _describe_measured(found: Quality) -> Iterator[str]:
    if not found.measured:
        yield f"No answer was counted since {found.since}."
        return
    yield f"Answers of the models since {found.since}"
    for (model, version), group in groupby(found.measured, key=lambda one: (one.model, one.prompt_version)):
        yield from ("", *_wrap(f"{model}, prompt {version}"))
        for one in group:
            yield f"  {_ROLES[one.role]:<22}{one.answers:>6}  {one.share:>6.1%} fine"
            yield from _describe_faults(one)
    yield from ("", *_wrap(_EXPLAINED))


def _describe_faults(one: Measured) -> Iterator[str]:
    for fault, count in one.faults.items():
        head = f"    {_name(fault):<20}{count:>6}  {count / one.answers:>6.1%} "
        yield from _wrap(f"{head} {_explain(fault)}", indent=len(head) + 1)


def _describe_published(found: Quality) -> Iterator[str]:
    yield f"Texts since {found.since}, by who wrote them or was to"
    for one in found.published:
        yield from _wrap(f"  {one.model}, prompt {one.prompt_version}:", indent=4)
        parts = {"good": one.good, "with a mark": one.doubtful, "in English": one.english, "waiting": one.waiting}
        yield "    " + ", ".join(f"{number} {what}" for what, number in parts.items() if number)


def _describe_worse(found: Quality) -> Iterator[str]:
    span = f"the newest {NEWEST_DAYS} days against the {DAYS_BEFORE} before"
    if not found.compared:
        yield from _wrap(f"No model has {MIN_ANSWERS} answers in both to compare {span}.")
        return
    if not found.worse:
        yield from _wrap(f"Nothing became twice as frequent, {span}: {', '.join(found.compared)}.")
        return
    yield from _wrap(
        f"WORSE, {span}: another model may stand behind the name, or the prompt, the glossary or the judge was changed."
    )
    for worse in found.worse:
        yield from _wrap(f"  {_say_worse(worse)}", indent=4)


def _say_worse(worse: Worse) -> str:
    now, before = worse.count / worse.answers, worse.count_before / worse.answers_before
    return (
        f"{worse.model}, {_ROLES[worse.role]}: {worse.fault} in {now:.1%} of {worse.answers}, "
        f"before in {before:.1%} of {worse.answers_before}"
    )


def _name(fault: str) -> str:
    return f"({fault})" if fault in HARMLESS else fault


def _explain(fault: str) -> str:
    # Rows of another version of ours may have codes that this one does not know.
    return load_phrases("en").section("faults").get(fault, "")


def _wrap(text: str, *, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
