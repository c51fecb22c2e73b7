"""Invented answers of OAI-PMH in arXivRaw, and a server that gives them page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import format_datetime

from digests.errors import SourceUnavailable

_HEAD = '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'


def make_record(
    paper_id: str,
    *submitted_at: datetime,
    datestamp: date | str = "",
    categories: str = "cs.LG",
    title: str = "",
    withdrawn: bool = False,
) -> str:
    """One record; a version for each of `submitted_at` (aware UTC)."""
    versions = [
        f'<version version="v{number}"><date>{format_datetime(moment, usegmt=True)}</date>'
        f"{'<source_type>I</source_type>' if withdrawn and number == len(submitted_at) else ''}</version>"
        for number, moment in enumerate(submitted_at, start=1)
    ]
    return (
        f"<record><header><identifier>oai:arXiv.org:{paper_id}</identifier><datestamp>{datestamp}</datestamp></header>"
        f'<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper_id}</id>{"".join(versions)}'
        f"<title>{title or f'On {paper_id}'}</title><authors>Ann Lee and Bo Chan</authors>"
        f"<categories>{categories}</categories><doi>10.1000/{paper_id}</doi><license>http://example.org/by</license>"
        f"<abstract>Whole words of {paper_id}.</abstract></arXivRaw></metadata></record>"
    )


def make_answer(records: Sequence[str], token: str = "") -> bytes:
    ending = f"<resumptionToken>{token}</resumptionToken>" if token else ""
    return f"{_HEAD}<ListRecords>{''.join(records)}{ending}</ListRecords></OAI-PMH>".encode()


def make_refusal(code: str) -> bytes:
    return f'{_HEAD}<error code="{code}">Because.</error></OAI-PMH>'.encode()


@dataclass
class RecordServer:
    """Gives `pages` one by one: records, or an answer as it is, or an error to raise. Its tokens are `page-N`.

    refused  tokens that it takes no more, each once
    """

    pages: list[list[str] | bytes | SourceUnavailable]
    refused: list[str] = field(default_factory=list)
    asked: list[tuple[str, date, date | None, str]] = field(default_factory=list)

    def fetch_records(self, scope: str, since: date, until: date | None = None, *, token: str = "") -> bytes:
        self.asked.append((scope, since, until, token))
        if token in self.refused:
            self.refused.remove(token)
            return make_refusal("badResumptionToken")
        number = int(token.removeprefix("page-") or 0)
        page = self.pages[number]
        if isinstance(page, SourceUnavailable):
            raise page
        if isinstance(page, bytes):
            return page
        return make_answer(page, f"page-{number + 1}" if number + 1 < len(self.pages) else "")
