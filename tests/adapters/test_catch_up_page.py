"""Pages of past days: invented ones in the form that arXiv's code gives them, and recorded entries under its headings."""

import gzip
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from digests.errors import SourceMalformed
from digests.papers.catch_up_page import read_catch_up
from digests.papers.gate import Fault, judge
from digests.papers.listing import read_listing
from digests.papers.paper import Kind, Section, Source
from digests.papers.wire import read_document, read_wire

FIXTURES = Path(__file__).parents[1] / "fixtures" / "listing"
LISTING = (FIXTURES / "whole.html").read_text()
NEXT_DAY = "<a href='/catchup/cs.LG/2026-01-09?abs=True&amp;page=1'>Continue to the next day</a><br><br>"
QUIET = (
    "<br><div><p>No updates for Thu, 08 Jan 2026. There was either no announcement for this day, or no updates within "
    "the requested subject.</p></div><br>"
)
PAST_THE_END = (
    "<br><div>No further updates for Thu, 08 Jan 2026<br>"
    "<a href='/catchup/cs.LG/2026-01-08?abs=True&amp;page=1'>Go to page 1</a></div><br>"
)


def take_lists(listing):
    return listing[listing.index("<dl") : listing.rindex("</dl>") + len("</dl>")]


def make_page(lists, *, name="Machine Learning", day="Thu, 08 Jan 2026", total=5, links=NEXT_DAY):
    """In the order of arXiv's template, with its one `</div>` too many."""
    said = f"Total of {total} entries for {day}"
    return (
        "<!DOCTYPE html><html><head><title>arXiv</title></head><body><header><a href='/IgnoreMe'></a></header>"
        f"<div id='content'><div id='content-inner'><div id='dlpage'>\n  <h1>Catchup results for {name} on {day}</h1>\n"
        f"<ul><li><a href='#item1'>New submissions</a></li></ul><div>{links}\n  {said}\n</div>{lists}"
        f"<div></div>\n{said}\n{links}</div></div></div></div></body></html>"
    ).encode()


def make_entry(number, kind="new", home="Machine Learning (cs.LG)"):
    return (
        f'<dt><a name=\'item{number}\'>[{number}]</a><a href ="/abs/2601.{number:05}" title="Abstract" '
        f'id="2601.{number:05}">arXiv:2601.{number:05}</a>{"(replaced)" if kind == "rep" else ""}</dt>'
        f"<dd><div class='meta'><div class='list-title mathjax'><span class='descriptor'>Title:</span>No {number}</div>"
        f"<div class='list-authors'>Ann Lee</div><div class='list-subjects'><span class='descriptor'>Subjects:</span>"
        f"<span class=\"primary-subject\">{home}</span></div><p class='mathjax'>Total of 9 entries for us.</p></div></dd>"
    )


def make_section(heading, entries):
    return f"<dl id='articles'><h3>{heading}</h3>{''.join(entries)}</dl>"


WHOLE = make_page(take_lists(LISTING))


def test_a_page_is_read_as_a_listing_page_of_that_day_is():
    page, listing = read_catch_up(WHOLE), read_listing(LISTING.encode())
    assert page == replace(listing, source=Source.CATCHUP)
    assert (page.scope, page.announced_on, page.total, len(page.entries)) == ("cs.LG", date(2026, 1, 8), 5, 5)
    assert judge(page).fault is None


def test_a_page_is_recognised_among_other_documents():
    assert (
        read_wire(WHOLE) == read_document(WHOLE) == read_wire(gzip.compress(WHOLE), "catchup") == read_catch_up(WHOLE)
    )
    with pytest.raises(SourceMalformed, match="no date line"):
        read_wire(WHOLE, "list")
    with pytest.raises(SourceMalformed, match="no whole XML"):
        read_wire(WHOLE, "rss")
    with pytest.raises(SourceMalformed, match="is headed 'Machine Learning'"):
        read_wire(LISTING.encode(), "catchup")
    # Words of a paper make no page of it.
    title = LISTING.replace("A colon list", "&lt;h1&gt;Catchup results for cs")
    assert read_wire(title.encode()).source is Source.LISTING


def test_pages_follow_one_another_by_their_numbers():
    first = make_section("New submissions (showing first 3 of 4 entries)", map(make_entry, (1, 2, 3)))
    rest = make_section("New submissions (continued, showing last 1 of 4 entries)", [make_entry(4)])
    replaced = make_section(
        "Replacement submissions (showing first 2 of 3 entries)", [make_entry(n, "rep") for n in (5, 6)]
    )
    last = make_section("Replacement submissions (continued, showing last 1 of 3 entries)", [make_entry(7, "rep")])
    pages = [read_catch_up(make_page(lists, total=7)) for lists in (first, rest + replaced, last)]
    assert [page.sections for page in pages] == [
        (Section(Kind.NEW, 3, 4),),
        (Section(Kind.NEW, 1, 4), Section(Kind.REPLACE, 2, 3)),
        (Section(Kind.REPLACE, 1, 3),),
    ]
    progress = None
    for page in pages:
        assert progress is None or progress.fault is Fault.GAP
        progress = judge(page, progress)
    assert (progress.fault, progress.items, progress.total) == (None, ((1, 7),), 7)
    assert judge(pages[2], judge(pages[0], judge(pages[1]))) == progress


def test_a_day_without_announcement_says_so_with_its_total():
    page = read_catch_up(make_page(QUIET, total=0))
    assert (page.total, page.entries, page.scope, page.announced_on) == (0, (), "cs.LG", date(2026, 1, 8))
    assert judge(page).fault is Fault.EMPTY
    # Past the end there is no entry either, but there are some.
    assert read_catch_up(make_page(PAST_THE_END)).total == 5


def test_the_scope_is_that_of_the_links_that_lead_to_other_days_and_pages():
    paging = "View page: <span>1</span><a href=/catchup/stat/2026-01-08?abs=True&amp;page=2>2</a>"
    page = read_catch_up(make_page(take_lists(LISTING), name="Statistics", links=paging))
    assert page.scope == "stat"
    alias = NEXT_DAY.replace("cs.LG", "math.MP")
    assert read_catch_up(make_page(QUIET, total=0, links=alias)).scope == "math-ph"
    with pytest.raises(SourceMalformed, match="'grp_physics'"):
        read_catch_up(make_page(QUIET, name="Physics", total=0, links=NEXT_DAY.replace("cs.LG", "grp_physics")))


def test_the_newest_day_has_no_link_and_its_name_says_the_scope():
    assert read_catch_up(make_page(QUIET, name="Computer Science", total=0, links="")).scope == "cs"
    # Machine Learning is the name of cs.LG and of stat.ML; new papers are at home.
    assert read_catch_up(make_page(take_lists(LISTING), links="")).scope == "cs.LG"
    for name in ("Machine Learning", "Machine Teaching"):
        with pytest.raises(SourceMalformed, match=name):
            read_catch_up(make_page(QUIET, name=name, total=0, links=""))


def test_a_link_in_the_words_of_a_paper_says_nothing_of_the_page():
    entry = make_entry(1).replace(
        "for us.", "for us: <a href='https://arxiv.org/catchup/math/2026-01-07'>this https URL</a>"
    )
    lists = make_section("New submissions (showing 1 of 1 entries)", [entry])
    page = read_catch_up(make_page(lists, name="Computer Science", total=1, links=""))
    assert (page.scope, page.total) == ("cs", 1)


def test_a_broken_entry_is_reported_and_the_rest_is_read():
    lists = take_lists((FIXTURES / "broken.html").read_text())
    page = read_catch_up(make_page(lists))
    assert [entry.item for entry in page.entries] == [1, 5]
    assert [one.where for one in page.broken] == ["item 2", "item 3", "item 4"]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "no list"),
        (b"hello", "hello"),
        (b"<html><body><h1>Welcome</h1></body></html>", "no list"),
        ((FIXTURES / "refused.html").read_bytes(), "Invalid archive or category: cs.XX"),
        (LISTING.encode(), "is headed 'Machine Learning'"),
        (WHOLE.replace(b"Thu, 08 Jan 2026</h1>", b"Thu, 31 Feb 2026</h1>"), "is headed"),
        (WHOLE.replace(b"Thu, 08 Jan 2026</h1>", b"some day</h1>"), "is headed"),
        (WHOLE[: WHOLE.index(b"Total of")], "cut off"),
        (WHOLE.replace(b"Total of 5 ", b"Total of five "), "cut off"),
        (WHOLE.replace(b"<h1>", b"<h2>").replace(b"</h1>", b"</h2>"), "no list"),
        (b"<div id='dlpage'>" * 10_000, "too many of them open"),
    ],
)
def test_what_is_no_page_of_a_past_day_is_refused_with_the_reason(payload, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_catch_up(payload)


@pytest.mark.parametrize("place", [b"item2", b"item4", b"</dl>", b"list-title"])
def test_a_page_that_is_cut_off_is_refused(place):
    with pytest.raises(SourceMalformed, match="cut off"):
        read_catch_up(WHOLE[: WHOLE.index(place)])


# --- recorded pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "day", "scope"),
    [
        ("cs.CV_new_2026-04-21_show2000.html", "Tue, 21 Apr 2026", "cs.CV"),
        ("cs_new_2026-02-02_show2000.html", "Mon, 02 Feb 2026", "cs"),
        ("EDGE_synthetic_cs.CV_new.html", "Tue, 21 Apr 2026", "cs.CV"),
    ],
)
def test_recorded_entries_are_read_as_from_their_listing_page(recorded, name, day, scope):
    text = (recorded / "arxiv-list" / name).read_text()
    listing = read_listing(text.encode())
    full_name = re.search("<h1>(.*)</h1>", text)[1]
    page = read_document(make_page(take_lists(text), name=full_name, day=day, total=listing.total, links=""))
    assert page == replace(listing, source=Source.CATCHUP)
    assert (page.scope, judge(page).fault) == (scope, None)


def test_recorded_pages_of_2000_make_one_batch(recorded):
    names = [f"STRESS_cs_new_5days_skip{skip}_show2000.html.gz" for skip in (0, 2000)]
    texts = [gzip.decompress((recorded / "arxiv-list" / name).read_bytes()).decode() for name in names]
    progress = None
    for text in texts:
        page = make_page(take_lists(text), name="Computer Science", day="Tue, 03 Feb 2026", total=2647, links="")
        progress = judge(read_catch_up(page), progress)
    assert (progress.fault, progress.items) == (None, ((1, 2647),))
