"""The ledger: for every gate its value, for every edge local gradient, upstream gradient and contribution.

All numbers come from one Run of the combined graph of `differentiate`, so the ledger cannot disagree with
what is computed: it reads rows, it computes nothing but products along paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from whygrad.differentiation import Derivative
from whygrad.emission.expressions import expression
from whygrad.errors import EmissionError
from whygrad.execution.interpreter import Run
from whygrad.explanation.locals import local_formula
from whygrad.explanation.naming import name_rows
from whygrad.explanation.paths import Paths, Step, find_paths
from whygrad.gates import Gate, Grouping, local_gradient
from whygrad.graph import INPUT, Graph

LONGEST = 80
"""Formulas longer than this are not shown in a table."""


class Entry(NamedTuple):
    """A gate or an input: `name = formula`, its value, its gradient (None where none flows)."""

    row: int
    name: str
    formula: str
    value: Any
    gradient: Any


class EdgeEntry(NamedTuple):
    """What flows back along one edge: local gradient x upstream gradient = contribution.

    `local` is None where the operation has no elementwise local gradient (a matrix product): `rule` says it.
    """

    row: int
    arg: int
    source: int
    formula: str
    local: Any
    upstream: Any
    contribution: Any
    rule: str
    place: str = ""
    """Where the contribution goes, if it is for a part of the source only: `[0]` for a read `x[0]`."""


@dataclass(frozen=True, eq=False)
class Ledger:
    """All numbers of one gradient computation, by row and by edge."""

    graph: Graph
    run: Run
    derivative: Derivative
    output: int
    names: Mapping[int, str]

    def entry(self, row: int) -> Entry:
        return Entry(row, self.label(row), self.formula(row), self.run[row], self.gradient(row))

    @property
    def entries(self) -> Iterator[Entry]:
        """Gates and inputs that the output depends on, in order of computation; constants are left out."""
        return (self.entry(row) for row in self.names)

    def label(self, row: int) -> str:
        """The name of a row; a constant is its number."""
        return self.names[row] if row in self.names else self.formula(row)

    def formula(self, row: int) -> str:
        """A gate as a formula over the names of its arguments; empty for an input."""
        op, args = self.graph.op(row), self.graph.args(row)
        if op is INPUT:
            return ""
        if op.infix and len(args) == 2:  # as it was written: `-1 * x` is a multiplication, not a sign
            left, right = (self.label(arg) for arg in args)
            left = f"({left})" if left.startswith("-") and op.infix == "**" else left
            return f"{left} {op.infix} {f'({right})' if right.startswith('-') else right}"
        try:
            return expression(self.graph, row, self.names, library="", longest=LONGEST)
        except EmissionError:
            return f"{self.graph.op(row).name}(...)"

    def gradient(self, row: int) -> Any:
        """The cotangent of a row: how much the output moves with it."""
        cotangent = self.derivative.cotangents[row]
        return None if cotangent < 0 else self.run[cotangent]

    def edge(self, row: int, arg: int) -> EdgeEntry:
        """What flows back from a row to one of its arguments."""
        if (row, arg) not in self._known:
            self._known[row, arg] = self._enter(row, arg)
        return self._known[row, arg]

    @cached_property
    def _known(self) -> dict[tuple[int, int], EdgeEntry]:
        return {}

    def _enter(self, row: int, arg: int) -> EdgeEntry:
        flow = self.derivative.edges[row, arg]
        return EdgeEntry(
            row,
            arg,
            self.graph.args(row)[arg],
            local_formula(self.derivative.graph, self.run, flow.local, len(self.graph), self.names, LONGEST),
            self.local(row, arg),
            self.gradient(row),
            self.run[flow.contribution],
            self.graph.op(row).note,
            self._place(row, arg, self.run[flow.contribution]),
        )

    def _place(self, row: int, arg: int, contribution: Any) -> str:
        source = self.graph.args(row)[arg]
        if self.graph.op(row).name != "index" or np.shape(contribution) == self.graph.abstract(source).shape:
            return ""
        return self.formula(row).removeprefix(self.label(source))

    @cached_property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """All edges that carry a gradient, from the output back."""
        return tuple(sorted(self.derivative.edges, key=lambda edge: (-edge[0], edge[1])))

    def uses(self, source: int) -> list[EdgeEntry]:
        """The edges that leave a row: its gradient is the sum of their contributions."""
        return [self.edge(*edge) for edge in self._uses.get(source, ())]

    @cached_property
    def _uses(self) -> dict[int, list[tuple[int, int]]]:
        uses: dict[int, list[tuple[int, int]]] = {}
        for row, arg in self.edges:
            uses.setdefault(self.graph.args(row)[arg], []).insert(0, (row, arg))
        return uses

    @cached_property
    def is_scalar(self) -> bool:
        """Every edge joins single numbers by a single number, so paths have products."""
        graph = self.graph
        if any(
            graph.abstract(row).shape or graph.abstract(graph.args(row)[arg]).shape for row, arg in self.edges
        ):
            return False
        locals_ = (self.local(*edge) for edge in self.edges)
        return all(local is not None and np.ndim(local) == 0 for local in locals_)

    def local(self, row: int, arg: int) -> Any:
        """The local gradient of an edge: a number or array, None where there is no elementwise one."""
        local = self.derivative.edges[row, arg].local
        value = self.run[local] if isinstance(local, int) else local
        if value is None or np.asarray(value).dtype != bool:
            return value
        return value * 1.0

    def paths(self, limit: int = 20, grouping: Grouping | None = None) -> Paths:
        """The paths to the output. Their products mean something only if `is_scalar`.

        With a grouping a collapsed gate is one step from its output to each of its inputs: (output, ~k) for
        the k-th.
        """
        return find_paths(self._weighted(grouping), self.output, limit)

    def _weighted(self, grouping: Grouping | None) -> Iterator[tuple[Step, int, float]]:
        """Steps with the row that they lead to and their local gradient, by falling row."""
        scalar = self.is_scalar
        entered: set[int] = set()
        for row, arg in self.edges:
            gate = grouping.gate_of(row) if grouping is not None else None
            if gate is None:
                local = float(self.local(row, arg)) if scalar else 1.0
                yield (row, arg), self.graph.args(row)[arg], local
            elif row == gate.output and row not in entered:
                entered.add(row)
                for k, source in enumerate(gate.inputs):
                    if self.derivative.cotangents[source] >= 0:
                        yield (row, ~k), source, self.slope(gate) if scalar else 1.0

    def slope(self, gate: Gate) -> float:
        """The local gradient of a gate of one input and single numbers."""
        (source,) = gate.inputs
        return float(local_gradient(gate, [self.run[source]], self.run[gate.output]))


def ledger(graph: Graph, run: Run, derivative: Derivative) -> Ledger:
    """The ledger of a graph with one output. `run` holds all rows of `derivative.graph` (`keep=True`)."""
    (output,) = graph.outputs
    needed = ancestors(graph, output)
    return Ledger(graph, run, derivative, output, name_rows(graph, needed, output))


def ancestors(graph: Graph, *wanted: int) -> list[int]:
    """The rows that some rows depend on, themselves and all inputs included, ascending."""
    marks = marks_of(graph, wanted)
    for row in graph.inputs:
        marks[row] = 1
    found: list[int] = np.flatnonzero(np.frombuffer(marks, np.uint8)).tolist()
    return found


def marks_of(graph: Graph, wanted: Sequence[int]) -> bytearray:
    """One byte a row: 1 for `wanted` and the rows that they depend on."""
    marks = bytearray(len(graph))
    for row in wanted:
        marks[row] = 1
    offsets, args = graph.arg_offsets, graph.arg_column.tolist()
    for row in range(max(wanted), -1, -1):
        if marks[row]:
            for arg in args[offsets[row] : offsets[row + 1]]:
                marks[arg] = 1
    return marks
