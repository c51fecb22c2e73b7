"""What the stages ask for; `fetch.PageFetcher` is the real one."""

from datetime import date
from typing import Protocol


class Sources(Protocol):
    """Documents as bytes. All raise SourceUnavailable (wait, ask again) and SourceMalformed (a refusal, 4xx)."""

    def fetch_listing(self, scope: str, *, skip: int = 0) -> bytes:
        """The page `/list/<scope>/new` from entry `skip` + 1 on; `scope` is an archive or a category."""
        ...

    def fetch_feed(self, scope: str, form: str = "rss") -> bytes:
        """Today's feed of a category."""
        ...

    def fetch_catch_up(self, scope: str, on: date, *, page: int = 1) -> bytes:
        """The page `/catchup/<scope>/<date>` with abstracts; pages count from 1."""
        ...

    def fetch_records(self, scope: str, since: date, until: date | None = None, *, token: str = "") -> bytes:
        """OAI-PMH ListRecords in arXivRaw: what of this archive was changed on these days of UTC, both included.

        token  goes on where an answer ended; the other arguments say nothing then
        """
        ...

    def fetch_daily(self, on: date, *, page: int = 0) -> bytes:
        """Hugging Face's daily papers of that day of UTC, a hundred a page; pages count from 0."""
        ...
