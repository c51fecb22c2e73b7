"""What the counts of `quality` say: by model and prompt version, and whether a model has become worse."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select

from digests.store.engine import Store
from digests.store.tables import fault_counts, summaries
from digests.summaries.quality import ANSWERS, FAULTLESS, Role
from digests.summaries.summary import SummaryState

#: A provider may put another model behind a name: the newest days are held against those before them.
NEWEST_DAYS: Final = 7
DAYS_BEFORE: Final = 30
#: Of each of the two; and of the faults in the newest days, for one more is chance.
MIN_ANSWERS: Final = 20
MIN_FAULTS: Final = 3

#: One answer for each paper that is asked for, or judged; a repair is asked for where an answer was bad.
_COMPARED: Final = frozenset({Role.FIRST, Role.VERDICT})
_PUBLISHED_AS: Final = {
    SummaryState.DONE: "good",
    SummaryState.DOUBTFUL: "doubtful",
    SummaryState.REFUSED: "english",
    SummaryState.FAILED: "english",
    SummaryState.PLANNED: "waiting",
    SummaryState.CLAIMED: "waiting",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """
    prompt_version  empty: of all of them
    faultless       of `answers`, those with nothing that a reader is told of
    faults          how many answers have each, the most frequent first
    """

    model: str
    prompt_version: str
    role: Role
    answers: int
    faultless: int
    faults: Mapping[str, int]

    @property
    def share(self) -> float:
        """Of answers without a fault, 0 to 1."""
        return self.faultless / self.answers if self.answers else 0.0


@dataclass(frozen=True, slots=True)
class Published:
    """Texts by who wrote them, or was to: `english` could not be had, `waiting` is not asked for yet."""

    model: str
    prompt_version: str
    good: int = 0
    doubtful: int = 0
    english: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Worse:
    """A fault that is at least twice as frequent in the newest days as in those before."""

    model: str
    role: Role
    fault: str
    count: int
    answers: int
    count_before: int
    answers_before: int


@dataclass(frozen=True, slots=True)
class Quality:
    """`compared`: models with enough answers in the newest days and before."""

    since: date
    measured: tuple[Measured, ...]
    published: tuple[Published, ...]
    compared: tuple[str, ...]
    worse: tuple[Worse, ...]


def load_quality(store: Store, since: date, today: date) -> Quality:
    """From `since` on; the comparison has days of its own. All days are UTC."""
    newest = _load_measured(store, today - timedelta(days=NEWEST_DAYS - 1), today, by_version=False)
    last_before = today - timedelta(days=NEWEST_DAYS)
    before = _load_measured(store, last_before - timedelta(days=DAYS_BEFORE - 1), last_before, by_version=False)
    pairs = list(_pair(newest, before))
    return Quality(
        since=since,
        measured=tuple(_load_measured(store, since, today)),
        published=tuple(_load_published(store, since)),
        compared=tuple(dict.fromkeys(now.model for now, _ in pairs)),
        worse=tuple(worse for now, then in pairs for worse in _find_worse(now, then)),
    )


def _load_measured(store: Store, first_on: date, last_on: date, *, by_version: bool = True) -> list[Measured]:
    columns = [fault_counts.c[name] for name in ("model", "prompt_version", "role", "fault")]
    query = (
        select(*columns, func.sum(fault_counts.c.answers).label("answers"))
        .where(fault_counts.c.counted_on.between(first_on, last_on), fault_counts.c.role.in_(list(Role)))
        .group_by(*columns)
    )
    counts: defaultdict[tuple[str, str, Role], Counter[str]] = defaultdict(Counter)
    with store.reading() as connection:
        for row in connection.execute(query):
            counts[row.model, row.prompt_version if by_version else "", Role(row.role)][row.fault] += int(row.answers)
    roles = list(Role)
    return [_measure(*key, counts[key]) for key in sorted(counts, key=lambda key: (*key[:2], roles.index(key[2])))]


def _measure(model: str, prompt_version: str, role: Role, counts: Mapping[str, int]) -> Measured:
    faults = sorted((-count, fault) for fault, count in counts.items() if fault not in {ANSWERS, FAULTLESS})
    return Measured(
        model,
        prompt_version,
        role,
        answers=counts.get(ANSWERS, 0),
        faultless=counts.get(FAULTLESS, 0),
        faults={fault: -count for count, fault in faults},
    )


def _load_published(store: Store, since: date) -> list[Published]:
    # Who wrote it, and where nobody did, who was to.
    model = func.coalesce(func.nullif(summaries.c.written_by, ""), summaries.c.model).label("model")
    keys = (model, summaries.c.prompt_version, summaries.c.state)
    query = (
        select(*keys, func.count().label("number"))
        .where(summaries.c.updated_at >= datetime.combine(since, time(), UTC))
        .group_by(*keys)
    )
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    with store.reading() as connection:
        for row in connection.execute(query):
            counts[row.model, row.prompt_version][_PUBLISHED_AS[SummaryState(row.state)]] += row.number
    return [
        Published(*key, *(counts[key][name] for name in ("good", "doubtful", "english", "waiting")))
        for key in sorted(counts)
    ]


def _pair(newest: Sequence[Measured], before: Sequence[Measured]) -> Iterator[tuple[Measured, Measured]]:
    """Of one model and role, where both have enough answers."""
    then = {(one.model, one.role): one for one in before if one.answers >= MIN_ANSWERS}
    for now in newest:
        if now.role in _COMPARED and now.answers >= MIN_ANSWERS and (now.model, now.role) in then:
            yield now, then[now.model, now.role]


def _find_worse(now: Measured, then: Measured) -> Iterator[Worse]:
    for fault, count in now.faults.items():
        before = then.faults.get(fault, 0)
        # Rates, multiplied out: no division, and a fault that is new is worse.
        if count >= MIN_FAULTS and count * then.answers >= 2 * before * now.answers:
            yield Worse(now.model, now.role, fault, count, now.answers, before, then.answers)
