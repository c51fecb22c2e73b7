"""The stand-in speaks arXiv's formats: what it renders is read back by the product and compared with real pages."""

import re

import httpx
import pytest
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from digests.errors import ConfigError
from digests.papers.gate import Fault, judge
from digests.papers.paper import Announcement, Kind, Source
from digests.papers.wire import read_document
from sandbox.arxiv import Document, build_app
from sandbox.arxiv_pages import render_feed, render_listing
from sandbox.arxiv_text import accented, greek, linked
from sandbox.replay.sources import SteppedClock
from sandbox.sample import SampleDay, SamplePaper, load_sample
from sandbox.serving import serve
from tests.builders import NOON

DAY = load_sample()


def _client(app) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://arxiv.test")


def _names(paper: SamplePaper) -> tuple[str, ...]:
    return tuple(accented(author.partition(" (")[0]) for author in paper.authors)


def _by_id(announcement: Announcement) -> dict:
    return {entry.paper.id: entry for entry in announcement.entries}


# --- the listing page ---


def test_a_rendered_listing_reads_back_to_exactly_the_papers_of_the_sample():
    entries = _by_id(read_document(render_listing(DAY)))
    assert list(entries) == [paper.id for paper, _ in DAY.announced("cs")]
    for sample, kind in DAY.announced("cs"):
        paper = entries[sample.id].paper
        assert paper.title == greek(accented(sample.title))
        assert paper.authors == _names(sample)
        assert paper.categories == sample.categories
        assert paper.abstract == accented(sample.abstract)
        assert paper.comments == greek(accented(sample.comments))
        assert paper.journal_ref == sample.journal_ref
        assert paper.version == (sample.version if sample.has_html else None)
        assert entries[sample.id].kind == (Kind.REPLACE if kind is Kind.REPLACE_CROSS else kind)


def test_a_rendered_listing_is_a_whole_batch_of_the_samples_day():
    announcement = read_document(render_listing(DAY))
    assert (announcement.source, announcement.scope, announcement.announced_on) == (
        Source.LISTING,
        "cs",
        DAY.announced_on,
    )
    assert [entry.item for entry in announcement.entries] == list(range(1, 27))
    assert [(s.kind, s.shown, s.of) for s in announcement.sections] == [
        (Kind.NEW, 18, 18),
        (Kind.CROSS, 4, 4),
        (Kind.REPLACE, 4, 4),
    ]
    assert announcement.total == 26
    assert judge(announcement).fault is None


def test_two_short_pages_make_the_batch_whole_and_one_does_not():
    first, second = (read_document(render_listing(DAY, skip=skip, show=25)) for skip in (0, 25))
    assert [len(first.entries), len(second.entries)] == [25, 1]
    assert judge(first).fault is Fault.GAP
    assert judge(second, judge(first)).fault is None


@pytest.mark.parametrize("skip", [26, 2000])
def test_a_page_past_the_end_has_the_total_but_no_entry(skip):
    announcement = read_document(render_listing(DAY, skip=skip))
    assert (announcement.total, announcement.entries) == (26, ())


def test_a_scope_without_papers_shows_the_new_date_and_no_total():
    announcement = read_document(render_listing(DAY, "econ"))
    assert announcement.announced_on == DAY.announced_on
    assert (announcement.total, announcement.entries, announcement.sections) == (None, (), ())


def test_a_listing_shows_tex_as_arxiv_does():
    page = render_listing(DAY).decode()
    assert "Schrödinger Bridge Samplers with $α$-Stable Noise" in page
    assert "Schrödinger bridges connect" in page
    assert r"a symmetric $\alpha$-stable process for $1 &lt; \alpha &lt; 2$" in page
    assert r"typos for $β\to 0$ corrected" in page
    assert r"\textbf{Not} Every Bar Matters" in page
    assert "Clicks &lt; Dwell &amp; Dwell &lt; Return" in page


def test_links_hide_their_address_behind_a_stub_and_short_names_have_none():
    page = render_listing(DAY).decode()
    address = "https://tidegrip.example.org/release_1.0"
    stub = f'<a href="{address}" rel="external noopener nofollow" class="link-external link-https">this https URL</a>.'
    assert stub in page
    assert address not in page.replace(f'href="{address}"', "")
    assert ", Qi, <a " in page
    assert "Ingrid Thalassen</a> (2) (for the OpenGrove collaboration) ((1) Lanmo Institute" in page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see http://a.example.org/x.", 'class="link-external link-http">this http URL</a>.'),
        ("(arXiv:2601.00001v2)", 'data-arxiv-id="2601.00001v2" class="link-https">arXiv:2601.00001v2</a>)'),
        ("<b> & 'c'", "&lt;b&gt; &amp; &#39;c&#39;"),
    ],
)
def test_text_is_escaped_and_linked(text, html):
    assert linked(text).endswith(html)


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Schr\"odinger", "Schrödinger"),
        (r"Schr\"{o}dinger", "Schrödinger"),
        (r"Jaros{\l}aw", "Jarosław"),
        (r"Tom\'a\v{s}", "Tomáš"),
        (r"Mar\c{c}al", "Marçal"),
        (r"$\mathcal{O}(n\log n)$ \cdot x", r"$\mathcal{O}(n\log n)$ \cdot x"),
    ],
)
def test_accents_become_letters_and_other_commands_stay(tex, text):
    assert accented(tex) == text


def _hooks(page: str, within: str) -> set[tuple[str, ...]]:
    """Tag, class, id, name and title of every element, ids and numbers of papers left out."""
    root = LexborHTMLParser(page).css_first(within)
    found = set()
    for node in root.css("*"):
        values = (node.attributes.get(name) or "" for name in ("class", "id", "name", "title"))
        plain = (re.sub(r"(?<=item)\d+|\d{4}\.\d{5}|hep-th/9901001|(?<=recent-).*", "#", value) for value in values)
        found.add((node.tag, *plain))
    return found


def test_the_page_has_the_hooks_of_a_real_one(recorded):
    real = (recorded / "arxiv-list" / "EDGE_synthetic_cs.CV_new.html").read_text("utf-8")
    doi = {
        ("a", "link-https link-external", "", "", ""),
        ("a", "link-external link-http", "", "", ""),
        ("br", "", "", "", ""),
    }
    # The sample cites no DOI and no http address, and its abstracts are one paragraph.
    assert _hooks(render_listing(DAY).decode(), "#dlpage") == _hooks(real, "#dlpage") - doi


def test_paging_and_anchors_look_like_a_real_page_of_three(recorded):
    real = (recorded / "arxiv-list" / "cs.CV_new_2026-04-21_skip250_show250.html").read_text("utf-8")
    shape = r"(?s)<div class='paging'>.*?</div>\s*<div class='morefewer'>.*?</div>"

    def paging(page: str) -> str:
        return re.sub(r"\s+", " ", re.sub(r"\d+", "0", re.search(shape, page)[0])).replace("cs.CV", "cs")

    # Of three pages the middle one is current; the sample has two of 25.
    ours = paging(render_listing(DAY, skip=0, show=25).decode())
    assert ours.startswith(
        "<div class='paging'>Total of 0 entries : <span>0-0</span> <a href=/list/cs/new?skip=0&amp;show=0>0-0</a> </div>"
    )
    assert ours.count('rel="nofollow"> more</a>') == paging(real).count('rel="nofollow"> more</a>') == 1


def test_headings_tell_what_is_on_other_pages():
    page = [render_listing(DAY, skip=skip, show=25).decode() for skip in (0, 25)]
    assert "<h3>Replacement submissions (showing first 3 of 4 entries)</h3>" in page[0]
    assert "<h3>Replacement submissions (continued, showing last 1 of 4 entries)</h3>" in page[1]
    assert '<a href="/list/cs/new?skip=0&amp;show=25#item0">New submissions</a>' in page[1]


def test_the_header_has_the_trap_link():
    trap = LexborHTMLParser(render_listing(DAY).decode()).css_first('header a[href="https://arxiv.org/IgnoreMe"]')
    assert trap.attributes["aria-hidden"] == "true"


# --- what a scope announces ---


def test_a_category_page_has_what_its_archives_page_leaves_out():
    kinds = {paper.id: kind for paper, kind in DAY.announced("cs.LG")}
    assert kinds["2611.90104"] is Kind.NEW
    assert kinds["2611.90112"] is Kind.CROSS
    assert kinds["2611.90029"] is Kind.CROSS
    assert kinds["2608.90412"] is Kind.REPLACE_CROSS
    assert "2611.90131" not in kinds


def test_a_first_version_is_new_at_home_and_a_later_one_was_new_before():
    assert [(p.id, k) for p, k in DAY.announced("stat.ML")] == [("2611.90029", Kind.NEW)]
    assert "2610.90871" not in {paper.id for paper, _ in DAY.announced("eess.IV")}


# --- feeds ---


@pytest.mark.parametrize("feed_format", ["rss", "atom"])
def test_a_rendered_feed_reads_back_to_the_sample(feed_format):
    announcement = read_document(render_feed(DAY, feed_format=feed_format), feed_format)
    assert (announcement.scope, announcement.announced_on) == ("cs", DAY.announced_on)
    assert [(e.paper.id, e.kind) for e in announcement.entries] == [(p.id, k) for p, k in DAY.announced("cs")]
    for sample, entry in zip((p for p, _ in DAY.announced("cs")), announcement.entries, strict=True):
        paper = entry.paper
        assert (paper.version, paper.categories) == (sample.version, sample.categories)
        assert (paper.title, paper.abstract) == (accented(sample.title), accented(sample.abstract))
        assert paper.authors == _names(sample)
        assert paper.licence.startswith("http://arxiv.org/licenses/")


def test_a_feed_leaves_tex_as_its_authors_wrote_it_and_spells_affiliations_out():
    feed = etree.fromstring(render_feed(DAY))
    titles = [title.text for title in feed.iter("title")]
    creators = [node.text for node in feed.iter("{http://purl.org/dc/elements/1.1/}creator")]
    assert r"Schr\"odinger Bridge Samplers with $\alpha$-Stable Noise" in titles
    assert any("Ingrid Thalassen (Thalassen & Ekdal Research, for the OpenGrove collaboration)" in c for c in creators)


def test_a_feed_of_two_categories_names_both_and_takes_either_as_home():
    announcement = read_document(render_feed(DAY, "cs.LG+stat.ML"))
    kinds = {entry.paper.id: entry.kind for entry in announcement.entries}
    assert announcement.scope == "cs.LG+stat.ML"
    assert kinds["2611.90029"] is Kind.NEW


def _tags(payload: bytes) -> set[tuple[str, ...]]:
    return {(node.tag, *sorted(node.keys())) for node in etree.fromstring(payload).iter()}


def test_feeds_have_the_elements_of_real_ones(recorded):
    journal = {("{http://arxiv.org/schemas/atom}journal_reference",)}
    for feed_format in ("rss", "atom"):
        real = (recorded / "arxiv-rss" / f"{feed_format}_cs.CV_2026-04-21.xml").read_bytes()
        assert _tags(render_feed(DAY, feed_format=feed_format)) - journal == _tags(real)


# --- the server ---


@pytest.fixture
def app():
    return build_app(DAY)


async def test_the_server_gives_pages_and_feeds_of_the_day(app):
    async with _client(app) as client:
        page = await client.get("/list/cs/new", params={"skip": 25, "show": 25})
        rss = await client.get("/rss/cs.LG+stat.ML")
        atom = await client.get("/atom/cs.lg")
    assert page.content == render_listing(DAY, skip=25, show=25)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert rss.content == render_feed(DAY, "cs.LG+stat.ML")
    assert atom.content == render_feed(DAY, "cs.LG", feed_format="atom")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/list/cs/new?show=300", "Invalid show value. Valid values: 25, 50, 100, 250, 500, 1000, 2000"),
        ("/list/cs/new?show=", "Invalid show value. Valid values: 25, 50, 100, 250, 500, 1000, 2000"),
        ("/list/cs.cv/new", "Invalid archive or category: cs.cv"),
        ("/list/CS/new", "Invalid archive or category: CS"),
        ("/list/cs.CV+cs.LG/new", "Invalid archive or category: cs.CV+cs.LG"),
        ("/list/cs/new?page=2", "Unexpected parameters: page"),
    ],
)
async def test_a_wrong_listing_address_is_a_400_with_its_reason(app, address, reason):
    async with _client(app) as client:
        response = await client.get(address)
    assert response.status_code == 400
    assert LexborHTMLParser(response.text).css_first("#content h1").text() == reason


async def test_an_alias_gives_the_canonical_page_and_a_skip_that_is_no_number_is_zero(app):
    async with _client(app) as client:
        alias = await client.get("/list/cs.NA/new")
        page = await client.get("/list/cs/new?skip=two&show=2000")
    assert read_document(alias.content).scope == "math.NA"
    assert page.content == render_listing(DAY)


@pytest.mark.parametrize("address", ["/list/cs/new/", "/list/cs", "/IgnoreMe"])
async def test_other_addresses_are_404_without_redirect(app, address):
    async with _client(app) as client:
        assert (await client.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("name", "reason"), [("nosuch", "Bad archive 'nosuch'."), ("cs.ZZ", "Bad subject class 'ZZ'.")]
)
async def test_a_wrong_feed_address_is_an_error_feed_with_status_400(app, name, reason):
    async with _client(app) as client:
        response = await client.get(f"/rss/cs.LG+{name}")
    channel = etree.fromstring(response.content).find("channel")
    assert response.status_code == 400
    assert channel.findtext("title") == f"Feed error for query: http://rss.arxiv.org/rss/cs.LG+{name}"
    assert channel.findtext("description").startswith(reason)


@pytest.mark.parametrize(("date", "status"), [("Thu, 01 Jan 2026 00:00:00 GMT", 304), ("yesterday", 500)])
async def test_if_modified_since_does_harm(app, date, status):
    async with _client(app) as client:
        response = await client.get("/list/cs/new", headers={"If-Modified-Since": date})
    assert response.status_code == status


async def test_recorded_answers_of_one_address_come_one_after_the_other_and_the_last_stays():
    path = "/list/cs.CV/new"
    late = Document(path, b"Come back later.", status=503)
    app = build_app(
        [Document(path, b"Monday"), late, Document(path, b"Tuesday"), Document(f"{path}?skip=250", b"page 2")]
    )
    async with _client(app) as client:
        answers = [await client.get(path) for _ in range(4)]
        second = await client.get(path, params={"skip": 250})
        missing = await client.get("/list/cs.LG/new")
    assert [(a.status_code, a.text) for a in answers] == [
        (200, "Monday"),
        (503, "Come back later."),
        (200, "Tuesday"),
        (200, "Tuesday"),
    ]
    assert second.text == "page 2"
    assert missing.status_code == 404


async def test_recorded_pages_come_back_byte_for_byte(recorded):
    payload = (recorded / "arxiv-list" / "EDGE_synthetic_cs.CV_new.html").read_bytes()
    async with _client(build_app([Document("/list/cs.CV/new", payload)])) as client:
        response = await client.get("/list/cs.CV/new", params={"skip": 0, "show": 2000})
    assert response.content == payload


# --- faults and traffic ---


async def test_faults_hit_the_next_requests_for_their_path_in_order(app):
    async with _client(app) as client:
        await client.post(
            "/_sandbox/faults",
            json=[
                {"kind": "too_many", "path": "/list/", "times": 2},
                {"kind": "unavailable", "retry_after_seconds": 7},
            ],
        )
        listing = [await client.get("/list/cs/new") for _ in range(4)]
    assert [response.status_code for response in listing] == [429, 429, 503, 200]
    assert "Retry-After" not in listing[0].headers
    assert listing[2].headers["Retry-After"] == "7"


async def test_a_fault_leaves_other_paths_alone(app):
    async with _client(app) as client:
        await client.post("/_sandbox/faults", json=[{"kind": "too_many", "path": "/rss/"}])
        assert (await client.get("/list/cs/new")).status_code == 200
        assert (await client.get("/rss/cs")).status_code == 429


async def test_an_unknown_fault_is_refused(app):
    async with _client(app) as client:
        assert (await client.post("/_sandbox/faults", json=[{"kind": "explode"}])).status_code == 422


def test_a_dribbled_answer_comes_whole_and_a_cut_one_does_not(app):
    with serve(app) as base, httpx.Client(base_url=base) as client:
        faults = [{"kind": "dribble", "chunk_bytes": 4096, "pause_seconds": 0}, {"kind": "cut_off"}]
        client.post("/_sandbox/faults", json=faults)
        assert client.get("/list/cs/new").content == render_listing(DAY)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/list/cs/new")


async def test_visits_and_their_spacing_are_counted_faults_included():
    clock = SteppedClock(NOON)
    app = build_app(DAY, now=clock)
    async with _client(app) as client:
        await client.post("/_sandbox/faults", json=[{"kind": "too_many"}])
        await client.get("/list/cs/new?skip=0&show=2000", headers={"User-Agent": "PaperPost/0.1"})
        clock.wait(3)
        await client.get("/rss/cs")
        clock.wait(15.5)
        await client.get("/nowhere")
        seen = (await client.get("/_sandbox/visits")).json()
    assert app.state.traffic.gaps_seconds == [3.0, 15.5]
    assert [visit["path"] for visit in seen] == ["/list/cs/new", "/rss/cs", "/nowhere"]
    assert (seen[0]["query"], seen[0]["user_agent"]) == ("skip=0&show=2000", "PaperPost/0.1")


# --- the sample file ---


def test_a_file_that_is_no_sample_day_is_refused_by_name(tmp_path):
    path = tmp_path / "day.toml"
    path.write_text('announced_on = 2026-11-20\narchive = "cs"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"day\.toml is no sample day"):
        load_sample(path)


def test_another_day_can_be_loaded_and_rendered(tmp_path):
    path = tmp_path / "day.toml"
    path.write_text('announced_on = 2026-11-23\narchive = "cs"\npapers = []\n', "utf-8")
    day = load_sample(path)
    assert isinstance(day, SampleDay)
    assert b"Showing new listings for Monday, 23 November 2026" in render_listing(day)
