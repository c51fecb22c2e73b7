"""What a poll sets going, every task run at once in this process, against the stand-ins."""

from datetime import timedelta
from pathlib import Path

import pytest

from digests.bootstrap import open_services
from digests.clock import MovedClock, announced_at
from digests.delivery.channel import TELEGRAM
from digests.settings import child_environment, load_settings, setting_names
from digests.status import report_day
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import join
from sandbox.arxiv_pages import render_listing
from sandbox.document import Document
from sandbox.sample import load_sample
from sandbox.stand_ins import start_stand_ins


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    from worker import tasks

    tasks.app.conf.task_always_eager = True
    tasks._services.cache_clear()
    yield tasks
    tasks._loop.run(tasks._services().close_connections())
    tasks._services().close()
    tasks._services.cache_clear()
    tasks.app.conf.task_always_eager = False


def test_a_page_that_never_proves_itself_whole_has_its_papers_translated_all_the_same(eager, tmp_path, monkeypatch):
    """Three hours later they go out: in Chinese, and once."""
    day = load_sample()
    part = Document("/list/cs/new", render_listing(day, "cs", skip=0, show=25))
    with start_stand_ins([part], chats=[7]) as stand_ins:
        settings = load_settings(**stand_ins.overrides | {"home": tmp_path / "state", "archives": "cs"})
        for name, value in child_environment(settings).items():
            monkeypatch.setenv(name, value)
        clock = MovedClock(settings.home / "clock")
        clock.move_to(announced_at(day.announced_on) + timedelta(minutes=10))
        services = open_services(settings)
        reader = join(
            services.store, channel=TELEGRAM, address="7", confirmed=True, now=services.now(), salt=services.salt
        )
        add_keywords(services.store, reader.id, '"diffusion policy"', services.now(), 50)

        eager.poll()
        assert stand_ins.telegram.messages(7) == []
        clock.move_to(announced_at(day.announced_on) + timedelta(hours=3, minutes=15))
        eager.dispatch()

        report = report_day(services.store, day.announced_on)
        services.close()
    assert (report.editions, report.summaries) == (1, {"done": report.matched})
    assert report.is_delivered
    assert any("TideGrip：" in message["html"] for message in stand_ins.telegram.messages(7))
