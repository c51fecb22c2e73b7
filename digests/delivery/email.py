"""Mail by SMTP: one kept connection, one message at a time on it."""

import asyncio
import re
import ssl
from collections.abc import Callable, Sequence
from email.headerregistry import Address
from typing import Final
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from digests.clock import Now
from digests.delivery.channel import Message
from digests.delivery.mime import build_mail
from digests.errors import ChannelDown, Deferred, DeliveryError, MessageRejected, RecipientGone, Unknown

_DEFAULT_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
#: Doubles with each attempt, and only the one message that met it waits: nobody else's is tried meanwhile.
_SERVER_DOWN_SECONDS: Final = 60.0
#: Greylisting servers want about five minutes.
_TRY_LATER_SECONDS: Final = 300.0
_MAILBOX_FULL_SECONDS: Final = 6 * 3600.0

#: Enhanced status of a refused recipient (RFC 3463), the longest prefix first → what it means for us.
_RECIPIENT_STATUS: Final[tuple[tuple[str, Callable[[str], DeliveryError]], ...]] = (
    ("5.1.7", MessageRejected),  # the sender's address
    ("5.1.8", MessageRejected),
    ("5.1.", RecipientGone),
    ("5.2.1", RecipientGone),  # disabled
    ("5.2.2", lambda text: Deferred(text, retry_after_seconds=_MAILBOX_FULL_SECONDS)),
    ("5.", MessageRejected),
)
_STATUS: Final = re.compile(r"(5\.\d{1,3}\.\d{1,3})\b")
# A bare 550 is also how servers say "spam": only words about the address make the reader gone.
_NO_SUCH_ADDRESS: Final = re.compile(
    r"unknown|no such|not exist|doesn't exist|not found|invalid|unavailable|disabled|inactive|no mailbox", re.IGNORECASE
)


def _no_links(_target_id: int, _address: str) -> Sequence[str]:
    return ()


def build_client(url: str, *, sender: str, timeout_seconds: float, tls_context: ssl.SSLContext | None = None) -> SMTP:
    """A client of the server at `url`, not connected yet. `url` may hold a user and a password, percent-encoded.

    url  smtp://host:25 (STARTTLS if offered, its certificate not checked: nobody promised one),
         smtp+starttls://host:587 (required), smtps://host:465
    """
    parts = urlsplit(url)
    return SMTP(
        hostname=parts.hostname,
        port=parts.port or _DEFAULT_PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        start_tls={"smtps": False, "smtp+starttls": True}.get(parts.scheme),
        validate_certs=parts.scheme != "smtp",
        tls_context=tls_context,
        # Otherwise it asks the DNS for its own name.
        local_hostname=sender.rpartition("@")[2],
        timeout=timeout_seconds,
    )


class MailChannel:
    """Sends from `sender` through the server of `url`, an address as build_client takes it.

    unsubscribe_links  of a target and its address: https (one click, RFC 8058) and mailto URLs
    tls_context        for a certificate of one's own authority
    """

    def __init__(
        self,
        url: str,
        *,
        sender: str,
        now: Now,
        sender_name: str = "论文邮差",
        unsubscribe_links: Callable[[int, str], Sequence[str]] = _no_links,
        timeout_seconds: float = 30.0,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._sender = Address(sender_name, addr_spec=sender)
        self._now = now
        self._unsubscribe_links = unsubscribe_links
        self._lock = asyncio.Lock()
        self._smtp = build_client(url, sender=sender, timeout_seconds=timeout_seconds, tls_context=tls_context)

    @property
    def max_in_flight(self) -> int:
        return 1

    async def wait_turn(self, message: Message) -> None:
        """A mail server says itself when it is too much."""

    async def send(self, message: Message) -> str:
        links = self._unsubscribe_links(message.target_id, message.address)
        mail = build_mail(message, sender=self._sender, sent_at=self._now(), links=links)
        content = mail.as_bytes()
        async with self._lock:
            reusable = False
            try:
                await self._open_envelope(message.address)
                await self._hand_over(content)
                reusable = True
            except SMTPResponseException as error:
                reusable = await self._reset()
                raise _refusal(error) from error
            finally:
                # Whatever else happened, a cancellation too, the connection is in the middle of something.
                if not reusable:
                    self._smtp.close()
        return str(mail["Message-ID"])

    async def close(self) -> None:
        async with self._lock:
            try:
                if self._smtp.is_connected:
                    await self._smtp.quit()
            except SMTPException:
                self._smtp.close()

    async def _open_envelope(self, address: str) -> None:
        try:
            if not await self._is_mail_begun():
                await self._connect()
                await self._smtp.mail(self._sender.addr_spec)
            await self._smtp.rcpt(address)
        except SMTPResponseException:
            raise
        except (SMTPException, OSError) as error:
            raise _not_reached(error) from error

    async def _is_mail_begun(self) -> bool:
        """On the kept connection. A server may have closed it while it was idle, or say 421 now."""
        if not self._smtp.is_connected:
            return False
        try:
            await self._smtp.mail(self._sender.addr_spec)
        except SMTPServerDisconnected:
            return False
        except SMTPSenderRefused as error:
            if error.code != 421:
                raise
            self._smtp.close()
            return False
        return True

    async def _connect(self) -> None:
        try:
            await self._smtp.connect()
        except SMTPAuthenticationError:
            raise
        except SMTPResponseException as error:
            # The server turns everybody away (a greeting of 554, say): that is not about this message.
            raise _not_reached(error) from error

    async def _hand_over(self, content: bytes) -> None:
        try:
            await self._smtp.data(content)
        except SMTPResponseException:
            raise
        except (SMTPException, OSError) as error:
            raise Unknown(f"the connection ended during DATA: {error}") from error

    async def _reset(self) -> bool:
        try:
            await self._smtp.rset()
        except (SMTPException, OSError):
            return False
        return True


def _refusal(error: SMTPResponseException) -> DeliveryError:
    """The server answered, so nothing was sent."""
    text = f"{error.code} {error.message}"
    match error:
        case SMTPAuthenticationError():
            return ChannelDown(
                f"the mail server refuses our login, check PAPERPOST_SMTP_URL: {text}",
                retry_after_seconds=_SERVER_DOWN_SECONDS,
            )
        case SMTPResponseException(code=code) if code < 500:
            return Deferred(text, retry_after_seconds=_TRY_LATER_SECONDS)
        case SMTPSenderRefused(code=code) if code != 552:
            return ChannelDown(
                f"the mail server refuses our sender, check PAPERPOST_MAIL_FROM: {text}",
                retry_after_seconds=_SERVER_DOWN_SECONDS,
            )
        case SMTPRecipientRefused():
            return _recipient_refusal(error, text)
    return MessageRejected(text)


def _recipient_refusal(error: SMTPRecipientRefused, text: str) -> DeliveryError:
    if status := _STATUS.match(error.message):
        return next(house(text) for prefix, house in _RECIPIENT_STATUS if status[1].startswith(prefix))
    if error.code in {550, 551} and _NO_SUCH_ADDRESS.search(error.message):
        return RecipientGone(text)
    return MessageRejected(text)


def _not_reached(error: SMTPException | OSError) -> ChannelDown:
    if type(error) is SMTPException:
        # Not a failure of the connection: no AUTH or no STARTTLS where the URL asks for it.
        return ChannelDown(
            f"the mail server does not offer what PAPERPOST_SMTP_URL asks for: {error}",
            retry_after_seconds=_SERVER_DOWN_SECONDS,
        )
    return ChannelDown(f"the mail server cannot be reached: {error}", retry_after_seconds=_SERVER_DOWN_SECONDS)
