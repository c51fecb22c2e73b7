"""The news of a day against the keywords of its readers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

import structlog

from digests.composing.compose import Keyword
from digests.keywords.bits import list_bits
from digests.keywords.fan_out import fan_out
from digests.keywords.language import Query
from digests.keywords.match import Match
from digests.keywords.matcher import Matcher
from digests.keywords.query_index import QueryIndex
from digests.keywords.standing import StandingQueries
from digests.news import News
from digests.papers.paper import ArxivId, Paper
from digests.store.engine import Store
from digests.subscribers.readers import Reader
from digests.subscribers.stored import read_stored
from digests.summaries.shelf import find_summaries
from digests.summaries.summary import CHINESE

log = structlog.get_logger(__name__)

#: By stored form.
Queries = Mapping[str, Query]


def read_keywords(readers: Iterable[Reader]) -> dict[str, Query]:
    """By their stored form. One that was stored by another version of the language must not cost everybody the day."""
    stored = {keyword.canonical for reader in readers for keyword in reader.keywords}
    queries = read_stored(sorted(stored))
    if refused := stored - queries.keys():
        # Not the keywords themselves: what people look for is theirs.
        log.error("stored_queries_refused", count=len(refused))
    return queries


def list_queries(reader: Reader, queries: Queries) -> list[Query]:
    """Those of a reader's keywords that this version can read."""
    return [queries[k.canonical] for k in reader.keywords if k.canonical in queries]


def name_keywords(reader: Reader, queries: Queries) -> list[Keyword]:
    return [Keyword(queries[k.canonical].canonical, k.typed) for k in reader.keywords if k.canonical in queries]


def match_news(
    store: Store, news: News, queries: Collection[Query], standing: StandingQueries | None
) -> dict[str, Sequence[Match]]:
    """By canonical form, of the batches and of what is late.

    standing  the queries of all readers; None: one reader's preview is no reason to match for everybody
    """
    match = Matcher(queries).match if standing is None else partial(standing.match, queries)
    matches: dict[str, Sequence[Match]] = {**match(news.papers, load_chinese(store, news.papers))}
    if late := news.late_papers:
        # Few, and others for the next readers: nothing to be kept for everybody.
        for canonical, found in Matcher(queries).match(late, load_chinese(store, late)).items():
            matches[canonical] = [*matches.get(canonical, ()), *found]
    return matches


def find_hits(
    store: Store, news: News, readers: Sequence[Reader], queries: Queries, standing: StandingQueries
) -> dict[int, set[ArxivId]]:
    """By reader the papers that any of their keywords hits and that they take, without the reasons."""
    held = [(reader.id, query.canonical) for reader in readers for query in list_queries(reader, queries)]
    hits: dict[int, set[ArxivId]] = {reader.id: set() for reader in readers}
    for papers, find in ((news.papers, standing.find), (news.late_papers, _find_alone)):
        found = fan_out(find(queries.values(), papers, load_chinese(store, papers)), held)
        for reader in readers:
            hit = [papers[number] for number in list_bits(found.get(reader.id, 0))]
            hits[reader.id].update(news.list_taken(reader, hit))
    return hits


def load_chinese(store: Store, papers: Sequence[Paper]) -> dict[ArxivId, str]:
    """A purely Chinese keyword sees translated papers only (keywords.md §2.7)."""
    summaries = find_summaries(store, [paper.id for paper in papers], CHINESE)
    return {id_: f"{s.title}\n{s.abstract}" for id_, s in summaries.items() if s.is_readable}


def _find_alone(queries: Collection[Query], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> dict[str, int]:
    """As StandingQueries.find, for few papers."""
    return QueryIndex(queries).match(papers, chinese) if papers else {}
