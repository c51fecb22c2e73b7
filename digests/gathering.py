"""What gathers papers, with this installation's settings: which archives, from which hosts, how politely."""

import ipaddress
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from digests.clock import Now
from digests.errors import ConfigError, InputError
from digests.papers.calendar import Calendar
from digests.papers.collecting.collector import Collector
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import Wanted
from digests.papers.collecting.stages import Desk
from digests.papers.fetch import DEADLINE_SECONDS, PageFetcher, wait_seconds
from digests.papers.lookup import LookedUp, look_up
from digests.papers.politeness import HF_KEY, INTERVALS_SECONDS, LISTING_KEY, SERVICES_KEY, take_turn
from digests.papers.quarantine import Quarantine
from digests.papers.taxonomy import read_scopes
from digests.settings import Settings
from digests.store.engine import Store
from digests.subscribers.archives import find_archives_read
from digests.subscribers.categories import find_categories_named

# Between the end of a request and the end of its turn.
_TURN_MARGIN_SECONDS: Final = 20


@dataclass(kw_only=True)
class Gathering:
    settings: Settings
    store: Store
    now: Now
    calendar: Calendar

    @cached_property
    def watched(self) -> tuple[str, ...] | None:
        """Archives and categories that are asked for; None = those of the readers' scopes.

        Raises  ConfigError for a name that arXiv does not have.
        """
        named = self.settings.watched
        try:
            return named and read_scopes(named)
        except InputError as error:
            raise ConfigError(f"PAPERPOST_ARCHIVES: {error}") from None

    @property
    def desk(self) -> Desk:
        """What the stages of collecting work with; a poll repeats by itself, so each asks once."""
        fetcher = self._build_fetcher(services_url=self.settings.arxiv_rss_url, tries=1)
        return Desk(store=self.store, sources=fetcher, quarantine=self.quarantine, now=self.now, calendar=self.calendar)

    @cached_property
    def quarantine(self) -> Quarantine:
        return Quarantine(self.settings.home / "quarantine", self.now)

    @cached_property
    def collector(self) -> Collector:
        return Collector(desk=self.desk, wanted=self.list_wanted, every=self.every, alarms=not self.settings.is_sandbox)

    @property
    def every(self) -> timedelta | None:
        """Between two askings for a page that is not whole, where it is another pause than the plan's."""
        seconds = self.settings.poll_seconds
        return None if seconds is None else timedelta(seconds=seconds)

    def list_wanted(self) -> list[Wanted]:
        """What is to be asked for: archives by page and by record, categories by feed, and what the community reads."""
        scopes = self.list_scopes()
        if not scopes:
            return []
        feeds = [(Stage.RSS, category) for category in find_categories_named(self.store, scopes)]
        archives = [(stage, scope) for scope in scopes for stage in (Stage.LISTING, Stage.OAI, Stage.LAST_LOOK)]
        return [*archives, *feeds, (Stage.HF, "daily")]

    def list_scopes(self) -> list[str]:
        """The archives, or categories, whose batches are fetched."""
        return find_archives_read(self.store) if self.watched is None else list(self.watched)

    def look_up(self, ids: Iterable[str]) -> LookedUp:
        """Papers by id from arXiv's API; raises as lookup.look_up does. Not for use inside a running event loop."""
        api_url = self.settings.arxiv_api_url
        fetcher = self._build_fetcher(services_url=api_url, tries=4)
        return look_up(ids, fetch=lambda url: fetcher.fetch(url, SERVICES_KEY), api_url=api_url)

    def _build_fetcher(self, *, services_url: str, tries: int) -> PageFetcher:
        settings = self.settings
        hosts = {LISTING_KEY: settings.arxiv_list_url, SERVICES_KEY: services_url, HF_KEY: settings.hf_url}
        return PageFetcher(
            list_url=settings.arxiv_list_url,
            rss_url=settings.arxiv_rss_url,
            oai_url=settings.arxiv_oai_url,
            hf_url=settings.hf_url,
            tries=tries,
            contact=settings.contact,
            turn=lambda key: self._turn(key, hosts[key]),
            now=self.now,
        )

    def _turn(self, host_key: str, url: str) -> AbstractContextManager[None]:
        if _is_loopback(url):
            # A stand-in on this machine asks for no politeness.
            return nullcontext()
        return take_turn(
            self.store,
            host_key,
            interval_seconds=INTERVALS_SECONDS[host_key],
            longest_seconds=DEADLINE_SECONDS + _TURN_MARGIN_SECONDS,
            now=self.now,
            wait=wait_seconds,
        )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
