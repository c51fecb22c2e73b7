"""Numbers of the house for a monitor, in Prometheus's format: read from the store when somebody asks, nobody's name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from digests.coverage.judging import Covered
from digests.status import Status
from digests.summaries.spending.spent import Spending, Spent

_PREFIX: Final = "paperpost"
_SPENT: Final[Sequence[tuple[str, str, Callable[[Spent], int]]]] = (
    ("calls", "Calls", lambda one: one.calls),
    ("prompt_tokens", "Tokens asked", lambda one: one.tokens.prompt),
    ("cached_tokens", "Of the tokens asked, those from the server's cache", lambda one: one.tokens.cached),
    ("completion_tokens", "Tokens answered", lambda one: one.tokens.completion),
    ("micros", "Millionths of the currency of PAPERPOST_LLM_PRICES", lambda one: one.micros),
)


class HouseCollector(Collector):
    """Asks `report` at every scrape; what the store raises is raised."""

    def __init__(self, report: Callable[[], Status], now: Callable[[], datetime]) -> None:
        self._report = report
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield from build_metrics(self._report(), self._now())

    def describe(self) -> Iterable[Metric]:
        # Asked when it is registered: the store is not.
        return ()


def render_metrics(collector: Collector) -> bytes:
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry)


def build_metrics(status: Status, now: datetime) -> Iterator[Metric]:
    yield from _build_batches(status, now)
    failing = [poll.stage for poll in status.polls if poll.failing_since]
    by_stage = {stage: failing.count(stage) for stage in {poll.stage for poll in status.polls}}
    yield _build("polls_failing", "Pages, feeds and lists that cannot be had now.", by_stage, "stage")
    pending = {"late": status.catch_ups.late, "history": status.catch_ups.pending - status.catch_ups.late}
    yield _build("catch_ups_open", "Batches of the past still to be fetched.", pending, "kind")
    yield _build("catch_ups_given_up", "Batches of the past that no source had.", {"": status.catch_ups.given_up})
    yield _build("alerts_open", "What waits for an operator.", {"": len(status.alerts)})
    yield _build("deliveries_recent", "Sends planned in the last 7 days, by state.", status.recent_deliveries, "state")
    yield _build("summaries_unwritten", "Summaries that are not there, by state.", status.unwritten, "state")
    readers = {"active": status.readers - status.paused, "paused": status.paused}
    yield _build("readers", "Readers.", readers, "state")
    yield _build("digests_due", "Readers whose digest is due and not composed.", {"": status.due_now})
    yield from _build_spending(status.spending)
    ages = {beat.process: beat.seconds_ago for beat in status.heartbeats}
    yield _build("heartbeat_age_seconds", "Since a process's last sign of life.", ages, "process")


def _build_batches(status: Status, now: datetime) -> Iterator[Metric]:
    newest = max((one.announced_on for one in status.coverage), default=None)
    archives = [one for one in status.coverage if one.announced_on == newest and not one.is_category]
    whole = {one.scope: int(one.state.is_whole) for one in archives}
    yield _build("batch_whole", "Whether the archive's newest batch is whole.", whole, "archive")
    yield _build("batch_share", "The part of it that is here.", _find_shares(archives), "archive")
    # By date first: a batch of the past may be closed at any time.
    if closed := max(((b.announced_on, b.closed_at) for b in status.batches if b.closed_at), default=None):
        seconds = (now - closed[1]).total_seconds()
        yield _build("batch_closed_age_seconds", "Since the newest whole batch was found whole.", {"": seconds})


def _build_spending(spending: Spending) -> Iterator[Metric]:
    today = spending.today.models
    for name, says, of in _SPENT:
        yield _build(f"llm_{name}_today", f"{says}, today (UTC).", {one.model: of(one) for one in today}, "model")
    yield _build("llm_micros_reserved", "Put aside for calls that are under way.", {"": spending.reserved_micros})
    if spending.budget_micros is not None and spending.left_micros is not None:
        yield _build("llm_budget_micros", "What models may cost a day.", {"": spending.budget_micros})
        yield _build("llm_budget_left_micros", "What is left of it today (UTC).", {"": spending.left_micros})


def _find_shares(archives: Iterable[Covered]) -> dict[str, float]:
    return {one.scope: one.seen / one.total for one in archives if one.total}


def _build(name: str, says: str, values: Mapping[str, float], label: str = "") -> GaugeMetricFamily:
    """One value for each value of the label; without a label the only one."""
    family = GaugeMetricFamily(f"{_PREFIX}_{name}", says, labels=[label] if label else [])
    for of, value in sorted(values.items()):
        family.add_metric([of] if label else [], value)
    return family
