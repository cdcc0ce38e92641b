"""What `differentiate` returns: the combined graph, and where to find in it what serves a row or an edge."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

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
    """All edges that carry a gradient, by (forward row, argument); columns, because there are many."""

    def __init__(self) -> None:
        self.rows, self.args, self.locals, self.contributions = (array("i") for _ in range(4))
        self.constants: list[float] = []

    def add(self, row: int, arg: int, local: int, contribution: int) -> None:
        self.rows.append(row)
        self.args.append(arg)
        self.locals.append(local)
        self.contributions.append(contribution)

    def constant(self, value: float) -> int:
        """The code under which `locals` holds a constant."""
        self.constants.append(value)
        return -1 - len(self.constants)

    @cached_property
    def _index(self) -> dict[tuple[int, int], int]:
        return {edge: k for k, edge in enumerate(zip(self.rows, self.args, strict=True))}

    def __getitem__(self, edge: tuple[int, int]) -> Edge:
        k = self._index[edge]
        code = self.locals[k]
        local = code if code >= 0 else None if code == -1 else self.constants[-2 - code]
        return Edge(local, self.contributions[k])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.rows, self.args, strict=True)

    def __len__(self) -> int:
        return len(self.rows)


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
