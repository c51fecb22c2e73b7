"""Papers by id from arXiv's query API, by way of the `arxiv` package.

Never on the way of the daily run: since February 2026 the API answers 429 for hours at a time.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import arxiv
import requests
from requests.adapters import BaseAdapter

from digests.errors import InputError, SourceMalformed, SourceUnavailable
from digests.papers.api import build_paper, is_hollow, read_answer
from digests.papers.identifier import read_identifier
from digests.papers.paper import ArxivId, Broken, Paper, Unreadable

#: Ids of one request: more make its address too long.
MAX_IDS: Final = 100

# After a hollow answer; what fails otherwise is tried again by `fetch`.
_MORE_TRIES: Final = 2

#: The bytes of an address. Raises SourceUnavailable, SourceMalformed.
Fetch = Callable[[str], bytes]

_Asked = tuple[ArxivId, int | None]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """`missing` are the ids that arXiv does not have, or has not given its API yet: new papers come a day late."""

    papers: tuple[Paper, ...] = ()
    missing: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()


def look_up(ids: Iterable[str], *, fetch: Fetch, api_url: str) -> LookedUp:
    """Ask for papers by id, with a version for that one's words; without, for the newest.

    Raises  InputError before anything is asked, for what is no id; what `fetch` raises; SourceUnavailable for answers
            that count papers and show none; SourceMalformed.
    """
    asked = [*dict.fromkeys(_read_asked(ids))]
    client = _build_client(fetch, api_url)
    parts = [asked[start : start + MAX_IDS] for start in range(0, len(asked), MAX_IDS)]
    results = [result for part in parts for result in _ask(client, [_name(*one) for one in part])]
    papers: list[Paper] = []
    broken: list[Broken] = []
    for result in results:
        try:
            papers.append(_build_paper(result))
        except Unreadable as error:
            broken.append(Broken(result.entry_id, str(error)))
    return LookedUp(tuple(papers), _find_missing(asked, results), tuple(broken))


def _read_asked(ids: Iterable[str]) -> list[_Asked]:
    read = {text: read_identifier(text) for text in ids}
    if wrong := [text[:40] for text, found in read.items() if found is None]:
        raise InputError(
            f"No arXiv id: {', '.join(map(repr, wrong))}. Write ids like 2604.18326, 2604.18326v2 or hep-th/9901001."
        )
    return [found for found in read.values() if found]


def _find_missing(asked: list[_Asked], results: list[Any]) -> tuple[str, ...]:
    """What arXiv does not have it leaves out without a word."""
    given = [found for result in results if (found := read_identifier(result.get_short_id()))]
    newest = [(paper_id, None) for paper_id, _ in given]
    known = {*given, *newest}
    return tuple(_name(*one) for one in asked if one not in known)


def _name(paper_id: ArxivId, version: int | None) -> str:
    return f"{paper_id}v{version}" if version else paper_id


def _build_client(fetch: Fetch, api_url: str) -> Any:
    """The package's own requests have no timeout, no backoff and an answer cut off is a short one to it."""
    client = arxiv.Client(page_size=MAX_IDS, delay_seconds=0, num_retries=_MORE_TRIES)
    client.query_url_format = f"{api_url}/api/query?{{}}"
    for scheme in ("http://", "https://"):
        client._session.mount(scheme, _Fetched(fetch))  # noqa: SLF001  it takes no session of ours
    return client


class _Fetched(BaseAdapter):
    """Lets `fetch` do what a session is asked for."""

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self._fetch = fetch

    def send(self, request: requests.PreparedRequest, *_: Any, **_options: Any) -> requests.Response:
        url = str(request.url)
        body = self._fetch(url)
        if is_hollow(read_answer(body)):
            # The package tries again after this one only, and takes an empty first page for the end by itself.
            raise requests.ConnectionError("it counts papers and shows none")
        response = requests.Response()
        response.url, response.request = url, request
        response.status_code = requests.codes.ok
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        pass


def _ask(client: Any, ids: Sequence[str]) -> list[Any]:
    try:
        return list(client.results(arxiv.Search(id_list=list(ids), max_results=len(ids))))
    except (arxiv.ArxivError, requests.ConnectionError) as error:
        raise SourceUnavailable(f"arXiv's API gives no whole answer: {error}") from error
    except ValueError as error:
        # The package reads the dates, which nobody here needs.
        raise SourceMalformed(f"arXiv's API gives an answer with a date that is none: {error}") from error


def _build_paper(result: Any) -> Paper:
    return build_paper(
        entry_id=result.entry_id,
        title=result.title,
        authors=[author.name for author in result.authors],
        summary=result.summary,
        primary_category=result.primary_category,
        categories=result.categories,
        comment=result.comment,
        journal_ref=result.journal_ref,
        doi=result.doi,
    )
