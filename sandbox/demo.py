"""The whole main job once, in sandbox mode: arXiv announces, the worker does the rest, readers get their digests."""

import fcntl
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import Final, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from digests.bootstrap import Services, open_services
from digests.broker import QUEUES
from digests.clock import MovedClock, announced_at
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.states import DeliveryState
from digests.errors import ConfigError, PaperPostError, SourceMalformed, StoreError
from digests.keywords.language import parse, split_keywords
from digests.outside import print_outside_parts
from digests.papers.paper import Source
from digests.papers.wire import read_document, read_payload
from digests.rendering.chat_page import render_chat
from digests.rendering.formats import render
from digests.settings import child_environment, load_settings
from digests.status import DayReport
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import add_address, join
from digests.subscribers.readers import load_reader
from digests.subscribers.subscriber import Subscriber
from sandbox.document import Document, document_path
from sandbox.mailbox import Mailbox
from sandbox.sample import SampleDay, load_sample
from sandbox.stand_ins import StandIns, start_stand_ins
from sandbox.watch import Page, Snapshot, follow
from worker.processes import beat_process, broker_process, worker_process
from worker.supervisor import Supervisor
from worker.wake import wake_collect

KEYWORDS: Final = (
    'reinforcement learning; diffusion policy; "world model" NOT driving; '
    'RAG OR "retrieval-augmented generation"; ti:agent; au:"Shuyan Meiluo"; "protein folding"'
)
_LOCK: Final = "demo.lock"
_OWN_FILES: Final = (
    _LOCK,
    "state",
    "digest*.html",
    "digest*.md",
    "digest*.txt",
    "telegram.html",
    "mail.eml",
    "report.json",
)
# The reader joins so long before the first announcement.
_BEFORE: Final = timedelta(minutes=5)
_CHAT_ID: Final = 8_001
_MAIL: Final = "lin@sandbox.invalid"


@dataclass
class Outcome:
    """What `report.json` holds."""

    days: list[DayReport] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    mails: int = 0
    messages: int = 0

    def take(self, snapshot: Snapshot, seconds: float) -> None:
        self.days = list(snapshot.days)
        self.seconds["total"] = seconds
        for name, stage in snapshot.stages.items():
            if not stage.total or stage.done < stage.total:
                self.seconds.pop(name, None)
            else:
                self.seconds.setdefault(name, seconds)

    @property
    def is_delivered(self) -> bool:
        sent = sum(day.deliveries.get(DeliveryState.SENT, 0) for day in self.days)
        is_over = bool(self.days) and all(day.is_delivered and day.editions for day in self.days)
        return is_over and sent == self.mails + self.messages


def run_demo(papers: Sequence[Path], keywords: str, out: Path, console: Console) -> Outcome:
    """Run it and write what the reader got into `out`.

    papers  announcement files; none: the sample
    Raises  SourceMalformed and QueryRefused before anything starts, StoreError for an unwritable `out`.
    """
    for typed in split_keywords(keywords):
        parse(typed.text)
    documents, pages = _read_files(papers) if papers else _read_sample()
    home = out / "state"
    with ExitStack() as stack:
        stack.enter_context(_own_folder(out))
        stand_ins = stack.enter_context(start_stand_ins(documents, chats=[_CHAT_ID]))
        # The worker is woken for every file; what it would ask for by itself is not there.
        ours = {"home": home, "env": "development", "database_url": "", "redis_url": "", "archives": "none"}
        settings = load_settings(**stand_ins.overrides | ours)
        print_outside_parts(console, settings)
        services = open_services(settings)
        stack.callback(services.close)
        clock = MovedClock(home / "clock")
        clock.move_to(announced_at(min(page.on for page in pages)) - _BEFORE)
        reader = _add_reader(services, keywords)
        processes = [broker_process(home), worker_process(QUEUES), beat_process()]
        stack.enter_context(Supervisor(processes, home / "logs", child_environment(settings), folder=home))
        outcome = _watch(services, pages, clock, console)
        _write_results(out, services, reader, stand_ins, outcome)
    return outcome


def _read_sample() -> tuple[SampleDay, list[Page]]:
    day = load_sample()
    return day, [Page(day.archive, Source.LISTING, day.announced_on)]


def _read_files(papers: Sequence[Path]) -> tuple[list[Document], list[Page]]:
    documents, pages = [], []
    for path in papers:
        try:
            payload = read_payload(path)
            announcement = read_document(payload)
        except OSError as error:
            raise PaperPostError(f"{path} cannot be read: {error.strerror}") from error
        except SourceMalformed as error:
            raise PaperPostError(f"{path}: {error}") from error
        if announcement.announced_on is None:
            raise PaperPostError(f"{path} is an empty feed: it announces nothing")
        documents.append(Document(document_path((announcement.scope, announcement.source)), payload))
        pages.append(Page(announcement.scope, announcement.source, announcement.announced_on))
    return documents, pages


@contextmanager
def _own_folder(out: Path) -> Iterator[Path]:
    """`out`, emptied of an earlier demo, and ours alone until the context ends.

    Raises  StoreError for a folder that cannot be written, ConfigError for one that holds anything else.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        strangers = [path.name for path in out.iterdir() if not any(path.match(pattern) for pattern in _OWN_FILES)]
        if strangers:
            raise ConfigError(f"{out} holds other files ({strangers[0]}). Choose an empty folder with --out.")
        with (out / _LOCK).open("w") as lock:
            _take_lock(lock, out)
            for path in out.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name != _LOCK:
                    path.unlink()
            yield out
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error.strerror}. Choose another with --out.") from error


def _take_lock(lock: TextIO, out: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigError(f"Another demo is running in {out}. Wait for it, or choose another with --out.") from error


def _add_reader(services: Services, keywords: str) -> Subscriber:
    """One reader with a chat and a mail address."""
    store, now, salt = services.store, services.now(), services.salt
    reader = join(store, channel=TELEGRAM, address=str(_CHAT_ID), confirmed=True, now=now, salt=salt)
    reader = add_address(store, reader.id, channel=EMAIL, address=_MAIL, confirmed=True, now=now, salt=salt)
    add_keywords(store, reader.id, keywords, now, services.settings.max_keywords)
    return reader


def _watch(services: Services, pages: Sequence[Page], clock: MovedClock, console: Console) -> Outcome:
    """One evening after the other: wake the worker and follow the store to the end.

    A stage's seconds count from the start: stages overlap.
    """
    outcome = Outcome()
    started = monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        bars: dict[str, TaskID] = {}
        for snapshot in _announce(services, pages, clock):
            outcome.take(snapshot, round(monotonic() - started, 2))
            for name, stage in snapshot.stages.items():
                if name not in bars:
                    bars[name] = progress.add_task(name)
                progress.update(bars[name], completed=stage.done, total=stage.total or None)
    return outcome


def _announce(services: Services, pages: Sequence[Page], clock: MovedClock) -> Iterator[Snapshot]:
    for on in sorted({page.on for page in pages}):
        clock.move_to(announced_at(on) + _BEFORE)
        for page in pages:
            if page.on == on:
                wake_collect(redis_url="", home=services.settings.home, scope=page.scope, source=page.source)
        yield from follow(services, [page for page in pages if page.on <= on], readers=1)


def _write_results(out: Path, services: Services, reader: Subscriber, stand_ins: StandIns, outcome: Outcome) -> None:
    """What the reader got, as it arrived; the newest day has the plain names."""
    for day in outcome.days[:-1]:
        _write_previews(out, services, reader, day.on, suffix=f"-{day.on}")
    _write_previews(out, services, reader, outcome.days[-1].on, suffix="")
    _write_mail(out, stand_ins.mailbox)
    messages = [message["html"] for message in stand_ins.telegram.messages(_CHAT_ID)]
    (out / "telegram.html").write_text(render_chat(messages), "utf-8")
    outcome.mails, outcome.messages = len(stand_ins.mailbox.received), len(messages)
    report = asdict(outcome) | {"is_delivered": outcome.is_delivered}
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2, default=str), "utf-8")


def _write_previews(out: Path, services: Services, reader: Subscriber, on: date, *, suffix: str) -> None:
    preview = services.day(on).preview(load_reader(services.store, reader.id))
    for form, ending in (("text", "txt"), ("markdown", "md"), ("html", "html")):
        path = out / f"digest{suffix}.{ending}"
        path.write_text(render(preview.digest, preview.cards, form), "utf-8")


def _write_mail(out: Path, mailbox: Mailbox) -> None:
    """The newest day's mail as it came over the wire; a day without a hit sends none."""
    headline = (out / "digest.txt").read_text("utf-8").splitlines()[0]
    for mail in mailbox.received:
        text, html = (mail.message.get_body((kind,)) for kind in ("plain", "html"))
        if text is not None and html is not None and text.get_content().startswith(headline):
            (out / "mail.eml").write_bytes(mail.content)
            (out / "digest.html").write_text(html.get_content().replace("\r\n", "\n"), "utf-8")
