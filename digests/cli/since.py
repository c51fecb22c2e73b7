"""`match --since`: what a keyword would have brought, day by day."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import Any, Final

import typer
from rich.console import Console, RenderableType
from rich.progress import track
from rich.table import Table

from digests.bootstrap import Services
from digests.cli.options import print_each, print_each_json
from digests.clock import ARXIV_ZONE
from digests.errors import PaperPostError
from digests.keywords.language import Query
from digests.papers.calendar import find_expected
from digests.past.backtest import BROAD_PER_DAY, BROAD_SHARE, Backtest
from digests.past.index import DAYS, find_since, index_past
from digests.past.proposing.proposals import Proposals
from digests.past.proposing.trials import try_queries

# Ten years; what is asked by mistake shall not be indexed for hours.
_MAX_DAYS: Final = 3653


def count_days(since: str, now_at: datetime) -> int:
    """From `since`, `60d` or a date, until today in New York: -1 for a batch that came out today, dated tomorrow.

    Raises  typer.BadParameter, which is exit status 2.
    """
    number = since.removesuffix("d")
    if number != since and number.isascii() and number.isdecimal():
        # The length: int() refuses thousands of digits.
        days = int(number[: len(str(_MAX_DAYS)) + 1])
        if days == 0:
            raise _refuse("0 days are none: give 1d or more, such as 60d.")
    else:
        days = _count_days_since(_parse_date(since), now_at)
    if days > _MAX_DAYS:
        raise _refuse(f"Give at most {_MAX_DAYS} days, or a date in them.")
    return days


def _count_days_since(on: date, now_at: datetime) -> int:
    today = now_at.astimezone(ARXIV_ZONE).date()
    newest = max(today, find_expected(now_at))
    if on > newest:
        raise _refuse(f"{on} is in the future: give a date up to {newest}, or a number of days, such as 60d.")
    return (today - on).days


def _parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _refuse(f"{text!r} is no time; write it like 60d or 2026-04-21") from error


def _refuse(message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint="--since")


def match_since(opened: Services, queries: Sequence[Query], since: str, *, as_json: bool) -> None:
    now = opened.now()
    days = count_days(since, now)
    errors = Console(stderr=True)
    show = partial(
        track, description="Indexing stored days", console=errors, transient=True, disable=not errors.is_terminal
    )
    # What is before the window is forgotten, and the chat's shall not be.
    index_past(opened.store, now, max(days, DAYS), track=show)
    trials = try_queries(opened.store, queries, now, days=days)
    if not any(trial.test.days for trial in trials.values()):
        raise PaperPostError(
            f"No papers since {find_since(now, days)} are stored. Bring some in first: paperpost ingest FILE"
        )
    found = [(query, trials[query.canonical].test, trials[query.canonical].proposals) for query in queries]
    if as_json:
        print_each_json([_build_json(*each) for each in found])
    else:
        print_each([_say(*each) for each in found])


def _build_json(query: Query, test: Backtest, proposals: Proposals) -> dict[str, Any]:
    return {
        "query": query.typed,
        "canonical": query.canonical,
        "count": test.count,
        "seen": test.seen,
        "share": _share(test),
        "per_day": test.per_day,
        "is_broad": test.is_broad,
        "needs_translation": query.needs_translation,
        "days": [asdict(day) for day in test.days],
        "examples": [asdict(example) for example in test.examples],
        "proposals": asdict(proposals),
    }


def _say(query: Query, test: Backtest, proposals: Proposals) -> list[RenderableType]:
    head = f"{query.canonical}: {test.count} of {_papers(test.seen)}, {_share(test):.1%}"
    return [head, _build_table(test), *_list_lines(query, test, proposals)]


def _build_table(test: Backtest) -> Table:
    table = Table("date", box=None, pad_edge=False, show_footer=True)
    table.columns[0].footer = "per day"
    for heading, per_day in (("hits", test.per_day), ("of", test.seen / len(test.days))):
        table.add_column(heading, footer=f"{per_day:.1f}", justify="right")
    for day in test.days:
        table.add_row(f"{day.on}", f"{day.hits}", f"{day.of}")
    return table


def _list_lines(query: Query, test: Backtest, proposals: Proposals) -> list[str]:
    lines = [f"{example.paper_id}  {example.title}" for example in test.examples]
    if query.needs_translation:
        lines.append("Chinese words are looked for in translations only, which are not counted here.")
    if test.is_broad:
        lines.append(f"Too broad: over {BROAD_SHARE:.0%} of the papers, or over {BROAD_PER_DAY} a day.")
    if proposals.narrower:
        lines.append(f"Narrower: {proposals.narrower.text}  ({proposals.narrower.per_day:.1f} per day)")
    lines += [f"Did you mean: {each.text}  ({_papers(each.count)})" for each in proposals.instead]
    lines += [
        f"{each.full_name}, in {_papers(each.papers)}: {each.proposal.text}  ({_papers(each.proposal.count)})"
        for each in proposals.expansions
    ]
    return lines


def _papers(count: int) -> str:
    return f"{count} paper{'' if count == 1 else 's'}"


def _share(test: Backtest) -> float:
    return test.count / test.seen if test.seen else 0.0
