"""`python -m bot` as an operator starts it, with the real wiring."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.bot.bot_api import TOKEN, Person, serve

_PATIENCE_SECONDS = 30


async def start(home: Path, **settings: str) -> Process:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PAPERPOST_HOME": str(home), **settings}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", cwd=home, env=environment, stdout=PIPE, stderr=PIPE
    )


async def read_end(process: Process) -> tuple[int | None, str]:
    """The exit status and all that was written."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        written = b"".join(await process.communicate())
    return process.returncode, written.decode()


async def test_it_answers_and_stops_when_it_is_told_to(tmp_path: Path):
    async with serve(tmp_path / "journal.jsonl") as (server, url):
        process = await start(tmp_path, PAPERPOST_TELEGRAM_TOKEN=TOKEN, PAPERPOST_TELEGRAM_BASE_URL=url)
        alice = Person(server)

        added = await alice.says("/add diffusion policy")
        today = await alice.says("/today")
        process.terminate()
        status, written = await read_end(process)

    assert "已添加 <b>diffusion policy</b>" in added
    assert "还没有存下任何一批论文" in today
    assert status == 0, written
    assert TOKEN not in written


async def test_without_a_token_it_says_so_in_one_sentence(tmp_path: Path):
    status, written = await read_end(await start(tmp_path))

    assert (status, written.strip()) == (1, "PAPERPOST_TELEGRAM_TOKEN: the bot needs its token")
