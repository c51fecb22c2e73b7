"""Logs as JSON lines on standard error: events are constants, fields are ids; never an address or a message's text."""

import logging
import re
import sys
from collections.abc import Collection
from typing import Any, Final

import structlog

#: They write every address at INFO, and a Bot API address holds the token.
_TOO_TALKATIVE: Final = ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "telegram", "alembic", "mail.log")
#: At INFO they write several lines for every task, all day long.
_TOO_REGULAR: Final = ("celery.worker.strategy", "celery.app.trace", "celery.beat")
#: What looks like a token of Telegram's Bot API: other people's errors repeat it, under names of loggers that change.
_TOKEN: Final = re.compile(r"[0-9]{6,}(:|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)

_SHARED: Final[list[structlog.typing.Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logs(level: int = logging.INFO, *, tokens: Collection[str] = ()) -> None:
    """Our events and everybody else's, one form. Called by each shell, never by a room.

    tokens  never written, however they look; a shell that knows them calls again
    """

    def mask(_logger: Any, _method: str, line: Any) -> str:
        for token in filter(None, tokens):
            line = line.replace(token, "…")
        return _TOKEN.sub("…", line)

    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
                mask,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in (*_TOO_TALKATIVE, *_TOO_REGULAR):
        logging.getLogger(name).setLevel(logging.WARNING)
