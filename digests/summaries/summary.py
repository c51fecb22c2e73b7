"""A paper's words in the reader's language, and how sure we are of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from digests.papers.paper import ArxivId, Paper
from digests.summaries.draft import Kind

#: The languages that summaries are written in.
CHINESE: Final = "zh"
ENGLISH: Final = "en"


def summary_language(language: str) -> str:
    """The language that summaries for readers of `language` are stored in: those of zh-Hant have zh converted."""
    return language.partition("-")[0]


class SummaryState(StrEnum):
    """Words of the table. Only `done` and `doubtful` have text; every other state shows the English, labelled."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DONE = "done"
    #: Readable, but a check failed: shown with a visible mark.
    DOUBTFUL = "doubtful"
    #: The model declined (content_filter, a refusal): not asked again.
    REFUSED = "refused"
    #: Tried and failed; `retry_at` says when the next try is due, None means never.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Key:
    """Who writes, and by which instructions: with the hash of the paper's words, a row's key."""

    language: str
    model: str
    prompt_version: str


@dataclass(frozen=True, slots=True)
class Point:
    """One of 问题 / 方法 / 结果 / 局限或意义, at most 45 characters."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """
    kind    how much of it was asked for; the rest of a paper is shown in English
    model   who wrote it
    faults  codes of templates/phrases [faults]; a `done` one may have some that a reader need not know
    """

    paper_id: ArxivId
    language: str
    state: SummaryState
    kind: Kind = Kind.FULL
    model: str = ""
    title: str = ""
    tldr: str = ""
    abstract: str = ""
    points: tuple[Point, ...] = ()
    faults: tuple[str, ...] = ()
    retry_at: datetime | None = None

    @property
    def is_readable(self) -> bool:
        return self.state in {SummaryState.DONE, SummaryState.DOUBTFUL}


@dataclass(frozen=True, slots=True)
class Card:
    """All that a renderer needs of one paper. `summary` is None where nobody asked for one yet."""

    paper: Paper
    summary: Summary | None = None
