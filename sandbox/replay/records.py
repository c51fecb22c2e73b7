"""Records of OAI-PMH as XML, in the formats arXivRaw and arXiv.

Traps kept: arXivRaw leaves TeX in everything, breaks lines, and has the authors in one string; arXiv says neither the
version nor the first date; a withdrawn paper is a record like others, whose last version has the source type I.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from digests.papers.collecting.dating import find_cut_off
from sandbox.arxiv_pages import render_template
from sandbox.arxiv_text import accented, with_aliases
from sandbox.replay.groups import build_set
from sandbox.replay.world import Record
from sandbox.sample import SamplePaper

FORMATS: Final = ("arXivRaw", "arXiv")
_LINE_CHARS: Final = 78
#: Between two versions; and between the submission and the cut-off.
_AGE: Final = timedelta(days=40)
_BEFORE: Final = timedelta(hours=3)


class Refusal(Exception):
    """An error of the protocol; `code` is a word of its specification."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def render_refusal(refusal: Refusal, now: datetime) -> bytes:
    return render_template("oai.xml", now=now, request={}, error=refusal)


def render_records(
    records: Sequence[Record],
    prefix: str,
    request: Mapping[str, str],
    now: datetime,
    *,
    token: str | None,
    expires_at: datetime,
) -> bytes:
    """One page; `token` is empty at the end of a list of several, and None where there is only one."""
    build = _build_raw if prefix == "arXivRaw" else _build_plain
    rows = [build(record) | {"changed_on": record.changed_on} for record in records]
    return render_template(
        "oai.xml", now=now, request=request, error=None, rows=rows, prefix=prefix, token=token, expires_at=expires_at
    )


def _build_raw(record: Record) -> dict[str, Any]:
    paper = record.paper
    return _common(paper) | {
        "title": _fold(paper.title),
        "authors": _author_line(paper),
        "submitter": paper.authors[0].partition(" (")[0],
        "versions": list(_list_versions(record)),
        "abstract": f"  {_fold(paper.abstract)}",
        "comments": paper.comments,
    }


def _build_plain(record: Record) -> dict[str, Any]:
    """`created` is the date of the current version, and so is `updated`."""
    paper = record.paper
    return _common(paper) | {
        "title": accented(paper.title),
        "names": [_split_name(author) for author in paper.authors],
        "created": _submitted_at(record, paper.version).date(),
        "abstract": accented(paper.abstract),
        "comments": accented(paper.comments),
    }


def _common(paper: SamplePaper) -> dict[str, Any]:
    categories = with_aliases(paper.categories)
    return {
        "id": paper.id,
        "categories": " ".join(categories),
        "sets": [build_set(category) for category in categories],
        "journal_ref": paper.journal_ref,
        "doi": paper.doi,
        "licence": paper.licence,
    }


def _list_versions(record: Record) -> Iterator[dict[str, Any]]:
    paper = record.paper
    for version in range(1, paper.version + 1):
        is_last = version == paper.version
        yield {
            "number": version,
            "date": format_datetime(_submitted_at(record, version), usegmt=True),
            "size": 0 if is_last and paper.is_withdrawn else 100 + version,
            "type": "I" if is_last and paper.is_withdrawn else "",
        }


def _submitted_at(record: Record, version: int) -> datetime:
    """The newest version some hours before the cut-off of its batch, the others long before."""
    newest_at = find_cut_off(record.versioned_on) - _BEFORE
    return newest_at - (record.paper.version - version) * _AGE


def _fold(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _LINE_CHARS, break_long_words=False, break_on_hyphens=False))


def _author_line(paper: SamplePaper) -> str:
    """`Ann Lee (1), Bo Chan (2) and Cy Dee ((1) X, (2) Y)`."""
    *others, last = paper.authors
    line = f"{', '.join(others)} and {last}" if others else last
    meanings = ", ".join(f"({number}) {name}" for number, name in enumerate(paper.affiliations, start=1))
    return _fold(f"{line} ({meanings})" if meanings else line)


def _split_name(author: str) -> tuple[str, str]:
    """Key name and forenames."""
    *forenames, last = accented(author.partition(" (")[0]).split()
    return last, " ".join(forenames)
