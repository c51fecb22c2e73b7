"""One measurement in a process of its own, so that its peak of memory is its own. CPU seconds: machines are shared."""

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from multiprocessing import get_context
from typing import Final, ParamSpec, TypeVar

RUNS: Final = 3
_LONG_SECONDS: Final = 10.0

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    queries  those that it can answer
    peak_mb  of resident memory, less the `bare_mb` that Python, the modules and the papers take
    """

    queries: float
    build_seconds: float
    match_seconds: float
    hits: float
    peak_mb: float
    bare_mb: float


def run_alone(work: Callable[_Given, _Result], *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
    """In a fresh process that begins with nothing of this one's memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *args, **kwargs).result()


def measure(work: Callable[_Given, Measured], *args: _Given.args, **kwargs: _Given.kwargs) -> Measured:
    """The median of three runs; what takes long is run once."""
    runs = [run_alone(work, *args, **kwargs)]
    while len(runs) < RUNS and runs[0].build_seconds + runs[0].match_seconds < _LONG_SECONDS:
        runs.append(run_alone(work, *args, **kwargs))
    return _take_medians(runs)


def measure_seconds(work: Callable[[], _Result]) -> tuple[float, _Result]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def find_peak_mb() -> float:
    """Of this process, so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _take_medians(runs: Sequence[Measured]) -> Measured:
    return Measured(**{field.name: statistics.median(_pick(runs, field.name)) for field in fields(Measured)})


def _pick(runs: Iterable[Measured], name: str) -> list[float]:
    return [getattr(run, name) for run in runs]
