"""Papers with their words, as they are rendered."""

from collections.abc import Collection

from digests.papers.paper import ArxivId
from digests.papers.shelf import find_papers
from digests.store.engine import Store
from digests.summaries.shelf import find_summaries
from digests.summaries.summary import Card, summary_language


def load_cards(store: Store, paper_ids: Collection[ArxivId], language: str) -> dict[ArxivId, Card]:
    """The words of every paper, arXiv's and in `language`."""
    papers = find_papers(store, paper_ids)
    summaries = find_summaries(store, list(papers), summary_language(language))
    return {paper_id: Card(paper, summaries.get(paper_id)) for paper_id, paper in papers.items()}
