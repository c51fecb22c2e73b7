"""What keywords would have brought one reader, and what to type instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.services import BotServices
from digests.keywords.language import Query
from digests.past.backtest import Backtest, backtest_all
from digests.past.index import find_missing
from digests.past.proposals import Expansion, Proposals, propose
from digests.past.search import open_past
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
    tests = _find_backtests(services, reader, queries, _list_held(services, reader).values())
    if tests is None:
        return None
    is_scoped = reader.scope is not None
    if len(queries) > MAX_TOLD:
        return {canonical: Trial(test, Proposals(), is_scoped) for canonical, test in tests.items()}
    past = open_past(services.store, services.now())
    found = ((query, tests[query.canonical]) for query in queries)
    return {
        query.canonical: Trial(test, propose(services.store, past, query, test, reader.scope), is_scoped)
        for query, test in found
    }


def find_held_backtests(services: BotServices, reader: Subscriber) -> dict[str, Backtest] | None:
    """Of all that they hold, by stored form; None and left out as above."""
    held = _list_held(services, reader)
    tests = _find_backtests(services, reader, held.values(), held.values())
    return tests and {stored: tests[query.canonical] for stored, query in held.items()}


def _find_backtests(
    services: BotServices, reader: Subscriber, queries: Iterable[Query], others: Iterable[Query]
) -> dict[str, Backtest] | None:
    queries, now = list(queries), services.now()
    if not queries:
        return {}
    if len(find_missing(services.store, now)) > _MAX_MISSING_DAYS:
        return None
    return backtest_all(services.store, queries, now, others=list(others), scope=reader.scope)


def _list_held(services: BotServices, reader: Subscriber) -> dict[str, Query]:
    """By stored form."""
    held = read_stored(keyword.canonical for keyword in list_keywords(services.store, reader.id))
    return {stored: query for stored, query in held.items() if not query.needs_translation}
