"""Do two who know nothing of each other find the same? Ours and FTS5, on the same words, for all that FTS5 can say."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from papers import PAPERS, read_papers
from queries import read_queries
from rivals import Hits, Ours, Rival, SqliteFts5OnOurWords, say_in_fts5


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Hits: a query and a paper."""

    queries: int
    both: int
    only_ours: int
    only_theirs: int


def find_agreement(folder: Path, file: Path) -> Agreement:
    queries = [query for query in read_queries(file) if say_in_fts5(query[1])]
    papers = read_papers(folder)[:PAPERS]

    def find(rival: Rival) -> set[tuple[str, int]]:
        rival.build(queries)
        return set(_list_hits(rival.match(papers), len(papers)))

    ours, theirs = find(Ours()), find(SqliteFts5OnOurWords())
    return Agreement(
        queries=len(queries),
        both=len(ours & theirs),
        only_ours=len(ours - theirs),
        only_theirs=len(theirs - ours),
    )


def _list_hits(hits: Hits, papers: int) -> Iterator[tuple[str, int]]:
    for text, found in hits.items():
        numbers = found if not isinstance(found, int) else [n for n in range(papers) if found >> n & 1]
        yield from ((text, number) for number in numbers)
