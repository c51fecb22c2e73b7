"""A sample day in arXiv's own wire formats: listing page, RSS 2.0, Atom 1.0."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any, Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from digests.clock import ARXIV_ZONE
from digests.papers.paper import Kind
from digests.papers.taxonomy import archive_of, category_name
from sandbox.arxiv_text import accented, greek, linked, linked_author, with_aliases
from sandbox.sample import SampleDay, SamplePaper

#: What `show` may be; without it a page of new papers has the last.
SHOW_VALUES: Final = (25, 50, 100, 250, 500, 1000, 2000)

FeedFormat = Literal["rss", "atom"]

_TEMPLATES: Final = {"rss": "feed.xml", "atom": "atom.xml"}
# The page does not tell a replaced cross-list from a replaced paper.
_SECTIONS: Final = (
    ("New", "New submissions", {Kind.NEW}),
    ("Cross", "Cross-lists", {Kind.CROSS}),
    ("Replacement", "Replacements", {Kind.REPLACE, Kind.REPLACE_CROSS}),
)

_pages: Final = Environment(loader=PackageLoader("sandbox", "pages"), autoescape=True, undefined=StrictUndefined)
_pages.filters["rfc822"] = format_datetime
_pages.filters["timestamp"] = lambda moment: f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

#: What leads to the sections of a page, and which kinds they hold.
KINDS: Final = tuple((text, kinds) for _, text, kinds in _SECTIONS)
# What the page shows of an author line; the rest it leaves out without a word.
_MAX_AUTHORS: Final = 100
# A feed has no more, and new papers are the first to go.
_MAX_ITEMS: Final = 2_000

_Announced = tuple[SamplePaper, Kind]


def render_listing(
    day: SampleDay,
    scope: str = "cs",
    *,
    skip: int = 0,
    show: int = SHOW_VALUES[-1],
    missing: Collection[str] = (),
) -> bytes:
    """The page `/list/<scope>/new?skip=&show=`. Past the end it says that there is nothing new, as arXiv's does.

    missing  papers that are counted but not shown, as by a server whose database lags
    """
    announced = day.announced(scope)
    page = {
        "name": category_name(scope),
        "date": f"{day.announced_on:%A}, {day.announced_on.day} {day.announced_on:%B %Y}",
        "total": len(announced),
        "pages": [_build_page(at, show, skip, len(announced)) for at in range(0, len(announced), show)]
        if len(announced) > show
        else [],
        "links": list(_build_links(announced, scope, skip, show)),
        "sections": list(build_sections(announced, skip, show, missing=missing)),
    }
    return render_template("listing.html", **page, scope=scope, skip=skip, show=show, reason="", **_other_sizes(show))


def render_refusal(reason: str) -> bytes:
    """The page for a request that cannot be read, with its reason where arXiv has it."""
    return render_template("listing.html", name=reason, reason=reason)


def render_feed(day: SampleDay, scope: str = "cs", *, feed_format: FeedFormat = "rss") -> bytes:
    """The feed of that day, dated at midnight in New York and built four minutes later."""
    return render_fed(day.announced_on, day.fed(scope), scope, feed_format=feed_format)


def render_fed(on: date, fed: Sequence[_Announced], scope: str, *, feed_format: FeedFormat = "rss") -> bytes:
    """The feed of that date with these papers in arXiv's order, cut as arXiv cuts it."""
    entries = [_build_item(paper, kind) for paper, kind in fed[-_MAX_ITEMS:]]
    names = ", ".join(scope.split("+"))
    return _render_feed(
        on,
        scope,
        feed_format,
        title=f"{names} updates on arXiv.org",
        about=f"{names} updates on the arXiv.org e-print archive.",
        entries=entries,
        is_error=False,
    )


def render_feed_error(on: date, scope: str, reason: str, *, feed_format: FeedFormat = "rss") -> bytes:
    address = _feed_address(scope, feed_format)
    title = f"Feed error for query: {address}"
    return _render_feed(on, scope, feed_format, title=title, about=reason, entries=[], is_error=True)


def render_template(template: str, **values: Any) -> bytes:
    return _pages.get_template(template).render(**values).encode()


def _render_feed(on: date, scope: str, feed_format: FeedFormat, **values: Any) -> bytes:
    dated_at = datetime.combine(on, time(), tzinfo=ARXIV_ZONE)
    built_at = dated_at.replace(minute=4).astimezone(UTC)
    address = _feed_address(scope, feed_format)
    return render_template(_TEMPLATES[feed_format], **values, address=address, dated_at=dated_at, built_at=built_at)


def _feed_address(scope: str, feed_format: FeedFormat) -> str:
    return f"http://rss.arxiv.org/{feed_format}/{scope}"


def _build_item(paper: SamplePaper, kind: Kind) -> dict[str, Any]:
    """A feed leaves the author's TeX as it is."""
    fields = paper.model_dump(include={"id", "version", "title", "abstract", "journal_ref", "doi", "licence"})
    categories = with_aliases(paper.categories)
    creators = [_resolve_marks(name, paper) for name in paper.authors]
    return {**fields, "kind": kind.value, "categories": categories, "creators": creators}


def _resolve_marks(author: str, paper: SamplePaper) -> str:
    """`Ann Lee (1) (for the X collaboration)` → `Ann Lee (Institute of Y, for the X collaboration)`."""
    name = author.partition(" (")[0]
    marks = re.findall(r"\(([^)]*)\)", author)
    meant = [paper.affiliations[int(mark) - 1] if mark.isdigit() else mark for mark in marks]
    return f"{name} ({', '.join(meant)})" if meant else name


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the page; what is Markup is ready, the rest is escaped by the template."""

    item: int
    id: str
    remark: str
    html_version: int | None
    title: str
    authors: Markup
    comments: Markup
    journal_ref: str
    subjects: list[str]
    abstract: Markup


def _build_entry(item: int, paper: SamplePaper, kind: Kind) -> _Entry:
    return _Entry(
        item=item,
        id=paper.id,
        remark=_remark(paper, kind),
        html_version=paper.version if paper.has_html else None,
        title=greek(accented(paper.title)),
        authors=_author_line(paper),
        comments=linked(greek(accented(paper.comments))),
        journal_ref=paper.journal_ref,
        subjects=[f"{category_name(category)} ({category})" for category in paper.categories],
        abstract=linked(accented(paper.abstract)),
    )


def _remark(paper: SamplePaper, kind: Kind) -> str:
    if kind is Kind.NEW:
        return ""
    return f"(cross-list from {paper.categories[0]})" if kind is Kind.CROSS else "(replaced)"


def _author_line(paper: SamplePaper) -> Markup:
    archive = archive_of(paper.categories[0])
    line = Markup(", ").join(linked_author(author, archive) for author in paper.authors[:_MAX_AUTHORS])
    meanings = ", ".join(f"({number}) {name}" for number, name in enumerate(paper.affiliations, start=1))
    return line + f" ({meanings})" if meanings else line


def build_sections(
    announced: Sequence[_Announced], skip: int, show: int, *, missing: Collection[str] = (), has_abstracts: bool = True
) -> Iterator[dict[str, Any]]:
    """One list for each kind that has something between `skip` and `skip + show`, counted without what is missing."""
    shown = [(paper, kind) for paper, kind in announced if paper.id not in missing]
    for word, _, kinds in _SECTIONS:
        items = [at for at, (_, kind) in enumerate(shown) if kind in kinds]
        here = [at for at in items if skip <= at < skip + show]
        if here:
            total = sum(kind in kinds for _, kind in announced)
            entries = [_build_entry(at + 1, *shown[at]) for at in here]
            yield {
                "heading": _build_heading(word, items, here, total),
                "entries": entries,
                "has_abstracts": has_abstracts,
            }


def _build_heading(word: str, items: Sequence[int], here: Sequence[int], total: int) -> str:
    """`first` while more follows, `last` at the end of what began on an earlier page."""
    continued = "continued, " if here[0] != items[0] else ""
    place = "first " if here[-1] != items[-1] else "last " if continued else ""
    return f"{word} submissions ({continued}showing {place}{len(here)} of {total} entries)"


def _build_links(announced: Sequence[_Announced], scope: str, skip: int, show: int) -> Iterator[dict[str, str]]:
    """Where each kind begins; arXiv calls the first anchor item0, which no page has."""
    for text, kinds in KINDS:
        first = next((at for at, (_, kind) in enumerate(announced) if kind in kinds), None)
        if first is None:
            continue
        anchor = f"#item{first + 1 if first else 0}"
        page = f"/list/{scope}/new?skip={first // show * show}&show={show}"
        yield {"text": text, "href": anchor if skip <= first < skip + show else page + anchor}


def _build_page(at: int, show: int, skip: int, total: int) -> dict[str, Any]:
    return {"skip": at, "text": f"{at + 1}-{min(at + show, total)}", "is_current": at == skip}


def _other_sizes(show: int) -> dict[str, int | None]:
    at = SHOW_VALUES.index(show)
    largest = SHOW_VALUES[-1]
    return {
        "fewer": SHOW_VALUES[at - 1] if at else None,
        "more": SHOW_VALUES[at + 1] if show != largest else None,
        "all": largest if show != largest else None,
    }
