"""Listing pages: small invented ones in arXiv's format, and recorded ones, counted by other means than the reader's."""

import gzip
import html
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from digests.errors import SourceMalformed
from digests.papers.gate import Fault, judge
from digests.papers.listing import read_listing
from digests.papers.paper import Announced, Kind, Paper, Section, Source
from digests.papers.wire import read_document

FIXTURES = Path(__file__).parents[1] / "fixtures" / "listing"
PAGES = ["skip0_show250", "skip250_show250", "skip500_show250"]


def read_fixture(name):
    return read_listing((FIXTURES / f"{name}.html").read_bytes())


def load_recorded(recorded, name):
    payload = (recorded / "arxiv-list" / name).read_bytes()
    return gzip.decompress(payload) if name.endswith(".gz") else payload


def test_an_entry_gives_all_its_fields():
    assert read_fixture("whole").entries[0] == Announced(
        Paper(
            id="2601.90001",
            version=1,
            title=r"Gödel machines with $α$-decay, $x<y$ & \emph{safe} updates",
            authors=("José Martínez", "Łucja Wzór", "Qi", "Ada Example"),
            abstract="We build a machine, see https://example.org/a_b?c=d. It rests on arXiv:2101.00020v3 and "
            "doi:https://doi.org/10.1000/182. It is a small machine.We ship it.",
            categories=("cs.LG", "math.NA"),
            comments="9 pages, code at https://example.org/code",
            journal_ref="J. Invent. Res. 1 (2026) 2 & 3",
        ),
        Kind.NEW,
        1,
    )


def test_a_page_says_its_scope_its_date_its_headings_and_its_total():
    page = read_fixture("whole")
    assert (page.source, page.scope, page.announced_on, page.total) == (Source.LISTING, "cs.LG", date(2026, 1, 8), 5)
    assert page.sections == (Section(Kind.NEW, 2, 2), Section(Kind.CROSS, 1, 1), Section(Kind.REPLACE, 2, 2))
    assert [(entry.item, entry.paper.id, entry.paper.version, entry.kind) for entry in page.entries] == [
        (1, "2601.90001", 1, Kind.NEW),
        (2, "2601.90002", None, Kind.NEW),
        (3, "2601.90003", 1, Kind.CROSS),
        (4, "2512.90004", 3, Kind.REPLACE),
        (5, "hep-th/9901001", 2, Kind.REPLACE),
    ]


def test_short_names_colons_and_missing_authors_are_understood():
    authors = [entry.paper.authors for entry in read_fixture("whole").entries]
    assert authors[1:4] == [(), ("ACME Lab", "Ann Lee", "Bo Chan"), ("A B",)]


def test_a_paper_whose_comments_take_it_back_is_marked():
    payload = (FIXTURES / "whole.html").read_bytes().replace(b"9 pages, code at", b"Withdrawn due to an error; see")
    assert [entry.paper.is_withdrawn for entry in read_listing(payload).entries] == [True, *[False] * 4]
    assert not any(entry.paper.is_withdrawn for entry in read_fixture("whole").entries)


def test_a_broken_entry_is_reported_and_the_rest_is_read():
    page = read_fixture("broken")
    assert [entry.item for entry in page.entries] == [1, 5]
    assert [(one.where, one.reason) for one in page.broken] == [
        ("item 2", "it has no arXiv id"),
        ("item 3", "it has no dd"),
        ("item 4", "it has no category"),
    ]
    assert all(one.payload for one in page.broken)


def test_a_changed_heading_is_reported_and_its_papers_are_read_all_the_same():
    payload = (FIXTURES / "whole.html").read_bytes().replace(b"Cross submissions (showing", b"Cross-lists (there are")
    page = read_listing(payload)
    assert [entry.kind for entry in page.entries][2] == Kind.CROSS
    assert [one.where for one in page.broken] == ["heading"]
    assert judge(page).fault == Fault.SHORT


def test_a_page_cut_off_in_the_middle_is_refused():
    payload = (FIXTURES / "whole.html").read_bytes()
    with pytest.raises(SourceMalformed, match="cut off"):
        read_listing(payload[: payload.index(b"item4")])


def test_a_quiet_day_has_a_date_and_no_entries():
    page = read_fixture("quiet")
    assert (page.scope, page.announced_on, page.entries, page.total) == ("math.GT", date(2026, 1, 8), (), None)


def test_an_alias_page_has_its_canonical_scope_and_a_page_without_link_that_of_its_heading():
    payload = (FIXTURES / "quiet.html").read_bytes()
    assert read_listing(payload.replace(b"recent-math.GT", b"recent-cs.NA")).scope == "math.NA"
    assert read_listing(payload.replace(b"recent-math.GT", b"latest")).scope == "math.GT"
    with pytest.raises(SourceMalformed, match="Geometrical"):
        read_listing(payload.replace(b"recent-math.GT", b"latest").replace(b"Geometric ", b"Geometrical "))


@pytest.mark.parametrize(
    "payload", [b"", b"hello", b"<html><body><h1>Welcome</h1></body></html>", b"\xff\xfe\x00", b"<" * 10_000]
)
def test_what_is_no_listing_page_is_refused(payload):
    with pytest.raises(SourceMalformed):
        read_listing(payload)
    with pytest.raises(SourceMalformed):
        read_document(payload)


def test_a_refusal_keeps_the_reason_that_arxiv_gives():
    with pytest.raises(SourceMalformed, match=r"Invalid archive or category: cs\.XX"):
        read_fixture("refused")


def test_hostile_words_come_out_harmless():
    title = "A\u202e colon\u0000 list " + "x" * 10_000
    page = read_listing((FIXTURES / "whole.html").read_text().replace("A colon list", title).encode())
    hostile = page.entries[2].paper.title
    assert hostile.startswith("A colon")
    assert len(hostile) <= 1_000
    assert "\u202e" not in hostile


def test_a_date_that_is_none_is_refused():
    with pytest.raises(SourceMalformed, match="no date line"):
        read_listing((FIXTURES / "quiet.html").read_bytes().replace(b"8 January", b"31 Smarch"))


# --- recorded pages -----------------------------------------------------------------------------


def count_independently(payload):
    """Entries a heading, by regular expressions over the raw page."""
    text = payload.decode()
    parts = re.split(r"<h3>(New|Cross|Replacement) submissions", text)[1:]
    return {name: len(re.findall(r"<dt>", part)) for name, part in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize(
    ("name", "scope", "day", "counts", "whole"),
    [
        ("cs.CV_new_2026-04-21_show2000.html", "cs.CV", date(2026, 4, 21), (276, 48, 177), True),
        ("cs.CV_new_2026-04-23_show2000.html", "cs.CV", date(2026, 4, 23), (94, 12, 65), True),
        ("cs.CV_new_2026-04-23_PARTIAL_lag.html", "cs.CV", date(2026, 4, 23), (75, 12, 65), False),
        ("cs_new_2026-02-02_show2000.html", "cs", date(2026, 2, 2), (430, 4, 0), True),
        ("EDGE_synthetic_cs.CV_new.html", "cs.CV", date(2026, 4, 21), (3, 2, 2), True),
        ("STRESS_cs_new_5days_skip0_show2000.html.gz", "cs", date(2026, 2, 3), (2000, 0, 0), False),
        ("STRESS_cs_new_5days_skip2000_show2000.html.gz", "cs", date(2026, 2, 3), (592, 55, 0), False),
        ("math.GT_new_2026-04-21_no_updates.html", "math.GT", date(2026, 4, 21), (0, 0, 0), False),
        ("cs.CV_new_2026-04-21_skip2000_beyond_end.html", "cs.CV", date(2026, 4, 21), (0, 0, 0), False),
    ],
)
def test_a_recorded_page_is_read_whole(recorded, name, scope, day, counts, whole):
    payload = load_recorded(recorded, name)
    page = read_listing(payload)
    kinds = Counter(entry.kind for entry in page.entries)
    assert (page.scope, page.announced_on, page.broken) == (scope, day, ())
    assert (kinds[Kind.NEW], kinds[Kind.CROSS], kinds[Kind.REPLACE]) == counts
    by_heading = count_independently(payload)
    assert tuple(by_heading.get(heading, 0) for heading in ("New", "Cross", "Replacement")) == counts
    assert (judge(page).fault is None) == whole


def test_the_recorded_page_of_a_lagging_database_is_called_short(recorded):
    progress = judge(read_listing(load_recorded(recorded, "cs.CV_new_2026-04-23_PARTIAL_lag.html")))
    assert (progress.fault, progress.seen, progress.total) == (Fault.SHORT, 152, 171)


def test_three_recorded_pages_of_250_are_the_same_batch_as_one_of_2000(recorded):
    one = read_listing(load_recorded(recorded, "cs.CV_new_2026-04-21_show2000.html"))
    three = [read_listing(load_recorded(recorded, f"cs.CV_new_2026-04-21_{page}.html")) for page in PAGES]
    assert [entry for page in three for entry in page.entries] == list(one.entries)
    progress = None
    for page in three:
        assert progress is None or progress.fault
        progress = judge(page, progress)
    assert progress == judge(one)


def test_the_stress_pages_make_one_batch_of_2647(recorded):
    first, second = (
        read_listing(load_recorded(recorded, f"STRESS_cs_new_5days_skip{skip}_show2000.html.gz")) for skip in (0, 2000)
    )
    progress = judge(first, judge(second))
    assert (progress.fault, progress.items) == (None, ((1, 2647),))


@pytest.mark.parametrize(
    "name", ["cs.CV_new_2026-04-21_show2000.html", "cs_new_2026-02-02_show2000.html", "EDGE_synthetic_cs.CV_new.html"]
)
def test_every_shortened_link_of_a_recorded_page_is_its_address_again(recorded, name):
    payload = load_recorded(recorded, name)
    texts = [entry.paper.abstract + " " + entry.paper.comments for entry in read_listing(payload).entries]
    assert not [text for text in texts if re.search(r"this \w+ URL", text)]
    links = re.findall(r'href="([^"]+)"[^>]*>this \w+ URL</a>', payload.decode())
    everything = " ".join(texts)
    assert len(links) > 1
    # arXiv writes http:// before a host without one, sensible or not: see the reader.
    lost = [link for link in map(html.unescape, links) if link.removeprefix("http://") not in everything]
    assert lost == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("error_400_unknown_category.html", "Invalid archive or category: cs.XX"),
        ("error_400_invalid_show.html", "Invalid show value"),
        ("error_400_bad_period.html", "valid time period"),
        ("error_503_replica_lag.txt", "temporarily unavailable"),
    ],
)
def test_a_recorded_error_page_is_refused_with_its_reason(recorded, name, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_document(load_recorded(recorded, name))
