"""What the sandbox's arXiv announces, day after day, read by the product's own readers."""

from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from digests.errors import ConfigError
from digests.papers.catch_up_page import read_catch_up
from digests.papers.gate import judge
from digests.papers.huggingface import read_daily
from digests.papers.oai import read_oai
from digests.papers.paper import Kind, Source
from digests.papers.wire import read_document
from sandbox.announcer import Announcer, load_recorded, sample_days
from sandbox.arxiv import build_app
from sandbox.arxiv_pages import render_feed, render_listing
from sandbox.sample import load_samples

SAMPLES = load_samples()
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
DATES = [day.announced_on for day in SAMPLES]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "announced"


@pytest.fixture
def announcer(state: Path) -> Announcer:
    return Announcer(sample_days(SAMPLES), state)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "papers"
    path.mkdir()
    return path


async def ask(announcer: Announcer, path: str):
    return read_document(await fetch(announcer, path))


async def fetch(announcer: Announcer, path: str, after: timedelta = timedelta()) -> bytes:
    """So long after the newest batch came out."""
    app = build_app(announcer, now=lambda: announcer.opened_at + after)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://arxiv.test") as client:
        response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.content


def test_the_days_come_out_in_order_and_then_nothing_is_left(announcer: Announcer):
    assert announcer.scopes() == ["cs"]
    assert [announcer.left, announcer.peek().announced_on] == [len(DATES), DATES[0]]
    assert [announcer.publish() for _ in DATES] == DATES
    assert [announcer.publish(), announcer.peek(), announcer.left] == [None, None, 0]


def test_a_restart_goes_on_where_it_was(announcer: Announcer, state: Path):
    announcer.publish()
    again = Announcer(sample_days(SAMPLES), state)
    assert (again.published, again.publish()) == (1, DATES[1])


async def test_before_the_first_batch_arxiv_shows_an_empty_page_of_the_day_before(announcer: Announcer):
    page = await ask(announcer, "/list/cs/new?skip=0&show=2000")
    assert (page.announced_on, page.entries) == (date(2026, 11, 19), ())
    assert judge(page).fault is not None


async def test_an_announced_batch_is_whole_and_the_next_one_takes_its_place(announcer: Announcer):
    for day in SAMPLES:
        announcer.publish()
        page = await ask(announcer, "/list/cs/new")
        assert (page.announced_on, judge(page).fault) == (day.announced_on, None)
        assert len(page.entries) == len(day.announced("cs"))
        # Feeds are built at midnight.
        evening, night = [read_document(await fetch(announcer, "/rss/cs.RO", later)) for later in (MINUTE, 5 * HOUR)]
        assert (evening.announced_on, night.announced_on) == (day.announced_on - DAY, day.announced_on)
        assert len(night.entries) == len(day.fed("cs.RO"))


async def test_the_other_services_have_what_is_announced_and_nothing_else(announcer: Announcer):
    announcer.publish()
    announcer.publish()
    first, second, third = SAMPLES
    past = read_catch_up(await fetch(announcer, f"/catchup/cs/{first.announced_on}?abs=True"))
    assert {entry.paper.id for entry in past.entries} == {paper.id for paper in first.papers}
    query = f"/oai?verb=ListRecords&metadataPrefix=arXivRaw&from={second.announced_on}&set=cs"
    assert len(read_oai(await fetch(announcer, query, 3 * HOUR)).papers) == len(second.papers)
    listed = read_daily(await fetch(announcer, f"/api/daily_papers?date={second.announced_on}", 24 * HOUR))
    assert listed.papers
    assert not {entry.paper.id for entry in listed.papers} & {p.id for p in third.papers if p.kind is Kind.NEW}


async def test_a_folder_announces_each_scope_on_its_days(folder: Path, state: Path):
    first, second, third = SAMPLES
    (folder / "robots.html").write_bytes(render_listing(first, "cs.RO"))
    (folder / "robots.rss").write_bytes(render_feed(first, "cs.RO"))
    (folder / "learning.xml").write_bytes(render_feed(second, "cs.LG", feed_format="atom"))
    (folder / "later.html").write_bytes(render_listing(third, "cs.RO"))
    (folder / "notes.txt").write_text("not a page")
    announcer = Announcer(load_recorded(folder), state)
    assert announcer.has_documents
    assert announcer.scopes() == ["cs.RO"]
    assert announcer.peek().papers == len(first.announced("cs.RO"))
    assert set(announcer.peek().pages) == {("cs.RO", Source.LISTING), ("cs.RO", Source.RSS)}

    assert (await ask(announcer, "/list/cs.RO/new")).entries == ()
    assert (await ask(announcer, "/rss/cs.RO")).entries == ()
    announcer.publish()
    announcer.publish()
    # The second day has no page of robots: arXiv still shows the first one's.
    assert (await ask(announcer, "/list/cs.RO/new")).announced_on == first.announced_on
    assert (await ask(announcer, "/atom/cs.LG")).announced_on == second.announced_on
    announcer.publish()
    assert (await ask(announcer, "/list/cs.RO/new?skip=0&show=2000")).announced_on == third.announced_on


async def test_what_was_recorded_is_there_for_the_other_services_too(folder: Path, state: Path):
    day = SAMPLES[0]
    (folder / "cs.html").write_bytes(render_listing(day))
    announcer = Announcer(load_recorded(folder), state)
    announcer.publish()
    past = read_catch_up(await fetch(announcer, f"/catchup/cs/{day.announced_on}?abs=True", 5 * HOUR))
    assert [(e.paper.id, e.kind) for e in past.entries] == [
        (entry.paper.id, entry.kind) for entry in read_document(render_listing(day)).entries
    ]
    query = f"/oai?verb=ListRecords&metadataPrefix=arXivRaw&from={day.announced_on}"
    records = read_oai(await fetch(announcer, query, 5 * HOUR)).papers
    assert {paper.id for paper in records} == {paper.id for paper in day.papers}
    feed = read_document(await fetch(announcer, "/rss/cs.RO", 5 * HOUR))
    assert {entry.paper.id for entry in feed.entries} == {paper.id for paper, _ in day.fed("cs.RO")}
    # A page of another scope cannot be made of one.
    with pytest.raises(AssertionError, match="No answer is recorded"):
        await fetch(announcer, "/list/cs.RO/new")


async def test_pages_of_one_batch_are_found_by_what_they_skip(folder: Path, state: Path):
    for skip in (0, 25):
        (folder / f"skip{skip}.html").write_bytes(render_listing(SAMPLES[0], skip=skip, show=25))
    announcer = Announcer(load_recorded(folder), state)
    announcer.publish()
    whole = None
    for skip in (0, 25):
        whole = judge(await ask(announcer, f"/list/cs/new?skip={skip}&show=2000"), whole)
    assert whole.fault is None
    assert announcer.peek() is None


def test_every_file_that_cannot_be_read_is_named(folder: Path):
    (folder / "good.html").write_bytes(render_listing(SAMPLES[0]))
    (folder / "letter.html").write_text("Dear arXiv")
    (folder / "cut.xml.gz").write_bytes(b"\x1f\x8b\x08broken")
    (folder / "folder.xml").mkdir()
    with pytest.raises(ConfigError) as refused:
        load_recorded(folder)
    lines = str(refused.value).splitlines()
    assert [
        name for name in ("letter.html", "cut.xml.gz", "folder.xml", "good.html") if name in str(refused.value)
    ] == [
        "letter.html",
        "cut.xml.gz",
        "folder.xml",
    ]
    assert len(lines) == 3


def test_a_folder_without_pages_is_refused(folder: Path, tmp_path: Path):
    with pytest.raises(ConfigError, match="no recorded pages"):
        load_recorded(folder)
    with pytest.raises(ConfigError, match="No such file"):
        load_recorded(tmp_path / "none")


def test_arxiv_never_goes_back(announcer: Announcer, state: Path):
    for _ in DATES:
        announcer.publish()
    with pytest.raises(ConfigError, match="PAPERPOST_HOME"):
        Announcer(sample_days(SAMPLES[:1]), state)


def test_a_state_that_is_not_ours_is_refused(state: Path):
    state.parent.mkdir()
    state.write_text("yesterday")
    with pytest.raises(ConfigError, match="announced again"):
        Announcer(sample_days(SAMPLES), state)


async def test_recorded_days_are_announced_in_order(recorded: Path, folder: Path, state: Path):
    for name in ("cs.CV_new_2026-04-23_show2000.html", "cs.CV_new_2026-04-23_PARTIAL_lag.html"):
        (folder / name).write_bytes((recorded / "arxiv-list" / name).read_bytes())
    for skip in (0, 250, 500):
        name = f"cs.CV_new_2026-04-21_skip{skip}_show250.html"
        (folder / name).write_bytes((recorded / "arxiv-list" / name).read_bytes())
    announcer = Announcer(load_recorded(folder), state)
    app = build_app(announcer)
    assert announcer.peek().papers == 501
    announcer.publish()
    progress = None
    for skip in (0, 250, 500):
        progress = judge(await ask(announcer, f"/list/cs.CV/new?skip={skip}&show=2000"), progress)
    assert (progress.total, progress.fault) == (501, None)
    announcer.publish()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://arxiv.test") as client:
        pages = [read_document((await client.get("/list/cs.CV/new")).content) for _ in range(3)]
    # The page that lags comes first, then the whole one, as often as it is asked for.
    assert [len(page.entries) for page in pages] == [152, 171, 171]
