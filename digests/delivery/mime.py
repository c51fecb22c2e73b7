"""A message as a mail: MIME parts and the headers that mail servers and mail programs ask of a list."""

from collections.abc import Sequence
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any, Final

from digests.delivery.channel import Message
from digests.errors import RecipientGone


class _Policy(EmailPolicy):
    """The stdlib folds a long URL in a header into encoded words, which no mail program follows."""

    unfolded: Final = frozenset({"List-Unsubscribe", "Message-ID"})

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name in self.unfolded:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _Policy(linesep="\r\n")


def build_mail(message: Message, *, sender: Address, sent_at: datetime, links: Sequence[str]) -> EmailMessage:
    """The mail with all its headers; no header can begin inside another.

    links   for leaving: https (one click, RFC 8058) and mailto; only a digest is something to leave
    Raises  RecipientGone when the address is none.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = _parse_address(message.address)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(sent_at)
    # The same for a repeat, so that mail programs show one of the two.
    mail["Message-ID"] = f"<{message.reference}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if message.is_digest:
        _add_list_headers(mail, message, domain=sender.domain, links=links)
    # Quoted-printable: no line is too long, and no server has to know 8BITMIME.
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


def _add_list_headers(mail: EmailMessage, message: Message, *, domain: str, links: Sequence[str]) -> None:
    mail["List-Id"] = f"PaperPost <paperpost.{domain}>"
    if links:
        mail["List-Unsubscribe"] = ", ".join(f"<{link}>" for link in links)
    if any(link.startswith("https:") for link in links):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Precedence"] = "bulk"
    mail["Feedback-ID"] = f"{message.edition_id}:digest:paperpost:{domain}"


def _parse_address(address: str) -> Address:
    try:
        parsed = Address(addr_spec=address)
    except (ValueError, IndexError, AttributeError, HeaderParseError) as error:
        # On some broken addresses the stdlib's parser fails inside ("a@[": AttributeError).
        raise RecipientGone("not a mail address") from error
    if not (address.isascii() and address.isprintable() and parsed.domain):
        raise RecipientGone("not a mail address that this server can write to")
    return parsed
