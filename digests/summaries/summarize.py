"""One paper in, its Chinese words out: ask, check, ask once more for what was wrong, and say how sure we are."""

import time
from dataclasses import dataclass, field

from digests.errors import SummaryRejected, SummaryUnavailable
from digests.papers.paper import Paper
from digests.summaries.answer import POINT_LABELS, Draft, parse_answer
from digests.summaries.fidelity import Fault, Source, build_source, find_faults
from digests.summaries.glossary import Glossary, load_glossary
from digests.summaries.masking import unmask
from digests.summaries.model import Model
from digests.summaries.pacing import Monotonic
from digests.summaries.prompt import build_question, build_repair, load_prompt
from digests.summaries.summary import Key, Point, Summary, SummaryState, Usage


@dataclass(frozen=True, slots=True)
class Outcome:
    summary: Summary
    usage: Usage


@dataclass(slots=True)
class _Attempt:
    """`raw` is what the model wrote; `draft` is None where that could not be read."""

    raw: str
    draft: Draft | None
    faults: tuple[Fault, ...]

    @property
    def is_readable(self) -> bool:
        return self.draft is not None and not any(fault.is_unreadable for fault in self.faults)

    @property
    def doubts(self) -> set[Fault]:
        return {fault for fault in self.faults if not fault.is_harmless}


@dataclass(frozen=True)
class Summarizer:
    """Two questions to the model at most, and `deadline_seconds` for both together."""

    model: Model
    concurrency: int = 8
    deadline_seconds: float = 300.0
    monotonic: Monotonic = time.monotonic
    glossary: Glossary = field(default_factory=load_glossary, repr=False)

    def key(self, language: str = "zh") -> Key:
        """Under which its summaries stand in the store."""
        return Key(language, self.model.name, load_prompt(language).version)

    async def ask(self, paper: Paper, language: str = "zh") -> Outcome:
        """Raises  SummaryClosed; every other failure is a state of the summary."""
        usage = Usage()
        try:
            attempt, source = await self._attempt_and_repair(paper, language, usage)
        except SummaryRejected as error:
            state = SummaryState.REFUSED if "refused" in error.faults else SummaryState.FAILED
            return self._without_text(paper, language, usage, state, error.faults, str(error))
        except SummaryUnavailable as error:
            usage.retry_after_seconds = error.retry_after_seconds
            return self._without_text(paper, language, usage, SummaryState.FAILED, ("unavailable",), str(error))
        details = "; ".join(map(str, attempt.faults))
        codes = tuple(dict.fromkeys(fault.code for fault in attempt.faults))
        if attempt.draft is None or not attempt.is_readable:
            return self._without_text(paper, language, usage, SummaryState.FAILED, codes, details)
        usage.error = details
        state = SummaryState.DOUBTFUL if attempt.doubts else SummaryState.DONE
        return Outcome(self._build(paper, language, source, attempt.draft, state, codes), usage)

    async def _attempt_and_repair(self, paper: Paper, language: str, usage: Usage) -> tuple[_Attempt, Source]:
        source = build_source(paper)
        deadline = self.monotonic() + self.deadline_seconds
        first = await self._attempt(source, build_question(source), language, usage, deadline)
        if not first.faults:
            return first, source
        question = build_repair(source, first.raw, first.faults, language)
        try:
            second = await self._attempt(source, question, language, usage, deadline)
        except (SummaryUnavailable, SummaryRejected):
            # A readable first answer is worth more than the error of its repair.
            if first.is_readable:
                return first, source
            raise
        return (second if _is_better(second, first) else first), source

    async def _attempt(self, source: Source, user: str, language: str, usage: Usage, deadline: float) -> _Attempt:
        system = load_prompt(language).system
        seconds = max(0.0, deadline - self.monotonic())
        answer = await self.model.complete(system, user, within_seconds=seconds)
        usage.add(answer)
        try:
            draft = parse_answer(answer.text)
        except SummaryRejected as error:
            return _Attempt(answer.text, None, (Fault("unparseable", str(error)),))
        return _Attempt(answer.text, draft, find_faults(source, draft, self.glossary))

    def _build(
        self,
        paper: Paper,
        language: str,
        source: Source,
        draft: Draft,
        state: SummaryState,
        faults: tuple[str, ...],
    ) -> Summary:
        shown = {name: unmask(text, source.title, source.abstract) for name, text in draft.fields().items()}
        return Summary(
            paper_id=paper.id,
            language=language,
            state=state,
            model=self.model.name,
            title=shown["title"],
            tldr=shown["tldr"],
            abstract=shown["abstract"],
            points=tuple(Point(label, shown[name]) for name, label in POINT_LABELS.items()),
            faults=faults,
        )

    def _without_text(
        self, paper: Paper, language: str, usage: Usage, state: SummaryState, faults: tuple[str, ...], error: str
    ) -> Outcome:
        usage.error = error
        summary = Summary(paper_id=paper.id, language=language, state=state, model=self.model.name, faults=faults)
        return Outcome(summary, usage)


def _is_better(second: _Attempt, first: _Attempt) -> bool:
    """A repair counts when it is the first answer that can be read, or leaves a real part of the faults.

    What is only too long or too short counts last: it may come and go with a fault that the reader would be told of.
    """
    if second.is_readable != first.is_readable:
        return second.is_readable
    if second.doubts != first.doubts:
        return second.doubts < first.doubts
    return set(second.faults) < set(first.faults)
