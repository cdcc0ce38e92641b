"""Gates of rows that are built like other rows: looked for once, and found at their places in the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from whygrad.gates.recognition import Memory, recognise
from whygrad.gates.records import Gate
from whygrad.graph import CONSTANT, Graph

MOST_SEARCHED = 60
"""Sets of rows, none built like another, that are searched: of more a reader is not made to wait."""


class _Built(NamedTuple):
    """How rows are built, the same for all that are alike, and the rows themselves by their numbers in it."""

    likeness: Any
    rows: list[int]


class Likeness:
    """The gates among rows of a large graph, whose loops do the same over and over."""

    def __init__(self, graph: Graph, memory: Memory) -> None:
        self.graph, self.memory = graph, memory
        self._known: dict[Any, list[Gate] | None] = {}

    def gates(self, members: Sequence[int]) -> list[Gate]:
        """The known gates among some rows, as `recognise` finds them."""
        built = self._built(members)
        if (known := self._known.get(built.likeness)) is not None:
            return [_renumbered(gate, built.rows) for gate in known]
        if self.memory.full or len(self._known) >= MOST_SEARCHED:
            return []
        found = recognise(self.graph, rows=members, memory=self.memory)
        if built.likeness not in self._known:
            places = {row: number for number, row in enumerate(built.rows)}
            within = all(row in places for gate in found for row in (*gate.rows, *gate.inputs))
            self._known[built.likeness] = [_renumbered(gate, places) for gate in found] if within else None
        return found

    def _built(self, members: Sequence[int]) -> _Built:
        graph = self.graph
        numbers: dict[int, int] = {}
        outside, inside = [], set(members)
        parts = []
        for row in members:
            args = graph.args(row)
            for one in (*args, row):
                if one not in numbers:
                    numbers[one] = len(numbers)
                    if one not in inside:
                        outside.append(self._kind(one, whole=graph.op(one) is CONSTANT))
            parts.append((*self._kind(row), numbers[row], *[numbers[arg] for arg in args]))
        return _Built((tuple(parts), tuple(outside)), list(numbers))

    def _kind(self, row: int, whole: bool = True) -> tuple[int, ...]:
        """What a row does; unless `whole`, as of a row that is only read, without how."""
        graph = self.graph
        kind = graph.op_column[row], graph.abstract_column[row]
        return (*kind, graph.params_column[row], int(self.memory.uses[row])) if whole else kind


def _renumbered(gate: Gate, new: Any) -> Gate:
    """The gate over other numbers of rows: `new[old]`."""
    rows = tuple(sorted(new[row] for row in gate.rows))
    return replace(gate, rows=rows, inputs=tuple(new[row] for row in gate.inputs), output=new[gate.output])
