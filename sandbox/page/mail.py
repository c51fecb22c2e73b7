"""The mailbox: what arrived, and each mail as a mail program shows it."""

from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from sandbox.mailbox import Mailbox, ReceivedMail

_WITH_HTML: Final = {"multipart/alternative", "multipart/mixed", "multipart/related", "text/html"}
# A mail may look as it likes and lead elsewhere; it may not run, load or send anything, even in a tab of its own.
_MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def build_mail_routes(mailbox: Mailbox) -> APIRouter:
    """Mails are numbered from 1, the oldest first."""
    router = APIRouter(prefix="/mails")

    def find(number: int) -> ReceivedMail:
        received = mailbox.received
        if not 1 <= number <= len(received):
            raise HTTPException(404)
        return received[number - 1]

    @router.get("")
    def all_mails() -> list[dict[str, Any]]:
        return [_show(number, mail) for number, mail in enumerate(list(mailbox.received), start=1)]

    @router.get("/{number}.eml")
    def raw(number: int) -> Response:
        disposition = {"Content-Disposition": f'attachment; filename="{number:04}.eml"'}
        return Response(find(number).content, media_type="message/rfc822", headers=disposition)

    @router.get("/{number}/text")
    def text(number: int) -> PlainTextResponse:
        return PlainTextResponse(_read_part(find(number), "plain"))

    @router.get("/{number}/html")
    def html(number: int) -> HTMLResponse:
        page = _open_links_outside(_read_part(find(number), "html"))
        return HTMLResponse(page, headers={"Content-Security-Policy": _MAIL_POLICY})

    return router


def _show(number: int, mail: ReceivedMail) -> dict[str, Any]:
    headers = BytesHeaderParser(policy=default).parsebytes(mail.content)
    assert isinstance(headers, EmailMessage)
    return {
        "number": number,
        "subject": str(headers.get("Subject", "")),
        "sender": str(headers.get("From", "")),
        "recipient": str(headers.get("To", "")),
        "sent_at_seconds": _read_date(str(headers.get("Date", ""))),
        "has_html": headers.get_content_type() in _WITH_HTML,
    }


def _read_part(mail: ReceivedMail, kind: str) -> str:
    """A mail program shows the other part where one is missing; here its absence shows."""
    part = mail.message.get_body((kind,))
    return "" if part is None else str(part.get_content())


def _open_links_outside(page: str) -> str:
    """The first base element counts wherever it stands; a mail's own would have come before."""
    return page + '<base target="_blank">'


def _read_date(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except ValueError:
        return None
