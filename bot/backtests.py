"""What keywords would have brought one reader, and what to type instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.services import BotServices
from digests.keywords.language import Query
from digests.past.backtest import Backtest, backtest_all
from digests.past.index import find_missing
from digests.past.proposing.proposals import Expansion, Proposals
from digests.past.proposing.trials import try_queries
from digests.subscribers.keywords import list_keywords
from digests.subscribers.stored import read_stored
from digests.subscribers.subscriber import Subscriber

# A day takes up to a second, and somebody waits. More are missing only until the worker has caught up after an upgrade.
_MAX_MISSING_DAYS: Final = 2
#: Of more keywords than these together only figures are told: proposals for one may take a quarter of a second.
MAX_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """`is_scoped`: tried on the papers of the reader's own fields only."""

    test: Backtest
    proposals: Proposals
    is_scoped: bool = False

    @property
    def instead(self) -> list[str]:
        """What may take the keyword's place; never more of one that brings too much already."""
        if self.test.is_broad:
            return [self.proposals.narrower.text] if self.proposals.narrower else []
        return [proposal.text for proposal in self.proposals.instead] or [each.proposal.text for each in self.wider]

    @property
    def wider(self) -> list[Expansion]:
        """Full names of an acronym that bring something more."""
        return [each for each in self.proposals.expansions if each.proposal.count > self.test.count]


def find_trials(services: BotServices, reader: Subscriber, queries: Iterable[Query]) -> dict[str, Trial] | None:
    """By canonical form, of a few with proposals; those that need a translation are left out.

    None: too much of the past is not searchable yet.
    """
    queries = [query for query in queries if not query.needs_translation]
    if not queries:
        return {}
    if _is_behind(services):
        return None
    others, is_scoped, now = list(_list_held(services, reader).values()), reader.scope is not None, services.now()
    if len(queries) > MAX_TOLD:
        tests = backtest_all(services.store, queries, now, others=others, scope=reader.scope)
        return {canonical: Trial(test, Proposals(), is_scoped) for canonical, test in tests.items()}
    tried = try_queries(services.store, queries, now, others=others, scope=reader.scope)
    return {canonical: Trial(one.test, one.proposals, is_scoped) for canonical, one in tried.items()}


def find_held_backtests(services: BotServices, reader: Subscriber) -> dict[str, Backtest] | None:
    """Of all that they hold, by stored form; None and left out as above."""
    held = _list_held(services, reader)
    if held and _is_behind(services):
        return None
    queries = list(held.values())
    tests = backtest_all(services.store, queries, services.now(), others=queries, scope=reader.scope) if held else {}
    return {stored: tests[query.canonical] for stored, query in held.items()}


def _is_behind(services: BotServices) -> bool:
    return len(find_missing(services.store, services.now())) > _MAX_MISSING_DAYS


def _list_held(services: BotServices, reader: Subscriber) -> dict[str, Query]:
    """By stored form."""
    held = read_stored(keyword.canonical for keyword in list_keywords(services.store, reader.id))
    return {stored: query for stored, query in held.items() if not query.needs_translation}
