"""Feeds: small invented ones in arXiv's format, recorded ones, and what read_document makes of anything else."""

import gzip
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from digests.errors import SourceMalformed
from digests.papers.listing import read_listing
from digests.papers.merging import hash_words
from digests.papers.paper import Announced, Kind, Paper, Source
from digests.papers.rss import read_feed
from digests.papers.wire import read_document

FIXTURES = Path(__file__).parents[1] / "fixtures"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<rss version="2.0"><channel><title>&d; updates on arXiv.org</title></channel></rss>"""
FOREIGN = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/hostname">]>
<rss version="2.0"><channel><title>&file; updates on arXiv.org</title></channel></rss>"""


def load(name):
    return (FIXTURES / "feeds" / name).read_bytes()


def test_an_item_gives_all_its_fields():
    assert read_feed(load("rss.xml")).entries[0] == Announced(
        Paper(
            id="2601.90001",
            version=1,
            title=r"Gödel machines with $\alpha$-decay, $x<y$ & \emph{safe} updates",
            authors=("José Martínez", "Łucja Wzór", "Qi", "Ada Example"),
            abstract="We build a machine, see https://example.org/a_b?c=d. It rests on arXiv:2101.00020v3 and "
            "doi:10.1000/182. It is a small machine.We ship it.",
            categories=("cs.LG", "math.NA"),
            journal_ref="J. Invent. Res. 1 (2026) 2",
            doi="10.1000/7",
            licence="http://creativecommons.org/licenses/by/4.0/",
        ),
        Kind.NEW,
    )


def test_a_feed_says_its_scope_its_date_and_every_announce_type():
    feed = read_feed(load("rss.xml"))
    assert (feed.source, feed.scope, feed.announced_on, feed.broken) == (Source.RSS, "cs.LG", date(2026, 1, 8), ())
    assert [(entry.paper.id, entry.paper.version, entry.kind.value) for entry in feed.entries] == [
        ("2601.90001", 1, "new"),
        ("2601.90002", 1, "new"),
        ("2601.90003", 1, "cross"),
        ("2512.90004", 3, "replace"),
        ("hep-th/9901001", 2, "replace-cross"),
    ]


def test_atom_says_the_same_as_rss():
    rss, atom = read_feed(load("rss.xml")), read_feed(load("atom.xml"))
    assert replace(atom, source=Source.RSS) == rss


def test_one_paper_has_the_same_hash_from_the_listing_page_and_from_the_feeds():
    pages = [
        read_listing((FIXTURES / "listing" / "whole.html").read_bytes()),
        read_feed(load("rss.xml")),
        read_feed(load("atom.xml")),
    ]
    hashes = [[hash_words(entry.paper) for entry in page.entries] for page in pages]
    assert hashes[0] == hashes[1] == hashes[2]
    assert len(set(hashes[0])) == 5


def test_an_empty_feed_has_no_entries_and_only_rss_has_a_date():
    rss, atom = read_feed(load("rss_empty.xml")), read_feed(load("atom_empty.xml"))
    assert (rss.scope, rss.announced_on, rss.entries) == ("cs.LG+stat.ML", date(2026, 1, 11), ())
    assert (atom.scope, atom.announced_on, atom.entries) == ("cs.LG", None, ())


def test_a_broken_entry_of_a_feed_is_reported_and_the_rest_is_read():
    feed = read_feed(load("rss_broken.xml"))
    assert len(feed.entries) == 3
    assert [(one.where, one.reason.partition(":")[0]) for one in feed.broken] == [
        ("entry 2", "it has no arXiv id"),
        ("entry 3", "its announce type is unknown"),
    ]


def test_the_date_is_that_of_new_york():
    late = load("rss.xml").replace(
        b"<pubDate>Thu, 08 Jan 2026 00:00:00 -0500", b"<pubDate>Fri, 09 Jan 2026 03:00:00 +0000"
    )
    assert read_feed(late).announced_on == date(2026, 1, 8)
    assert read_feed(load("rss.xml").replace(b"<pubDate>Thu, 08 Jan 2026", b"<pubDate>Someday")).announced_on is None


@pytest.mark.parametrize("edge", ["Mon, 31 Dec 9999 23:59:59 -2359", f"Mon, 31 Dec {'9' * 40} 23:59:59 GMT"])
def test_a_date_at_the_edge_of_time_is_no_date(edge):
    rss = load("rss.xml").replace(b"<pubDate>Thu, 08 Jan 2026 00:00:00 -0500", f"<pubDate>{edge}".encode(), 1)
    assert read_feed(rss).announced_on is None
    atom = re.sub(rb"<published>[^<]*", b"<published>0001-01-01T00:00:00+14:00", load("atom.xml"))
    feed = read_feed(atom)
    assert (feed.announced_on, len(feed.entries)) == (None, 5)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (load("rss_refused.xml"), "Bad subject class 'ZZ'"),
        (BOMB, "document type"),
        (FOREIGN, "document type"),
        (load("rss.xml")[:-300], "no whole XML"),
        (b"<?xml version='1.0'?><opml/>", "neither RSS"),
        (b"<?xml version='1.0'?><rss version='2.0'/>", "neither RSS"),
        (b"<rss><channel><title>Daily news</title></channel></rss>", "Daily news"),
    ],
)
def test_what_is_no_feed_of_arxiv_is_refused_with_the_reason(payload, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_feed(payload)


def test_a_document_is_recognised_by_its_content_packed_or_not():
    documents = [load("rss.xml"), load("atom.xml"), (FIXTURES / "listing" / "whole.html").read_bytes()]
    assert [read_document(one).source for one in documents] == [Source.RSS, Source.ATOM, Source.LISTING]
    assert [read_document(gzip.compress(one)) for one in documents] == [read_document(one) for one in documents]


@pytest.mark.parametrize(
    ("payload", "source", "reason"),
    [
        (load("rss.xml"), "list", "no arXiv listing page"),
        (load("rss.xml"), "atom", "an RSS feed, not an Atom feed"),
        (load("atom.xml"), "rss", "an Atom feed, not an RSS feed"),
        (b"%PDF-1.7 and so on", "auto", "neither an arXiv listing page nor"),
        (b"", "auto", "it is empty"),
        (gzip.compress(load("rss.xml"))[:-40], "auto", "damaged"),
        (b"\x1f\x8b nonsense", "auto", "damaged"),
        (gzip.compress(bytes(65 * 2**20)), "auto", "64 MiB"),
    ],
)
def test_what_is_not_the_document_asked_for_is_refused_with_the_reason(payload, source, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_document(payload, source)


# --- recorded feeds -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rss_cs.CV_2026-04-21.xml", "atom_cs.CV_2026-04-21.xml"])
def test_a_recorded_feed_is_read_whole(recorded, name):
    payload = (recorded / "arxiv-rss" / name).read_bytes()
    feed = read_feed(payload)
    assert (feed.scope, feed.announced_on, feed.broken) == ("cs.CV", date(2026, 4, 21), ())
    types = re.findall(r"<arxiv:announce_type>([a-z-]+)<", payload.decode())
    assert Counter(entry.kind.value for entry in feed.entries) == Counter(types)
    assert Counter(types) == {"new": 276, "cross": 48, "replace": 138, "replace-cross": 39}
    assert len({entry.paper.id for entry in feed.entries}) == 501
    assert all(entry.paper.licence and entry.paper.version for entry in feed.entries)


@pytest.mark.parametrize(
    ("name", "scope", "day", "entries"),
    [
        ("albatros_cs_2026-03-29_sunday_empty.xml", "cs", date(2026, 3, 29), 0),
        ("rss_cs.CV_2026-04-25_saturday_empty.xml", "cs.CV", date(2026, 4, 25), 0),
        ("atom_cs.CV_2026-04-25_saturday_empty.xml", "cs.CV", None, 0),
        ("jmamath_cs_ai.xml", "cs.AI", date(2026, 4, 27), 3),
        ("laya-reader_cs.LG+cs.AI+cs.CL+stat.ML_2026-09-24.xml", "cs.LG+cs.AI+cs.CL+stat.ML", date(2026, 9, 24), 4),
    ],
)
def test_a_small_recorded_feed_is_read(recorded, name, scope, day, entries):
    feed = read_feed((recorded / "arxiv-rss" / name).read_bytes())
    assert (feed.scope, feed.announced_on, len(feed.entries), feed.broken) == (scope, day, entries, ())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("rss_error_bad_archive.xml", "Bad archive 'nosuch'"),
        ("rss_error_bad_subject_class.xml", "Bad subject class 'ZZ'"),
        ("rss_error_version.xml", "Unsupported feed version"),
    ],
)
def test_a_recorded_error_feed_is_refused_with_its_reason(recorded, name, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_feed((recorded / "arxiv-rss" / name).read_bytes())


def test_listing_page_and_feed_of_one_recorded_day_have_the_same_words(recorded):
    page = read_listing((recorded / "arxiv-list" / "cs.CV_new_2026-04-21_show2000.html").read_bytes())
    feed = read_feed((recorded / "arxiv-rss" / "rss_cs.CV_2026-04-21.xml").read_bytes())
    listed = {entry.paper.id: entry.paper for entry in page.entries}
    fed = {entry.paper.id: entry.paper for entry in feed.entries}
    assert listed.keys() == fed.keys()
    assert [key for key in fed if listed[key].title != fed[key].title] == []
    assert [key for key in fed if listed[key].categories != fed[key].categories] == []
    # The two recordings of 2604.16272 differ: the feed's has an author more and the page's a sentence more.
    assert [key for key in fed if listed[key].authors != fed[key].authors] == ["2604.16272"]
    # Hosts without http:// in the source (sci-draw.com, github.com/…) have it on the page and not in the feed.
    assert len([key for key in fed if listed[key].abstract != fed[key].abstract]) == 4
    assert [key for key in fed if hash_words(listed[key]) != hash_words(fed[key])] == ["2604.16272"]
