"""Days of invented papers: plausible, the same for the same seed, and with everything that arXiv's days have.

New papers of several archives, some whose ids are of the month before; cross-lists inside an archive and to another;
replacements, also of papers that nobody knows, and from the sixth version on; a withdrawn paper; corrected records.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from digests.papers.calendar import load_calendar
from digests.papers.paper import Kind
from sandbox.replay.daily import Listed
from sandbox.replay.writing import Writer
from sandbox.sample import SampleDay, SamplePaper

# arXiv never comes near it in a month: no id is that of somebody's paper.
_FIRST_NUMBER: Final = 90_000
_LAST_NUMBER: Final = 99_999
# Those of Hugging Face's list that arXiv's days do not have.
_OTHERS: Final = 96_000
_A_DAY: Final = 40
#: Of as many as there are new ones.
_CROSSED: Final = 0.15
_REPLACED: Final = 0.4
_EDITED: Final = 0.1
_QUIET_VERSION: Final = 7
# An id is of the month in which a paper was sent in.
_SENT_BEFORE: Final = timedelta(days=2)
_LISTED_AFTER: Final = 3


def build_days(first: date, count: int, papers_per_day: int, seed: int) -> tuple[SampleDay, ...]:
    """`count` batches from `first` on, none on weekends and holidays; a paper's later events are on later days.

    papers_per_day  new ones; what comes back is half as much again
    """
    calendar = load_calendar()
    on = first if calendar.is_announced(first) else calendar.find_next_announced(first)
    inventor = _Inventor(Random(seed))  # noqa: S311 nothing secret
    days = []
    for _ in range(count):
        days.append(inventor.build_day(on, papers_per_day))
        on = calendar.find_next_announced(on)
    return tuple(days)


def build_day(on: date, papers: int, seed: int) -> SampleDay:
    """One batch of new papers and replacements of unknown ones; two days of a month have no id in common."""
    inventor = _Inventor(Random(seed))  # noqa: S311 nothing secret
    inventor.numbers[_month_of(on)] = _FIRST_NUMBER + on.day * 300
    inventor.oldest = _LAST_NUMBER - on.day * _A_DAY
    return inventor.build_day(on, papers)


def build_daily(days: Iterable[SampleDay], seed: int, a_day: int = 20) -> tuple[Listed, ...]:
    """Hugging Face's lists of those days: papers of the last batches, and one that arXiv's days do not have."""
    random = Random(seed)  # noqa: S311 nothing secret
    batches = sorted(days, key=lambda day: day.announced_on)
    listed: dict[str, Listed] = {}
    inventor = _Inventor(random, oldest=_OTHERS)
    for at, day in enumerate(batches):
        recent = [paper for batch in batches[max(at - _LISTED_AFTER, 0) : at + 1] for paper in batch.papers]
        fresh = [paper for paper in recent if paper.kind is Kind.NEW and paper.id not in listed]
        chosen = random.sample(fresh, min(a_day, len(fresh)))
        unknown = [inventor.invent_unknown(day.announced_on, at)] if chosen else []
        for place, paper in enumerate([*chosen, *unknown]):
            listed[paper.id] = _list(paper, day.announced_on, place, random)
    return tuple(listed.values())


def _list(paper: SamplePaper, on: date, place: int, random: Random) -> Listed:
    """Through the day, from two o'clock on."""
    listed_at = datetime.combine(on, time(2), tzinfo=UTC) + timedelta(minutes=random.randrange(18 * 60))
    has_repo = place % 2 == 0
    return Listed(
        paper=paper,
        published_on=on - _SENT_BEFORE,
        listed_at=listed_at,
        upvotes=int(2 + 200 / (1 + place) + random.randrange(10)),
        comments=random.randrange(6),
        repo=f"https://github.com/sandbox/{paper.id}" if has_repo else "",
        stars=random.randrange(3_000) if has_repo else 0,
        missing=frozenset({"ai_summary", "ai_keywords"} if place % 7 == 3 else {"organization"} if place % 5 else ()),
    )


@dataclass
class _Inventor:
    """`known` are the papers so far, each as it is now; `numbers` the last id of each month.

    oldest  the next number of a paper from before the first day; they go down
    """

    random: Random
    known: dict[str, SamplePaper] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    oldest: int = _LAST_NUMBER

    def __post_init__(self) -> None:
        self._writer = Writer(self.random)

    def build_day(self, on: date, papers: int) -> SampleDay:
        new = [self._invent_new(on, place) for place in range(papers)]
        earlier = sorted(paper.id for paper in self.known.values() if not paper.is_withdrawn)
        self.random.shuffle(earlier)
        back = iter(earlier)
        crossed = [self._cross(paper_id) for paper_id, _ in zip(back, range(_share(papers, _CROSSED)), strict=False)]
        replaced = [
            self._replace(paper_id, place)
            for place, paper_id in zip(range(_share(papers, _REPLACED)), back, strict=False)
        ]
        strangers = [self.invent_unknown(on, place) for place in range(_share(papers, _REPLACED / 4))]
        edited = [self._edit(paper_id) for paper_id, _ in zip(back, range(_share(papers, _EDITED)), strict=False)]
        edited += [self.invent_unknown(on, place) for place in range(_share(papers, _EDITED / 2))]
        events = [*new, *crossed, *replaced, *strangers]
        self.known |= {paper.id: paper for paper in [*events, *edited]}
        return SampleDay(announced_on=on, archive="cs", papers=tuple(events), edited=tuple(edited))

    def invent_unknown(self, on: date, place: int) -> SamplePaper:
        """The new version of a paper that was announced long before the first day."""
        month = on.replace(day=1) - timedelta(days=40)
        paper = self._writer.write(f"{_month_of(month)}.{self.oldest:05d}", place, version=2 + place % 3)
        self.oldest -= 1
        return paper.model_copy(update={"kind": Kind.REPLACE})

    def _invent_new(self, on: date, place: int) -> SamplePaper:
        month = _month_of(on)
        number = self.numbers.get(month, _FIRST_NUMBER) + 1
        if number > _LAST_NUMBER:
            raise ValueError(f"{month} has no ids left: fewer papers a day, or fewer days")
        self.numbers[month] = number
        return self._writer.write(f"{month}.{number:05d}", place)

    def _cross(self, paper_id: str) -> SamplePaper:
        """Into a category of its own archive, or of another one."""
        paper = self.known[paper_id]
        category = self.random.choice([name for name in self._writer.categories if name not in paper.categories])
        categories = (*paper.categories, category)
        return paper.model_copy(update={"kind": Kind.CROSS, "crossed": (category,), "categories": categories})

    def _replace(self, paper_id: str, place: int) -> SamplePaper:
        """The second one is withdrawn; of every nine one has had too many versions to be announced."""
        paper = self.known[paper_id]
        version = paper.version + 1 if place % 9 != 5 else max(paper.version + 1, _QUIET_VERSION)
        changes = {"kind": Kind.REPLACE, "crossed": (), "version": version}
        if place == 1:
            note = "This paper has been withdrawn by its authors: an error in the proof of Lemma 2"
            return paper.model_copy(update=changes | {"is_withdrawn": True, "has_html": False, "comments": note})
        return paper.model_copy(update=changes | self._writer.revise(paper, version))

    def _edit(self, paper_id: str) -> SamplePaper:
        """Somebody adds where it has appeared: no new version, no announcement."""
        return self.known[paper_id].model_copy(
            update={"journal_ref": "J. Sandbox 7 (2026) 1-20", "doi": f"10.5555/sandbox.{paper_id}"}
        )


def _share(papers: int, share: float) -> int:
    return round(papers * share)


def _month_of(on: date) -> str:
    return f"{on - _SENT_BEFORE:%y%m}"
