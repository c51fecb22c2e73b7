"""One announcement's way through the rooms. The shells decide when; every step may run again and changes nothing then.

plan_summaries → (summarise) → compose → (deliver). Between two steps only the database is held.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from digests.clock import Now
from digests.composing.codec import digest_to_json, edition_from_json
from digests.composing.compose import compose
from digests.composing.coverage import choose_coverage, find_named
from digests.composing.digest import Digest, Nothing
from digests.composing.dropping import drop_papers
from digests.composing.trending import TrendingDigest, drop_listed
from digests.coverage.rows import load_coverage
from digests.delivery import editions
from digests.delivery.editions import Planned, Standing
from digests.delivery.updates import list_versions
from digests.keywords.standing import StandingQueries
from digests.matching import find_hits, list_queries, match_news, name_keywords, read_keywords
from digests.news import News, list_lots, load_batches, load_news
from digests.papers.calendar import Calendar, find_expected, find_next_expected, load_calendar
from digests.papers.paper import ArxivId
from digests.papers.trending import find_upvotes
from digests.rendering.email import Mail, render_mail
from digests.rendering.telegram import render_parts
from digests.rendering.trending.mail import render_trending_mail
from digests.store.engine import Store
from digests.store.sandboxed import SANDBOX_SLOTS
from digests.subscribers.readers import Reader, active_readers
from digests.subscribers.schedule import find_due_at
from digests.summaries import shelf as summaries_shelf
from digests.summaries.cards import load_cards, load_cards_by_language
from digests.summaries.summary import CHINESE, Card, Key, summary_language

__all__ = ["Day", "Preview", "load_cards", "render_edition"]

#: That there is nothing today is said in the chat, silently, and not by mail; that the whole list is void, everywhere.
_MAILED: Final = (None, Nothing.ALL_UNREADABLE)


@dataclass(frozen=True, slots=True)
class Preview:
    """A digest and the words for it."""

    digest: Digest
    cards: Mapping[ArxivId, Card]


@dataclass(frozen=True, kw_only=True)
class Day:
    """The batch of arXiv's date `on`, and those of `earlier` dates that go out with it in one digest, oldest first.

    keys      who writes the summaries, by their language; empty: none are asked for
    channels  those that are open
    standing  the queries of all readers, where this process composes for many of them
    calendar  the days without an announcement
    """

    store: Store
    now: Now
    on: date
    earlier: tuple[date, ...] = ()
    keys: Mapping[str, Key]
    channels: Collection[str]
    max_full: int
    is_sandbox: bool = False
    standing: StandingQueries = field(default_factory=lambda: StandingQueries(tuple))
    calendar: Calendar = field(default_factory=load_calendar)

    @property
    def dates(self) -> tuple[date, ...]:
        return (*self.earlier, self.on)

    @property
    def slot(self) -> str:
        """What makes two daily editions of one reader the same one (invariant 4); the sandbox's are not real ones."""
        return f"{self._slots}daily:{self.on.isoformat()}"

    @property
    def notice_slot(self) -> str:
        """Of the edition that says why there is no batch of this date."""
        return f"{self._slots}notice:{self.on.isoformat()}"

    @property
    def _slots(self) -> str:
        return SANDBOX_SLOTS if self.is_sandbox else ""

    def plan_summaries(self, subscriber_ids: Collection[int] | None = None) -> list[ArxivId]:
        """Give every paper that a waiting reader (or one of those) gets a row; returns all that are to be asked for.

        Among them are those that failed before and whose time has come, whoever wanted them (invariant 3).
        """
        if not self.keys:
            return []
        for language, readers in self._count_wanted(subscriber_ids).items():
            summaries_shelf.plan_summaries(self.store, readers, self.keys[language], self.now())
        return self.find_due_summaries()

    def find_due_summaries(self) -> list[ArxivId]:
        """Papers whose summary is planned and waits for somebody to ask for it, those with the most readers first."""
        now = self.now()
        due = (
            paper_id
            for lot in (list_lots(self.store, self.dates) if self.keys else ())
            for key in self.keys.values()
            for paper_id in summaries_shelf.due_summaries(self.store, lot, key, now)
        )
        return list(dict.fromkeys(due))

    def has_open_summaries(self, language: str = CHINESE) -> bool:
        """Is anybody at work on a summary of this batch, or of what comes late with it, or about to be?"""
        if language not in self.keys:
            return False
        key, now, lots = self.keys[language], self.now(), list_lots(self.store, self.dates)
        return any(summaries_shelf.has_open(self.store, lot, key, now) for lot in lots)

    def compose(self, subscriber_ids: Collection[int] | None = None) -> int:
        """Give every waiting reader (or those named) an edition with planned deliveries; returns how many."""
        readers = self.waiting_readers(subscriber_ids)
        if not readers:
            return 0
        news = load_news(self.store, self.dates, readers)
        composed = list(self._compose_all(readers, news))
        cards = load_cards_by_language(self.store, ((digest.language, digest.paper_ids) for _, digest in composed))
        return sum(
            self._plan_edition(reader, digest, cards[digest.language], news.looked_at) for reader, digest in composed
        )

    def announce_nothing(self, nothing: Nothing, subscriber_ids: Collection[int]) -> int:
        """Tell these readers why there is no batch of this date; returns how many."""
        readers = active_readers(self.store, subscriber_ids)
        # The batch may have come since they were found.
        return sum(self._plan_notice(r, nothing) for r in readers if r.served_on is None or r.served_on < self.on)

    def preview(self, reader: Reader) -> Preview:
        """The reader's whole digest as of now, with papers sent before. Sends and stores nothing."""
        news = load_batches(self.store, self.dates)
        (digest,) = [digest for _, digest in self._compose_all([reader], news, with_sent=True)]
        return Preview(digest, load_cards(self.store, digest.paper_ids, digest.language))

    def waiting_readers(self, among: Collection[int] | None = None) -> list[Reader]:
        """Readers (or of those ids) with keywords and an open channel that have no edition of this day yet."""
        served = editions.find_edition_subscribers(self.store, self.slot)
        return [
            reader
            for reader in active_readers(self.store, among)
            if reader.id not in served and reader.keywords and any(t.channel in self.channels for t in reader.targets)
        ]

    def _count_wanted(self, subscriber_ids: Collection[int] | None) -> dict[str, Counter[ArxivId]]:
        """By the language of the summary, how many of the readers will have a paper; without composing for them."""
        readers = [r for r in self.waiting_readers(subscriber_ids) if summary_language(r.language) in self.keys]
        if not readers:
            return {}
        news = load_news(self.store, self.dates, readers)
        hits = find_hits(self.store, news, readers, read_keywords(readers), self.standing)
        sent = self._find_sent(readers, set[ArxivId]().union(*hits.values()))
        wanted: defaultdict[str, Counter[ArxivId]] = defaultdict(Counter)
        for reader in readers:
            updates = {one.paper_id for one in news.updates.get(reader.id, ()) if not one.is_withdrawn}
            wanted[summary_language(reader.language)].update(updates | (hits[reader.id] - sent[reader.id]))
        return wanted

    def _compose_all(
        self, readers: Sequence[Reader], news: News, *, with_sent: bool = False
    ) -> Iterable[tuple[Reader, Digest]]:
        queries = read_keywords(readers)
        matches = match_news(self.store, news, queries.values(), None if with_sent else self.standing)
        hit = {match.paper_id for found in matches.values() for match in found}
        sent = {} if with_sent else self._find_sent(readers, hit)
        upvotes, coverage = find_upvotes(self.store, hit), load_coverage(self.store, self.dates, self.now())
        for reader in readers:
            yield (
                reader,
                compose(
                    announced=news.announced,
                    matches=matches,
                    keywords=name_keywords(reader, queries),
                    language=reader.language,
                    announced_on=self.on,
                    now=self.now(),
                    scope=reader.scope,
                    sent_before=sent.get(reader.id, frozenset()),
                    coverage=choose_coverage(coverage, reader.scope, find_named(list_queries(reader, queries))),
                    max_full=self.max_full,
                    dates=self.dates if self.earlier else (),
                    next_due=self._find_next_due(reader),
                    timezone=reader.schedule.zone.key,
                    unreadable=[k.typed for k in reader.keywords if k.canonical not in queries],
                    late=news.list_late(reader),
                    updates=news.updates.get(reader.id, ()),
                    upvotes=upvotes,
                    takes_crosses=reader.wants_crosses,
                    terms=reader.terms,
                ),
            )

    def _find_next_due(self, reader: Reader) -> datetime:
        """When the next digest comes. A preview may be of a batch that several others have followed."""
        now = self.now()
        coming = self.calendar.find_next_announced(max(self.on, find_expected(now) - timedelta(days=1)))
        while (due_at := find_due_at(reader.schedule, coming)) <= now:
            coming = self.calendar.find_next_announced(coming)
        return due_at

    def _find_sent(self, readers: Sequence[Reader], among: Collection[ArxivId]) -> dict[int, set[ArxivId]]:
        return editions.sent_paper_ids(self.store, [reader.id for reader in readers], among)

    def _plan_edition(
        self, reader: Reader, digest: Digest, cards: Mapping[ArxivId, Card], looked_at: datetime | None
    ) -> bool:
        versions = {paper_id: cards[paper_id].paper.version for paper_id in digest.paper_ids}
        edition_id = editions.plan_edition(
            self.store,
            subscriber_id=reader.id,
            slot=self.slot,
            announced_on=self.on,
            digest_json=digest_to_json(digest),
            paper_ids=digest.paper_ids,
            versions=versions | list_versions(digest.updates),
            parts=self._plan_parts(reader, digest, cards),
            now=self.now(),
            standing=Standing(reader.served_on, reader.next_due),
            served_at=looked_at,
            # A holiday's date too: then they are told so.
            next_due=find_due_at(reader.schedule, find_next_expected(self.on)),
        )
        return edition_id is not None

    def _plan_notice(self, reader: Reader, nothing: Nothing) -> bool:
        digest = Digest(
            language=reader.language,
            announced_on=self.on,
            composed_at=self.now(),
            seen=0,
            matched=0,
            nothing=nothing,
            next_due=self._find_next_due(reader),
            timezone=reader.schedule.zone.key,
        )
        edition_id = editions.plan_edition(
            self.store,
            subscriber_id=reader.id,
            slot=self.notice_slot,
            announced_on=self.on,
            digest_json=digest_to_json(digest),
            paper_ids=(),
            parts=self._plan_parts(reader, digest, {}),
            now=self.now(),
            standing=Standing(reader.served_on, reader.next_due),
            serves=False,
            # Looked for all the time: calendars are wrong, and late is not never.
            next_due=reader.next_due,
        )
        return edition_id is not None

    def _plan_parts(self, reader: Reader, digest: Digest, cards: Mapping[ArxivId, Card]) -> list[Planned]:
        return editions.plan_parts(
            [(target.id, target.channel) for target in reader.targets],
            self.channels,
            draw=lambda: render_parts(digest, cards),
            is_mailed=digest.nothing in _MAILED,
        )


def render_edition(store: Store, edition_id: int, *, leave_url: str = "", leave_mailto: str = "") -> Mail:
    """The mail of a stored edition. Words that came since it was composed (a late summary) are in it."""
    digest = edition_from_json(editions.load_digest(store, edition_id))
    cards = load_cards(store, digest.paper_ids, digest.language)
    gone = {paper_id for paper_id, card in cards.items() if card.paper.is_withdrawn}
    if isinstance(digest, TrendingDigest):
        links = {"leave_url": leave_url, "leave_mailto": leave_mailto}
        return render_trending_mail(drop_listed(digest, gone), cards, **links)
    digest = drop_papers(digest, gone)
    return render_mail(digest, cards, leave_url=leave_url, leave_mailto=leave_mailto)
