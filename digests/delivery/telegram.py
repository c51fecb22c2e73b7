"""Telegram by the Bot API."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

import httpx
from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from digests.delivery.channel import Message
from digests.delivery.pacing import Pacing, Wait, wait_turn
from digests.errors import ChannelDown, Deferred, DeliveryError, MessageRejected, RecipientGone, RecipientMoved, Unknown

#: httpx gets slower with more requests in flight (facts: its pool scan is quadratic).
_MAX_CONNECTIONS: Final = 10
#: Doubles with each attempt, and only the one message that met it waits: nobody else's is tried meanwhile.
_TELEGRAM_DOWN_SECONDS: Final = 60.0
#: Longer pauses become deferrals: a claim is not held meanwhile.
_PATIENCE_SECONDS: Final = 30.0

#: Before the first byte of the request was written.
_NOT_WRITTEN: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
#: Bad requests that are about the chat, as api.telegram.org words them.
_NO_SUCH_CHAT: Final = ("chat not found", "peer_id_invalid", "user not found", "group chat was deactivated")

_LINK_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class TelegramChannel:
    """Sends one message at a time to a chat; `wait_turn` is as fast as `pacing` allows.

    base_url  without the token: https://api.telegram.org, or a Bot API server of one's own
    """

    def __init__(
        self,
        token: str,
        *,
        pacing: Pacing,
        base_url: str = "https://api.telegram.org",
        timeout_seconds: float = 20.0,
        wait: Wait = asyncio.sleep,
    ) -> None:
        hide_in_logs(token)
        self._pacing = pacing
        self._wait = wait
        self._request = HTTPXRequest(
            connection_pool_size=_MAX_CONNECTIONS,
            connect_timeout=timeout_seconds,
            read_timeout=timeout_seconds,
            write_timeout=timeout_seconds,
            pool_timeout=timeout_seconds,
        )
        # The second request object is for getUpdates, which is never called here.
        self._bot = Bot(token, base_url=f"{base_url}/bot", request=self._request, get_updates_request=self._request)

    @property
    def max_in_flight(self) -> int:
        return _MAX_CONNECTIONS

    async def wait_turn(self, message: Message) -> None:
        await wait_turn(
            self._pacing, message.address, interactive=False, patience_seconds=_PATIENCE_SECONDS, wait=self._wait
        )

    async def send(self, message: Message) -> str:
        try:
            sent = await self._bot.send_message(
                message.address,
                message.html,
                parse_mode=ParseMode.HTML,
                link_preview_options=_LINK_PREVIEW,
                disable_notification=message.silent,
            )
        except RetryAfter as error:
            seconds = _seconds(error)
            await self._pacing.pause(seconds)
            raise Deferred(str(error), retry_after_seconds=seconds) from error
        except TelegramError as error:
            raise _house_error(error) from error
        return str(sent.message_id)

    async def close(self) -> None:
        await self._request.shutdown()


def _house_error(error: TelegramError) -> DeliveryError:
    text = str(error)
    match error:
        case Forbidden():
            return RecipientGone(text)
        case ChatMigrated():
            return RecipientMoved(text, new_address=str(error.new_chat_id))
        case BadRequest():
            is_gone = any(words in text.lower() for words in _NO_SUCH_CHAT)
            return RecipientGone(text) if is_gone else MessageRejected(text)
        case InvalidToken():
            return ChannelDown(
                f"Telegram does not know our bot, check PAPERPOST_TELEGRAM_TOKEN: {text}",
                retry_after_seconds=_TELEGRAM_DOWN_SECONDS,
            )
    return _network_error(error)


def _network_error(error: TelegramError) -> DeliveryError:
    if isinstance(error.__cause__, _NOT_WRITTEN):
        return ChannelDown(f"Telegram cannot be reached: {error}", retry_after_seconds=_TELEGRAM_DOWN_SECONDS)
    if type(error) is NetworkError and error.__cause__ is None:
        # It answered, with 5xx. A rare message is there all the same; but as `unknown`, with its one repeat, every
        # digest would be given up in an outage of a few minutes.
        return ChannelDown(f"Telegram is in trouble: {error}", retry_after_seconds=_TELEGRAM_DOWN_SECONDS)
    # A timeout, a lost connection: the message may be there.
    return Unknown(str(error))


def _seconds(error: RetryAfter) -> float:
    # PTB 22 gives an int and, by an environment variable or from 23 on, a timedelta.
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


class _Mask(logging.Filter):
    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Mask) and other._secret == self._secret

    def __hash__(self) -> int:
        return hash(self._secret)

    def filter(self, record: logging.LogRecord) -> bool:
        if self._secret in (text := record.getMessage()):
            record.msg, record.args = text.replace(self._secret, "***"), ()
        return True


def hide_in_logs(token: str) -> None:
    """Take `token` out of what the HTTP libraries log: a bot's token is part of every address."""
    for name in ("httpx", "httpcore.http11", "httpcore.connection", "telegram.Bot", "telegram.ext.ExtBot"):
        # logging adds a filter that is equal to one it has only once.
        logging.getLogger(name).addFilter(_Mask(token))
