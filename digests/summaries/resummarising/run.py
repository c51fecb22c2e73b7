"""Ask again for texts that readers have already, with today's prompt, glossary and model. Sends nothing to anybody."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from digests.clock import Now
from digests.errors import SummaryClosed
from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.summaries.resummarising.rows import Again, Ending, claim_again, let_go, save_again
from digests.summaries.sampling import choose_judged
from digests.summaries.summarize import Outcome, Summarizer


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What became of one text. `outcome` is the model's, None where it was not asked; `reason` says why not."""

    paper_id: ArxivId
    language: str
    ending: Ending
    outcome: Outcome | None = None
    reason: str = ""


async def ask_again(
    store: Store,
    summarizer: Summarizer,
    texts: Collection[tuple[ArxivId, str]],
    now: Now,
    tell: Callable[[AskedAgain], None],
    *,
    judges_all: bool = False,
) -> None:
    """Ask for each (paper, language) once, whoever else does the same, and `tell` of each as it ends.

    judges_all  the judge, where there is one, reads every new text, not only those it would have read
    """
    run = _Run(store, summarizer, texts, now, judges_all=judges_all)
    async with asyncio.TaskGroup() as group:
        for _ in range(min(summarizer.concurrency, len(texts))):
            group.create_task(run.work(tell))


class _Run:
    def __init__(
        self,
        store: Store,
        summarizer: Summarizer,
        texts: Collection[tuple[ArxivId, str]],
        now: Now,
        *,
        judges_all: bool,
    ) -> None:
        self._store, self._summarizer, self._now, self._judges_all = store, summarizer, now, judges_all
        self._waiting = iter(texts)
        self._begun_at = now()
        self._closed_by = ""

    async def work(self, tell: Callable[[AskedAgain], None]) -> None:
        for paper_id, language in self._waiting:
            tell(await self._ask(paper_id, language))

    async def _ask(self, paper_id: ArxivId, language: str) -> AskedAgain:
        if self._closed_by:
            return AskedAgain(paper_id, language, Ending.UNASKED, reason=self._closed_by)
        again = await asyncio.to_thread(self._claim, paper_id, language)
        if again is None:
            return AskedAgain(paper_id, language, Ending.BUSY)
        try:
            is_judged = await asyncio.to_thread(self._is_judged, again)
            outcome = await self._summarizer.ask(again.claimed.paper, language, is_judged=is_judged)
        except asyncio.CancelledError:
            # Stopped by a person, who may begin again at once.
            let_go(self._store, again, "stopped", self._now(), retry_after_seconds=0)
            raise
        except SummaryClosed as error:
            self._closed_by = str(error)
            seconds = error.retry_after_seconds
            await asyncio.to_thread(let_go, self._store, again, self._closed_by, self._now(), seconds)
            return AskedAgain(paper_id, language, Ending.UNASKED, reason=self._closed_by)
        ending = await asyncio.to_thread(save_again, self._store, again, outcome, self._now())
        return AskedAgain(paper_id, language, ending, outcome)

    def _claim(self, paper_id: ArxivId, language: str) -> Again | None:
        return claim_again(
            self._store,
            paper_id,
            self._summarizer.key(language),
            begun_at=self._begun_at,
            lease_seconds=self._summarizer.lease_seconds,
            now=self._now(),
        )

    def _is_judged(self, again: Again) -> bool:
        if self._summarizer.judge is None:
            return False
        return self._judges_all or choose_judged(self._store, again.claimed, self._now())
