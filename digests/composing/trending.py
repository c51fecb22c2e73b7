"""What the community reads, of a day, a week or a month, as data: which papers, in which order. Pure."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from digests.papers.paper import ArxivId
from digests.papers.trending import Listed
from digests.summaries.own_terms.term import OwnTerm

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 6
#: So many papers have one line each; the others are counted.
MAX_BRIEF: Final = 50


class Period(StrEnum):
    """What one edition is about. Days are those of UTC; at weekends Hugging Face has no list."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    def is_end(self, day: date) -> bool:
        match self:
            case Period.DAILY:
                return day.isoweekday() < _SATURDAY
            case Period.WEEKLY:
                return day.isoweekday() == 7
            case Period.MONTHLY:
                return (day + _DAY).day == 1

    def find_begin(self, last_on: date) -> date:
        """The first day of the period that ends with `last_on`."""
        match self:
            case Period.DAILY:
                return last_on
            case Period.WEEKLY:
                return last_on - 6 * _DAY
            case Period.MONTHLY:
                return last_on.replace(day=1)

    def find_end(self, day: date) -> date:
        """The last day of the period that `day` is in; of a day of the weekend, Monday."""
        while not self.is_end(day):
            day += _DAY
        return day

    def find_over(self, now: datetime) -> date:
        """The last day of the newest period that is over at `now`."""
        return self.find_end_before(now.astimezone(UTC).date())

    def find_end_before(self, day: date) -> date:
        day -= _DAY
        while not self.is_end(day):
            day -= _DAY
        return day


#: More than a third of a day's papers reach it, a tenth of a week's, a few a day of a month's (data/hf-daily).
MIN_UPVOTES: Final = {Period.DAILY: 10, Period.WEEKLY: 20, Period.MONTHLY: 50}
#: That can be asked for: far more than any paper of Hugging Face's has had.
MAX_UPVOTES: Final = 9_999
MAX_FULL: Final = {Period.DAILY: 15, Period.WEEKLY: 20, Period.MONTHLY: 20}


class Silence(StrEnum):
    """Why an edition has no paper (invariant 7)."""

    BELOW = "below"
    NOT_FETCHED = "not_fetched"
    #: All that stood in it, after it was composed.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingDigest:
    """One reader's edition; its words are looked up when it is rendered.

    first_on     the first day in it (UTC): more than one period where some came together
    min_upvotes  that a paper needs to stand here
    listed       papers on the lists of these days
    reached      those with so many votes = entries, brief and those that are only counted
    top_upvotes  the most that a paper of them has
    as_of        when the lists were last read (aware UTC), where that was before their last hour
    entries      in full, most votes first     brief  one line each
    terms        the reader's own words for terms
    """

    language: str
    period: Period
    first_on: date
    last_on: date
    composed_at: datetime
    min_upvotes: int
    listed: int
    reached: int
    top_upvotes: int = 0
    as_of: datetime | None = None
    nothing: Silence | None = None
    entries: tuple[Listed, ...] = ()
    brief: tuple[Listed, ...] = ()
    terms: tuple[OwnTerm, ...] = ()

    @property
    def paper_ids(self) -> tuple[ArxivId, ...]:
        return tuple(one.paper_id for one in (*self.entries, *self.brief))

    @property
    def left_out(self) -> int:
        return self.reached - len(self.entries) - len(self.brief)


def compose_trending(
    listed: Sequence[Listed],
    *,
    language: str,
    period: Period,
    first_on: date,
    last_on: date,
    min_upvotes: int,
    now: datetime,
    as_of: datetime | None = None,
    terms: Sequence[OwnTerm] = (),
) -> TrendingDigest:
    """`listed` has these days' papers, most votes first, each once (papers.trending.load_listed)."""
    reached = [one for one in listed if one.upvotes >= min_upvotes]
    digest = TrendingDigest(
        language=language,
        period=period,
        first_on=first_on,
        last_on=last_on,
        composed_at=now,
        min_upvotes=min_upvotes,
        listed=len(listed),
        reached=len(reached),
        top_upvotes=listed[0].upvotes if listed else 0,
        as_of=as_of,
        nothing=None if reached else Silence.BELOW if listed else Silence.NOT_FETCHED,
        entries=tuple(reached[: MAX_FULL[period] + MAX_BRIEF]),
        terms=tuple(terms),
    )
    return abridge(digest, MAX_FULL[period])


def abridge(digest: TrendingDigest, max_full: int) -> TrendingDigest:
    """The same with at most so many papers in full, the others one line each as far as there is room."""
    ranked = digest.entries + digest.brief
    return replace(digest, entries=ranked[:max_full], brief=ranked[max_full : max_full + MAX_BRIEF])


def drop_listed(digest: TrendingDigest, gone: Container[ArxivId]) -> TrendingDigest:
    """The same without papers that were withdrawn since, counted anew; the very same where none stands in it."""
    entries, brief = (
        tuple(one for one in lines if one.paper_id not in gone) for lines in (digest.entries, digest.brief)
    )
    dropped = len(digest.entries) + len(digest.brief) - len(entries) - len(brief)
    if not dropped:
        return digest
    reached = digest.reached - dropped
    return replace(
        digest,
        listed=digest.listed - dropped,
        reached=reached,
        top_upvotes=max((one.upvotes for one in (*entries, *brief)), default=0),
        nothing=digest.nothing if reached else Silence.WITHDRAWN,
        entries=entries,
        brief=brief,
    )
