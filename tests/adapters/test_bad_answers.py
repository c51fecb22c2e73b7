"""A bad answer costs only itself: it is refused, reported with its place and time, kept, and asked for again."""

import gzip
from datetime import UTC, date, datetime, timedelta

import pytest

from digests.papers.collecting.collector import Collector
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import find_faults
from digests.papers.collecting.stages import Desk
from digests.papers.quarantine import Quarantine, find_kept, find_note
from digests.papers.shelf import find_stored
from sandbox.arxiv_pages import render_feed, render_listing
from sandbox.sample import load_sample

DAY = load_sample()
ON = DAY.announced_on
#: One o'clock in the night of New York: page and feed are out.
NOW = datetime.combine(ON, datetime.min.time(), tzinfo=UTC) + timedelta(hours=6)


def render(stage, scope, on=ON):
    day = DAY.model_copy(update={"announced_on": on})
    return render_listing(day, scope) if stage is Stage.LISTING else render_feed(day, scope)


ANSWERS = {
    "cut off": lambda good, _: good[: -len(good) // 3],
    "cut off while packed": lambda good, _: gzip.compress(good)[:-9],
    "a portal's login": lambda *_: b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>",
    "a bomb": lambda *_: gzip.compress(bytes(65 * 2**20)),
    "an entity of a file": lambda *_: b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
    "in other letters": lambda good, _: good.decode().encode("cp037", "replace"),
    "another scope's": lambda _, stage: render(stage, "cs.RO"),
    "of the day after tomorrow": lambda _, stage: render(stage, "cs.LG", ON + timedelta(days=2)),
    "of another century": lambda _, stage: render(stage, "cs.LG", date(2126, 11, 20)),
}  # fmt: skip


class Sources:
    """Answers by what is asked for."""

    def __init__(self, answers):
        self.answers = answers

    def fetch_listing(self, scope, *, skip=0):
        return self.answers[Stage.LISTING, scope]

    def fetch_feed(self, scope, form="rss"):
        return self.answers[Stage.RSS, scope]


def ask(collector, *wanted):
    """One after the other, as they come."""
    steps = [collector.step() for _ in wanted]
    return {(step.stage, step.scope): step for step in steps}


@pytest.mark.parametrize("stage", [Stage.LISTING, Stage.RSS])
def test_a_bad_answer_is_reported_and_kept_and_the_rest_goes_on(store, tmp_path, stage):
    bad, other = (stage, "cs.LG"), (stage, "cs.CV")
    good = render(*bad)
    sources = Sources({bad: b"", other: render(*other)})
    hours = [NOW + timedelta(hours=number) for number in range(len(ANSWERS) + 1)]
    now = hours.pop(0)
    quarantine = Quarantine(tmp_path / "quarantine", lambda: now)
    desk = Desk(store=store, sources=sources, quarantine=quarantine, now=lambda: now)
    collector = Collector(desk=desk, wanted=lambda: [bad, other])
    assert ask(collector, bad, other)[other].changed == {ON}
    for now, make in zip(hours, ANSWERS.values(), strict=True):
        sources.answers[bad] = make(good, stage)
        reason = ask(collector, bad)[bad].fault
        kept = find_kept(tmp_path / "quarantine")[0]
        assert kept.read_bytes() == sources.answers[bad]
        note = find_note(kept)
        assert (note.reason, note.last_at, "cs.LG" in note.address) == (reason, now, True)
        (fault,) = find_faults(store)
        assert (fault.stage, fault.scope, fault.since, fault.reason) == (*bad, NOW, reason)
        assert list(find_stored(store, date.min)) == [ON]
    now += timedelta(hours=1)
    sources.answers[bad] = good
    assert ask(collector, bad)[bad].fault == ""
    assert find_faults(store) == []
    assert len(find_kept(tmp_path / "quarantine")) == 1 + len(ANSWERS)
