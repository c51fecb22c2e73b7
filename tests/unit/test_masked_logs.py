"""Whoever writes a log, a bot's token is not in it."""

import json
import subprocess
import sys

import pytest

LONG, SHORT = "123456789:AAH-the_long_token_of_a_real_bot_0", "7:SHORT"
WRITES = """
import logging
import structlog
from digests.logs import configure_logs
configure_logs(tokens=[{short!r}])
log, ours = logging.getLogger("any.name"), structlog.get_logger("ours")
for token in ({long!r}, {short!r}, {long!r}.replace(":", "%3A")):
    log.error("the token `%s` was refused", token)
    ours.error("refused", address=["https://api.telegram.org/bot" + token + "/getMe"])
    try:
        raise ValueError(token)
    except ValueError:
        log.exception("at %s", "12:30")
"""


@pytest.fixture(scope="module")
def written() -> str:
    program = WRITES.format(long=LONG, short=SHORT)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr


def test_no_part_of_a_token_is_written_and_everything_else_is(written):
    for token in (LONG, SHORT):
        assert token.partition(":")[2] not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines] == ["the token `…` was refused", "refused", "at 12:30"] * 3
    assert lines[1]["address"] == ["https://api.telegram.org/bot…/getMe"]
    assert lines[2]["exception"].endswith("ValueError: …")
