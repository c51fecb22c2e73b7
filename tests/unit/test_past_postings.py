"""The rows of a day's words."""

import hashlib

from digests.past.index import VERSION
from digests.past.postings import Region, build_postings, find_hidden_beginnings, unpack_places
from tests.builders import make_paper

PAPERS = [
    make_paper(
        title="Behaviours of RAG: the WORLD MODEL and llamas",
        abstract=r"Policies, $\alpha$-matrices, GANs; C++, Schr\"odinger's 扩散策略. it's GPS",
        comments="Accepted at ICML, 12 pages",
        authors=("Yann A. LeCun", "Yann A. LeCun", "Aäron van den Oord"),
        categories=("eess.SY", "cs.LG"),
    ),
    make_paper(title="policy", abstract="A policy", authors=(), categories=("hep-th",)),
]


def find(word, region=Region.TEXT):
    return next(row for row in build_postings(PAPERS) if (row.region, row.word) == (region, word))


def test_a_word_has_its_forms_and_their_places():
    row = find("policy")
    assert (row.papers, dict(row.forms)) == (2, {"Policies": 1, "policy": 2})
    assert list(unpack_places(row.places)) == [4096, 65536, 65536 + 4097]
    assert find_hidden_beginnings(row) == {"policies"}


def test_a_name_is_found_by_its_last_part():
    row = find("lecun", Region.NAME)
    assert (row.papers, dict(row.forms)) == (1, {"yann a lecun": 1})


def test_a_category_stands_under_every_archive_that_lists_it():
    labels = {row.word: row.papers for row in build_postings(PAPERS) if row.region is Region.CATEGORY}
    assert labels == {"eess.SY": 1, "eess": 1, "cs": 1, "cs.LG": 1, "hep-th": 1}


def test_who_changes_the_rows_counts_the_version_up():
    """Days that were indexed are only indexed again when VERSION is another one. Then write the new pair here."""
    rows = [
        (row.region, row.word, sorted(row.forms.items()), row.places, *sorted(find_hidden_beginnings(row)))
        for row in build_postings(PAPERS)
    ]
    assert (VERSION, hashlib.sha256(repr(rows).encode()).hexdigest()[:16]) == (1, "8dafbf7304da088a")
