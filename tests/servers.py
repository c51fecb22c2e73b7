"""Servers that nobody here wrote, on loopback."""

import imaplib
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import lo_bot_api_emulator
from aiohttp.test_utils import TestServer
from lo_bot_api_emulator import LoBotApiEmulator

MAIL_USER, MAIL_PASSWORD = "reader@example.net", "secret"


@contextmanager
def mail_devel_server() -> Iterator[tuple[int, int]]:
    """SMTP and IMAP ports of a server in a process of its own."""
    smtp_port, imap_port = find_free_port(), find_free_port()
    command = [sys.executable, "-m", "mail_devel", "--host", "127.0.0.1", "--no-http"]
    command += ["--user", MAIL_USER, "--password", MAIL_PASSWORD]
    command += ["--smtp-port", str(smtp_port), "--imap-port", str(imap_port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert any("SMTP service" in line for line in server.stdout)
            yield smtp_port, imap_port
        finally:
            server.terminate()


def read_inbox(imap_port: int) -> list[bytes]:
    """As a mail program does."""
    with imaplib.IMAP4("127.0.0.1", imap_port) as imap:
        imap.login(MAIL_USER, MAIL_PASSWORD)
        imap.select("INBOX", readonly=True)
        _, (numbers,) = imap.search(None, "ALL")
        return [imap.fetch(number, "(RFC822)")[1][0][1] for number in numbers.decode().split()]


class RememberingEmulator(LoBotApiEmulator):
    """The emulator keeps only the names of the fields; this keeps each sendMessage whole."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        result = super().validate(method, fields, uploads)
        if method == "sendMessage":
            self.sent.append(fields)
        return result


@asynccontextmanager
async def serve_emulator() -> AsyncIterator[tuple[RememberingEmulator, str]]:
    """The Bot API emulator in this loop, and its base URL."""
    known = lo_bot_api_emulator.CONTRACT["methods"]["sendMessage"]["parameters"]
    if "link_preview_options" not in known:
        # Of Bot API 7.0; the emulator has not heard of it.
        known.append("link_preview_options")
    emulator = RememberingEmulator()
    async with TestServer(emulator.app(), host="127.0.0.1") as server:
        yield emulator, str(server.make_url("")).rstrip("/")


def find_free_port() -> int:
    """Below those that the system gives out itself: no other test's server can take it before ours does."""
    while True:
        port = random.SystemRandom().randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
