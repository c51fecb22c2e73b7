"""One announcement's way through the rooms. The shells decide when; every step may run again and changes nothing then.

plan_summaries → (summarise) → compose → (deliver). Between two steps only the database is held.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

import structlog

from digests.clock import Now
from digests.composing.codec import digest_from_json, digest_to_json
from digests.composing.compose import NEWS, Keyword, compose, is_in_scope
from digests.composing.digest import Coverage, Digest, Nothing
from digests.delivery import editions
from digests.delivery.channel import TELEGRAM
from digests.delivery.editions import Planned, Standing
from digests.keywords.bits import list_bits
from digests.keywords.fan_out import fan_out
from digests.keywords.language import Query
from digests.keywords.matcher import Matcher
from digests.keywords.standing import StandingQueries
from digests.papers import shelf as papers_shelf
from digests.papers.calendar import find_next_announced, find_next_expected
from digests.papers.paper import Announced, ArxivId, Paper
from digests.rendering.email import Mail, render_mail
from digests.rendering.telegram import render_parts
from digests.store.engine import Store
from digests.store.sandboxed import SANDBOX_SLOTS
from digests.subscribers.readers import Reader, active_readers
from digests.subscribers.schedule import find_due_at
from digests.subscribers.stored import read_stored
from digests.summaries import shelf as summaries_shelf
from digests.summaries.summary import CHINESE, Card, Key, summary_language

log = structlog.get_logger(__name__)

#: That there is nothing today is said in the chat, silently, and not by mail; that the whole list is void, everywhere.
_MAILED: Final = (None, Nothing.ALL_UNREADABLE)


@dataclass(frozen=True, slots=True)
class Model:
    """Who writes the summaries: half of a summary's key (invariant 3)."""

    name: str
    prompt_version: str

    @property
    def key(self) -> Key:
        return Key(CHINESE, self.name, self.prompt_version)


@dataclass(frozen=True, slots=True)
class Preview:
    """A digest and the words for it."""

    digest: Digest
    cards: Mapping[ArxivId, Card]


@dataclass(frozen=True, kw_only=True)
class Day:
    """The batch of arXiv's date `on`, and those of `earlier` dates that go out with it in one digest, oldest first.

    model     None: no summaries are asked for
    channels  those that are open
    standing  the queries of all readers, where this process composes for many of them
    """

    store: Store
    now: Now
    on: date
    earlier: tuple[date, ...] = ()
    model: Model | None
    channels: Collection[str]
    max_full: int
    is_sandbox: bool = False
    standing: StandingQueries = field(default_factory=lambda: StandingQueries(tuple))

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
        if self.model is None:
            return []
        summaries_shelf.plan_summaries(
            self.store,
            sorted(self._find_wanted(subscriber_ids)),
            CHINESE,
            model=self.model.name,
            prompt_version=self.model.prompt_version,
            now=self.now(),
        )
        return self.find_due_summaries()

    def find_due_summaries(self) -> list[ArxivId]:
        """Papers whose summary is planned and waits for somebody to ask for it."""
        if self.model is None:
            return []
        return summaries_shelf.due_summaries(self.store, self._paper_ids(), self.model.key, self.now())

    def has_open_summaries(self) -> bool:
        """Is anybody at work on a summary of this batch, or about to be?"""
        if self.model is None:
            return False
        return summaries_shelf.has_open(self.store, self._paper_ids(), self.model.key, self.now())

    def compose(self, subscriber_ids: Collection[int] | None = None) -> int:
        """Give every waiting reader (or those named) an edition with planned deliveries; returns how many."""
        readers = self.waiting_readers(subscriber_ids)
        composed = list(self._compose_all(readers))
        cards = self._load_all_cards(digest for _, digest in composed)
        return sum(self._plan_edition(reader, digest, cards[digest.language]) for reader, digest in composed)

    def announce_nothing(self, nothing: Nothing, subscriber_ids: Collection[int]) -> int:
        """Tell these readers why there is no batch of this date; returns how many."""
        readers = active_readers(self.store, subscriber_ids)
        # The batch may have come since they were found.
        return sum(self._plan_notice(r, nothing) for r in readers if r.served_on is None or r.served_on < self.on)

    def preview(self, reader: Reader) -> Preview:
        """The reader's whole digest as of now, with papers sent before. Sends and stores nothing."""
        (digest,) = [digest for _, digest in self._compose_all([reader], with_sent=True)]
        return Preview(digest, load_cards(self.store, digest.paper_ids, digest.language))

    def waiting_readers(self, among: Collection[int] | None = None) -> list[Reader]:
        """Readers (or of those ids) with keywords and an open channel that have no edition of this day yet."""
        served = editions.find_edition_subscribers(self.store, self.slot)
        return [
            reader
            for reader in active_readers(self.store, among)
            if reader.id not in served and reader.keywords and any(t.channel in self.channels for t in reader.targets)
        ]

    def _load_announced(self) -> list[Announced]:
        return [item for on in self.dates for item in papers_shelf.load_batch(self.store, on)]

    def _paper_ids(self) -> list[ArxivId]:
        return [item.paper.id for item in self._load_announced()]

    def _find_wanted(self, subscriber_ids: Collection[int] | None) -> set[ArxivId]:
        """What the digests of those who read Chinese will have, without composing them."""
        readers = [r for r in self.waiting_readers(subscriber_ids) if summary_language(r.language) == CHINESE]
        announced = self._load_announced() if readers else []
        papers, queries = _list_news(announced), _read_keywords(readers)
        hits = self.standing.find(queries.values(), papers, self._load_chinese(papers))
        sent = self._find_sent(readers, announced)
        held = ((reader.id, canonical) for reader in readers for canonical in _list_canonicals(reader, queries))
        found = fan_out(hits, held)
        return {
            papers[number].id
            for reader in readers
            for number in list_bits(found.get(reader.id, 0))
            if is_in_scope(papers[number], reader.scope) and papers[number].id not in sent.get(reader.id, ())
        }

    def _compose_all(self, readers: Sequence[Reader], *, with_sent: bool = False) -> Iterable[tuple[Reader, Digest]]:
        if not readers:
            return
        announced = self._load_announced()
        queries = _read_keywords(readers)
        papers = _list_news(announced)
        # One reader's preview is no reason to match for everybody.
        match = Matcher(queries.values()).match if with_sent else partial(self.standing.match, queries.values())
        matches = match(papers, self._load_chinese(papers))
        coverage = self._coverage()
        sent = {} if with_sent else self._find_sent(readers, announced)
        for reader in readers:
            yield (
                reader,
                compose(
                    announced=announced,
                    matches=matches,
                    keywords=[
                        Keyword(queries[k.canonical].canonical, k.typed)
                        for k in reader.keywords
                        if k.canonical in queries
                    ],
                    language=reader.language,
                    announced_on=self.on,
                    now=self.now(),
                    scope=reader.scope,
                    sent_before=sent.get(reader.id, frozenset()),
                    coverage=coverage,
                    max_full=self.max_full,
                    dates=self.dates if self.earlier else (),
                    next_due=find_due_at(reader.schedule, find_next_announced(self.on)),
                    timezone=reader.schedule.zone.key,
                    unreadable=[k.typed for k in reader.keywords if k.canonical not in queries],
                ),
            )

    def _load_chinese(self, papers: Sequence[Paper]) -> dict[ArxivId, str]:
        """A purely Chinese keyword sees translated papers only (keywords.md §2.7)."""
        summaries = summaries_shelf.find_summaries(self.store, [paper.id for paper in papers], CHINESE)
        return {id_: f"{s.title}\n{s.abstract}" for id_, s in summaries.items() if s.is_readable}

    def _find_sent(self, readers: Sequence[Reader], announced: Sequence[Announced]) -> dict[int, set[ArxivId]]:
        papers = [item.paper.id for item in announced]
        return editions.sent_paper_ids(self.store, [reader.id for reader in readers], papers)

    def _load_all_cards(self, digests: Iterable[Digest]) -> dict[str, Mapping[ArxivId, Card]]:
        """By language; a paper that many readers get is read once."""
        wanted: dict[str, set[ArxivId]] = {}
        for digest in digests:
            wanted.setdefault(digest.language, set()).update(digest.paper_ids)
        return {language: load_cards(self.store, ids, language) for language, ids in wanted.items()}

    def _coverage(self) -> list[Coverage]:
        rows = [row for on in self.dates for row in papers_shelf.coverage(self.store, on)]
        return [Coverage(row.scope, row.source, row.seen, row.total, row.whole) for row in rows]

    def _plan_edition(self, reader: Reader, digest: Digest, cards: Mapping[ArxivId, Card]) -> bool:
        edition_id = editions.plan_edition(
            self.store,
            subscriber_id=reader.id,
            slot=self.slot,
            announced_on=self.on,
            digest_json=digest_to_json(digest),
            paper_ids=digest.paper_ids,
            parts=self._plan_parts(reader, digest, cards),
            now=self.now(),
            standing=Standing(reader.served_on, reader.next_due),
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
            next_due=find_due_at(reader.schedule, find_next_announced(self.on)),
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
        parts: list[Planned] = []
        for target in reader.targets:
            if target.channel not in self.channels:
                continue
            if target.channel == TELEGRAM:
                bodies = render_parts(digest, cards)
                parts += [Planned(target.id, target.channel, part, body) for part, body in enumerate(bodies, 1)]
            elif digest.nothing in _MAILED:
                parts.append(Planned(target.id, target.channel, 1))
        return parts


def load_cards(store: Store, paper_ids: Collection[ArxivId], language: str) -> dict[ArxivId, Card]:
    """The words of every paper, arXiv's and in `language`."""
    papers = papers_shelf.find_papers(store, paper_ids)
    summaries = summaries_shelf.find_summaries(store, list(papers), summary_language(language))
    return {paper_id: Card(paper, summaries.get(paper_id)) for paper_id, paper in papers.items()}


def render_edition(store: Store, edition_id: int, *, leave_url: str = "", leave_mailto: str = "") -> Mail:
    """The mail of a stored edition. Words that came since it was composed (a late summary) are in it."""
    digest = digest_from_json(editions.load_digest(store, edition_id))
    cards = load_cards(store, digest.paper_ids, digest.language)
    return render_mail(digest, cards, leave_url=leave_url, leave_mailto=leave_mailto)


def _read_keywords(readers: Iterable[Reader]) -> dict[str, Query]:
    """By their stored form. One that was stored by another version of the language must not cost everybody the day."""
    stored = {keyword.canonical for reader in readers for keyword in reader.keywords}
    queries = read_stored(sorted(stored))
    if refused := stored - queries.keys():
        # Not the keywords themselves: what people look for is theirs.
        log.error("stored_queries_refused", count=len(refused))
    return queries


def _list_canonicals(reader: Reader, queries: Mapping[str, Query]) -> list[str]:
    """As this version writes those of a reader's keywords that it can read."""
    return [queries[k.canonical].canonical for k in reader.keywords if k.canonical in queries]


def _list_news(announced: Iterable[Announced]) -> list[Paper]:
    """Each once. Replacements are never news (invariant 2)."""
    return list({item.paper.id: item.paper for item in announced if item.kind in NEWS}.values())
