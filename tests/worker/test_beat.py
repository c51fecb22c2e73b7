"""Beat while somebody sets the clock."""

import threading
from datetime import datetime, timedelta

import pytest
from celery import Celery

from tests.waiting import eventually
from worker.beat import SteadyScheduler


class MovedCelery(Celery):
    moved = timedelta()

    def now(self) -> datetime:
        return super().now() + self.moved


class RecordingScheduler(SteadyScheduler):
    """What would be sent to the broker."""

    def apply_entry(self, entry, producer=None):
        self.sent.append(entry.name)

    @property
    def producer(self):
        return None


@pytest.fixture
def app() -> MovedCelery:
    app = MovedCelery("test", set_as_current=False)
    app.conf.result_expires = None
    app.conf.beat_schedule = {
        name: {"task": name, "schedule": timedelta(seconds=seconds)}
        for name, seconds in (("sweep", 0.1), ("dispatch", 0.2), ("poll", 3600))
    }
    return app


@pytest.fixture
def scheduler(app: MovedCelery) -> RecordingScheduler:
    RecordingScheduler.sent = []
    return RecordingScheduler(app)


def has_sent(scheduler: RecordingScheduler, *names: str) -> bool:
    """After one more turn."""
    threading.Event().wait(min(scheduler.tick(), 0.05))
    return set(names) <= set(scheduler.sent)


def test_everything_is_due_at_the_start(scheduler):
    eventually(lambda: has_sent(scheduler, "sweep", "dispatch", "poll"), "all were sent")


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(days=1), timedelta(seconds=-30)])
def test_a_clock_that_is_set_silences_nothing(app, scheduler, jump):
    eventually(lambda: has_sent(scheduler, "sweep", "dispatch", "poll"), "all were sent")
    app.moved = jump
    scheduler.sent.clear()
    eventually(lambda: has_sent(scheduler, "sweep", "dispatch", "poll"), "all were sent again")
    assert scheduler.sent.count("poll") == 1


def test_what_was_sent_waits_for_its_next_turn(scheduler):
    eventually(lambda: has_sent(scheduler, "poll") and scheduler.sent.count("sweep") >= 4, "four sweeps")
    assert scheduler.sent.count("poll") == 1
