"""Until it is told to stop (SIGINT, SIGTERM): Telegram is asked for updates, or brings them to our webhook."""

import hmac
import logging
import re
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

import structlog
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.answers import Context
from bot.app import UPDATES, BotApplication
from digests.errors import ConfigError

log = structlog.get_logger(__name__)

# A laptop may start before its network does.
_FOR_EVER: Final = -1
_SECRET_PURPOSE: Final = b"telegram webhook"


def run_polling(application: BotApplication) -> None:
    """Raises  ConfigError for a token that Telegram does not know, or that another process polls with."""
    conflicts: list[Conflict] = []

    async def end_when_polled_elsewhere(_update: object, context: Context) -> None:
        if isinstance(context.error, Conflict):
            conflicts.append(context.error)
            # Stopping asks once more, and would log the same with a traceback.
            logging.getLogger("telegram.ext.Updater").setLevel(logging.CRITICAL + 1)
            application.stop_running()

    application.add_error_handler(end_when_polled_elsewhere)
    _quieten()
    try:
        application.run_polling(bootstrap_retries=_FOR_EVER, allowed_updates=UPDATES)
    except InvalidToken:
        raise _unknown_token() from None
    if conflicts:
        raise ConfigError(
            "PAPERPOST_TELEGRAM_TOKEN: another process answers for this bot. Stop it, or give each one its own token."
        )


def run_webhook(application: BotApplication, url: str, *, port: int, salt: bytes) -> None:
    """`url` is where Telegram reaches us: a proxy with TLS leads from there to `port` on 127.0.0.1.

    Raises  ConfigError for a token or an address that Telegram refuses, and for a port in use.
    """
    secret = derive_webhook_secret(salt)
    greet = application.post_init

    async def introduce(_application: BotApplication) -> None:
        # run_webhook asks the same again and for ever, without a word when the address is refused.
        try:
            await application.bot.set_webhook(url, allowed_updates=UPDATES, secret_token=secret)
        except BadRequest as error:
            raise ConfigError(f"PAPERPOST_TELEGRAM_WEBHOOK_URL: Telegram refuses it: {error.message}") from error
        except InvalidToken:
            raise
        except TelegramError as error:
            # No network yet: run_webhook goes on asking.
            log.warning("webhook_not_set_yet", error=type(error).__name__)
        if greet is not None:
            await greet(application)

    application.post_init = introduce
    _quieten()
    try:
        application.run_webhook(
            listen="127.0.0.1",
            port=port,
            # PTB makes a pattern of it.
            url_path=re.escape(urlsplit(url).path),
            webhook_url=url,
            secret_token=secret,
            bootstrap_retries=_FOR_EVER,
            allowed_updates=UPDATES,
        )
    except InvalidToken:
        raise _unknown_token() from None
    except OSError as error:
        raise ConfigError(f"PAPERPOST_TELEGRAM_WEBHOOK_PORT: {port} cannot be used: {error.strerror}") from error


def derive_webhook_secret(salt: bytes) -> str:
    """What Telegram sends along, so that nobody else's updates are taken; the same at every start."""
    return hmac.digest(salt, _SECRET_PURPOSE, sha256).hex()


def _unknown_token() -> ConfigError:
    # PTB's own message holds the token.
    return ConfigError("PAPERPOST_TELEGRAM_TOKEN: Telegram does not know this token")


def _quieten() -> None:
    # They log what they then raise, with a traceback that holds the token. The second is the loop that asks again:
    # telegram.ext is above all others, and its level would be theirs.
    logging.getLogger("telegram.ext.Application").setLevel(logging.CRITICAL)
    logging.getLogger("telegram.ext").addFilter(_is_no_refused_token)


def _is_no_refused_token(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], InvalidToken))
