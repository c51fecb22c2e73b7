"""A fortnight in seconds: no paper is missed, none comes twice, and nobody is asked more than they allow."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from digests.composing.digest import Nothing
from digests.coverage.readiness import LONGEST_WAIT
from digests.delivery.channel import EMAIL
from digests.papers.batches import coverage
from digests.papers.paper import Kind
from digests.papers.shelf import find_papers, load_batch
from digests.settings import load_settings, setting_names
from digests.store.tables import alerts, daily_papers
from sandbox.arxiv_faults import Fault
from sandbox.replay.inventing import build_daily, build_days
from sandbox.replay.rules import Host
from sandbox.replay.troubles import Lag, LateRecords, StaleFeed, Trouble
from sandbox.replay.world import World
from tests.fortnight import TICK, House, Person, Received, open_house
from tests.fortnight_truth import Truth, announce_at, explain, find_due_at, load_closed, load_stored

ARCHIVES = ("cs", "eess", "stat")
#: Of the batch that is there when the house is opened.
FIRST = date(2026, 10, 22)
#: Summer time ends in Berlin on 25 October, in New York on 1 November.
BEGINS, ENDS = datetime(2026, 10, 22, 20, tzinfo=UTC), datetime(2026, 11, 7, 1, tzinfo=UTC)
PEOPLE_JOIN = BEGINS + timedelta(minutes=30)
# Back when the newest batch has been out for longer than anybody is let wait.
POWER_FAILS, POWER_IS_BACK = datetime(2026, 10, 27, 21, 30, tzinfo=UTC), datetime(2026, 10, 29, 3, 30, tzinfo=UTC)
MISSED, AFTER_MISSED = date(2026, 10, 28), date(2026, 10, 29)
#: On the evening before, arXiv answers nobody for half an hour.
REFUSED = date(2026, 10, 27)
#: Invented: arXiv leaves out the evening of Tuesday, 3 November.
HOLIDAY = date(2026, 11, 4)
#: On the evening before, the page of stat cannot be had for four hours.
HANGING = date(2026, 11, 5)
ORDINARY = date(2026, 11, 6)

WEI = Person(name="wei", words=("diffusion", "federated"), scope=("cs",))
ANNA = Person(name="anna", words=("conformal", "koopman"), zone="Europe/Berlin", hour="07:30", channel=EMAIL)
BO = Person(
    name="bo",
    categories=("cs.LG", "stat.ML"),
    scope=("cs", "stat"),
    zone="America/New_York",
    hour="21:15",
    wants_updates=True,
)
CHEN = Person(name="chen", categories=("cs.CL",), words=("locomotion",), scope=("cs",))
DORA = Person(name="dora", words=("survival", "bayesian"), scope=("stat",), hour="08:30")
EMIL = Person(name="emil", words=("tomography", "diffusion"), categories=("cs.RO",), zone="Europe/Berlin")
EMIL_JOINS = datetime(2026, 11, 2, 18, tzinfo=UTC)
PEOPLE = {person: EMIL_JOINS if person is EMIL else PEOPLE_JOIN for person in (WEI, ANNA, BO, CHEN, DORA, EMIL)}


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def evening(on: date, after: timedelta = timedelta()) -> datetime:
    return announce_at(on).astimezone(UTC) + after


def build_world() -> World:
    dates = list_dates()
    invented = build_days(FIRST, count=len(dates), papers_per_day=30, seed=4)
    days = tuple(day.model_copy(update={"announced_on": on}) for day, on in zip(invented, dates, strict=True))
    return World(
        days=days,
        daily=build_daily(days, seed=4),
        oai_page_size=20,
        lags=(
            Lag(archive="cs", on=date(2026, 10, 23), old=hours(0.4)),
            Lag(archive="stat", on=date(2026, 10, 26), old=hours(0.2), empty=hours(0.3), partial=hours(0.5)),
            Lag(archive="cs", on=date(2026, 10, 30), partial=hours(1.2)),
            Lag(archive="eess", on=date(2026, 11, 2), empty=hours(0.8)),
        ),
        stale=(StaleFeed(category="cs.LG", on=date(2026, 10, 30), lasting=hours(6)),),
        late=(LateRecords(on=date(2026, 11, 3), by=hours(3)),),
        troubles=(
            trouble("too_many", evening(REFUSED), hours(0.5), host=Host.LISTING),
            trouble("unavailable", evening(REFUSED, hours(3)), hours(1), host=Host.OAI),
            trouble("expired_token", evening(date(2026, 10, 30), hours(2)), hours(2), host=Host.OAI),
            trouble("cut_off", evening(date(2026, 11, 2), hours(4)), hours(1), host=Host.RSS),
            trouble("dead", evening(HANGING), hours(4), path="/list/stat"),
            trouble("dead", evening(HANGING), hours(4), host=Host.OAI),
        ),
    )


def list_dates() -> list[date]:
    days = (FIRST + timedelta(days=number) for number in range(16))
    return [day for day in days if day.isoweekday() < 6 and day != HOLIDAY]


def trouble(kind: str, since: datetime, lasting: timedelta, host: Host | None = None, path: str = "/") -> Trouble:
    return Trouble(fault=Fault(kind=kind, path=path), since=since, until=since + lasting, host=host)


WORLD = build_world()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """After the fortnight."""
    home = tmp_path_factory.mktemp("fortnight")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for name in setting_names():
            patch.delenv(name, raising=False)
        settings = load_settings(
            home=home,
            telegram_token="7:invented",
            smtp_url="smtp://127.0.0.1:9",
            mail_from="paperpost@example.org",
            archives=" ".join(ARCHIVES),
            holidays=f"{HOLIDAY - timedelta(days=1)}",
        )
    with open_house(settings, WORLD, BEGINS) as house:
        house.live(PEOPLE_JOIN)
        for person in (WEI, ANNA, BO, CHEN, DORA):
            house.join(person)
        house.live(POWER_FAILS)
        house.sleep(POWER_IS_BACK)
        house.live(EMIL_JOINS)
        house.join(EMIL)
        house.live(ENDS)
        yield house


@pytest.fixture(scope="module")
def truth() -> Truth:
    since = {category: PEOPLE[person] for person in PEOPLE for category in person.categories}
    return Truth(world=WORLD, archives=ARCHIVES, categories=since, caught_up={MISSED: POWER_IS_BACK})


@pytest.fixture(scope="module")
def received(house: House) -> list[Received]:
    return house.find_received()


def list_digests(received: list[Received], person: Person) -> list[Received]:
    return [one for one in received if one.person == person and one.is_daily]


def test_every_paper_is_stored_once_as_what_it_was_on_its_day(house, truth):
    for on, told in truth.batches.items():
        stored = {item.paper.id: item.kind for item in load_batch(house.services.store, on)}
        announced = {paper_id: one.kind for paper_id, one in told.items()}
        wrong = sorted(stored.items() ^ announced.items())
        assert not wrong, explain(house, truth, wrong[0][0], on)


def test_every_batch_is_proved_whole_by_a_page(house, truth):
    for on in truth.batches:
        rows = coverage(house.services.store, on)
        assert {row.scope for row in rows if row.source.is_page and row.whole} >= set(ARCHIVES), (on, rows)


def test_a_page_that_nothing_keeps_from_us_is_read_when_it_is_whole(house, truth):
    closed = load_closed(house)
    for on in truth.batches.keys() - {FIRST, REFUSED, MISSED, AFTER_MISSED, HANGING}:
        for archive in ARCHIVES:
            waited = closed[archive, on] - truth.find_whole_at(archive, on)
            assert timedelta() <= waited <= TICK, f"{archive} of {on}"


def test_the_second_look_brings_what_pages_and_feeds_have_not(house, truth):
    """All authors of many, and licences of what was listed on a page only."""
    newest = WORLD.find_newest(ENDS)
    stored = find_papers(house.services.store, {paper_id for told in truth.batches.values() for paper_id in told})
    # OAI-PMH has the records of a day for a day: what was changed while the power was off is not asked for again.
    looked_at = [on for on in truth.batches if on != MISSED]
    expected = {id_: newest[id_] for on in looked_at for id_, one in truth.batches[on].items() if one.kind is Kind.NEW}
    authors = {id_: len(paper.authors) for id_, paper in expected.items()}
    assert {id_: len(stored[id_].authors) for id_ in expected} == authors
    assert max(authors.values()) > 100
    assert {id_: stored[id_].licence for id_ in expected} == {id_: one.licence for id_, one in expected.items()}


def test_what_the_community_reads_is_stored(house):
    with house.services.store.reading() as connection:
        known = set(connection.scalars(select(daily_papers.c.paper_id)))
    assert {listed.paper.id for listed in WORLD.daily} == known


def test_everybody_gets_every_paper_of_theirs_once(house, truth, received):
    for person, since in PEOPLE.items():
        expected = truth.expect(person, since)
        mine = [one for one in received if one.person == person]
        for paper_id in sorted(expected.keys() | {paper_id for one in mine for paper_id in one.papers}):
            came = sum(paper_id in one.papers for one in mine)
            on = expected.get(paper_id, min(one.digest.announced_on for one in mine))
            assert came == (paper_id in expected), f"{person.name} got {came} times " + explain(
                house, truth, paper_id, on, mine
            )


def test_a_paper_comes_with_the_first_digest_after_it_is_here_and_is_called_late_if_it_is(house, truth, received):
    stored = load_stored(house)
    late = 0
    for person, since in PEOPLE.items():
        mine = list_digests(received, person)
        for paper_id, on in truth.expect(person, since).items():
            why = f"{person.name}: " + explain(house, truth, paper_id, on, mine)
            it_is_here = [one.composed_at >= stored[paper_id, on] and one.dates[-1] >= on for one in mine]
            # Its home's page may say that it is new after it went out as a cross-list: then it has come again.
            first = next(
                one for one, is_here in zip(mine, it_is_here, strict=True) if is_here or paper_id in one.papers
            )
            assert paper_id in first.papers, why
            is_late = not any(truth.is_news(paper_id, day) for day in first.dates)
            assert first.find_late_on(paper_id) == (on if is_late else None), why
            late += is_late
    assert late, "no paper of this world is ever late"


def test_who_wants_updates_is_told_of_the_newest_version_of_theirs(truth, received):
    mine = list_digests(received, BO)
    had = {paper_id: one.dates[-1] for one in reversed(mine) for paper_id in one.papers}
    told = [(update.paper_id, update.version) for one in mine for update in one.digest.updates]
    assert len(told) == len(set(told))
    newest = dict(told)
    expected = truth.find_versions(had)
    assert expected
    assert {id_: version for id_, version in expected.items() if (newest.get(id_) or 0) < version} == {}


def test_no_digest_goes_before_its_batch_is_whole_unless_three_hours_have_passed(house, truth, received):
    stored = load_stored(house)
    incomplete = []
    for one in received:
        on = one.dates[-1]
        lacking = [
            paper_id
            for date_ in one.dates
            if one.is_daily
            for paper_id in truth.list_paged(date_, one.person)
            if stored[paper_id, date_] > one.composed_at
        ]
        if lacking:
            waited = one.composed_at - find_due_at(one.person, on)
            assert waited >= LONGEST_WAIT, f"{one.person.name}: " + explain(house, truth, lacking[0], on, [one])
            incomplete.append((one.person, on))
    assert (EMIL, HANGING) in incomplete
    assert {on for _, on in incomplete} == {HANGING}


def test_no_digest_is_later_than_it_has_to_be(house, received):
    stored, closed = load_stored(house), load_closed(house)
    for one in filter(lambda one: one.is_daily, received):
        due_at = find_due_at(one.person, one.dates[-1])
        assert one.composed_at >= due_at
        here = [closed[scope, on] for on in one.dates for scope in one.person.scope or ARCHIVES]
        began_at = min(stored[id_, on] for id_, on in stored if on == one.dates[-1])
        latest_at = min(max(due_at, *here), max(due_at, began_at) + LONGEST_WAIT)
        # Categories are caught up with after their archives, and the house looks again a tick later.
        soon = TICK + timedelta(minutes=2)
        assert one.composed_at <= latest_at + soon, f"{one.person.name} {one.slot} could have gone at {latest_at}"


def test_everybody_has_one_digest_for_each_evening_and_one_for_those_of_the_outage_together(received):
    for person, since in PEOPLE.items():
        dates = [one.dates for one in list_digests(received, person)]
        single = [(on,) for on in list_dates() if announce_at(on) > since]
        if (MISSED,) in single:
            at = single.index((MISSED,))
            single[at : at + 2] = [(MISSED, AFTER_MISSED)]
        assert dates == single, person.name


def test_the_holiday_is_said_once_and_no_other_silence_needs_a_reason(received):
    notices = [(one.person.name, one.digest.announced_on, one.digest.nothing) for one in received if not one.is_daily]
    assert sorted(notices) == sorted((person.name, HOLIDAY, Nothing.HOLIDAY) for person in PEOPLE)


def test_the_operator_is_told_of_the_missed_batch_and_that_it_came(house):
    with house.services.store.reading() as connection:
        rows = connection.execute(select(alerts)).all()
    assert f"missed:{MISSED}" in {row.key for row in rows if row.cleared_at is not None}
    assert [row.text for row in rows if row.cleared_at is None] == []


def test_nobody_is_asked_more_than_they_allow(house):
    traffic = house.services.sources.traffic
    traffic.assert_polite()
    since = evening(ORDINARY)
    ordinary = [visit for visit in traffic.visits if since <= visit.at < since + hours(24)]
    # A page and a harvest of each archive, a feed of each category, and three times the seven lists of Hugging Face.
    assert len(ordinary) <= 45, "\n".join(map(str, ordinary))
