"""Kill -9 of our own processes at random while digests go out, and what every reader got all the same.

`python -m tests.chaos --seed 7 --seconds 60 --readers 100`, from the project's folder.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic

import psutil
import typer
from sqlalchemy import select

from digests.bootstrap import Services, open_services
from digests.clock import MovedClock, announced_at
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.states import FINAL, DeliveryState
from digests.phrases import load_phrases
from digests.settings import child_environment, load_settings
from digests.store.tables import deliveries, targets
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import join
from sandbox.sample import load_sample
from sandbox.stand_ins import StandIns, start_stand_ins
from sandbox.telegram_chats import slow
from tests.servers import find_free_port
from tests.waiting import eventually
from worker.service import service_processes
from worker.supervisor import Supervisor

MARK = load_phrases("zh")("digest.repeat") + "\n"
_PATIENCE_SECONDS = 180


@dataclass
class House:
    """The whole service with readers: half of them in a chat, half with a mail address."""

    services: Services
    stand_ins: StandIns
    supervisor: Supervisor
    clock: MovedClock
    chats: Sequence[int]
    mails: Sequence[str]

    def states(self) -> Counter[str]:
        with self.services.store.reading() as connection:
            return Counter(connection.scalars(select(deliveries.c.state)))

    def find_held(self) -> set[tuple[int, str]]:
        """What a process, perhaps a dead one, holds and may have begun to send."""
        query = (
            select(deliveries.c.id, targets.c.address)
            .join(targets, targets.c.id == deliveries.c.target_id)
            .where(deliveries.c.state == DeliveryState.CLAIMED)
        )
        with self.services.store.reading() as connection:
            return {(row.id, row.address) for row in connection.execute(query)}

    def count_arrived(self) -> int:
        mails = len(self.stand_ins.mailbox.received)
        return mails + sum(len(self.stand_ins.telegram.messages(chat)) for chat in self.chats)

    def is_over(self) -> bool:
        """Every reader has an edition and nothing of it waits."""
        with self.services.store.reading() as connection:
            served = set(connection.scalars(select(deliveries.c.target_id).distinct()))
        return len(served) == len(self.chats) + len(self.mails) and set(self.states()) <= FINAL


@dataclass
class Outcome:
    """What arrived where. `held` are the parts (delivery id, address) that were claimed just after something broke."""

    kills: list[str] = field(default_factory=list)
    held: set[tuple[int, str]] = field(default_factory=set)
    #: By address: the different parts, those that came again marked, those that came again unmarked.
    parts: dict[str, int] = field(default_factory=dict)
    repeats: Counter[str] = field(default_factory=Counter)
    unmarked: Counter[str] = field(default_factory=Counter)
    #: Parts that an address should have got.
    planned: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    @property
    def in_flight(self) -> Counter[str]:
        """Parts that may come twice, by address."""
        return Counter(address for _, address in self.held)

    @property
    def faults(self) -> list[str]:
        """What must not be; empty when the promise was kept."""
        found = [] if self.is_over else [f"not over: {dict(self.states)}"]
        in_flight = self.in_flight
        for address, planned in self.planned.items():
            if self.parts.get(address, 0) != planned:
                found.append(f"{address} got {self.parts.get(address, 0)} of {planned} parts")
            if self.repeats[address] > in_flight[address]:
                found.append(f"{address} got {self.repeats[address]} again, {in_flight[address]} were in flight")
            if self.unmarked[address]:
                found.append(f"{address} got {self.unmarked[address]} again without a mark")
        return found


@contextmanager
def open_house(home: Path, *, readers: int, answer_seconds: float = 0.3) -> Iterator[House]:
    """Everybody has joined, and the sample is announced now; it goes out by itself.

    answer_seconds  how late Telegram answers: the message is there at once, and what is killed then is unknown
    """
    day = load_sample()
    clock = MovedClock(home / "clock")
    clock.move_to(announced_at(day.announced_on) - timedelta(hours=1))
    chats, mails = range(1001, 1001 + readers // 2), [f"reader{n}@example.org" for n in range(readers // 2)]
    with start_stand_ins(chats=chats) as stand_ins:
        stand_ins.telegram.fail_next(*[slow(answer_seconds)] * (20 * readers))
        settings = load_settings(
            home=home,
            lease_seconds=6,
            sweep_seconds=1,
            tick_seconds=1,
            poll_seconds=1,
            archives="cs",
            # Whatever runs on this machine is not ours.
            web_port=find_free_port(),
            **stand_ins.overrides,
        )
        services = open_services(settings)
        for channel, addresses in ((TELEGRAM, chats), (EMAIL, mails)):
            for address in addresses:
                _add_reader(services, channel, str(address))
        clock.move_to(announced_at(day.announced_on) + timedelta(minutes=1))
        environment = child_environment(settings)
        with Supervisor(service_processes(settings), home / "logs", environment, folder=home) as supervisor:
            yield House(services, stand_ins, supervisor, clock, chats, mails)
        services.close()


def kill_at_random(
    house: House, outcome: Outcome, *, seconds: float, seed: int, say: Callable[[str], None] = lambda _line: None
) -> None:
    """From the first part that arrived on, every second or two: a child with all it started, or one of the pool."""
    chance = random.Random(seed)
    pause = threading.Event()
    eventually(lambda: house.count_arrived() > 0, "the first part")
    ends_at = monotonic() + seconds
    while monotonic() < ends_at:
        pause.wait(chance.uniform(1, 2))
        victim = _kill(house.supervisor, chance)
        outcome.kills.append(victim)
        outcome.held |= house.find_held()
        say(f"killed {victim}; {house.count_arrived()} arrived, {dict(house.states())}")


def wait_until_over(house: House, outcome: Outcome, *, seconds: float = _PATIENCE_SECONDS) -> None:
    pause = threading.Event()
    ends_at = monotonic() + seconds
    while not house.is_over() and monotonic() < ends_at:
        pause.wait(0.2)
    outcome.is_over = house.is_over()
    outcome.states = house.states()
    _count(house, outcome)


def _kill(supervisor: Supervisor, chance: random.Random) -> str:
    name = chance.choice([process.name for process in supervisor.processes])
    only_one = name == "worker" and chance.random() < 0.5
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        pid = supervisor.pid(name)
        pool = psutil.Process(pid).children() if only_one else []
        if pool:
            chance.choice(pool).kill()
            return "one of the worker's pool"
        os.killpg(pid, signal.SIGKILL)
    return name


def _count(house: House, outcome: Outcome) -> None:
    query = select(targets.c.address, deliveries.c.id).join(targets, targets.c.id == deliveries.c.target_id)
    with house.services.store.reading() as connection:
        outcome.planned = Counter(row.address for row in connection.execute(query))
    for chat in house.chats:
        texts = [message["html"] for message in house.stand_ins.telegram.messages(chat)]
        plain = Counter(text for text in texts if not text.startswith(MARK))
        distinct = {text.removeprefix(MARK) for text in texts}
        outcome.parts[str(chat)] = len(distinct)
        outcome.repeats[str(chat)] = len(texts) - len(distinct)
        outcome.unmarked[str(chat)] = sum(plain.values()) - len(plain)
    for address in house.mails:
        ids = [mail.message["Message-ID"] for mail in house.stand_ins.mailbox.received if mail.recipient == address]
        # The Message-ID is the mark: a repeat has the same.
        outcome.parts[address] = len(set(ids))
        outcome.repeats[address] = len(ids) - len(set(ids))


def _add_reader(services: Services, channel: str, address: str) -> None:
    reader = join(
        services.store, channel=channel, address=address, confirmed=True, now=services.now(), salt=services.salt
    )
    add_keywords(services.store, reader.id, "cat:cs", services.now(), 50)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1000))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--readers", type=int, default=240)
    options = parser.parse_args()
    typer.echo(f"seed {options.seed}: {options.readers} readers, kill -9 for {options.seconds:g} s")
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as home, open_house(Path(home), readers=options.readers) as house:
        kill_at_random(house, outcome, seconds=options.seconds, seed=options.seed, say=typer.echo)
        wait_until_over(house, outcome)
        parts, repeats = sum(outcome.parts.values()), sum(outcome.repeats.values())
        typer.echo(f"{len(outcome.kills)} kills: {dict(Counter(outcome.kills))}")
        typer.echo(f"{sum(outcome.planned.values())} parts planned, {parts} arrived; {dict(outcome.states)}")
        typer.echo(f"{repeats} came again, marked; {sum(outcome.in_flight.values())} were in flight at some kill")
        if outcome.faults:
            typer.echo("\n".join(path.read_text()[-2000:] for path in (Path(home) / "logs").glob("*.log")))
    sys.exit("\n".join(outcome.faults) or 0)


if __name__ == "__main__":
    main()
