"""What the community reads, on its way to the readers who asked for it. Every step may run again.

find_due → plan_summaries → (summarise) → compose → (deliver). Being here never keeps a paper out of a keyword's digest.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from digests.clock import Now
from digests.composing.codec import digest_to_json
from digests.composing.trending import Period, Silence, TrendingDigest, compose_trending
from digests.delivery.editions import Standing, plan_edition, plan_parts
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import is_about_to_be_asked
from digests.papers.paper import ArxivId
from digests.papers.trending import Listed, find_read_at, load_listed
from digests.rendering.trending.telegram import render_trending_parts
from digests.store.engine import Store
from digests.store.sandboxed import SANDBOX_SLOTS
from digests.store.slots import TRENDING_SLOTS
from digests.subscribers.readers import Reader, active_readers
from digests.subscribers.trending import Trend, find_trends
from digests.subscribers.trending_due import (
    Step,
    Waiting,
    find_last_asked_at,
    find_next_trending_at,
    find_trending_due_at,
    find_waiting,
    save_steps,
)
from digests.summaries import shelf as summaries_shelf
from digests.summaries.cards import load_cards, load_cards_by_language
from digests.summaries.summary import CHINESE, Card, Key, summary_language

#: Then readers get what is there, and are told as of when it is.
LONGEST_WAIT: Final = timedelta(hours=12)
#: For Chinese; then what has none goes out in English.
_SUMMARY_WAIT: Final = timedelta(hours=1)
#: What is older than this is no news: after a downtime, or for readers who want it on one day of the week only.
_LOOK_BACK: Final = timedelta(days=30)
#: Hugging Face is asked for so many days together.
_ASKED_TOGETHER: Final = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class DueTrending:
    """Readers whose edition of the period that ends with `on` is to be composed now; `may_wait`: for Chinese."""

    period: Period
    on: date
    subscriber_ids: tuple[int, ...]
    may_wait: bool


@dataclass(frozen=True, kw_only=True)
class Trending:
    """
    keys      who writes the summaries, by their language; empty: none are asked for
    channels  those that are open
    """

    store: Store
    now: Now
    keys: Mapping[str, Key]
    channels: Collection[str]
    is_sandbox: bool = False

    def find_due(self) -> list[DueTrending]:
        """Who gets an edition now. Who wants none at present, or not yet, is written down for the next one."""
        now = self.now()
        find_ready_at = self._build_clock(now)
        groups: defaultdict[tuple[Period, date, bool], list[int]] = defaultdict(list)
        steps: list[Step] = []
        for waiting in find_waiting(self.store, now, self.channels):
            on = waiting.find_due(now)
            if on is None or not waiting.is_reachable:
                # What comes due during a pause is not sent afterwards.
                steps.append(_step(waiting, on or waiting.trend.served_on))
            elif waiting.is_open and (ready_at := find_ready_at(waiting, on)) <= now:
                groups[waiting.trend.period, on, self._may_wait(waiting, ready_at)].append(waiting.subscriber_id)
        save_steps(self.store, steps)
        return [DueTrending(period, on, tuple(ids), may_wait) for (period, on, may_wait), ids in sorted(groups.items())]

    def plan_summaries(self, period: Period, on: date, subscriber_ids: Collection[int]) -> list[ArxivId]:
        """Give what they get a row each, in their language; returns all that are to be asked for now."""
        due: list[ArxivId] = []
        for language, readers in self._count_wanted(period, on, subscriber_ids).items():
            summaries_shelf.plan_summaries(self.store, readers, self.keys[language], self.now())
            due += summaries_shelf.due_summaries(self.store, readers, self.keys[language], self.now())
        return list(dict.fromkeys(due))

    def has_open_summaries(self, period: Period, on: date, subscriber_ids: Collection[int]) -> bool:
        """Is anybody at work on a summary that they wait for, or about to be?"""
        wanted = self._count_wanted(period, on, subscriber_ids)
        return any(
            summaries_shelf.has_open(self.store, readers, self.keys[language], self.now())
            for language, readers in wanted.items()
        )

    def compose(self, period: Period, on: date, subscriber_ids: Collection[int]) -> int:
        """Give these readers, as far as they wait for it, an edition with planned deliveries; returns how many."""
        composed = list(self._compose_all(period, on, subscriber_ids))
        words = ((digest.language, digest.paper_ids) for _, _, digest in composed if digest)
        cards = load_cards_by_language(self.store, words)
        # Hundreds of readers want the same votes: the same text.
        render = cache(lambda digest: render_trending_parts(digest, cards[digest.language]))
        count, steps = 0, []
        for reader, trend, digest in composed:
            if digest is not None and not self._plan_edition(reader, digest, render):
                continue
            count += digest is not None
            is_served = digest is None or digest.nothing is not Silence.NOT_FETCHED
            next_due = find_next_trending_at(reader.schedule, period, on)
            steps.append(Step(reader.id, trend, on if is_served else trend.served_on, next_due))
        save_steps(self.store, steps)
        return count

    def preview(
        self, period: Period, on: date, *, min_upvotes: int, language: str = CHINESE
    ) -> tuple[TrendingDigest, Mapping[ArxivId, Card]]:
        """The period that ends with `on` as of now, and the words for it. Sends and stores nothing."""
        first_on = period.find_begin(on)
        digest = compose_trending(
            load_listed(self.store, first_on, on),
            language=language,
            period=period,
            first_on=first_on,
            last_on=on,
            min_upvotes=min_upvotes,
            now=self.now(),
            as_of=self._find_as_of(on),
        )
        return digest, load_cards(self.store, digest.paper_ids, language)

    def _build_clock(self, now: datetime) -> Callable[[Waiting, date], datetime]:
        """From when on somebody may get it (aware UTC); later than `now` where that is not known yet."""
        is_awaited = cache(lambda: is_about_to_be_asked(self.store, Stage.HF, now))
        find_read = cache(self._find_read_in_time)

        def find_ready_at(waiting: Waiting, on: date) -> datetime:
            due_at, read_at = find_trending_due_at(waiting.schedule, on), find_read(on)
            if read_at is not None:
                # A clock that was set back has read it in the future.
                return max(due_at, min(read_at, now))
            late_at = due_at + LONGEST_WAIT
            return now + LONGEST_WAIT if late_at <= now and is_awaited() else late_at

        return find_ready_at

    def _may_wait(self, waiting: Waiting, ready_at: datetime) -> bool:
        return summary_language(waiting.language) in self.keys and self.now() < ready_at + _SUMMARY_WAIT

    def _find_read_in_time(self, on: date) -> datetime | None:
        """When the lists up to `on` were read, if that was in its last hour or later."""
        read_at = find_read_at(self.store, on - _ASKED_TOGETHER, on)
        return read_at if read_at is not None and read_at >= find_last_asked_at(on) else None

    def _find_as_of(self, on: date) -> datetime | None:
        """As of when the lists are, where readers must know it."""
        return None if self._find_read_in_time(on) else find_read_at(self.store, on - _ASKED_TOGETHER, on)

    def _count_wanted(self, period: Period, on: date, subscriber_ids: Collection[int]) -> dict[str, Counter[ArxivId]]:
        """By the language of the summary, how many of the readers get a paper."""
        wanted: defaultdict[str, Counter[ArxivId]] = defaultdict(Counter)
        for _, _, digest in self._compose_all(period, on, subscriber_ids) if self.keys else ():
            if digest and (language := summary_language(digest.language)) in self.keys:
                wanted[language].update(digest.paper_ids)
        return wanted

    def _compose_all(
        self, period: Period, on: date, subscriber_ids: Collection[int]
    ) -> Iterable[tuple[Reader, Trend, TrendingDigest | None]]:
        """Of those who wait for it; None where Hugging Face had no list."""
        trends = find_trends(self.store, period, subscriber_ids)
        now, as_of = self.now(), self._find_as_of(on)
        is_read = self._find_read_in_time(on) is not None
        load = cache(lambda first_on: load_listed(self.store, first_on, on))
        for reader in active_readers(self.store, subscriber_ids):
            trend = trends.get(reader.id)
            if trend is None or trend.served_on >= on:
                continue
            first_on = _find_first(trend, on)
            listed: Sequence[Listed] = load(first_on)
            if not listed and is_read:
                yield reader, trend, None
                continue
            yield (
                reader,
                trend,
                compose_trending(
                    listed,
                    language=reader.language,
                    period=period,
                    first_on=first_on,
                    last_on=on,
                    min_upvotes=trend.min_upvotes,
                    now=now,
                    as_of=as_of,
                    terms=reader.terms,
                ),
            )

    def _plan_edition(
        self, reader: Reader, digest: TrendingDigest, render: Callable[[TrendingDigest], Sequence[str]]
    ) -> bool:
        edition_id = plan_edition(
            self.store,
            subscriber_id=reader.id,
            slot=f"{SANDBOX_SLOTS if self.is_sandbox else ''}{TRENDING_SLOTS}{digest.period}:{digest.last_on}",
            announced_on=digest.last_on,
            digest_json=digest_to_json(digest),
            # None: a keyword of theirs may still bring it.
            paper_ids=(),
            parts=plan_parts(
                [(target.id, target.channel) for target in reader.targets],
                self.channels,
                draw=lambda: render(digest),
                # That there is nothing is said in the chat, silently, and not by mail.
                is_mailed=digest.nothing is None,
            ),
            now=self.now(),
            standing=Standing(reader.served_on, reader.next_due),
            serves=False,
            next_due=reader.next_due,
        )
        return edition_id is not None


def _step(waiting: Waiting, served_on: date) -> Step:
    next_due = find_next_trending_at(waiting.schedule, waiting.trend.period, served_on)
    return Step(waiting.subscriber_id, waiting.trend, served_on, next_due)


def _find_first(trend: Trend, on: date) -> date:
    """All that they have not had, within reason; the period that ends with `on` in any case."""
    period = trend.period
    unserved = period.find_begin(period.find_end(trend.served_on + timedelta(days=1)))
    return min(max(unserved, on - _LOOK_BACK), period.find_begin(on))
