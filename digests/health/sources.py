"""Where papers come from: arXiv's four hosts and Hugging Face; and on which days none come."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx

from digests.health.check import Check
from digests.papers.calendar import Calendar
from digests.papers.fetch import build_headers
from digests.settings import Settings

_SECONDS: Final = 10.0
_REFUSALS: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class _Source:
    """`is_needed`: a digest does not come without it."""

    name: str
    url: str
    variable: str
    is_needed: bool


def _list_sources(settings: Settings) -> list[_Source]:
    return [
        _Source("arXiv listing", settings.arxiv_list_url, "PAPERPOST_ARXIV_LIST_URL", is_needed=True),
        _Source("arXiv RSS", settings.arxiv_rss_url, "PAPERPOST_ARXIV_RSS_URL", is_needed=False),
        _Source("arXiv API", settings.arxiv_api_url, "PAPERPOST_ARXIV_API_URL", is_needed=False),
        _Source("arXiv OAI", settings.arxiv_oai_url, "PAPERPOST_ARXIV_OAI_URL", is_needed=False),
        _Source("Hugging Face", settings.hf_url, "PAPERPOST_HF_URL", is_needed=False),
    ]


def check_holidays(calendar: Calendar, today: date) -> Check:
    """Without them a holiday's readers are told that arXiv is late."""
    year = calendar.find_unknown_year(today)
    if year is None:
        return Check("holidays", True, f"arXiv's of {today.year} are known")
    advice = "Edit digests/papers/holidays.toml, or set PAPERPOST_HOLIDAYS."
    return Check("holidays", None, f"arXiv's of {year} are not known yet", advice)


async def check_sources(settings: Settings) -> list[Check]:
    """One after the other: arXiv wants one connection at a time over its services."""
    async with httpx.AsyncClient(timeout=_SECONDS, headers=build_headers(settings.contact)) as client:
        return [await _check_source(source, client) for source in _list_sources(settings)]


async def _check_source(source: _Source, client: httpx.AsyncClient) -> Check:
    host = urlsplit(source.url).hostname or source.url
    # What is not needed every day is no failure.
    failed = False if source.is_needed else None
    try:
        # The smallest page; not one of those that arXiv counts.
        response = await client.get(f"{source.url}/robots.txt")
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        return Check(source.name, failed, f"{host}: {reason}", f"Check the network and {source.variable}.")
    if response.status_code in _REFUSALS:
        advice = "It refuses us: wait a day, and set PAPERPOST_CONTACT so that it can reach you."
        return Check(source.name, failed, f"{host} answers {response.status_code}", advice)
    if response.is_server_error:
        return Check(source.name, failed, f"{host} answers {response.status_code}", "It is down; look again later.")
    # A mirror need not have that page.
    return Check(source.name, True, f"{host} answers")
