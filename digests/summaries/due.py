"""What the shells call: work through the planned summaries, and lose none."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict

import structlog

from digests.clock import Now
from digests.errors import SummaryClosed
from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.summaries.asking.model import Tokens
from digests.summaries.claims import Claimed, claim_summaries, give_back, put_off, save_summary
from digests.summaries.sampling import choose_judged
from digests.summaries.summarize import KINDS, Outcome, Summarizer
from digests.summaries.summary import SummaryState

log = structlog.get_logger()


async def summarise_due(store: Store, summarizer: Summarizer, paper_ids: Collection[ArxivId], now: Now) -> None:
    """Ask for all that is planned (`plan_summaries`) and due among `paper_ids`, in every language.

    May run in any number of processes at once, and again: each row is asked for once. A server that refuses us ends
    the run, and what is left is due later. Database calls leave the loop.
    """
    runs = {language: _Run(store, summarizer, paper_ids, now, language) for language in KINDS}
    # Side by side, else one language would wait for the deadlines of the other; the model's gate holds them together.
    async with asyncio.TaskGroup() as group:
        for run in runs.values():
            for _ in range(min(summarizer.concurrency, max(1, len(paper_ids)))):
                group.create_task(run.work())
    for language, run in runs.items():
        if run.states:
            log.info("summaries_asked", language=language, states=dict(run.states), tokens=asdict(run.tokens))


class _Run:
    def __init__(
        self, store: Store, summarizer: Summarizer, paper_ids: Collection[ArxivId], now: Now, language: str
    ) -> None:
        self._store, self._summarizer, self._paper_ids, self._now = store, summarizer, paper_ids, now
        self._language = language
        self.states: Counter[SummaryState] = Counter()
        self.tokens = Tokens()
        self.closed = False

    async def work(self) -> None:
        """One at a time: a paper that waits in a queue would wait inside its lease."""
        while not self.closed and (claimed := await asyncio.to_thread(self._claim)):
            try:
                is_judged = await asyncio.to_thread(self._is_judged, claimed)
                outcome = await self._summarizer.ask(claimed.paper, self._language, is_judged=is_judged)
            except SummaryClosed as error:
                self.closed = True
                log.warning("summaries_closed", reason=str(error))
                await asyncio.to_thread(self._put_off, claimed, error)
                self.states[SummaryState.PLANNED] += 1
                return
            self.tokens += outcome.usage.tokens
            if await asyncio.to_thread(self._save, claimed, outcome):
                self.states[outcome.summary.state] += 1
            if not outcome.summary.is_readable and outcome.summary.state is not SummaryState.PLANNED:
                log.warning("summary_failed", paper_id=claimed.paper.id, faults=outcome.summary.faults)

    def _is_judged(self, claimed: Claimed) -> bool:
        return self._summarizer.judge is not None and choose_judged(self._store, claimed, self._now())

    def _save(self, claimed: Claimed, outcome: Outcome) -> bool:
        return save_summary(self._store, claimed, outcome.summary, outcome.usage, self._now(), outcome.tried)

    def _put_off(self, claimed: Claimed, error: SummaryClosed) -> None:
        """All that nobody has yet, too: a day whose papers are all put off goes out in English before long."""
        why = str(error), self._now(), error.retry_after_seconds
        give_back(self._store, claimed, *why)
        put_off(self._store, self._paper_ids, self._summarizer.key(self._language), *why)

    def _claim(self) -> Claimed | None:
        claimed = claim_summaries(
            self._store,
            self._paper_ids,
            self._summarizer.key(self._language),
            limit=1,
            lease_seconds=self._summarizer.lease_seconds,
            now=self._now(),
        )
        return claimed[0] if claimed else None
