"""A worker that is killed in the middle of sending, and the one that comes after it."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from digests.bootstrap import Services, open_services
from digests.broker import QUEUES
from digests.clock import MovedClock, announced_at
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.papers.paper import Source
from digests.phrases import load_phrases
from digests.settings import child_environment, load_settings, setting_names
from digests.status import report_day
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import join
from sandbox.sample import load_sample
from sandbox.stand_ins import StandIns, start_stand_ins
from sandbox.telegram_chats import slow
from tests.waiting import eventually
from worker.processes import beat_process, broker_process, worker_process
from worker.supervisor import Supervisor
from worker.wake import wake_collect

CHATS = range(101, 113)
# One connection in each of the two processes of the pool.
MAILS_IN_FLIGHT = 2


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


def test_a_killed_worker_loses_no_digest_and_repeats_only_what_was_in_flight(tmp_path):
    day = load_sample().announced_on
    with start_stand_ins(chats=CHATS) as stand_ins:
        # The reader has the message at once, the answer comes late: whatever is killed then is unknown.
        stand_ins.telegram.fail_next(*[slow(0.4)] * 60)
        ours = {"home": tmp_path / "state", "lease_seconds": 6, "sweep_seconds": 1, "archives": "none"}
        settings = load_settings(**stand_ins.overrides | ours)
        services = open_services(settings)
        clock = MovedClock(settings.home / "clock")
        clock.move_to(announced_at(day))
        for chat in CHATS:
            add_reader(services, TELEGRAM, str(chat))
            add_reader(services, EMAIL, f"reader{chat}@example.org")
        processes = [broker_process(settings.home), worker_process(QUEUES), beat_process()]
        with Supervisor(processes, tmp_path / "logs", child_environment(settings), folder=tmp_path) as supervisor:
            wake_collect(redis_url="", home=settings.home, scope="cs", source=Source.LISTING)
            eventually(lambda: count_chat_messages(stand_ins) >= 8, "the first messages")
            os.killpg(supervisor.pid("worker"), signal.SIGKILL)
            eventually(lambda: is_over(services, day), "every part is final", seconds=120)
        report = report_day(services.store, day)
        services.close()

    assert set(report.deliveries) == {"sent"}
    assert report.editions == 2 * len(CHATS)
    received = [chat_parts(stand_ins, chat) for chat in CHATS]
    assert all(parts == received[0] for parts in received)
    # A chat has one part in flight at a time, so the kill repeats one of them at most.
    assert all(count_chat_messages(stand_ins, chat) - len(received[0]) in {0, 1} for chat in CHATS)
    mails = Counter(mail.message["Message-ID"] for mail in stand_ins.mailbox.received)
    assert len(mails) == len(CHATS)
    assert sum(mails.values()) - len(mails) <= MAILS_IN_FLIGHT


def add_reader(services: Services, channel: str, address: str) -> None:
    reader = join(
        services.store, channel=channel, address=address, confirmed=True, now=services.now(), salt=services.salt
    )
    add_keywords(services.store, reader.id, "cat:cs", services.now(), 50)


def is_over(services: Services, day) -> bool:
    report = report_day(services.store, day)
    return report.editions == 2 * len(CHATS) and set(report.deliveries) <= {"sent", "gone", "failed"}


def count_chat_messages(stand_ins: StandIns, *chats: int) -> int:
    return sum(len(stand_ins.telegram.messages(chat)) for chat in chats or CHATS)


def chat_parts(stand_ins: StandIns, chat: int) -> list[str]:
    """The distinct parts that arrived, in order, a marked repeat counted as what it repeats."""
    mark = load_phrases("zh")("digest.repeat") + "\n"
    return list(dict.fromkeys(message["html"].removeprefix(mark) for message in stand_ins.telegram.messages(chat)))
