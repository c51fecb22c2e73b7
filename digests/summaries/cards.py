"""Papers with their words, as they are rendered."""

from collections.abc import Collection, Iterable, Mapping

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


def load_cards_by_language(
    store: Store, wanted: Iterable[tuple[str, Collection[ArxivId]]]
) -> dict[str, Mapping[ArxivId, Card]]:
    """Of many editions, each with its language; a paper that many readers get is read once."""
    ids: dict[str, set[ArxivId]] = {}
    for language, paper_ids in wanted:
        ids.setdefault(language, set()).update(paper_ids)
    return {language: load_cards(store, of_language, language) for language, of_language in ids.items()}
