"""Medians of repeated runs, and the lines of the table."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """One measured figure."""

    case: str
    what: str
    value: float
    unit: str
    note: str = ""


def seconds(
    action: Callable[[], Any], repeats: int = 3, clock: Callable[[], float] = time.process_time
) -> tuple[float, Any]:
    """Median time of an action, and what it returned.

    Time of the processor, which other programs disturb less than time on the wall; not for an action that
    starts processes.
    """
    times, result = [], None
    for _ in range(repeats):
        result = None
        gc.collect()
        start = clock()
        result = action()
        times.append(clock() - start)
    return statistics.median(times), result


def ratio_of_pairs(one: Callable[[], Any], other: Callable[[], Any], repeats: int = 15) -> float:
    """How many times longer `one` takes: the median over pairs that ran one right after the other."""
    one(), other()
    return statistics.median(seconds(one, 1)[0] / seconds(other, 1)[0] for _ in range(repeats))


def repeated(call: Callable[[], Any], times: int) -> Callable[[], Any]:
    """A call repeated, so that its time can be read from the clock."""
    return lambda: [call() for _ in range(times)]


def peak_bytes(action: Callable[[], Any]) -> int:
    """The most memory that an action held at a time, as Python's allocator sees it."""
    gc.collect()
    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
