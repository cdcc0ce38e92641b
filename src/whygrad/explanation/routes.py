"""Paths between arrays: what each sends back is an array of its own, and these add up to the gradient.

Between single numbers a path has a product, and the weightiest are found exactly (`paths`). Between arrays
the upstream gradient is carried back along a path edge by edge. Of few paths all are followed; of many, at
each row those that carry most to it, and the others are what is left to the gradient.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from whygrad.explanation.ledger import Ledger
from whygrad.explanation.paths import Step
from whygrad.gates.truth import summed_to

MOST_KEPT = 64
"""Up to so many paths all are followed; of more, at each row those that carry most to it."""


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
    """The paths that carry most from the output to a row: exactly, if there are no more than `MOST_KEPT`."""
    total = ledger.paths(1).count(row)
    found = _follow(ledger, row, total if limit < total <= MOST_KEPT else limit)
    shown = tuple(sorted(found, key=lambda route: -route.norm)[:limit])
    gradient = np.asarray(ledger.gradient(row), float)
    rest = gradient - sum((np.asarray(r.contribution, float) for r in shown), start=np.zeros(gradient.shape))
    return Routes(shown, total, rest)


class _Way(NamedTuple):
    """A way from the output to a row: what it carries, its last edge, and the way before that."""

    norm: float
    carried: Any
    step: Step | None
    before: Any


def _follow(ledger: Ledger, target: int, kept: int) -> list[Route]:
    """Carry the upstream gradient back, row by row; every row keeps the ways that carry most to it."""
    leading = _leading_to(ledger, target)
    start = ledger.gradient(ledger.output)
    ways: dict[int, list[_Way]] = {ledger.output: [_Way(norm(start), start, None, None)]}
    for step in ledger.edges:  # from the output back, so that a row has all its ways when its turn comes
        source = ledger.graph.args(step[0])[step[1]]
        if source not in leading or step[0] not in ways:
            continue
        for way in heapq.nsmallest(kept, ways[step[0]], key=lambda way: -way.norm):
            sent = carried(ledger, step, way.carried)
            ways.setdefault(source, []).append(_Way(norm(sent), sent, step, way))
        if len(ways[source]) > 4 * kept:
            ways[source] = heapq.nsmallest(kept, ways[source], key=lambda way: -way.norm)
    best = heapq.nsmallest(kept, ways.get(target, []), key=lambda way: -way.norm)
    return [Route(_steps(way), way.carried) for way in best]


def _steps(way: _Way) -> tuple[Step, ...]:
    steps = []
    while way.step is not None:
        steps.append(way.step)
        way = way.before
    return tuple(reversed(steps))


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
