"""Invented announcements, with the Chinese that the sandbox's model knows by heart."""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from digests.errors import ConfigError
from digests.papers.paper import Kind
from digests.papers.taxonomy import archive_of
from sandbox.arxiv_text import accented, greek

_FIRST = "2026-11-20.toml"
_BY_DATE = attrgetter("announced_on")
_ORDER = tuple(Kind)

#: English: one sentence a line, one blank between two sentences.
_English = Annotated[str, AfterValidator(lambda text: " ".join(text.split()))]
#: Chinese: one sentence a line, nothing between two sentences.
_Chinese = Annotated[str, AfterValidator(lambda text: "".join(text.splitlines()))]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SamplePoints(_Row):
    problem: str
    method: str
    result: str
    meaning: str


class SampleChinese(_Row):
    title: str
    tldr: str
    abstract: _Chinese
    points: SamplePoints


class SamplePaper(_Row):
    """A paper as arXiv's own records have it: TeX accents and formulas.

    authors       as on the author line, with marks: `Ann Lee (1) (for the X collaboration)`
    affiliations  what the marks (1), (2), … mean
    has_html      without, no listing page tells the version
    """

    id: str
    version: int
    kind: Kind
    title: _English
    authors: tuple[str, ...]
    affiliations: tuple[str, ...] = ()
    categories: tuple[str, ...]
    comments: str = ""
    journal_ref: str = ""
    has_html: bool = True
    abstract: _English
    zh: SampleChinese

    def find_kind(self, scope: str) -> Kind | None:
        """Why it stands in the announcement of `scope` (`cs`, `cs.LG`, `cs.LG+stat.ML`); None where it does not."""
        inside = [_is_in(category, scope) for category in self.categories]
        if not any(inside):
            return None
        if self.kind is Kind.REPLACE:
            return Kind.REPLACE if inside[0] else Kind.REPLACE_CROSS
        if inside[0]:
            # A first version is cross-listed on the day on which it is new at home; later ones were new there before.
            return Kind.NEW if self.version == 1 else None
        return Kind.CROSS


class SampleDay(_Row):
    """`announced_on` is the date that the page shows: the day after the announcement's evening."""

    announced_on: date
    archive: str
    papers: tuple[SamplePaper, ...]

    def announced(self, scope: str) -> list[tuple[SamplePaper, Kind]]:
        """What `scope` announces, in arXiv's order: by kind, then by id."""
        found = [(paper, kind) for paper in self.papers if (kind := paper.find_kind(scope))]
        return sorted(found, key=lambda pair: (_ORDER.index(pair[1]), pair[0].id))


def load_sample(path: Path | None = None) -> SampleDay:
    """Read a day from a TOML file, by default the first of those that come with the sandbox.

    Raises  ConfigError when the file cannot be read or is no such day.
    """
    return _load_day(path or _committed_days() / _FIRST)


def load_samples() -> tuple[SampleDay, ...]:
    """All days that come with the sandbox, the oldest first."""
    days = (_load_day(file) for file in _committed_days().iterdir() if file.name.endswith(".toml"))
    return tuple(sorted(days, key=_BY_DATE))


def _committed_days() -> Traversable:
    return resources.files("sandbox") / "sample"


def _load_day(file: Traversable) -> SampleDay:
    try:
        return SampleDay.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"{file} is no sample day: {error}") from error


def known_summaries(days: Iterable[SampleDay]) -> dict[str, dict[str, Any]]:
    r"""The hand-written Chinese by English title, with the English it was made from; the newest day's words win.

    A paper is there once as a listing page shows its title (`$α$`) and once as a feed does (`$\alpha$`): formulas
    stand in the Chinese letter for letter, so each form has its own.
    """
    papers = (paper for day in sorted(days, key=_BY_DATE) for paper in day.papers)
    return {title: _known(paper, title, chinese) for paper in papers for title, chinese in _titles(paper)}


def _titles(paper: SamplePaper) -> Iterator[tuple[str, str]]:
    title = accented(paper.title)
    yield title, paper.zh.title
    yield greek(title), greek(paper.zh.title)


def _known(paper: SamplePaper, title: str, chinese: str) -> dict[str, Any]:
    return {
        **paper.zh.model_dump(),
        "title": chinese,
        "source_title": title,
        "source_abstract": accented(paper.abstract),
    }


def _is_in(category: str, scope: str) -> bool:
    return any(part in {category, archive_of(category)} for part in scope.split("+"))
