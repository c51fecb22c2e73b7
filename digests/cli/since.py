"""`match --since`: what a keyword would have brought, day by day."""

from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from digests.bootstrap import Services
from digests.cli.options import print_json
from digests.clock import ARXIV_ZONE
from digests.errors import PaperPostError
from digests.keywords.language import Query
from digests.past.backtest import BROAD_PER_DAY, BROAD_SHARE, Backtest, backtest_all
from digests.past.index import DAYS, index_past
from digests.past.proposals import Proposals, propose
from digests.past.search import open_past

# Ten years; what is asked by mistake shall not be indexed for hours.
_MAX_DAYS: Final = 3653


def count_days(since: str, now_at: datetime) -> int:
    """From `since`, `60d` or a date, until today. Raises typer.BadParameter, which is exit status 2."""
    number = since.removesuffix("d")
    if number != since and number.isascii() and number.isdecimal():
        # The length: int() refuses thousands of digits.
        days = int(number[: len(str(_MAX_DAYS)) + 1])
    else:
        days = (now_at.astimezone(ARXIV_ZONE).date() - _parse_date(since)).days
    if not 0 <= days <= _MAX_DAYS:
        raise typer.BadParameter(f"Give at most {_MAX_DAYS} days, or a date in them.", param_hint="--since")
    return days


def _parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no time; write it like 60d or 2026-04-21"
        raise typer.BadParameter(message, param_hint="--since") from error


def match_since(opened: Services, query: Query, since: str, *, as_json: bool) -> None:
    now = opened.now()
    days = count_days(since, now)
    errors = Console(stderr=True)
    show = partial(
        track, description="Indexing stored days", console=errors, transient=True, disable=not errors.is_terminal
    )
    # What is before the window is forgotten, and the chat's shall not be.
    index_past(opened.store, now, max(days, DAYS), track=show)
    test = backtest_all(opened.store, [query], now, days=days)[query.canonical]
    if not test.days:
        raise PaperPostError(
            f"No papers of the last {days} days are stored. Bring some in first: paperpost ingest FILE"
        )
    proposals = propose(opened.store, open_past(opened.store, now, days), query, test)
    if as_json:
        print_json(_build_json(query, test, proposals))
    else:
        _print_text(query, test, proposals)


def _build_json(query: Query, test: Backtest, proposals: Proposals) -> dict[str, Any]:
    return {
        "query": query.typed,
        "canonical": query.canonical,
        "count": test.count,
        "seen": test.seen,
        "share": _share(test),
        "per_day": test.per_day,
        "is_broad": test.is_broad,
        "needs_translation": query.has_only_chinese,
        "days": [asdict(day) for day in test.days],
        "examples": [asdict(example) for example in test.examples],
        "proposals": asdict(proposals),
    }


def _print_text(query: Query, test: Backtest, proposals: Proposals) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"{query.canonical}: {test.count} of {test.seen} papers, {_share(test):.1%}")
    console.print(_build_table(test))
    for line in _say(query, test, proposals):
        console.print(line)


def _build_table(test: Backtest) -> Table:
    table = Table("date", box=None, pad_edge=False, show_footer=True)
    table.columns[0].footer = "per day"
    for heading, per_day in (("hits", test.per_day), ("of", test.seen / len(test.days))):
        table.add_column(heading, footer=f"{per_day:.1f}", justify="right")
    for day in test.days:
        table.add_row(f"{day.on}", f"{day.hits}", f"{day.of}")
    return table


def _say(query: Query, test: Backtest, proposals: Proposals) -> list[str]:
    lines = [f"{example.paper_id}  {example.title}" for example in test.examples]
    if query.has_only_chinese:
        lines.append("Chinese words are looked for in translations only, which are not counted here.")
    if test.is_broad:
        lines.append(f"Too broad: over {BROAD_SHARE:.0%} of the papers, or over {BROAD_PER_DAY} a day.")
    if proposals.narrower:
        lines.append(f"Narrower: {proposals.narrower.text}  ({proposals.narrower.per_day:.1f} per day)")
    lines += [f"Did you mean: {each.text}  ({each.count} papers)" for each in proposals.instead]
    lines += [
        f"{each.full_name}, in {each.papers} papers: {each.proposal.text}  ({each.proposal.count} papers)"
        for each in proposals.expansions
    ]
    return lines


def _share(test: Backtest) -> float:
    return test.count / test.seen if test.seen else 0.0
