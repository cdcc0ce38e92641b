"""Paths between arrays: what each sends back is an array of its own, and these add up to the gradient.

Between single numbers a path has a product, and the weightiest are found exactly (`paths`). Between arrays
the upstream gradient is carried back along a path edge by edge. Of few paths all are followed; of many, those
that carry most at each step are followed first, and the others are what is left to the gradient.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from whygrad.explanation.ledger import Ledger
from whygrad.explanation.paths import Step
from whygrad.gates.truth import summed_to

MOST_STEPS = 4000
"""Edges that are followed; with more paths than that the weightiest so far are told."""


class Route(NamedTuple):
    """The edges of a path from the output back, and the part of the gradient that comes along it."""

    steps: tuple[Step, ...]
    contribution: Any

    @property
    def norm(self) -> float:
        return norm(self.contribution)


@dataclass(frozen=True)
class Routes:
    """The weightiest paths of an array, how many there are in all, and what the others add up to."""

    shown: tuple[Route, ...]
    total: int
    rest: Any

    @property
    def others(self) -> int:
        return self.total - len(self.shown)


def norm(value: Any) -> float:
    """The Euclidean length of all entries; NaN counts as infinitely long."""
    with np.errstate(all="ignore"):
        length = float(np.sqrt(np.sum(np.square(np.asarray(value, float)))))
    return np.inf if np.isnan(length) else length


def find_routes(ledger: Ledger, row: int, limit: int) -> Routes:
    """The paths that carry most from the output to a row: exactly, if all can be followed."""
    total = ledger.paths(1).count(row)
    found = _follow(ledger, row, limit if total > MOST_STEPS else MOST_STEPS)
    shown = tuple(sorted(found, key=lambda route: -route.norm)[:limit])
    gradient = np.asarray(ledger.gradient(row), float)
    rest = gradient - sum((np.asarray(r.contribution, float) for r in shown), start=np.zeros(gradient.shape))
    return Routes(shown, total, rest)


def _follow(ledger: Ledger, target: int, most: int) -> list[Route]:
    """Carry the upstream gradient back, the largest part first."""
    leading = _leading_to(ledger, target)
    by_row: dict[int, list[Step]] = {}
    for step in ledger.edges:
        if ledger.graph.args(step[0])[step[1]] in leading:
            by_row.setdefault(step[0], []).append(step)
    order = count()
    start = ledger.gradient(ledger.output)
    heap: list[tuple[float, int, int, tuple[Step, ...], Any]] = [(0.0, next(order), ledger.output, (), start)]
    found: list[Route] = []
    for _ in range(MOST_STEPS):
        if not heap or len(found) >= most:
            break
        _, _, row, steps, upstream = heapq.heappop(heap)
        if row == target:
            found.append(Route(steps, upstream))
            continue
        for step in by_row.get(row, ()):
            sent = carried(ledger, step, upstream)
            source = ledger.graph.args(row)[step[1]]
            heapq.heappush(heap, (-norm(sent), next(order), source, (*steps, step), sent))
    return found


def carried(ledger: Ledger, step: Step, upstream: Any) -> Any:
    """What an upstream gradient becomes along one edge."""
    graph, run = ledger.graph, ledger.run
    row, arg = step
    op, args = graph.op(row), [run[a] for a in graph.args(row)]
    shape = np.shape(args[arg])
    if op.rule is None:
        return np.zeros(shape)
    with np.errstate(all="ignore"):
        sent = op.rule.vjp(arg, np.asarray(upstream, float)[()], run[row], args, graph.params(row))
    return np.zeros(shape) if sent is None else summed_to(sent, shape)


def _leading_to(ledger: Ledger, target: int) -> set[int]:
    """The rows that depend on a row, itself included."""
    found = {target}
    for row in range(target + 1, len(ledger.graph)):
        if any(arg in found for arg in ledger.graph.args(row)):
            found.add(row)
    return found


def largest_entries(value: Any, most: int) -> Sequence[tuple[tuple[int, ...], float]]:
    """The entries of largest size, with their places."""
    array = np.asarray(value, float)
    sizes = np.where(np.isnan(array), np.inf, np.abs(array)).ravel()
    order = np.argsort(-sizes, kind="stable")[:most]
    places = [tuple(int(k) for k in np.unravel_index(at, array.shape)) for at in order]
    return [(place, float(array[place])) for place in places]
