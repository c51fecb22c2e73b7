"""The stand-in's feeds, OAI-PMH and Hugging Face over time, by the product's own readers."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from lxml import etree

from digests.clock import ARXIV_ZONE
from digests.errors import SourceMalformed
from digests.papers.gate import Fault, judge
from digests.papers.huggingface import DailyPapers, read_daily
from digests.papers.oai import read_oai
from digests.papers.paper import Announcement, Harvest, Kind
from digests.papers.wire import read_document
from sandbox.arxiv_text import accented
from sandbox.replay.inventing import build_daily, build_days
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.troubles import LateRecords, StaleFeed
from tests.sandbox.replaying import DAILY, DAYS, FIRST, HOUR, MINUTE, SECOND, THIRD, ask_at, build_world, evening

KEY = "arxiv.org/services"


def midnight(on: date, after: timedelta = MINUTE) -> datetime:
    """So long after the day begins in New York."""
    return datetime.combine(on, time(), tzinfo=ARXIV_ZONE).astimezone(UTC) + after


def feed(moment: datetime, scope: str = "cs.LG", **troubles) -> Announcement:
    return read_document(ask_at(moment, **troubles).fetch_feed(scope))


def said(announcement: Announcement) -> list[tuple[str, Kind]]:
    return [(entry.paper.id, entry.kind) for entry in announcement.entries]


# --- RSS ---


def test_a_feed_changes_at_midnight_in_new_york():
    before, after = feed(midnight(SECOND, -MINUTE)), feed(midnight(SECOND))
    assert (before.announced_on, after.announced_on) == (FIRST, SECOND)
    assert said(after) == [(paper.id, kind) for paper, kind in DAYS[1].fed("cs.LG")]
    assert judge(after).fault is None


def test_a_feed_has_todays_batch_only():
    saturday = feed(midnight(date(2026, 10, 31)))
    assert (saturday.announced_on, saturday.entries) == (date(2026, 10, 31), ())
    # The clocks change on Sunday night: it is midnight at another hour of UTC.
    assert feed(midnight(date(2026, 11, 2))).entries


def test_on_a_holiday_a_feed_is_empty():
    gap = tuple(day for day in DAYS if day.announced_on != SECOND)
    assert feed(midnight(SECOND), days=gap).entries == ()


def test_a_feed_has_what_was_cross_listed_inside_its_archive():
    crossed = {paper.id: paper.crossed[0] for paper in DAYS[1].papers if paper.crossed and paper.is_first_in("cs")}
    inside = {paper_id: category for paper_id, category in crossed.items() if category.startswith("cs.")}
    category = next(iter(inside.values()))
    assert {pair for pair in said(feed(midnight(SECOND), category)) if pair[0] in inside} == {
        (paper_id, Kind.CROSS) for paper_id, into in inside.items() if into == category
    }
    # And so has the feed of the archive, which the page of the archive has not.
    assert {paper_id for paper_id, kind in said(feed(midnight(SECOND), "cs")) if kind is Kind.CROSS} >= inside.keys()


def test_a_stale_feed_has_the_new_date_and_the_old_papers():
    stale = StaleFeed(category="cs.LG", on=SECOND, lasting=3 * HOUR)
    lying, other = feed(midnight(SECOND), stale=(stale,)), feed(midnight(SECOND), "cs.CV", stale=(stale,))
    assert (lying.announced_on, {p for p, _ in said(lying)}) == (SECOND, {p.id for p, _ in DAYS[0].fed("cs.LG")})
    assert said(other) == [(paper.id, kind) for paper, kind in DAYS[1].fed("cs.CV")]
    assert said(feed(midnight(SECOND, 4 * HOUR), stale=(stale,))) == said(feed(midnight(SECOND)))


def test_several_names_make_one_feed_with_each_paper_once():
    joined = feed(midnight(SECOND), "cs.LG+stat.ML")
    apart = {paper.id for scope in ("cs.LG", "stat.ML") for paper, _ in DAYS[1].fed(scope)}
    assert {paper_id for paper_id, _ in said(joined)} == apart
    assert len(joined.entries) == len(apart)


def test_a_feed_of_more_than_two_thousand_loses_new_papers_first():
    large = build_days(SECOND, count=2, papers_per_day=1400, seed=1)[1]
    cut = feed(midnight(large.announced_on), "cs+stat+math+eess+quant-ph", days=(large,))
    whole = large.fed("cs+stat+math+eess+quant-ph")
    assert judge(cut).fault is Fault.CUT
    assert said(cut) == [(paper.id, kind) for paper, kind in whole[-2000:]]
    assert {kind for _, kind in said(cut)} > {Kind.CROSS, Kind.REPLACE}


# --- OAI-PMH ---


def harvest(sources: ReplayedSources, since: date, scope: str = "cs", until: date | None = None) -> list[Harvest]:
    """Page after page."""
    pages = [read_oai(sources.fetch_records(scope, since, until))]
    while pages[-1].next_token:
        pages.append(read_oai(sources.fetch_records(scope, since, until, token=pages[-1].next_token)))
    return pages


def changed(day, scope: str = "cs") -> set[str]:
    return {paper.id for paper in (*day.papers, *day.edited) if paper.is_in(scope)}


def test_records_fill_up_until_half_past_ten():
    sizes = [
        sum(len(page.papers) for page in harvest(ask_at(evening(SECOND, after)), SECOND))
        for after in (29 * MINUTE, 90 * MINUTE, 151 * MINUTE)
    ]
    assert sizes[0] == 0 < sizes[1] < sizes[2] == len(changed(DAYS[1]))


def test_a_set_has_every_paper_of_its_archive_and_what_nobody_announced():
    (page,) = harvest(ask_at(evening(SECOND, 3 * HOUR)), SECOND)
    found = {paper.id for paper in page.papers}
    assert found == changed(DAYS[1])
    edited = {paper.id for paper in DAYS[1].edited if paper.is_in("cs")}
    assert edited <= found
    assert page.broken == ()


def test_a_record_that_changed_later_is_not_found_under_the_day_it_had():
    moment = evening(DAYS[-1].announced_on, 3 * HOUR)
    gone = changed(DAYS[0]) & {paper_id for day in DAYS[1:] for paper_id in changed(day)}
    (that_day,) = harvest(ask_at(moment), FIRST, until=FIRST)
    since = {paper.id for page in harvest(ask_at(moment), FIRST) for paper in page.papers}
    assert gone
    assert {paper.id for paper in that_day.papers} == changed(DAYS[0]) - gone
    assert gone <= since


def test_raw_records_keep_tex_and_say_version_licence_doi_and_all_authors():
    (page,) = harvest(ask_at(evening(FIRST, 3 * HOUR)), FIRST)
    found = {paper.id: paper for paper in page.papers}
    for sample in (paper for paper in DAYS[0].papers if paper.is_in("cs")):
        record = found[sample.id]
        assert (record.version, record.licence, record.doi) == (sample.version, sample.licence, sample.doi)
        assert record.categories == sample.categories
        assert [accented(name.partition(" (")[0]) for name in sample.authors] == [accented(n) for n in record.authors]
    assert max(len(paper.authors) for paper in page.papers) > 100


def test_a_withdrawn_paper_is_a_record_like_others_with_a_source_type():
    (withdrawn,) = (paper for paper in DAYS[1].papers if paper.is_withdrawn)
    pages = harvest(ask_at(evening(SECOND, 3 * HOUR)), SECOND, withdrawn.categories[0].partition(".")[0])
    assert [paper.id for page in pages for paper in page.papers if paper.is_withdrawn] == [withdrawn.id]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_tokens_lead_through_all_records_once(size):
    sources = ask_at(evening(THIRD, 3 * HOUR), oai_page_size=size)
    pages = harvest(sources, FIRST)
    found = [paper.id for page in pages for paper in page.papers]
    assert len(found) == len(set(found))
    assert set(found) == {paper_id for day in DAYS[:3] for paper_id in changed(day)}


def test_the_last_page_of_several_has_an_empty_token_and_a_single_one_none():
    body = ask_at(evening(FIRST, 3 * HOUR)).fetch_records("cs", FIRST)
    assert b"resumptionToken" not in body
    sources = ask_at(evening(FIRST, 3 * HOUR), oai_page_size=5)
    token = read_oai(sources.fetch_records("cs", FIRST)).next_token
    assert re.fullmatch(r"verb%3DListRecords%26\S+%26skip%3D\d+", token)
    while token:
        body = sources.fetch_records("cs", FIRST, token=token)
        token = read_oai(body).next_token
    assert b"<resumptionToken/>" in body


def test_a_token_expires_at_midnight_in_utc():
    clock = SteppedClock(datetime(2026, 10, 27, 23, 50, tzinfo=UTC))
    sources = ReplayedSources(build_world(oai_page_size=5), clock, wait=clock.wait)
    token = read_oai(sources.fetch_records("cs", FIRST)).next_token
    assert read_oai(sources.fetch_records("cs", FIRST, token=token)).papers
    clock.wait(11 * 60)
    with pytest.raises(SourceMalformed, match="badResumptionToken"):
        read_oai(sources.fetch_records("cs", FIRST, token=token))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-10-27&until=2026-10-27&set=econ", "noRecordsMatch"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-10-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=20261027", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&until=2026-10-29", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=cs:cs:lg", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=cs:stat", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&start=5", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&resumptionToken=verb%253DListRecords%2526skip%253D1", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=arXivRaw", "badArgument"),
        ("verb=ListAll", "badVerb"),
    ],
)
def test_a_refusal_of_oai_pmh_has_status_200(query, code):
    body = ask_at(evening(SECOND, 3 * HOUR)).fetch(f"https://oaipmh.arxiv.org/oai?{query}", KEY)
    assert f"<error code='{code}'>".encode() in body


@pytest.mark.parametrize("name", ["physics:quant-ph", "physics", "cs:cs", "cs:cs:LG", "math:math:NA", "cs:cs:NA"])
def test_sets_of_every_level_are_known(name):
    query = f"verb=ListRecords&metadataPrefix=arXivRaw&from={FIRST}&set={name}"
    body = ask_at(evening(THIRD, 3 * HOUR)).fetch(f"https://oaipmh.arxiv.org/oai?{query}", KEY)
    assert f"<setSpec>{name}".encode() in body or b"noRecordsMatch" in body


def test_the_plain_format_has_letters_and_neither_version_nor_first_date():
    query = f"verb=ListRecords&metadataPrefix=arXiv&from={FIRST}&set=cs"
    found = read_oai(ask_at(evening(FIRST, 3 * HOUR)).fetch(f"https://oaipmh.arxiv.org/oai?{query}", KEY))
    titles = {paper.id: paper.title for paper in found.papers}
    for sample in (paper for paper in DAYS[0].papers if paper.is_in("cs")):
        assert titles[sample.id] == accented(sample.title)
    assert {paper.version for paper in found.papers} == {None}


def test_late_records_come_late():
    late = LateRecords(on=SECOND, by=4 * HOUR)
    assert harvest(ask_at(evening(SECOND, 4 * HOUR), late=(late,)), SECOND)[0].papers == ()
    assert harvest(ask_at(evening(SECOND, 7 * HOUR), late=(late,)), SECOND)[0].papers


def test_records_look_like_real_ones(recorded):
    """Every element of ours is one of arXiv's own, inside the same parent."""

    def shape(body: bytes) -> set[tuple[str, ...]]:
        nodes = etree.fromstring(body).find("{*}ListRecords").iter("*")
        return {(node.getparent().tag, node.tag, *node.keys()) for node in nodes}

    real = set()
    for number in (1, 2, 3):
        real |= shape((recorded / "arxiv-oai" / f"ListRecords_arXivRaw_p{number}.xml").read_bytes())
    sources = ask_at(evening(THIRD, 3 * HOUR), oai_page_size=60)
    assert shape(sources.fetch_records("cs", FIRST)) <= real


# --- Hugging Face ---


def daily(moment: datetime, on: date, **options) -> DailyPapers:
    return read_daily(ask_at(moment, **options).fetch_daily(on))


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), tzinfo=UTC)


def test_a_list_grows_during_its_day_and_stays():
    on = DAYS[3].announced_on
    sizes = [len(daily(noon(on) + hours * HOUR, on).papers) for hours in (-11, 0, 11, 60)]
    assert sizes[0] == 0 < sizes[1] < sizes[2] == sizes[3] == sum(one.listed_at.date() == on for one in DAILY)


def test_votes_come_for_days():
    on = DAYS[3].announced_on
    found = [{e.paper.id: e for e in daily(noon(on) + hours * HOUR, on).papers} for hours in (12, 36, 24 * 6)]
    for entry in found[0].values():
        votes = [by_id[entry.paper.id].upvotes for by_id in found]
        assert votes == sorted(votes)
    assert sum(e.upvotes for e in found[2].values()) > sum(e.upvotes for e in found[0].values())
    assert any(e.github_repo and e.github_stars for e in found[2].values())


def test_a_list_has_papers_of_the_last_batches_and_one_that_arxivs_days_do_not_have():
    known = {paper.id for day in DAYS for paper in day.papers}
    entries = daily(noon(DAYS[3].announced_on) + 12 * HOUR, DAYS[3].announced_on).papers
    assert sum(entry.paper.id not in known for entry in entries) == 1
    assert {entry.listed_on for entry in entries} == {DAYS[3].announced_on}


def test_more_than_a_hundred_papers_make_a_second_page():
    days = build_days(FIRST, count=1, papers_per_day=150, seed=1)
    sources = ask_at(noon(FIRST) + 12 * HOUR, days=days, daily=build_daily(days, seed=1, a_day=120))
    pages = [read_daily(sources.fetch_daily(FIRST, page=page)) for page in (0, 1, 2)]
    assert [len(page.papers) for page in pages] == [100, 21, 0]
    assert len({entry.paper.id for page in pages for entry in page.papers}) == 121


def test_without_a_limit_there_are_fifty():
    days = build_days(FIRST, count=1, papers_per_day=90, seed=1)
    sources = ask_at(noon(FIRST) + 12 * HOUR, days=days, daily=build_daily(days, seed=1, a_day=80))
    body = sources.fetch(f"https://huggingface.co/api/daily_papers?date={FIRST}", "huggingface.co")
    assert len(json.loads(body)) == 50


@pytest.mark.parametrize(
    "query", ["date=2026-13-01", "date=20261026", "date=2026-10-30", "limit=101", "limit=x", "p=-1"]
)
def test_what_hugging_face_refuses(query):
    with pytest.raises(SourceMalformed, match="400"):
        ask_at(noon(SECOND)).fetch(f"https://huggingface.co/api/daily_papers?{query}", "huggingface.co")


def test_fields_are_missing_as_in_real_lists():
    body = ask_at(noon(THIRD) + 12 * HOUR).fetch_daily(THIRD)
    papers = [entry["paper"] for entry in json.loads(body)]
    for name in ("githubRepo", "ai_summary", "organization"):
        assert 0 < sum(name in paper for paper in papers) < len(papers)


def test_entries_have_the_fields_of_real_ones(recorded):
    def names(entries: list[dict]) -> set[str]:
        outer = {name for entry in entries for name in entry}
        return outer | {f"paper.{name}" for entry in entries for name in entry["paper"]}

    real = [
        entry
        for path in sorted((recorded / "hf-daily").glob("2026-*.json"))
        for entry in json.loads(path.read_text("utf-8"))
    ]
    assert names(json.loads(ask_at(noon(THIRD) + 12 * HOUR).fetch_daily(THIRD))) <= names(real)
