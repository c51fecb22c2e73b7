"""What proposals ask the past: one reader's questions, inside their scope, each asked once."""

from collections.abc import Sequence
from typing import Final

from digests.keywords.canonical import write
from digests.keywords.language import Query
from digests.keywords.tree import Node
from digests.papers.paper import ArxivId
from digests.papers.shelf import find_papers
from digests.past.backtest import BROAD_PER_DAY, BROAD_SHARE
from digests.past.masks import Masks, count, intersect
from digests.past.proposing.passage import Passage, Passages
from digests.past.search import Past
from digests.store.engine import Store

# A text takes a quarter of a millisecond to read; what is frequent shows in the newest ones.
_MAX_READ: Final = 80


class Inquiry:
    """
    scope  archives and categories; None is all of arXiv
    seen   papers of the window, inside the scope
    """

    def __init__(self, store: Store, past: Past, scope: Sequence[str] | None = None) -> None:
        self.past = past
        self._store = store
        self._in_scope = past.find_scope(scope)
        self.seen = count(self._in_scope)
        self._found: dict[str, Masks] = {}
        self._read: dict[ArxivId, Passages] = {}

    def count(self, node: Node) -> int:
        return count(self.find(node))

    def per_day(self, count: int) -> float:
        return count / len(self.past.dates) if self.past.dates else 0.0

    @property
    def max_count(self) -> int:
        """Of a keyword that is not too broad."""
        return int(min(BROAD_SHARE * self.seen, BROAD_PER_DAY * len(self.past.dates)))

    def find(self, node: Node) -> Masks:
        canonical = write(node)
        if canonical not in self._found:
            found = self.past.find(Query(canonical, canonical, node))
            self._found[canonical] = intersect(found, self._in_scope)
        return self._found[canonical]

    def read_newest(self, node: Node) -> dict[ArxivId, Passages]:
        """The newest papers that `node` hits, as many as there is time for."""
        newest = self.past.list_newest(self.find(node), _MAX_READ)
        unread = [paper_id for paper_id in newest if paper_id not in self._read]
        for paper in find_papers(self._store, unread).values() if unread else ():
            self._read[paper.id] = Passage(paper.title), Passage(paper.abstract)
        return {paper_id: self._read[paper_id] for paper_id in newest if paper_id in self._read}
