"""What `differentiate` returns: the combined graph, and where to find in it what serves a row or an edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from whygrad.differentiation.writing import Stamps
from whygrad.graph import Graph


class Edge(NamedTuple):
    """What flows back along one edge of the forward graph.

    `local` is the row of the local gradient (an int), the local gradient itself where it is the same at every
    point (a float), or None where the operation has no elementwise partial (matmul, reshape).
    `contribution` is the row of upstream times local. That of a read `x[i]` has the shape of what was read;
    the accumulate row of `x` puts it in its place.
    """

    local: int | float | None
    contribution: int


class Edges(Mapping[tuple[int, int], Edge]):
    """All edges that carry a gradient, by (forward row, argument). Few ever ask for them, so they are read
    from the stamps of the sweep only then."""

    def __init__(self, stamps: Stamps) -> None:
        self.stamps = stamps
        self._single: dict[tuple[int, int], Edge] = {}
        self._some: dict[tuple[int, int], Edge] = {}

    def add(self, row: int, arg: int, contribution: int) -> None:
        """An edge that no template serves."""
        self._single[row, arg] = Edge(None, contribution)

    def of_rows(self, rows: Iterable[int]) -> dict[tuple[int, int], Edge]:
        """The edges of some rows alone; of a graph of a million rows a few are found much faster than all."""
        wanted, stamps = set(rows), self.stamps
        numbers = np.asarray(stamps.numbers, np.int64)
        sizes = np.array([template.given for template in stamps.templates] or [0], np.int64)[numbers]
        begins = np.cumsum(sizes) - sizes
        found = {edge: flow for edge, flow in self._single.items() if edge[0] in wanted}
        for k in np.flatnonzero(np.isin(np.asarray(stamps.rows), list(wanted))).tolist():
            self._read(found, k, int(begins[k]))
        self._some.update(found)
        return found

    def contributions(self, offsets: Sequence[int]) -> NDArray[np.int64]:
        """For each argument in the table of forward rows, whose arguments begin at `offsets`, the row of its
        contribution; -1 where none flows. All at once: of a million rows, too, in a moment."""
        begins = np.asarray(offsets, np.int64)
        found = np.full(int(begins[-1]), -1, np.int64)
        for (row, arg), edge in self._single.items():
            found[begins[row] + arg] = edge.contribution
        stamps = self.stamps
        columns = (stamps.numbers, stamps.rows, stamps.firsts, stamps.slots)
        numbers, rows, firsts, slots = (np.asarray(column, np.int64) for column in columns)
        sizes = np.array([template.given for template in stamps.templates] or [0], np.int64)[numbers]
        starts = np.cumsum(sizes) - sizes
        order = np.argsort(numbers, kind="stable")
        ends = np.searchsorted(numbers[order], np.arange(len(stamps.templates) + 1))
        for number, template in enumerate(stamps.templates):
            at = order[ends[number] : ends[number + 1]]
            for arg, _, slot, _ in template.results:
                if arg >= 0:
                    late = slot >= template.given
                    flows = firsts[at] + slot - template.given if late else slots[starts[at] + slot]
                    found[begins[rows[at]] + arg] = flows
        return found

    def _read(self, edges: dict[tuple[int, int], Edge], k: int, begin: int) -> int:
        """Put down what the k-th stamp says, whose slots stand from `begin` on; returns their number."""
        stamps = self.stamps
        template, row, first = stamps.templates[stamps.numbers[k]], stamps.rows[k], stamps.firsts[k]
        given = template.given
        for arg, local, slot, _ in template.results:
            if arg >= 0:
                flow = stamps.slots[begin + slot] if slot < given else first + slot - given
                if type(local) is int:
                    local = stamps.slots[begin + local] if local < given else first + local - given
                edges[row, arg] = Edge(local, flow)
        return given

    @cached_property
    def _all(self) -> dict[tuple[int, int], Edge]:
        edges, begin = dict(self._single), 0
        for k in range(len(self.stamps)):
            begin += self._read(edges, k, begin)
        return edges

    def __getitem__(self, edge: tuple[int, int]) -> Edge:
        return self._some[edge] if edge in self._some else self._all[edge]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


@dataclass(frozen=True, eq=False)
class Derivative:
    """The combined graph, whose outputs are the gradients of `wrt`, and the way from forward rows to it."""

    graph: Graph
    wrt: tuple[int, ...]
    seeds: tuple[int, ...]
    """The row of the seed of each output."""
    cotangents: Sequence[int]
    """For each forward row the row of its cotangent, or -1 where none flows."""
    edges: Edges
    reached: tuple[bool, ...]
    """For each of `wrt`, whether any output depends on it."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return self.graph._repr_mimebundle_()
