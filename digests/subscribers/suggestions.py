"""From plain words to keywords: what a model or the stored papers propose, tried out before anybody sees it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from digests.errors import InputError, QueryRefused
from digests.keywords.language import Query, parse, split_keywords
from digests.keywords.words import is_chinese, read_words
from digests.past.backtest import Backtest, backtest_all
from digests.past.index import index_missing
from digests.past.masks import count
from digests.past.proposing.collocations import can_begin, can_end
from digests.past.proposing.related import find_related
from digests.past.search import open_past
from digests.store.engine import Store
from digests.subscribers.breadth import is_wider_than_an_archive
from digests.subscribers.keywords import list_keywords
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.typed import make_readable
from digests.summaries.look_up import find_terms

MAX_DESCRIPTION_CHARS: Final = 300
_MAX_SUGGESTIONS: Final = 6


@dataclass(frozen=True, slots=True)
class Suggestion:
    query: Query
    test: Backtest

    @property
    def is_tested(self) -> bool:
        """There was a paper to try it on; translations are not tried."""
        return self.test.seen > 0 and not self.query.needs_translation


@dataclass(frozen=True, slots=True)
class Suggestions:
    """
    found  new to the reader, in the order of their coming, those without a hit last
    held   canonical forms of those proposed that are on their list already
    """

    found: tuple[Suggestion, ...] = ()
    held: frozenset[str] = frozenset()

    @property
    def are_useful(self) -> bool:
        """Something new, and it brings something; of what is not tested nobody can know."""
        return any(one.test.count or not one.is_tested for one in self.found)


def read_description(text: str) -> str:
    """What somebody says they work on, on one line.

    Raises  InputError: `chat.suggest_what` (no word in it), `chat.suggest_too_long`.
    """
    if len(text) > 2 * MAX_DESCRIPTION_CHARS:
        raise _too_long()
    description = " ".join(make_readable(text).split())
    if not any(map(str.isalpha, description)):
        raise InputError("nothing was described", code="chat.suggest_what")
    if len(description) > MAX_DESCRIPTION_CHARS:
        raise _too_long()
    return description


def try_out(store: Store, reader: Subscriber, texts: Iterable[str], now_at: datetime) -> Suggestions:
    """What is left of proposed keywords: each one read, new to the reader, not too wide, and tested on the past."""
    queries: dict[str, Query] = {}
    for query in _read(texts):
        queries.setdefault(query.canonical, query)
    held = queries.keys() & {keyword.canonical for keyword in list_keywords(store, reader.id)}
    new = [query for query in queries.values() if query.canonical not in held][:_MAX_SUGGESTIONS]
    tests = backtest_all(store, new, now_at, scope=reader.scope)
    found = (Suggestion(query, tests[query.canonical]) for query in new)
    return Suggestions(tuple(sorted(found, key=lambda one: not one.test.count)), frozenset(held))


def suggest_related(store: Store, reader: Subscriber, description: str, now_at: datetime) -> Suggestions:
    """Phrases that stand in the stored papers together with those of the description.

    Where no paper of their scope is stored, those of the description, as they are.
    """
    wanted = find_subjects(description)
    if not wanted:
        return Suggestions()
    index_missing(store, now_at)
    past = open_past(store, now_at)
    if not count(past.find_scope(reader.scope)):
        return try_out(store, reader, wanted, now_at)
    related = find_related(store, past, wanted, reader.scope)
    return try_out(store, reader, [proposal.text for proposal in related], now_at)


def find_subjects(description: str) -> tuple[str, ...]:
    """What a description is about, in English: the known Chinese terms in it, and its English words but `I work on`."""
    words = [word for word in read_words(description) if not is_chinese(word.text)]
    runs = groupby(words, key=lambda word: can_end(word.folded))
    phrases = [list(run) for are_subjects, run in runs if are_subjects]
    english = [" ".join(word.cased for word in run) for run in phrases if any(can_begin(word.folded) for word in run)]
    return tuple(dict.fromkeys([*find_terms(description), *english]))


def _read(texts: Iterable[str]) -> Iterator[Query]:
    """As /add would read them."""
    for typed in (one.text for text in texts for one in split_keywords(make_readable(text))):
        try:
            query = parse(typed)
        except QueryRefused:
            continue
        if not is_wider_than_an_archive(query):
            yield query


def _too_long() -> InputError:
    return InputError("too long", code="chat.suggest_too_long", fields={"max_chars": MAX_DESCRIPTION_CHARS})
