"""Papers that were taken back, in the sources that say so in words only."""

from pathlib import Path

import pytest

from digests.papers.api import read_api
from digests.papers.rss import read_feed

FIXTURES = Path(__file__).parents[1] / "fixtures"
SENTENCE = b"This paper has been withdrawn by the author."


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_a_feed_says_it_in_the_abstract(name):
    payload = (FIXTURES / "feeds" / f"{name}.xml").read_bytes()
    assert not any(entry.paper.is_withdrawn for entry in read_feed(payload).entries)
    withdrawn = read_feed(payload.replace(b"Third try.", SENTENCE)).entries
    assert [entry.paper.id for entry in withdrawn if entry.paper.is_withdrawn] == ["2512.90004"]


def test_an_answer_of_the_api_says_it_in_comments_and_abstract():
    payload = (FIXTURES / "api" / "answer.xml").read_bytes()
    papers = read_api(payload).papers
    assert not any(paper.is_withdrawn for paper in papers)
    start = payload.index(b"<arxiv:comment")
    start = payload.index(b">", start) + 1
    said = payload[:start] + SENTENCE + payload[payload.index(b"</arxiv:comment>", start) :]
    assert sum(paper.is_withdrawn for paper in read_api(said).papers) == 1
