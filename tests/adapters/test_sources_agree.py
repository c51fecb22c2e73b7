"""One day of cs.CV as its page, as RSS and as Atom: the same papers give the same words, whoever wrote them down."""

import pytest

from digests.keywords.words import read_words
from digests.papers.wire import read_document

#: The page puts http:// before an address that the author wrote without.
LINKS = {"2505.23941", "2512.01643", "2604.17206"}
#: The feed of that day has an older abstract.
EDITED = {"2604.16272"}


def read_day(path):
    return {entry.paper.id: entry.paper for entry in read_document(path.read_bytes()).entries}


@pytest.mark.parametrize("feed", ["rss_cs.CV_2026-04-21.xml", "atom_cs.CV_2026-04-21.xml"])
def test_a_page_and_a_feed_of_one_day_have_the_same_words(recorded, feed):
    listed = read_day(recorded / "arxiv-list" / "cs.CV_new_2026-04-21_show2000.html")
    fed = read_day(recorded / "arxiv-rss" / feed)
    assert len(listed.keys() & fed.keys()) == 501
    assert {id_ for id_ in fed if words_of(listed[id_]) != words_of(fed[id_])} == LINKS | EDITED
    assert all(without_http(listed[id_]) == without_http(fed[id_]) for id_ in LINKS)


def words_of(paper):
    texts = (read_words(text) for text in (paper.title, paper.abstract))
    return [[(word.cased, word.folded) for word in words] for words in texts]


def without_http(paper):
    return [[word for word in words if not word[0].startswith("http")] for words in words_of(paper)]
