"""The shortest repetition within a sequence of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

LEAST = 12
"""Shorter repetitions are not worth a box of their own."""


def period_of(kinds: Sequence[Any]) -> tuple[int, int, int]:
    """The shortest repetition that covers most of a sequence: its period, and where it starts and stops."""
    numbers: dict[Any, int] = {}
    codes = np.array([numbers.setdefault(kind, len(numbers)) for kind in kinds])
    best = (0, 0, 0)
    for period in range(1, min(len(codes) // 3, 400) + 1):
        same = np.concatenate([[False], codes[period:] == codes[:-period], [False]])
        edges = np.flatnonzero(np.diff(same.astype(np.int8)))
        if not len(edges):
            continue
        lengths = edges[1::2] - edges[::2]
        k = int(lengths.argmax())
        start, length = int(edges[::2][k]), int(lengths[k]) + period
        stop = start + length - length % period
        if length >= 3 * period and stop - start > max(LEAST, best[2] - best[1] + period):
            best = (period, start, stop)
    return best
