"""Hugging Face's daily papers: JSON → DailyPapers.

Format  https://huggingface.co/api/daily_papers?date=YYYY-MM-DD, which is described nowhere: fields came over the years,
        so only the id and the title must be there
Quirks  the title and the date stand in the entry and in its `paper`; the entry's date is hours off
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from digests.errors import SourceMalformed
from digests.papers.identifier import read_identifier
from digests.papers.paper import Broken, Paper, Unreadable
from digests.papers.whole_text import MAX_TITLE_CHARS, clean_line, clean_words, read_names

#: The most that an answer shows.
PAGE_SIZE: Final = 100
# The other one is what it shows when it is not asked for a number.
_PAGE_SIZES: Final = {50, PAGE_SIZE}
_GITHUB: Final = re.compile(r"https?://(?:www\.)?github\.com/[\w.~/%+@:#?&=-]+", re.ASCII | re.IGNORECASE)
# A hundred papers with their authors have some 3,000.
_MAX_OBJECTS: Final = 500_000
_MAX_COUNT: Final = 2**31 - 1
_MAX_URL_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class DailyPaper:
    """A paper that somebody put on the list.

    paper      words as Hugging Face has them: no version, no categories
    listed_on  UTC; None where the entry does not say, as before March 2025
    """

    paper: Paper
    listed_on: date | None
    upvotes: int = 0
    comments: int = 0
    github_repo: str = ""
    github_stars: int | None = None


@dataclass(frozen=True, slots=True)
class DailyPapers:
    papers: tuple[DailyPaper, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def may_be_cut(self) -> bool:
        """A full page: nothing in it says whether the day has more."""
        return len(self.papers) + len(self.broken) in _PAGE_SIZES


def read_daily(document: bytes) -> DailyPapers:
    """What one answer says. An entry that cannot be read is reported in `broken`; the others are read.

    Raises  SourceMalformed for what is no list, with the server's own reason for a refusal.
    """
    if document.count(b"{") > _MAX_OBJECTS:
        raise SourceMalformed(f"This JSON document has more than {_MAX_OBJECTS} objects.")
    try:
        answer = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise SourceMalformed(f"This is no whole JSON document: {clean_line(str(error), max_chars=200)}") from error
    if isinstance(answer, dict) and isinstance(answer.get("error"), str):
        raise SourceMalformed(clean_line(answer["error"], max_chars=400))
    if not isinstance(answer, list):
        raise SourceMalformed("This is no list of Hugging Face's daily papers.")
    found: list[DailyPaper] = []
    broken: list[Broken] = []
    for number, entry in enumerate(answer, start=1):
        try:
            found.append(_read_entry(entry))
        except Unreadable as error:
            broken.append(Broken(f"entry {number}", str(error), json.dumps(entry)[:500]))
    return DailyPapers(tuple(found), tuple(broken))


def _read_entry(entry: Any) -> DailyPaper:
    paper = entry.get("paper") if isinstance(entry, dict) else None
    if not isinstance(paper, dict):
        raise Unreadable("it has no paper")
    return DailyPaper(
        paper=_read_paper(paper),
        listed_on=_read_day(_text_of(paper, "submittedOnDailyAt")),
        upvotes=_read_count(paper.get("upvotes")) or 0,
        comments=_read_count(entry.get("numComments")) or 0,
        github_repo=_read_address(_text_of(paper, "githubRepo")),
        github_stars=_read_count(paper.get("githubStars")),
    )


def _read_paper(paper: dict[str, Any]) -> Paper:
    found = read_identifier(_text_of(paper, "id"))
    if found is None:
        raise Unreadable(f"it has no arXiv id: {_text_of(paper, 'id')[:60]!r}")
    title = clean_words(_text_of(paper, "title"), max_chars=MAX_TITLE_CHARS)
    if not title:
        raise Unreadable("it has no title")
    authors = paper.get("authors")
    listed = authors if isinstance(authors, list) else []
    names = read_names(_text_of(author, "name") for author in listed if isinstance(author, dict))
    return Paper(id=found[0], title=title, authors=names, abstract=clean_words(_text_of(paper, "summary")))


def _text_of(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _read_count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), _MAX_COUNT) if is_count else None


def _read_day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None


def _read_address(text: str) -> str:
    """Empty for what is no page of GitHub: authors write it, and it becomes a link of that name."""
    address = clean_line(text, max_chars=_MAX_URL_CHARS)
    return address if _GITHUB.fullmatch(address) else ""
