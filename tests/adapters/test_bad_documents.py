"""Documents that are not what they should be, in every wire format: refused, or reported, never believed."""

import gzip
import random
import re
from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.clock import announced_at
from digests.errors import SourceMalformed
from digests.papers.gate import judge
from digests.papers.identifier import read_identifier
from digests.papers.paper import Announcement, Source
from digests.papers.wire import read_wire
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.world import World
from sandbox.sample import load_sample

FIXTURES = Path(__file__).parents[1] / "fixtures"


def render_past():
    """As arXiv's own code would."""
    world = World(days=(load_sample(),))
    clock = SteppedClock(announced_at(date(2026, 11, 24)))
    return ReplayedSources(world, clock, wait=clock.wait).fetch_catch_up("cs", date(2026, 11, 20))


PAGES = ["listing/whole.html", "listing/broken.html", "listing/quiet.html"]
FEEDS = ["feeds/rss.xml", "feeds/rss_broken.xml", "feeds/rss_empty.xml", "feeds/atom.xml", "feeds/atom_empty.xml"]
XML = [*FEEDS, "api/answer.xml", "oai/raw.xml", "oai/arxiv.xml"]
PAST = "a page of the past"
DOCUMENTS = {name: (FIXTURES / name).read_bytes() for name in [*PAGES, *XML, "hf/day.json"]} | {PAST: render_past()}
WHOLE = DOCUMENTS["listing/whole.html"]
SECRET = "what-is-in-the-file"

every = pytest.mark.parametrize("name", DOCUMENTS)
every_xml = pytest.mark.parametrize("name", XML)
slow_enough = settings(deadline=None, max_examples=40)


def papers_of(document):
    found = document.entries if isinstance(document, Announcement) else document.papers
    return [getattr(one, "paper", one) for one in found]


def read_or_none(payload, source="auto"):
    try:
        return read_wire(payload, source)
    except SourceMalformed:
        return None


# --- cut off --------------------------------------------------------------------------------------


@every
def test_a_document_cut_off_anywhere_is_refused(name):
    """Its last entry may be half of one: of a page and of a feed, whatever its totals say."""
    payload = DOCUMENTS[name].rstrip()
    # As many places in a long document as in a short one, and all of the last words.
    cuts = [*range(0, len(payload), len(payload) // 150 + 1), *range(len(payload) - 60, len(payload))]
    assert [at for at in cuts if read_or_none(payload[:at])] == []


@every
def test_a_packed_document_cut_off_anywhere_is_refused(name):
    packed = gzip.compress(DOCUMENTS[name])
    assert [at for at in range(0, len(packed), 31) if read_or_none(packed[:at])] == []


# --- packed ---------------------------------------------------------------------------------------


@every
def test_a_packed_document_says_what_the_plain_one_says(name):
    assert read_wire(gzip.compress(DOCUMENTS[name])) == read_wire(DOCUMENTS[name])


def test_what_unpacks_to_more_than_any_document_has_is_refused():
    bomb = gzip.compress(bytes(65 * 2**20))
    assert len(bomb) < 300_000
    with pytest.raises(SourceMalformed, match="unpacks to more than 64 MiB"):
        read_wire(bomb)
    with pytest.raises(SourceMalformed):
        read_wire(gzip.compress(bomb))


# --- in other letters -----------------------------------------------------------------------------


@every
def test_a_mark_of_utf_8_at_the_beginning_changes_nothing(name):
    assert read_wire(b"\xef\xbb\xbf" + DOCUMENTS[name]) == read_wire(DOCUMENTS[name])


@every
def test_a_document_in_other_letters_is_refused(name):
    text = DOCUMENTS[name].decode().encode("ascii", "replace").decode()
    read = {encoding: read_or_none(text.encode(encoding)) for encoding in ("utf-16", "utf-16-be", "utf-32", "cp037")}
    assert set(read.values()) == {None}


@every
def test_words_that_are_not_in_utf_8_are_refused_and_not_guessed(name):
    words = re.search(rb"arXiv|title", DOCUMENTS[name])
    damaged = DOCUMENTS[name][: words.end()] + "\xf6".encode("latin-1") + DOCUMENTS[name][words.end() :]
    assert read_or_none(damaged) is None


@every_xml
def test_xml_that_is_not_in_the_letters_that_it_names_is_refused(name):
    body = re.sub(rb"^<\?xml.*?\?>", b"", DOCUMENTS[name])
    for encoding in (b"utf-16", b"ucs-4", b"ebcdic-cp-us", b"no such thing", b""):
        assert read_or_none(b"<?xml version='1.0' encoding='" + encoding + b"'?>" + body) is None


# --- another kind of document ---------------------------------------------------------------------

OTHERS = {
    "nothing": b"",
    "blanks": b" \r\n\t" * 10,
    "one zero": b"\x00",
    "a portal's login": b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Wi-Fi</h1></body></html>",
    "a page that calls itself XML": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "an error as JSON": b'{"error": "Too many requests"}',
    "a number": b"42",
    "no list": b'"papers"',
    "nothing, in JSON": b"null",
    "another's feed": b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>',
    "a sitemap": b'<?xml version="1.0"?><urlset/>',
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "a PDF": b"%PDF-1.7\n<</Type/Catalog>>",
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_something_else_is_refused_whatever_was_asked_for(what):
    for source in ("auto", *Source):
        with pytest.raises(SourceMalformed):
            read_wire(OTHERS[what], source)


@every
def test_one_kind_is_never_read_as_another(name):
    kind = getattr(read_wire(DOCUMENTS[name]), "source", Source.HF)
    for source in set(Source) - {kind}:
        with pytest.raises(SourceMalformed):
            read_wire(DOCUMENTS[name], source)


# --- bombs ----------------------------------------------------------------------------------------

TENFOLD = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{TENFOLD}]>',
    "one long one": f'<!DOCTYPE x [<!ENTITY l11 "{"lol" * 10_000}">]>',
    "a file": '<!DOCTYPE x [<!ENTITY l11 SYSTEM "{file}">]>',
    "a file as a part of the type": '<!DOCTYPE x [<!ENTITY % all SYSTEM "{file}"> %all; <!ENTITY l11 "x">]>',
    "a type elsewhere": '<!DOCTYPE x SYSTEM "{file}">',
    "a type on the web": '<!DOCTYPE x PUBLIC "-//X" "http://127.0.0.1:1/x.dtd">',
}


@every_xml
def test_bombs_and_entities_of_other_files_are_refused(tmp_path, name):
    file = tmp_path / "secret"
    file.write_text(SECRET)
    body = re.sub(rb"^<\?xml.*?\?>", b"", DOCUMENTS[name])
    for bomb in BOMBS.values():
        for entity in (b"&l11;" * 1_000, b""):
            filled = body.replace(b"<title>", b"<title>" + entity)
            with pytest.raises(SourceMalformed) as refused:
                read_wire(b'<?xml version="1.0"?>' + bomb.replace("{file}", file.as_uri()).encode() + filled)
            assert SECRET not in str(refused.value)


@every_xml
def test_a_file_that_is_to_be_included_is_not(tmp_path, name):
    file = tmp_path / "secret"
    file.write_text(SECRET)
    include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{file.as_uri()}"/>'
    document = read_or_none(DOCUMENTS[name].replace(b"<title>", b"<title>" + include.encode()))
    assert SECRET not in repr(document)


@pytest.mark.parametrize("part", ["<div>", "<dl><dt>", "<a><b>", "<div></p>", "<dt><h3>", '<div class="paging">'])
def test_a_page_nested_as_none_of_arxivs_is_refused_before_it_is_built(part):
    """The time of the parser grows with the square of the depth: ten times as much is minutes."""
    deep = WHOLE.replace(b"<dl", part.encode() * 2_500 + b"<dl", 1)
    with pytest.raises(SourceMalformed, match="too many"):
        read_wire(deep)


def test_a_page_of_more_tags_than_any_has_is_refused():
    with pytest.raises(SourceMalformed, match="too many"):
        read_wire(WHOLE.replace(b"<dl", b"<br>" * 600_000 + b"<dl", 1))


@pytest.mark.parametrize("name", ["feeds/rss.xml", "feeds/atom.xml", "oai/raw.xml", "api/answer.xml"])
def test_deep_xml_is_refused(name):
    deep = b"<x>" * 10_000 + b"</x>" * 10_000
    with pytest.raises(SourceMalformed):
        read_wire(DOCUMENTS[name].replace(b"<title>", deep + b"<title>"))


@pytest.mark.parametrize("payload", [b"[" * 1_000_000, b'[{"paper":' * 100_000, b"[" + b"9" * 10_000 + b"]"])
def test_json_that_would_break_its_reader_is_refused(payload):
    with pytest.raises(SourceMalformed):
        read_wire(payload)


# --- any bytes at all -----------------------------------------------------------------------------


@slow_enough
@given(payload=st.binary(max_size=300), source=st.sampled_from(["auto", *Source]))
def test_no_bytes_whatsoever_do_more_than_be_refused(payload, source):
    read_or_none(payload, source)


STARTS = [b"<?xml version='1.0'?>", b"<rss>", b"<feed", b"<OAI-PMH", b"[{", b"{", b"\x1f\x8b", b"<div id='dlpage'>"]


@slow_enough
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=100))
def test_no_bytes_behind_a_right_beginning_do_more_than_be_refused(start, rest):
    read_or_none(start + rest)


SHRAPNEL = [b"<", b">", b"&", b'"', b"'", b"\x00", b"\xff", b"<!--", b"]]>", b"<![CDATA[", b"&#0;", b"&#xD800;", b"\\ud800",
            b"</dl>", b"<dl>", b"<dt>", b"<dd>", b"<h3>", b"<template>", b"<script>", b"<svg>", b"</item>", b"</entry>",
            b"{", b"}", b"[", b"null", b"1e999", b"\xe2\x80\xae", b"\xcc\x81" * 50]  # fmt: skip


@st.composite
def wounds(draw, payload, first=0, last=None):
    """`payload` with one to three places between `first` and `last` overwritten, cut out or filled."""
    damaged = bytearray(payload)
    last = len(payload) if last is None else last
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(first, last - 1))
        splinter = draw(st.sampled_from(SHRAPNEL) | st.binary(min_size=1, max_size=4))
        length = draw(st.integers(0, min(20, last - at)))
        damaged[at : at + length] = splinter
        last += len(splinter) - length
        if last <= first:
            break
    return bytes(damaged)


@slow_enough
@given(st.data())
def test_whatever_is_read_of_a_damaged_document_is_fit_to_be_shown_and_stored(data):
    payload = DOCUMENTS[data.draw(st.sampled_from(sorted(DOCUMENTS)))]
    document = read_or_none(data.draw(wounds(payload)))
    for paper in papers_of(document) if document else ():
        assert read_identifier(paper.id) == (paper.id, None)
        assert 0 < len(paper.title) <= 1_000
        words = [paper.title, paper.abstract, paper.comments, paper.journal_ref, paper.doi, paper.licence]
        text = "".join(chain(words, paper.authors, paper.categories))
        assert all(char == " " or char.isprintable() or char.isspace() for char in text)
        # PostgreSQL and JSON take it.
        assert "\x00" not in text.encode().decode()


def entries_of(payload, begin, end):
    """First and last byte of each."""
    starts = [found.start() for found in re.finditer(begin, payload)]
    return [(at, payload.index(end, at)) for at in starts]


ENTRIES = {
    "listing/whole.html": (rb"<dt>", b"</dd>"),
    "feeds/rss.xml": (rb"<item>", b"</item>"),
    "feeds/atom.xml": (rb"<entry>", b"</entry>"),
}


@pytest.mark.parametrize("name", ENTRIES)
@slow_enough
@given(data=st.data())
def test_damage_to_one_entry_changes_one_paper_or_the_batch_is_not_whole(name, data):
    """Its own words nobody can prove; those of the others, and that none is lost, the document does."""
    payload = DOCUMENTS[name]
    original = papers_of(read_wire(payload))
    places = entries_of(payload, *ENTRIES[name])
    hurt = data.draw(st.integers(0, len(places) - 1))
    document = read_or_none(data.draw(wounds(payload, *places[hurt])))
    if document is None or judge(document).fault:
        return
    others = original[:hurt] + original[hurt + 1 :]
    assert [paper for paper in papers_of(document) if paper in others] == others
    assert len([paper for paper in papers_of(document) if paper not in original]) <= 1


def test_a_page_shuffled_by_the_byte_is_refused():
    pieces = list(WHOLE)
    random.Random(5).shuffle(pieces)
    assert read_or_none(bytes(pieces)) is None
