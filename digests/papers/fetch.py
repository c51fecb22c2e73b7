"""Fetching documents of arXiv and Hugging Face: politely, with an end to everything, never twice where once will do."""

import asyncio
import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlencode

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from digests.clock import Now
from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.gate import PAGE_SIZE
from digests.papers.huggingface import PAGE_SIZE as DAILY_PAGE_SIZE
from digests.papers.listing import find_reason
from digests.papers.oai import build_set
from digests.papers.politeness import HF_KEY, LISTING_KEY, SERVICES_KEY, Wait
from digests.papers.wire import read_wire

#: A page of 2,000 entries has about 6 MB.
MAX_BYTES: Final = 64 * 1024 * 1024
#: From connecting to the last byte: a server that dribbles keeps every shorter timeout happy.
DEADLINE_SECONDS: Final = 180.0

_TIMEOUT: Final = httpx.Timeout(60, connect=10)
_BACKOFF: Final = wait_exponential_jitter(multiplier=5, max=60, jitter=5)
# A longer Retry-After is the caller's to keep: a worker has better things to do than wait.
_LONGEST_WAIT_SECONDS: Final = 120.0
_DEFAULT_RETRY_SECONDS: Final = 300.0
# More is a mistake of the server, and too much more is no date any more.
_LONGEST_RETRY_SECONDS: Final = 24 * 3600.0
_BANNED_SECONDS: Final = 3600.0
_MAX_REDIRECTS: Final = 3
_COME_LATER: Final = {408, 425, 429}

# `"api";r=0;t=55`: none is left, and in 55 seconds there are new ones.
# https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-09.html
_RESET: Final = re.compile(r";\s*t\s*=\s*(\d{1,9})(?!\d)", re.ASCII)

#: Blocks until the host of that key (see politeness.py) may be asked, and holds it meanwhile.
Turn = Callable[[str], AbstractContextManager[None]]


def wait_seconds(seconds: float) -> None:
    threading.Event().wait(seconds)


def build_headers(contact: str) -> dict[str, str]:
    """Who asks, and `contact` when somebody would rather that we did not."""
    return {"User-Agent": f"PaperPost/0.1 (+{contact})" if contact else "PaperPost/0.1"}


class PageFetcher:
    """`collecting.sources.Sources` of the real hosts, or of stand-ins. Not for use inside a running event loop.

    contact    how arXiv reaches the operator; goes into the User-Agent
    tries      how often each document is asked for while the host is in trouble; who asks again anyway needs one
    transport  for tests
    """

    def __init__(
        self,
        *,
        list_url: str,
        rss_url: str,
        oai_url: str = "https://oaipmh.arxiv.org",
        hf_url: str = "https://huggingface.co",
        contact: str,
        turn: Turn,
        now: Now,
        tries: int = 4,
        wait: Wait = wait_seconds,
        deadline_seconds: float = DEADLINE_SECONDS,
        max_bytes: int = MAX_BYTES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._list_url = list_url.rstrip("/")
        self._rss_url = rss_url.rstrip("/")
        self._oai_url = oai_url.rstrip("/")
        self._hf_url = hf_url.rstrip("/")
        # No If-Modified-Since, ever: arXiv's test of it is inverted, and a date that it cannot read is a 500.
        self._headers = build_headers(contact)
        self._turn = turn
        self._now = now
        self._enough = stop_after_attempt(tries)
        self._wait = wait
        self._deadline_seconds = deadline_seconds
        self._max_bytes = max_bytes
        self._transport = transport

    def fetch_listing(self, scope: str, skip: int = 0) -> bytes:
        """The page `/list/<scope>/new` from entry `skip` + 1 on; `scope` is a category or an archive.

        Raises  SourceUnavailable (retry_after_seconds set) after its tries, SourceMalformed for a refusal (4xx).
        """
        return self.fetch(f"{self._list_url}/list/{scope}/new?skip={skip}&show={PAGE_SIZE}", LISTING_KEY)

    def fetch_feed(self, scope: str, form: str = "rss") -> bytes:
        """Today's feed of a category, or of several joined by `+`, as `rss` or `atom`. Raises as fetch_listing does."""
        return self.fetch(f"{self._rss_url}/{form}/{scope}", SERVICES_KEY)

    def fetch_catch_up(self, scope: str, on: date, *, page: int = 1) -> bytes:
        """The page `/catchup/<scope>/<date>` with abstracts. Raises as fetch_listing does."""
        # Any other parameter is a 400.
        return self.fetch(f"{self._list_url}/catchup/{scope}/{on.isoformat()}?abs=True&page={page}", LISTING_KEY)

    def fetch_records(self, scope: str, since: date, until: date | None = None, *, token: str = "") -> bytes:
        """ListRecords in arXivRaw. Raises as fetch_listing does; OAI-PMH's own errors are answers: see oai.py."""
        query = {"verb": "ListRecords"}
        if token:
            # arXiv's is percent-encoded already, and as a value it must be so again.
            query["resumptionToken"] = token
        else:
            query |= {"metadataPrefix": "arXivRaw", "from": since.isoformat()}
            query |= {"until": until.isoformat()} if until else {}
            query["set"] = build_set(scope)
        return self.fetch(f"{self._oai_url}/oai?{urlencode(query)}", SERVICES_KEY)

    def fetch_daily(self, on: date, *, page: int = 0) -> bytes:
        """Hugging Face's daily papers of that day of UTC. Raises as fetch_listing does."""
        query = {"date": on.isoformat(), "limit": DAILY_PAGE_SIZE, "p": page}
        return self.fetch(f"{self._hf_url}/api/daily_papers?{urlencode(query)}", HF_KEY)

    def fetch(self, url: str, host_key: str) -> bytes:
        """Any other address, when `host_key` has its turn. Raises as fetch_listing does."""
        attempts = Retrying(
            retry=retry_if_exception_type(SourceUnavailable),
            stop=lambda state: self._enough(state) or _asked_wait(state) > _LONGEST_WAIT_SECONDS,
            wait=lambda state: max(_asked_wait(state), _BACKOFF(state)),
            sleep=self._wait,
            reraise=True,
        )
        try:
            return attempts(self._fetch_once, url, host_key)
        except SourceUnavailable as error:
            if error.retry_after_seconds is None:
                error.retry_after_seconds = _DEFAULT_RETRY_SECONDS
            raise

    def _fetch_once(self, url: str, host_key: str) -> bytes:
        with self._turn(host_key):
            status, headers, body = asyncio.run(self._read_in_time(url))
        if status == httpx.codes.OK:
            return body
        if status == httpx.codes.FORBIDDEN:
            # Whoever goes on asking then counts as an attacker (https://info.arxiv.org/help/robots.html).
            reason = f"{url} answered 403: {_read_reason(body)}"
            raise SourceUnavailable(reason, retry_after_seconds=_BANNED_SECONDS, is_for_host=True)
        if status in _COME_LATER or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            seconds = read_retry_after(headers.get("Retry-After"), self._now())
            if seconds is None and status == httpx.codes.TOO_MANY_REQUESTS:
                seconds = read_rate_limit(headers.get("RateLimit"))
            raise SourceUnavailable(
                f"{url} answered {status}: {_read_reason(body)}",
                retry_after_seconds=seconds,
                # arXiv's 503 is of one page: counts without any new paper.
                is_for_host=status == httpx.codes.TOO_MANY_REQUESTS,
            )
        raise SourceMalformed(f"{url} answered {status}: {_read_reason(body)}")

    async def _read_in_time(self, url: str) -> tuple[int, httpx.Headers, bytes]:
        try:
            async with (
                asyncio.timeout(self._deadline_seconds),
                httpx.AsyncClient(headers=self._headers, timeout=_TIMEOUT, transport=self._transport) as client,
            ):
                return await self._read(client, client.build_request("GET", url))
        except (httpx.TransportError, TimeoutError) as error:
            raise SourceUnavailable(f"{url} did not answer: {str(error) or type(error).__name__}") from error
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise SourceMalformed(f"{url} cannot be read: {error}") from error

    async def _read(self, client: httpx.AsyncClient, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        host = request.url.host
        for _ in range(_MAX_REDIRECTS + 1):
            response = await client.send(request, stream=True)
            try:
                if response.next_request is None:
                    return response.status_code, response.headers, await self._read_body(response)
            finally:
                await response.aclose()
            request = response.next_request
            if request.url.host != host:
                raise SourceMalformed(f"{response.url} sends us to another host: {request.url.host}")
        raise SourceMalformed(f"{response.url} sends us in circles.")

    async def _read_body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._max_bytes:
                raise SourceMalformed(f"{response.url} has more than {self._max_bytes} bytes.")
        return bytes(body)


def read_retry_after(value: str | None, now_at: datetime) -> float | None:
    """Seconds from now that a Retry-After header asks for, as a number or as a date; None where it says nothing.

    At most a day.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_RETRY_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, (moment - now_at).total_seconds()), _LONGEST_RETRY_SECONDS) if moment.tzinfo else None


def read_rate_limit(value: str | None) -> float | None:
    """Seconds until a RateLimit header gives new tries, the latest of several; None where it says nothing.

    At most a day.
    """
    resets = [float(seconds) for seconds in _RESET.findall(value or "")]
    return min(max(resets), _LONGEST_RETRY_SECONDS) if resets else None


def _asked_wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return (error.retry_after_seconds or 0.0) if isinstance(error, SourceUnavailable) else 0.0


def _read_reason(body: bytes) -> str:
    try:
        read_wire(body)
    except SourceMalformed as error:
        if body.lstrip().startswith((b"<?xml", b"{")):
            return str(error)
    return find_reason(body) or "no reason given"
