"""Paths from an input to the output: their exact number, and the weightiest of them.

A graph of n rows can have 2**n paths. They are counted by one sweep, and only the few that weigh most are
ever built: every row keeps its best continuations to the output, each a choice of edge and of one of the best
continuations of the next row. One sweep, no recursion, nothing enumerated.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Step = tuple[int, int]
"""An edge of the forward graph: (row, argument)."""


class Path(NamedTuple):
    """The edges of a path from the output back to the input, and the product of their local gradients."""

    steps: tuple[Step, ...]
    product: float


class _Tail(NamedTuple):
    """One way from a row to the output: its first edge, then a tail of the row that the edge belongs to."""

    product: float
    step: Step | None
    rank: int


@dataclass(frozen=True, eq=False)
class Paths:
    """All ways from the rows of a graph to one output."""

    output: int
    counts: Mapping[int, int]
    _tails: Mapping[int, Sequence[_Tail]]

    def count(self, row: int) -> int:
        """The exact number of paths from a row to the output."""
        return self.counts.get(row, 0)

    def best(self, row: int, limit: int) -> list[Path]:
        """The paths that weigh most, weightiest first; all of them if there are no more than `limit`."""
        return [self._follow(row, rank) for rank in range(min(limit, len(self._tails.get(row, ()))))]

    def _follow(self, row: int, rank: int) -> Path:
        tail = self._tails[row][rank]
        product, steps = tail.product, []
        while tail.step is not None:
            steps.append(tail.step)
            tail = self._tails[tail.step[0]][tail.rank]
        return Path(tuple(reversed(steps)), product)


def find_paths(edges: Iterable[tuple[Step, int, float]], output: int, limit: int = 20) -> Paths:
    """Count paths and keep the weightiest. `edges` are (edge, source row, local gradient), by falling row."""
    counts: dict[int, int] = {output: 1}
    tails: dict[int, list[_Tail]] = {output: [_Tail(1.0, None, 0)]}
    open_tails: dict[int, list[_Tail]] = {}
    for step, source, local in edges:
        row = step[0]
        if row not in tails:
            if row not in open_tails:
                continue
            tails[row] = heapq.nsmallest(limit, open_tails.pop(row), key=_weight)
        counts[source] = counts.get(source, 0) + counts[row]
        ways = open_tails.setdefault(source, [])
        ways.extend(_Tail(product((local, tail.product)), step, rank) for rank, tail in enumerate(tails[row]))
        if len(ways) > 8 * limit:
            open_tails[source] = heapq.nsmallest(limit, ways, key=_weight)
    for row, ways in open_tails.items():
        tails[row] = heapq.nsmallest(limit, ways, key=_weight)
    return Paths(output, counts, tails)


def product(factors: Iterable[float]) -> float:
    """A product in which 0 wins over infinity, as in the derivative: nothing passes a local gradient of 0."""
    factors = [float(factor) for factor in factors]
    return 0.0 if 0.0 in factors else math.prod(factors)


def _weight(tail: _Tail) -> float:
    """Smaller is weightier; NaN weighs most, because it decides the sum."""
    return -math.inf if math.isnan(tail.product) else -abs(tail.product)
