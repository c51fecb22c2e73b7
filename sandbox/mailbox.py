"""A mail server that takes everything and delivers nothing: mails stay in memory and, if asked, as .eml files."""

import itertools
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from digests.errors import ConfigError


class MailFault(StrEnum):
    """What may happen to the next mail."""

    UNKNOWN_USER = "550 5.1.1 <recipient>: no such user here"
    MAILBOX_FULL = "552 5.2.2 mailbox full"
    POLICY = "550 5.7.1 message refused by policy"
    GREYLISTED = "451 4.7.1 greylisted, try again in five minutes"
    CONTENT_REFUSED = "554 5.6.0 message content refused"
    #: The mail is kept, and the answer never comes.
    HANG_UP = "hang up after DATA"


_AT_DATA = {MailFault.CONTENT_REFUSED, MailFault.HANG_UP}


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


def _find_free(folder: Path, number: int) -> Path:
    """`0007.eml`, or the next name that is free: somebody may have deleted a mail."""
    names = (folder / f"{at:04}.eml" for at in itertools.count(number))
    return next(path for path in names if not path.exists())


def _load(path: Path) -> ReceivedMail:
    """The envelope is gone: the headers say who it was from and for."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    headers = BytesHeaderParser(policy=default).parsebytes(content)
    return ReceivedMail(str(headers.get("From", "")), str(headers.get("To", "")), content)


@dataclass
class Mailbox:
    """What the server received, oldest first, and what shall go wrong next. Safe to use from any thread.

    folder  where each mail is also written as `0001.eml`; those of an earlier start are there again
    """

    folder: Path | None = None
    received: list[ReceivedMail] = field(default_factory=list)
    _faults: deque[MailFault] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Raises ConfigError for a folder that cannot be read."""
        if self.folder is not None and self.folder.is_dir():
            self.received += [_load(path) for path in sorted(self.folder.glob("*.eml"))]

    def fail_next(self, *faults: MailFault) -> None:
        """One fault for each of the next mails, in this order."""
        self._faults.extend(faults)

    def keep(self, mail: ReceivedMail) -> None:
        with self._lock:
            self.received.append(mail)
            if self.folder is not None:
                self.folder.mkdir(parents=True, exist_ok=True)
                _find_free(self.folder, len(self.received)).write_bytes(mail.content)

    def pop_fault(self, *, at_data: bool) -> MailFault | None:
        """The next mail's fault, if this is the command at which it happens."""
        if self._faults and (self._faults[0] in _AT_DATA) == at_data:
            return self._faults.popleft()
        return None


@contextmanager
def serve_mailbox(mailbox: Mailbox, *, port: int = 0) -> Iterator[str]:
    """Serve SMTP from a thread on 127.0.0.1; gives the server's URL. Port 0: the system chooses one."""
    controller = _Controller(mailbox, port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


class _Controller(Controller):
    """aiosmtpd cannot tell which port the system chose, so the socket is bound before."""

    def __init__(self, mailbox: Mailbox, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        super().__init__(_Handler(mailbox), hostname="127.0.0.1", port=self._listener.getsockname()[1])

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802  # the names are aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if fault := self._mailbox.pop_fault(at_data=False):
            return fault.value
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._mailbox.pop_fault(at_data=True)
        if fault is MailFault.CONTENT_REFUSED:
            return fault.value
        assert isinstance(envelope.content, bytes)
        for recipient in envelope.rcpt_tos:
            self._mailbox.keep(ReceivedMail(envelope.mail_from or "", recipient, envelope.content))
        if fault is MailFault.HANG_UP and server.transport is not None:
            server.transport.close()
        return "250 OK"
