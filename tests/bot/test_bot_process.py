"""`python -m bot` as an operator starts it, with the real wiring."""

import asyncio
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.running import derive_webhook_secret
from digests.store.engine import open_store
from digests.store.tables import heartbeats
from sandbox.telegram import serve_telegram
from sandbox.telegram_chats import Telegram
from tests.bot.bot_api import TOKEN, Person, serve
from tests.servers import find_free_port
from tests.waiting import eventually

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


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_it_answers_and_stops_when_it_is_told_to(tmp_path: Path):
    async with serve(tmp_path / "journal.jsonl") as (server, url):
        process = await start(tmp_path, PAPERPOST_TELEGRAM_TOKEN=TOKEN, PAPERPOST_TELEGRAM_BASE_URL=url)
        alice = Person(server)

        added = await alice.says("/add diffusion policy")
        narrowed = await alice.taps("cs")
        today = await alice.says("/today")
        email = await alice.says("/email")
        process.terminate()
        status, written = await read_end(process)

    assert "已添加 <b>diffusion policy</b>" in added
    assert "领域改为：cs" in narrowed
    assert "还没有存下任何一批论文" in today
    assert "邮件未开通" in email
    assert status == 0, written
    assert TOKEN not in written


async def test_it_leaves_a_sign_of_life(tmp_path: Path):
    async with serve(tmp_path / "journal.jsonl") as (server, url):
        process = await start(tmp_path, PAPERPOST_TELEGRAM_TOKEN=TOKEN, PAPERPOST_TELEGRAM_BASE_URL=url)
        await Person(server).says("/start")
        store = open_store(f"sqlite:///{tmp_path / 'paperpost.db'}")

        def has_beaten() -> bool:
            with store.reading() as connection:
                return list(connection.scalars(select(heartbeats.c.process))) == ["bot"]

        await asyncio.to_thread(eventually, has_beaten, "a heartbeat of the bot", seconds=_PATIENCE_SECONDS)
        store.close()
        process.terminate()
        await read_end(process)


async def test_updates_come_to_its_webhook_and_only_from_telegram(tmp_path: Path):
    port = find_free_port()
    address = f"http://127.0.0.1:{port}/telegram/a+b"
    async with serve(tmp_path / "journal.jsonl", allow_insecure_loopback_webhooks=True) as (server, url):
        process = await start(
            tmp_path,
            PAPERPOST_TELEGRAM_TOKEN=TOKEN,
            PAPERPOST_TELEGRAM_BASE_URL=url,
            PAPERPOST_TELEGRAM_WEBHOOK_URL=address,
            PAPERPOST_TELEGRAM_WEBHOOK_PORT=str(port),
        )
        await asyncio.to_thread(eventually, lambda: is_listening(port), "the webhook", seconds=_PATIENCE_SECONDS)
        alice = Person(server)
        # The server brings it, with the secret that the bot gave it.
        added = await alice.says("/add RLHF")
        narrowed = await alice.taps("cs")
        update = {"update_id": 900, "message": alice.message("/list")}
        secret = derive_webhook_secret((tmp_path / "secret.key").read_bytes())
        async with httpx.AsyncClient() as client:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
                assert (await client.post(address, json=update, headers=headers)).status_code == 403
            assert (await client.post(f"{address}x", json=update)).status_code == 404
            accepted = await client.post(address, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret})
        listed = await alice.reads(1)
        process.terminate()
        status, written = await read_end(process)

    assert "已添加 <b>RLHF</b>" in added
    assert "领域改为：cs" in narrowed
    assert accepted.status_code == 200
    assert "1. <code>RLHF</code>" in listed
    assert status == 0, written
    assert secret not in written


async def test_a_webhook_that_telegram_refuses_is_said_in_one_sentence(tmp_path: Path):
    async with serve(tmp_path / "journal.jsonl") as (server, url):
        server.allowed_refusals.add("setWebhook:400")
        process = await start(
            tmp_path,
            PAPERPOST_TELEGRAM_TOKEN=TOKEN,
            PAPERPOST_TELEGRAM_BASE_URL=url,
            PAPERPOST_TELEGRAM_WEBHOOK_URL="http://bot.example.org/telegram",
        )
        status, written = await read_end(process)

    assert status == 1
    assert written.startswith("PAPERPOST_TELEGRAM_WEBHOOK_URL: Telegram refuses it: ")
    assert len(written.splitlines()) == 1


async def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with serve(tmp_path / "journal.jsonl") as (_, url):
            process = await start(
                tmp_path,
                PAPERPOST_TELEGRAM_TOKEN=TOKEN,
                PAPERPOST_TELEGRAM_BASE_URL=url,
                PAPERPOST_TELEGRAM_WEBHOOK_URL="https://bot.example.org/telegram",
                PAPERPOST_TELEGRAM_WEBHOOK_PORT=str(port),
            )
            status, written = await read_end(process)

    assert (status, written.strip()) == (
        1,
        f"PAPERPOST_TELEGRAM_WEBHOOK_PORT: {port} cannot be used: Address already in use",
    )


async def test_a_second_process_with_the_same_token_says_so_and_ends(tmp_path: Path):
    async with serve(tmp_path / "journal.jsonl") as (server, url):
        server.is_polled_elsewhere = True
        status, written = await read_end(
            await start(tmp_path, PAPERPOST_TELEGRAM_TOKEN=TOKEN, PAPERPOST_TELEGRAM_BASE_URL=url)
        )

    assert status == 1
    assert written.strip() == (
        "PAPERPOST_TELEGRAM_TOKEN: another process answers for this bot. Stop it, or give each one its own token."
    )


@pytest.mark.parametrize("token", ["123456789:AAH-the_long_token_of_a_real_bot_0", "7:SHORT"])
async def test_a_token_that_telegram_refuses_is_said_in_one_sentence_without_it(tmp_path: Path, token: str):
    with serve_telegram(Telegram()) as url:
        status, written = await read_end(
            await start(tmp_path, PAPERPOST_TELEGRAM_TOKEN=token, PAPERPOST_TELEGRAM_BASE_URL=url)
        )

    assert (status, written.strip()) == (1, "PAPERPOST_TELEGRAM_TOKEN: Telegram does not know this token")


async def test_without_a_token_it_says_so_in_one_sentence(tmp_path: Path):
    status, written = await read_end(await start(tmp_path))

    assert (status, written.strip()) == (1, "PAPERPOST_TELEGRAM_TOKEN: the bot needs its token")
