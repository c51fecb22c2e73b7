"""Invented announcements, with the Chinese that the sandbox's model knows by heart."""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from digests.errors import ConfigError
from digests.papers.paper import Kind
from digests.papers.taxonomy import archives_of
from sandbox.arxiv_text import accented, greek

_FIRST = "2026-11-20.toml"
_BY_DATE = attrgetter("announced_on")
_ORDER = tuple(Kind)
# From here on arXiv tells nobody of a new version: https://info.arxiv.org/help/replace.html
_QUIET_VERSION: Final = 6
_LICENCE: Final = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"

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
    crossed       where kind is cross: the categories that it came into; empty for all but the first
    has_html      without, no listing page tells the version
    is_withdrawn  this version takes the paper back
    zh            without, the sandbox's model does not know it
    """

    id: str
    version: int
    kind: Kind
    title: _English
    authors: tuple[str, ...]
    affiliations: tuple[str, ...] = ()
    categories: tuple[str, ...]
    crossed: tuple[str, ...] = ()
    comments: str = ""
    journal_ref: str = ""
    doi: str = ""
    licence: str = _LICENCE
    has_html: bool = True
    is_withdrawn: bool = False
    abstract: _English
    zh: SampleChinese | None = None

    def find_kind(self, scope: str) -> Kind | None:
        """Why it stands on the page of new papers of `scope` (`cs`, `cs.LG`); None where it does not."""
        kind = self._find_kind(scope)
        # What its archive has already is no news to it.
        return None if kind is Kind.CROSS and self.is_first_in(scope) else kind

    def find_feed_kind(self, scope: str) -> Kind | None:
        """Why it is in the feed of `scope` (`cs.LG+stat.ML`), which has what came into its own categories too."""
        return self._find_kind(scope)

    def find_past_kind(self, scope: str) -> Kind | None:
        """Why it stands on that day's page of the past: arXiv forgets into which of its categories it came."""
        if not self.crossed:
            return self.find_kind(scope)
        return Kind.CROSS if self.is_in(scope) and not self.is_first_in(scope) else None

    def is_in(self, scope: str) -> bool:
        return any(_is_in(category, scope) for category in self.categories)

    def is_first_in(self, scope: str) -> bool:
        return _is_in(self.categories[0], scope)

    def _find_kind(self, scope: str) -> Kind | None:
        told = self.crossed if self.kind is Kind.CROSS and self.crossed else self.categories
        if self.version >= _QUIET_VERSION or not any(_is_in(category, scope) for category in told):
            return None
        if self.kind in {Kind.REPLACE, Kind.REPLACE_CROSS}:
            return Kind.REPLACE if self.is_first_in(scope) else Kind.REPLACE_CROSS
        if self.is_first_in(scope) and not self.crossed:
            # A first version is cross-listed on the day on which it is new at home; later ones were new there before.
            return Kind.NEW if self.version == 1 else None
        return Kind.CROSS


class SampleDay(_Row):
    """`announced_on` is the date that the page shows: the day after the announcement's evening.

    edited  papers whose record somebody corrected on that day; arXiv announces none of them
    """

    announced_on: date
    archive: str
    papers: tuple[SamplePaper, ...]
    edited: tuple[SamplePaper, ...] = ()

    def announced(self, scope: str) -> list[tuple[SamplePaper, Kind]]:
        """What the page of `scope` announces, in arXiv's order: by kind, then by id."""
        return in_order((paper, paper.find_kind(scope)) for paper in self.papers)

    def fed(self, scope: str) -> list[tuple[SamplePaper, Kind]]:
        """What the feed of `scope` announces, in the same order."""
        return in_order((paper, paper.find_feed_kind(scope)) for paper in self.papers)


def in_order(found: Iterable[tuple[SamplePaper, Kind | None]]) -> list[tuple[SamplePaper, Kind]]:
    """As arXiv lists them, by kind and then by id; those without a kind fall out."""
    told = [(paper, kind) for paper, kind in found if kind]
    return sorted(told, key=lambda pair: (_ORDER.index(pair[1]), pair[0].id))


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
    known = ((paper, paper.zh) for paper in papers if paper.zh)
    return {title: _known(paper, zh, title, chinese) for paper, zh in known for title, chinese in _titles(paper, zh)}


def _titles(paper: SamplePaper, zh: SampleChinese) -> Iterator[tuple[str, str]]:
    title = accented(paper.title)
    yield title, zh.title
    yield greek(title), greek(zh.title)


def _known(paper: SamplePaper, zh: SampleChinese, title: str, chinese: str) -> dict[str, Any]:
    return {
        **zh.model_dump(),
        "title": chinese,
        "source_title": title,
        "source_abstract": accented(paper.abstract),
    }


def _is_in(category: str, scope: str) -> bool:
    return any(part in {category, *archives_of(category)} for part in scope.split("+"))
