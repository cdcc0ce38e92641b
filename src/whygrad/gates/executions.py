"""The executions of loops and calls in a graph (its instances), found at once over the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from whygrad.gates.marking import MARK, marked_name
from whygrad.graph import Graph
from whygrad.source import enclosing, site

Integers = NDArray[np.int64]


class Executions:
    """Which rows each execution holds. Their numbers are those of the graph's instances; 0 is the whole."""

    def __init__(self, graph: Graph, operations: Integers) -> None:
        """`operations` are the rows that count, ascending."""
        self.graph, self.operations = graph, operations
        count = len(graph.instance_parents)
        numbers = np.asarray(graph.instance_column, dtype=np.int64)[self.operations]
        self.first: Integers = np.full(count, len(graph), np.int64)
        self.last: Integers = np.full(count, -1, np.int64)
        self.first[numbers[::-1]] = self.operations[::-1]  # of several writes the last one stays
        self.last[numbers] = self.operations
        self.own = self.first.copy()
        """The first row that stands directly in each execution."""
        parents = np.asarray(graph.instance_parents, dtype=np.int64)
        for level in _levels(parents):
            np.minimum.at(self.first, parents[level], self.first[level])
            np.maximum.at(self.last, parents[level], self.last[level])
        real = np.flatnonzero(self.last[1:] >= 0) + 1
        self._order = real[np.argsort(parents[real], kind="stable")]
        self._parents = parents[self._order]

    def count(self, first: int, last: int) -> int:
        """How many operations stand between two rows, both included."""
        low, high = np.searchsorted(self.operations, (first, last + 1))
        return int(high - low)

    def within(self, number: int) -> Integers:
        """The executions directly within one, in order."""
        low, high = np.searchsorted(self._parents, (number, number + 1))
        return self._order[low:high]

    def runs(self, inner: Integers) -> Iterator[tuple[Literal["loop", "call"], Integers]]:
        """Executions of one loop, next to each other, belong together; calls are single."""
        if not len(inner):
            return
        sites = np.asarray(self.graph.instance_sites, dtype=np.int64)[inner]
        edges = np.flatnonzero(np.diff(sites)) + 1
        for run in np.split(inner, edges):
            if site(self.graph.instance_sites[run[0]]).kind == "loop":
                yield "loop", run
            else:
                yield from (("call", run[k : k + 1]) for k in range(len(run)))

    def has_own_rows(self, number: int, inner: Integers) -> bool:
        """Whether an execution does anything besides those within it."""
        low = np.searchsorted(self.operations, self.first[inner])
        high = np.searchsorted(self.operations, self.last[inner] + 1)
        return bool(self.count(self.first[number], self.last[number]) > (high - low).sum())

    def name(self, number: int) -> str:
        """What an execution is called: the function of a call, the only call of an iteration, or its loop."""
        place = site(self.graph.instance_sites[number])
        if place.kind == "loop":
            inner = self.within(number)
            called = {self.name(n) for n in inner[:4].tolist()} if len(inner) else set()
            if len(called) == 1 and len(inner) == 1:
                return called.pop()
            return _loop_name(place.text)
        if place.label.startswith(MARK):
            return place.label.removeprefix(MARK)
        if number and not self.graph.instance_sites[number]:
            return self._function_of(number)
        return _called(place.text) if number else "graph"

    def marked(self, number: int) -> str:
        """The name of a gate that a user marked: these lines, or the function that was called."""
        place = site(self.graph.instance_sites[number])
        if place.label.startswith(MARK):
            return place.label.removeprefix(MARK)
        if place.kind == "loop" or not number:
            return ""
        return marked_name(_called(place.text)) or marked_name(self._function_of(number))

    def _function_of(self, number: int) -> str:
        """The function whose call was traced."""
        row = int(self.own[number])
        around = enclosing(self.graph.site_column[row], "function") if row < len(self.graph) else None
        return (around.label if around else "") or "call"


def _levels(parents: Integers) -> list[Integers]:
    """The executions by depth, deepest first; the root is left out."""
    depth, above = np.zeros(len(parents), np.int64), parents.copy()
    above[0] = 0
    at = np.arange(len(parents))
    while np.any(at):
        depth += at > 0
        at = above[at]
    order = np.argsort(depth, kind="stable")
    counts = np.bincount(depth)
    pieces = np.split(order, np.cumsum(counts)[:-1])
    return pieces[:0:-1]


def _called(text: str) -> str:
    """The name by which a function is called: `step` of `self.step(h, x)`."""
    match = re.match(r"[\w.\[\]]*?([A-Za-z_]\w*)(\[[^\]]*\])?\s*\(", text)
    return match[1] if match else "call"


def _loop_name(text: str) -> str:
    first = text.partition("\n")[0]
    match = re.match(r"(for .+?|while .+?)( in .+)?:", first)
    return match[1] if match else "loop"
