"""Values as JSON can hold them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from whygrad.explanation.ledger import Ledger

FEW_ENTRIES = 64
"""Arrays of up to this many entries are written out where the page only shows them."""


def plain(value: Any) -> Any:
    """A value as JSON: truth values are 0 and 1, what is not finite is a word."""
    array = np.asarray(value)
    if array.ndim:
        return [plain(part) for part in array]
    real = float(array)
    if math.isfinite(real):
        return int(real) if real == int(real) and 0 < abs(real) < 2**53 else real
    return "nan" if math.isnan(real) else "inf" if real > 0 else "-inf"


def stated(value: Any) -> Any:
    """A value that is only shown: numbers, or of a larger array its shape and its range."""
    array = np.asarray(value)
    if array.size <= FEW_ENTRIES:
        return plain(array)
    return {"shape": list(array.shape), "range": [plain(array.min()), plain(array.max())]}


def flows(entries: Ledger, edges: Iterable[tuple[int, int]]) -> list[list[Any]]:
    """Of each edge its row, its argument, its local gradient (None where there is none), its contribution."""
    found = ((edge, entries.edge(*edge)) for edge in edges)
    return [
        [*edge, None if flow.local is None else stated(flow.local), stated(flow.contribution)]
        for edge, flow in found
    ]
