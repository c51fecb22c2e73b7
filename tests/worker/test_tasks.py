"""The tasks' names, queues and settings: moving a file must not orphan messages."""

from pathlib import Path

import pytest

from digests.settings import setting_names


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    import worker.tasks
    from worker.app import app

    assert worker.tasks
    return app


def test_task_names_are_written_out(app):
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {
        "papers.collect",
        "papers.index",
        "papers.poll",
        "digests.prepare",
        "digests.plan",
        "digests.summarise",
        "digests.dispatch",
        "digests.compose",
        "digests.announce_nothing",
        "digests.deliver",
        "digests.sweep",
        "trending.dispatch",
        "trending.compose",
    }


def test_every_task_goes_to_a_queue_that_the_worker_serves(app):
    from digests.broker import QUEUES

    routed = {app.amqp.router.route({}, name)["queue"].name for name in app.tasks if not name.startswith("celery.")}
    assert routed == set(QUEUES)


def test_no_task_waits_longer_than_the_broker_keeps_it(app):
    """A task that outlives the visibility timeout is given to a second worker while the first still runs it."""
    timeout = app.conf.broker_transport_options["visibility_timeout"]
    assert app.conf.task_time_limit < timeout
    assert all(getattr(task, "retry_backoff_max", 0) < timeout for task in app.tasks.values())


def test_what_is_looked_for_all_the_time_is_scheduled(app):
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {"digests.sweep", "digests.dispatch", "papers.index", "papers.poll", "trending.dispatch"}
