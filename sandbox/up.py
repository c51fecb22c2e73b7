"""The sandbox that one can use: the stand-ins with a memory, and their page, until the context ends."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from digests import broker
from digests.clock import MovedClock, announced_at
from digests.status import Status
from sandbox.announcer import Announcer, Page, load_recorded, sample_days
from sandbox.page.app import build_page
from sandbox.page.console import Console
from sandbox.sample import load_samples
from sandbox.serving import serve
from sandbox.stand_ins import StandIns, start_stand_ins
from worker.wake import wake_collect

#: Who sits at the page.
CHAT_ID: Final = 8_001
# Time to join before the first batch.
_BEFORE_ANNOUNCEMENT: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """`overrides` are arguments of `load_settings` for every process of the house."""

    url: str
    overrides: dict[str, Any]
    stand_ins: StandIns
    announcer: Announcer


@contextmanager
def serve_sandbox(
    home: Path,
    *,
    papers: Path | None,
    port: int,
    now: MovedClock,
    chats: Iterable[int],
    processes: Callable[[], Mapping[str, str]],
    report: Callable[[], Status],
    chosen_by: str = "--port",
) -> Iterator[Sandbox]:
    """Serve the stand-ins and the page on 127.0.0.1.

    home       where everything that a restart must find again is kept, and where the house's own broker listens
    papers     a folder of recorded files to announce; None: the samples
    port       the page's; `chosen_by` is what chooses it
    now        the clock that every process of the house reads
    chats      Telegram ids of people who have a chat with the bot already
    processes  the house's processes and their states; asked all the time, as `report` is
    Raises     ConfigError for papers, a kept file or a port that cannot be used.
    """
    folder = home / "sandbox"
    announcer = _open_announcer(folder, papers, now)
    mails, archive = folder / "mail", folder / "chats.json"
    people = {CHAT_ID, *chats}
    with start_stand_ins(announcer, chats=people, mail_folder=mails, chat_archive=archive, now=now) as stand_ins:
        wake = partial(_wake, home)
        console = Console(now=now, announcer=announcer, processes=processes, report=report, wake=wake)
        page = build_page(telegram=stand_ins.telegram, mailbox=stand_ins.mailbox, console=console, chat_id=CHAT_ID)
        # The feed first: pages that follow it would hold the server up.
        with serve(page, port=port, chosen_by=chosen_by) as url, closing(page.state.feed):
            overrides = stand_ins.overrides | _paces(announcer)
            yield Sandbox(url=url, overrides=overrides, stand_ins=stand_ins, announcer=announcer)


def _open_announcer(folder: Path, papers: Path | None, now: MovedClock) -> Announcer:
    days = sample_days(load_samples()) if papers is None else load_recorded(papers)
    announcer = Announcer(days, folder / "announced")
    _begin_before_first(announcer, now)
    return announcer


def _wake(home: Path, page: Page) -> None:
    scope, source = page
    # A broker that is starting again needs nobody: the worker asks by itself, only later.
    if broker.answers("", home):
        wake_collect(redis_url="", home=home, scope=scope, source=source)


def _begin_before_first(announcer: Announcer, now: MovedClock) -> None:
    """A new sandbox whose first batch is past begins before it: a digest of a batch long gone would never be due."""
    first = announcer.peek()
    if first is None or announcer.published or now.offset:
        return
    moment = announced_at(first.announced_on) - _BEFORE_ANNOUNCEMENT
    if now() > moment:
        now.move_to(moment)


def _paces(announcer: Announcer) -> dict[str, Any]:
    """Somebody watches: nothing outside has to be spared."""
    return {
        "archives": " ".join(announcer.scopes()) or "none",
        "tick_seconds": 2,
        "sweep_seconds": 5,
        "poll_seconds": 5,
    }
