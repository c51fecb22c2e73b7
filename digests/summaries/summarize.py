"""One paper in, its words out: ask, check, ask again for what was wrong, and say how sure we are."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog

from digests.errors import SummaryError, SummaryOverBudget, SummaryRejected, SummaryUnavailable
from digests.papers.paper import Paper
from digests.summaries.asking.answer import parse_answer
from digests.summaries.asking.model import Model, Question
from digests.summaries.asking.pacing import Monotonic
from digests.summaries.asking.prompt import build_question, build_repair, load_prompt
from digests.summaries.checking.fidelity import find_faults
from digests.summaries.checking.repairs import repair
from digests.summaries.draft import DRAFTS, POINT_LABELS, Draft, Kind
from digests.summaries.faults import Fault
from digests.summaries.quality import Role, Tried
from digests.summaries.summary import CHINESE, ENGLISH, Key, Point, Summary, SummaryState
from digests.summaries.usage import Usage
from digests.summaries.verdict import Verdict
from digests.summaries.wording.glossary import Glossary, load_glossary
from digests.summaries.wording.masking import unmask
from digests.summaries.wording.source import Source, build_source

log = structlog.get_logger(__name__)

#: What is asked for, by the language of the summary: the next kind where the day's budget does not bear the first.
KINDS: Final[Mapping[str, Sequence[Kind]]] = {CHINESE: (Kind.FULL, Kind.BRIEF), ENGLISH: (Kind.NOTES,)}

_LEASE_MARGIN_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """`tried`: every answer that was had for it, for the counts of `quality`."""

    summary: Summary
    usage: Usage
    tried: tuple[Tried, ...] = ()


class Aligner(Protocol):
    """Compares sentence by sentence, with half a second of a core."""

    def find_faults(self, source: Source, draft: Draft) -> Sequence[Fault] | None:
        """None: there is too little to compare."""
        ...


class Judge(Protocol):
    """Reads both texts. Raises SummaryError."""

    async def judge(self, source: Source, draft: Draft, *, within_seconds: float) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class _Attempt:
    """`raw` is what the model wrote; `draft` is None where that could not be read."""

    model: Model
    raw: str
    draft: Draft | None
    faults: tuple[Fault, ...]

    @property
    def is_readable(self) -> bool:
        return self.draft is not None and not any(fault.is_unreadable for fault in self.faults)

    @property
    def doubts(self) -> set[Fault]:
        return {fault for fault in self.faults if not fault.is_harmless}

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fault.code for fault in self.faults))


@dataclass(frozen=True)
class Summarizer:
    """
    second            asked where `model` declines a paper, or leaves a fault after its repair
    judge, aligner    None: nobody looks for what the checks without a model cannot see
    deadline_seconds  for everything that is asked about one paper
    """

    model: Model
    second: Model | None = None
    judge: Judge | None = None
    aligner: Aligner | None = None
    concurrency: int = 8
    deadline_seconds: float = 300.0
    monotonic: Monotonic = time.monotonic
    glossary: Glossary = field(default_factory=load_glossary, repr=False)

    @property
    def lease_seconds(self) -> float:
        """How long a paper's row is held: until the deadline, and a minute for what follows."""
        return self.deadline_seconds + _LEASE_MARGIN_SECONDS

    def key(self, language: str = CHINESE) -> Key:
        """Under which its summaries stand in the store."""
        return build_key(self.model.name, language)

    async def ask(self, paper: Paper, language: str = CHINESE, *, is_judged: bool = False) -> Outcome:
        """`is_judged`: the judge is to read it, where there is one.

        Raises  SummaryClosed; every other failure is a state of the summary.
        """
        deadline = self.monotonic() + self.deadline_seconds
        asking = _Asking(self, build_source(paper), deadline, is_judged=is_judged)
        try:
            kind, attempt = await self._ask_what_is_paid_for(asking, language)
        except SummaryRejected as error:
            state = SummaryState.REFUSED if "refused" in error.faults else SummaryState.FAILED
            asking.usage.error = str(error)
            return self._without_text(paper, language, asking, state, error.faults)
        except SummaryUnavailable as error:
            asking.usage.error, asking.usage.retry_after_seconds = str(error), error.retry_after_seconds
            return self._without_text(paper, language, asking, SummaryState.FAILED, ("unavailable",))
        except SummaryOverBudget as error:
            asking.usage.error, asking.usage.retry_after_seconds = str(error), error.retry_after_seconds
            return self._without_text(paper, language, asking, SummaryState.PLANNED, ("budget",))
        asking.usage.error = "; ".join(map(str, attempt.faults))
        if attempt.draft is None or not attempt.is_readable:
            return self._without_text(paper, language, asking, SummaryState.FAILED, attempt.codes)
        return Outcome(_build(paper, language, kind, asking.source, attempt), asking.usage, tuple(asking.tried))

    async def _ask_what_is_paid_for(self, asking: "_Asking", language: str) -> tuple[Kind, _Attempt]:
        *dear, cheapest = KINDS[language]
        for kind in dear:
            try:
                return kind, await asking.ask(kind)
            except SummaryOverBudget:
                log.info("summary_over_budget", kind=kind)
        return cheapest, await asking.ask(cheapest)

    def _without_text(
        self, paper: Paper, language: str, asking: "_Asking", state: SummaryState, faults: tuple[str, ...]
    ) -> Outcome:
        summary = Summary(paper_id=paper.id, language=language, state=state, model=self.model.name, faults=faults)
        return Outcome(summary, asking.usage, tuple(asking.tried))


class _Asking:
    """All that is asked about one paper."""

    def __init__(self, summarizer: Summarizer, source: Source, deadline: float, *, is_judged: bool) -> None:
        self._summarizer, self.source, self._deadline, self._is_judged = summarizer, source, deadline, is_judged
        self.usage = Usage()
        self.tried: list[Tried] = []

    async def ask(self, kind: Kind) -> _Attempt:
        best = await self._ask_first(kind)
        if best.faults:
            best = await self._ask_again(kind, best, best.model, Role.REPAIR)
        second = self._summarizer.second
        if second is not None and best.model is not second and (best.doubts or not best.is_readable):
            best = await self._ask_again(kind, best, second, Role.SECOND)
        if self._is_judged and kind is Kind.FULL and best.is_readable:
            best = await self._be_judged(best)
        return best

    async def _ask_first(self, kind: Kind) -> _Attempt:
        model, second = self._summarizer.model, self._summarizer.second
        question = build_question(self.source, kind)
        try:
            return await self._attempt(kind, model, question, Role.FIRST)
        except SummaryRejected as refusal:
            if second is None:
                raise
            try:
                return await self._attempt(kind, second, question, Role.SECOND)
            except SummaryError as error:
                # Whatever ails the second one: it was asked for an opinion, and there is none.
                log.info("no_second_opinion", model=second.name, reason=str(error))
                raise refusal from None

    async def _ask_again(self, kind: Kind, best: _Attempt, model: Model, role: Role) -> _Attempt:
        # What is no draft at all is no help for another model.
        has_help = best.is_readable or model is best.model
        question = (
            build_repair(self.source, kind, best.raw, best.faults) if has_help else build_question(self.source, kind)
        )
        try:
            again = await self._attempt(kind, model, question, role)
        except SummaryError as error:
            # An answer that can be read is worth more than the error of its repair, and another model's error is no
            # reason to stop asking the first one.
            if best.is_readable or model is not self._summarizer.model:
                log.info("no_repair", model=model.name, reason=str(error))
                return best
            raise
        return again if _is_better(again, best) else best

    async def _be_judged(self, best: _Attempt) -> _Attempt:
        """The answer as it is, revised, or with what the judge still finds."""
        found = await self._find_verdict(best)
        if not found:
            return best
        question = build_repair(self.source, Kind.FULL, best.raw, found)
        try:
            revised = await self._attempt(Kind.FULL, best.model, question, Role.REVISED)
        except SummaryError:
            return replace(best, faults=(*best.faults, *found))
        left = await self._find_verdict(revised) if revised.is_readable and revised.doubts <= best.doubts else None
        if left is None or not set(left) < set(found):
            return replace(best, faults=(*best.faults, *found))
        return replace(revised, faults=(*revised.faults, *left))

    async def _find_verdict(self, attempt: _Attempt) -> tuple[Fault, ...] | None:
        """None where nobody judged."""
        judge = self._summarizer.judge
        if judge is None or attempt.draft is None:
            return None
        try:
            verdict = await judge.judge(self.source, attempt.draft, within_seconds=self._left)
        except SummaryError as error:
            log.warning("judge_failed", reason=str(error))
            return None
        self.usage.add(verdict.answer)
        self._note(attempt.model, Kind.FULL, Role.VERDICT, verdict.faults)
        return verdict.faults

    async def _attempt(self, kind: Kind, model: Model, question: Question, role: Role) -> _Attempt:
        try:
            answer = await model.complete(question, within_seconds=self._left)
        except SummaryRejected as error:
            self._note(model, kind, role, [Fault(code) for code in error.faults])
            raise
        except SummaryUnavailable:
            self._note(model, kind, role, [Fault("unavailable")])
            raise
        self.usage.add(answer)
        try:
            draft = repair(parse_answer(answer.text, DRAFTS[kind]), self.source)
        except SummaryRejected as error:
            faults: tuple[Fault, ...] = (Fault("unparseable", str(error)),)
            attempt = _Attempt(model, answer.text, None, faults)
        else:
            attempt = _Attempt(model, answer.text, draft, await self._check(kind, draft))
        self._note(model, kind, role, attempt.faults)
        return attempt

    async def _check(self, kind: Kind, draft: Draft) -> tuple[Fault, ...]:
        faults = find_faults(self.source, draft, self._summarizer.glossary)
        aligner = self._summarizer.aligner
        if aligner is None or kind is not Kind.FULL or any(fault.is_unreadable for fault in faults):
            return faults
        found = await asyncio.to_thread(aligner.find_faults, self.source, draft)
        if found is None:
            return faults
        # It tells a sentence that is missing from two that became one.
        return (*(fault for fault in faults if fault.code != "sentences_fewer"), *found)

    def _note(self, model: Model, kind: Kind, role: Role, faults: Sequence[Fault]) -> None:
        codes = tuple(dict.fromkeys(fault.code for fault in faults))
        self.tried.append(Tried(model.name, load_prompt(kind).version, role, codes))

    @property
    def _left(self) -> float:
        """Seconds."""
        return max(0.0, self._deadline - self._summarizer.monotonic())


def build_key(model: str, language: str) -> Key:
    """Who writes summaries of this language, and by which words of ours."""
    return Key(language, model, load_prompt(KINDS[language][0]).version)


def _build(paper: Paper, language: str, kind: Kind, source: Source, attempt: _Attempt) -> Summary:
    drafted = attempt.draft.fields() if attempt.draft is not None else {}
    shown = {name: unmask(text, source.title, source.abstract) for name, text in drafted.items()}
    return Summary(
        paper_id=paper.id,
        language=language,
        kind=kind,
        state=SummaryState.DOUBTFUL if attempt.doubts else SummaryState.DONE,
        model=attempt.model.name,
        title=shown.get("title", ""),
        tldr=shown["tldr"],
        abstract=shown.get("abstract", ""),
        points=tuple(Point(label, shown[name]) for name, label in POINT_LABELS[language].items() if name in shown),
        faults=attempt.codes,
    )


def _is_better(second: _Attempt, first: _Attempt) -> bool:
    """A repair counts when it is the first answer that can be read, or leaves a real part of the faults.

    What is only too long or too short counts last: it may come and go with a fault that the reader would be told of.
    """
    if second.is_readable != first.is_readable:
        return second.is_readable
    if second.doubts != first.doubts:
        return second.doubts < first.doubts
    return set(second.faults) < set(first.faults)
