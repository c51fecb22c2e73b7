"""How near to a limit papers are asked for, and whether one is lost. llmock, which nobody here wrote, judges.

python benchmarks/model_pace.py --papers 110 --rpm 60 · about a minute
"""

import argparse
import asyncio
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from digests.clock import utc_now
from digests.errors import SummaryError
from digests.setting_values import Price
from digests.store.engine import open_store
from digests.store.migrate import migrate
from digests.summaries.asking.answer import parse_answer
from digests.summaries.asking.llm import ChatModel
from digests.summaries.asking.memory import StoredMemory
from digests.summaries.asking.model import Question
from digests.summaries.draft import FullDraft
from digests.summaries.spending.budget import DailyPurse

# llmock breaks the bodies of streams only, and we ask for none: these are what is malformed and truncated to us.
_BAD: Final[Mapping[str, Mapping[str, Any]]] = {
    "cut off": {"text": '{"title": "half an ans', "finish_reason": "length"},
    "half, says stop": {"text": '{"title": "half an ans', "finish_reason": "stop"},
    "blank": {"text": "   ", "finish_reason": "stop"},
}
#: Of a hundred requests, those that the limit refuses among them.
_PERCENT_OF_EACH: Final = 2
_SERVER_ERRORS: Final = "500=0.05"
_SEED: Final = 20261122
_MODEL: Final = "gpt-4o-mini"
#: More than is ever put aside: money is counted here, not short.
_BUDGET_MICROS: Final = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`admitted` are the requests that the server's limit let in: refused ones (429) and its own 500s use up none."""

    answered: int
    lost: Counter[str]
    seconds: float
    statuses: Counter[int]
    verdict: str

    @property
    def admitted(self) -> int:
        return self.statuses[200]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--papers", type=int, default=110)
    options.add_argument("--rpm", type=int, default=60)
    options.add_argument("--concurrency", type=int, default=8)
    options.add_argument("--seed", type=int, default=_SEED)
    given = options.parse_args()
    with serve_llmock(given.rpm) as url:
        run = asyncio.run(ask_all(url, given.papers, given.concurrency, given.seed))
    _print(run, given.papers, given.rpm)


@contextmanager
def serve_llmock(rpm: int) -> Iterator[str]:
    """The real command in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    limits = ["--rpm", str(rpm), "--error-rate", _SERVER_ERRORS]
    command = [str(Path(sys.executable).with_name("llmock")), "serve", "--port", str(port), "--log-level", "error"]
    server = subprocess.Popen([*command, *limits], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str) -> None:
    # Connecting is tried again after 0, 0.5, 1, 2 … seconds.
    with httpx.Client(transport=httpx.HTTPTransport(retries=6)) as client:
        client.get(f"{url}/health").raise_for_status()


async def ask_all(url: str, papers: int, concurrency: int, seed: int) -> Run:
    async with httpx.AsyncClient(base_url=url, timeout=10) as admin:
        await admin.post("/_llmock/scenario", json={"behaviors": list(_script(5 * papers, seed))})
        with open_model(url, concurrency) as model:
            started = time.monotonic()
            ends = await asyncio.gather(*(_ask(model, number) for number in range(papers)))
            seconds = time.monotonic() - started
            await model.close()
        requests = (await admin.get("/_llmock/requests")).json()["requests"]
        verdict = (await admin.get("/_llmock/verdict", params={"format": "text"})).text
    return Run(
        answered=ends.count(""),
        lost=Counter(end for end in ends if end),
        seconds=seconds,
        statuses=Counter(request["status"] for request in requests),
        verdict=verdict,
    )


@contextmanager
def open_model(url: str, concurrency: int) -> Iterator[ChatModel]:
    """As the service opens it: what is known of the server, and what it costs, stand in a database."""
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/pace.db")) as store:
        migrate(store)
        price = Price(Decimal("0.10"), Decimal("0.50"), Decimal("0.01"))
        yield ChatModel(
            base_url=f"{url}/v1",
            api_key="none",
            model=_MODEL,
            memory=StoredMemory(store, utc_now),
            purse=DailyPurse(store, _MODEL, price=price, daily_budget_micros=_BUDGET_MICROS, now=utc_now),
            concurrency=concurrency,
        )


def _script(requests: int, seed: int) -> Iterator[Mapping[str, Any]]:
    """One behaviour for each request, in an order of chance; without a text it is llmock's own answer by the schema."""
    bad = [answer for answer in _BAD.values() for _ in range(requests * _PERCENT_OF_EACH // 100)]
    order = [*bad, *[{}] * (requests - len(bad))]
    random.Random(seed).shuffle(order)
    return ({"type": "reply", **answer} for answer in order)


async def _ask(model: ChatModel, number: int) -> str:
    """Empty, or why the paper was lost."""
    question = Question(
        system="Translate.", user=f"The abstract of paper {number}.", schema=FullDraft.model_json_schema()
    )
    try:
        answer = await model.complete(question, within_seconds=600)
        parse_answer(answer.text, FullDraft)
    except SummaryError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _print(run: Run, papers: int, rpm: int) -> None:
    counted = run.statuses.total()
    floor = max(0, run.admitted - rpm) * 60 / rpm
    print(f"{run.answered} of {papers} papers answered, {run.lost.total()} lost {dict(run.lost) or ''}")
    print(f"{counted} requests counted by the server: {dict(sorted(run.statuses.items()))}")
    print(f"{run.seconds:.1f} s; floor ({run.admitted} admitted - {rpm}) at {rpm} a minute: {floor:.1f} s")
    print(f"ratio {run.seconds / floor:.3f}" if floor else "no floor")
    print(run.verdict)


if __name__ == "__main__":
    main()
