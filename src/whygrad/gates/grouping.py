"""Which gates of a graph are drawn as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from whygrad.gates.recognition import recognise
from whygrad.gates.records import Gate
from whygrad.graph import Graph


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which gates of a graph are drawn as one; they do not overlap. Rows outside are units of their own."""

    graph: Graph
    gates: tuple[Gate, ...]

    @cached_property
    def _of_row(self) -> dict[int, Gate]:
        return {row: gate for gate in self.gates for row in gate.rows}

    def gate_of(self, row: int) -> Gate | None:
        """The collapsed gate that a row belongs to."""
        return self._of_row.get(row)

    def units(self) -> Iterator[int | Gate]:
        """Rows and collapsed gates, in order of their outputs."""
        for row in range(len(self.graph)):
            gate = self._of_row.get(row)
            if gate is None:
                yield row
            elif gate.output == row:
                yield gate

    def expand(self, gate: Gate) -> Grouping:
        """The same with one gate opened."""
        return Grouping(self.graph, tuple(g for g in self.gates if g is not gate))

    def collapse(self, gate: Gate) -> Grouping:
        """The same with one more gate closed; gates within it, or overlapping it, give way."""
        rows = set(gate.rows)
        kept = (g for g in self.gates if rows.isdisjoint(g.rows))
        return Grouping(self.graph, tuple(sorted((*kept, gate), key=lambda g: g.output)))


def group(graph: Graph, gates: Iterable[Gate] | None = None) -> Grouping:
    """Collapse all gates, the larger ones first where they overlap."""
    grouping = Grouping(graph, ())
    found = recognise(graph) if gates is None else gates
    for gate in sorted(found, key=lambda gate: len(gate.rows)):
        grouping = grouping.collapse(gate)
    return grouping
