"""What the shells call: work through the planned summaries, and lose none."""

import asyncio
from collections import Counter
from collections.abc import Collection
from typing import Final

import structlog

from digests.clock import Now
from digests.errors import SummaryClosed
from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.summaries.shelf import Claimed, claim_summaries, give_back, put_off, save_summary
from digests.summaries.summarize import Summarizer
from digests.summaries.summary import SummaryState

log = structlog.get_logger()

#: Between the end of the model's deadline and the end of the claim.
_LEASE_MARGIN_SECONDS: Final = 60.0


async def summarise_due(
    store: Store, summarizer: Summarizer, paper_ids: Collection[ArxivId], now: Now, *, language: str = "zh"
) -> None:
    """Ask for all that is planned and due among `paper_ids`; the plans must exist (`plan_summaries`).

    May run in any number of processes at once, and again: each row is asked for once. A server that refuses us ends
    the run, and what is left is due later. Database calls leave the loop.
    """
    run = _Run(store, summarizer, paper_ids, now, language)
    async with asyncio.TaskGroup() as group:
        for _ in range(min(summarizer.concurrency, max(1, len(paper_ids)))):
            group.create_task(run.work())
    if run.states:
        log.info("summaries_asked", states=dict(run.states), tokens=dict(run.tokens))


class _Run:
    def __init__(
        self, store: Store, summarizer: Summarizer, paper_ids: Collection[ArxivId], now: Now, language: str
    ) -> None:
        self._store, self._summarizer, self._paper_ids, self._now = store, summarizer, paper_ids, now
        self._language = language
        self.states: Counter[SummaryState] = Counter()
        self.tokens: Counter[str] = Counter()
        self.closed = False

    async def work(self) -> None:
        """One at a time: a paper that waits in a queue would wait inside its lease."""
        while not self.closed and (claimed := await asyncio.to_thread(self._claim)):
            try:
                outcome = await self._summarizer.ask(claimed.paper, self._language)
            except SummaryClosed as error:
                self.closed = True
                log.warning("summaries_closed", reason=str(error))
                await asyncio.to_thread(self._put_off, claimed, str(error))
                self.states[SummaryState.PLANNED] += 1
                return
            usage = outcome.usage
            self.tokens.update(prompt=usage.prompt_tokens, completion=usage.completion_tokens)
            if await asyncio.to_thread(save_summary, self._store, claimed, outcome.summary, usage, self._now()):
                self.states[outcome.summary.state] += 1
            if not outcome.summary.is_readable:
                log.warning("summary_failed", paper_id=claimed.paper.id, faults=outcome.summary.faults)

    def _put_off(self, claimed: Claimed, reason: str) -> None:
        """All that nobody has yet, too: a day whose papers are all put off goes out in English at once."""
        give_back(self._store, claimed, reason, self._now())
        put_off(self._store, self._paper_ids, self._summarizer.key(self._language), reason, self._now())

    def _claim(self) -> Claimed | None:
        lease_seconds = self._summarizer.deadline_seconds + _LEASE_MARGIN_SECONDS
        claimed = claim_summaries(
            self._store,
            self._paper_ids,
            self._summarizer.key(self._language),
            limit=1,
            lease_seconds=lease_seconds,
            now=self._now(),
        )
        return claimed[0] if claimed else None
