"""Large graphs by blocks: calls, loops, their iterations, repeated rows and gates, opened and closed at will.

The rows of a block follow one another in the table (those of a gate, which has one output, need not), so that
blocks that do not overlap, drawn as single boxes, never form a circle. Nothing below a closed block is built:
the intervals of all executions are found at once over the columns, and a block is divided when it is opened.
Inputs and constants belong to no block: they are drawn where they are used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from whygrad.gates.executions import Executions
from whygrad.gates.likeness import Likeness
from whygrad.gates.recognition import MOST_ROWS, Memory, recognise, uses_of
from whygrad.gates.records import Block, Gate, Integers, Kind, Part, end_of
from whygrad.gates.repetition import period_of
from whygrad.gates.views import COMFORT, MANY, MOST_BOXES, Cut, first_view
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.source import site

MOST_GROUPS = 300
"""Groups of rows, each built in another way, that are run to find the gates of a large graph: a few
seconds."""


def blocks_of(graph: Graph, gates: Sequence[Gate] | None = None) -> Blocks:
    """The blocks of a graph; `gates` are those to be found in it, by default the known ones."""
    return Blocks(graph, gates)


class Blocks:
    """The tree of blocks of a graph, built where it is looked at."""

    def __init__(self, graph: Graph, gates: Sequence[Gate] | None = None) -> None:
        self.graph = graph
        self._gates = None if gates is None else tuple(gates)
        self._children: dict[str, tuple[Part, ...]] = {}
        self._boundaries: dict[str, tuple[list[int], list[int]]] = {}
        ops = graph.tables.ops.values
        leaf = np.array([op is INPUT or op is CONSTANT for op in ops] or [False])
        self.operations: Integers = np.flatnonzero(~leaf[np.asarray(graph.op_column, dtype=np.int64)])
        """The rows that are no inputs or constants."""
        self.executions = Executions(graph, self.operations)

    @cached_property
    def root(self) -> Block:
        """The whole graph; where all of it is one call, that call."""
        return self._of_instances(np.zeros(1, np.int64), "graph")

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        if self._gates is not None:
            return self._gates
        return tuple(recognise(self.graph)) if len(self.graph) <= MOST_ROWS else ()

    # -- what a block holds --

    def members(self, block: Block) -> Sequence[int]:
        """The operations of a block, ascending."""
        if block.gate is not None:
            return [row for row in block.gate.rows if self.graph.op(row) is not CONSTANT]
        start, stop = np.searchsorted(self.operations, (block.first, block.last + 1))
        found: list[int] = self.operations[start:stop].tolist()
        return found

    def children(self, block: Block) -> tuple[Part, ...]:
        """What is drawn in place of a block when it is opened: at most `MOST_BOXES` parts, in order."""
        if block.key not in self._children:
            self._children[block.key] = self._divided(block)
        return self._children[block.key]

    def _divided(self, block: Block) -> tuple[Part, ...]:
        if block.gate is not None:
            return tuple(self._within_gate(block.gate))
        parts = list(self._parts(block))
        if block.kind != "loop":
            parts = list(self._grouped(self._with_gates(block, parts)))
        return tuple(_bundled(parts, self))

    def _parts(self, block: Block) -> Iterator[Part]:
        """The executions directly within a block, and its own rows."""
        if len(block.span) > 1:
            yield from self._iterations(block.span)
            return
        if not len(block.span):
            yield from self.members(block)
            return
        at = block.first
        for kind, numbers in self.executions.runs(self.executions.within(block.span[0])):
            yield from self._rows(at, int(self.executions.first[numbers[0]]))
            yield self._of_instances(numbers, kind)
            at = int(self.executions.last[numbers[-1]]) + 1
        yield from self._rows(at, block.last + 1)

    def _iterations(self, span: Integers) -> Iterator[Part]:
        """The executions of a loop, or runs of them where they are many."""
        size = _chunk(len(span))
        start = self.graph.instance_ordinals[span[0]]
        for k in range(0, len(span), size):
            piece = span[k : k + size]
            yield self._of_instances(
                piece, "iteration" if size == 1 else "loop", start + k if size > 1 else -1
            )

    def _rows(self, start: int, stop: int) -> list[int]:
        low, high = np.searchsorted(self.operations, (start, stop))
        found: list[int] = self.operations[low:high].tolist()
        return found

    def _of_instances(self, numbers: Integers, kind: Kind, start: int = -1) -> Block:
        """A block of executions; where it holds nothing but one other block, that one."""
        while len(numbers) == 1 and not self.executions.marked(int(numbers[0])):
            inner = self.executions.within(numbers[0])
            if not len(inner) or self.executions.has_own_rows(numbers[0], inner):
                break
            runs = list(self.executions.runs(inner))
            if len(runs) > 1:
                break
            kind, numbers = runs[0]
        first, last = int(self.executions.first[numbers[0]]), int(self.executions.last[numbers[-1]])
        number = self.graph.instance_sites[numbers[0]]
        times, name = len(numbers), self.executions.name(int(numbers[0]))
        shown = f"{times} x {name}" if times > 1 else name
        shown += f" (from {start})" if start >= 0 else ""
        line = site(number).line if number else 0
        rows = self.executions.count(first, last)
        marked = self.executions.marked(int(numbers[0])) if times == 1 else ""
        key = f"b{first}-{last}"
        return Block(key, kind, marked or shown, rows, first, last, line, times, None, marked, numbers)

    def marked(self, most: int = 20) -> list[Block]:
        """The gates that the user marked, outer ones first."""
        found: list[Block] = []
        pending = [self.root]
        while pending and len(found) < most:
            block = pending.pop(0)
            if block.marked:
                found.append(block)
            if block.rows <= MOST_ROWS:
                pending += [part for part in self.children(block) if isinstance(part, Block)]
        return found

    def boundary(self, block: Block) -> tuple[list[int], list[int]]:
        """The rows outside that a block reads (no constants), in order, and its rows that others use."""
        if block.key not in self._boundaries:
            self._boundaries[block.key] = self._bounded(block)
        return self._boundaries[block.key]

    def _bounded(self, block: Block) -> tuple[list[int], list[int]]:
        graph, members = self.graph, np.asarray(self.members(block), np.int64)
        if block.gate is not None:
            args = np.asarray([arg for row in members.tolist() for arg in graph.args(row)], np.int64)
        else:  # all rows between its first and its last; inputs and constants read nothing
            args = self._args[graph.arg_offsets[block.first] : graph.arg_offsets[block.last + 1]]
        rows, at, times = np.unique(args, return_index=True, return_counts=True)
        reads = rows[np.argsort(at)]
        reads = reads[~np.isin(reads, members) & ~self._constant[reads]]
        within = np.zeros(len(members), np.int64)
        own = np.isin(rows, members)
        within[np.searchsorted(members, rows[own])] = times[own]
        inputs: list[int] = reads.tolist()
        outputs: list[int] = members[within < self._uses[members]].tolist()
        return inputs, outputs

    @cached_property
    def _constant(self) -> Any:
        number = self.graph.tables.ops.number(CONSTANT)
        return np.asarray(self.graph.op_column) == number

    @cached_property
    def _args(self) -> Integers:
        return np.asarray(self.graph.arg_column, dtype=np.int64)

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(self.graph, Memory(self.graph, MOST_GROUPS))

    @cached_property
    def _uses(self) -> Integers:
        return uses_of(self.graph)

    # -- what is shown at first --

    def visible(self, comfort: int = COMFORT) -> Cut:
        """The first view; see `views.first_view`."""
        return first_view(self, comfort)

    def abridged(self, block: Block) -> tuple[Part, ...]:
        """The parts of a block, of a long loop only its ends and the middle as one."""
        if block.kind != "loop" or block.times <= MANY:
            return self.children(block)
        kind: Kind = "iteration"
        ends = [self._of_instances(block.span[k : k + 1], kind) for k in (0, 1, block.times - 1)]
        middle = self._of_instances(block.span[2:-1], "loop", self.graph.instance_ordinals[block.span[2]])
        return (*ends[:2], middle, ends[2])

    # -- gates within --

    def _with_gates(self, block: Block, parts: list[Part]) -> list[Part]:
        """The parts of a block, those that make up a gate replaced by it."""
        for gate in self._gates_of(block):
            if sum(self.graph.op(row) is not CONSTANT for row in gate.rows) < 2:
                continue
            inside = [p for p in parts if self._is_within(p, gate)]
            size = sum(1 if isinstance(p, int) else p.rows for p in inside)
            if size == sum(self.graph.op(row) is not CONSTANT for row in gate.rows):
                kept = [p for p in parts if p not in inside]
                parts = sorted([*kept, self._of_gate(gate)], key=end_of)
        return parts

    def _gates_of(self, block: Block) -> list[Gate]:
        """The gates within a block, largest last, none twice."""
        found = [g for g in self.gates if block.first <= self._start(g) and g.output <= block.last]
        if self._gates is None and len(self.graph) > MOST_ROWS and block.rows <= MOST_ROWS:
            found = self._likeness.gates(self.members(block))
        return sorted(found, key=lambda g: len(g.rows))

    def _start(self, gate: Gate) -> int:
        """The first operation of a gate; its constants may stand before the block that holds it."""
        return next(row for row in gate.rows if self.graph.op(row) is not CONSTANT)

    def _is_within(self, part: Part, gate: Gate) -> bool:
        if isinstance(part, int):
            return part in gate.rows
        if part.gate is not None:
            return set(part.gate.rows) <= set(gate.rows)
        return part.rows <= len(gate.rows) and set(self.members(part)) <= set(gate.rows)

    def _of_gate(self, gate: Gate) -> Block:
        rows = sum(self.graph.op(row) is not CONSTANT for row in gate.rows)
        line = site(self.graph.site_column[gate.output]).line if self.graph.site_column[gate.output] else 0
        return Block(
            f"g{gate.output}-{gate.rows[0]}",
            "gate",
            gate.name,
            rows,
            gate.rows[0],
            gate.output,
            line,
            1,
            gate,
        )

    def _within_gate(self, gate: Gate) -> Iterator[Part]:
        """A gate opened: smaller gates within it, and its rows."""
        parts: list[Part] = [row for row in gate.rows if self.graph.op(row) is not CONSTANT]
        rows = set(gate.rows)
        smaller = [g for g in self.gates if g is not gate and set(g.rows) < rows]
        for inner in sorted(smaller, key=lambda g: len(g.rows)):
            inside = [p for p in parts if self._is_within(p, inner)]
            if len(inside) > 1:
                parts = sorted([*[p for p in parts if p not in inside], self._of_gate(inner)], key=end_of)
        yield from parts

    # -- repeated rows and calls --

    def _grouped(self, parts: list[Part]) -> Iterator[Part]:
        """Of many parts, those that repeat as blocks."""
        if len(parts) <= COMFORT:
            yield from parts
            return
        kinds = [self._signature(part) for part in parts]
        period, start, stop = period_of(kinds)
        if not period:
            yield from parts
            return
        yield from parts[:start]
        yield self._repeated(parts[start:stop], period)
        yield from self._grouped(parts[stop:])

    def _signature(self, part: Part) -> Any:
        graph = self.graph
        if isinstance(part, Block):
            return part.label, part.rows
        return graph.op_column[part], graph.abstract_column[part], len(graph.args(part))

    def _repeated(self, parts: Sequence[Part], period: int) -> Block:
        times = len(parts) // period
        first = parts[0]
        name = first.label if isinstance(first, Block) and period == 1 else self._ops_named(parts[:period])
        return self._bundle(parts, f"{times} x {name}", times)

    def _ops_named(self, parts: Sequence[Part]) -> str:
        names = [
            p.label if isinstance(p, Block) else self.graph.op(p).infix or self.graph.op(p).name
            for p in parts
        ]
        shown = list(dict.fromkeys(names))
        return f"({' '.join(shown[:4])}{' ...' * (len(shown) > 4)})"

    def _bundle(self, parts: Sequence[Part], label: str, times: int = 1) -> Block:
        """Parts next to each other as one block."""
        first = parts[0] if isinstance(parts[0], int) else parts[0].first
        last = end_of(parts[-1])
        rows = sum(1 if isinstance(p, int) else p.rows for p in parts)
        made = Block(f"r{first}-{last}-{len(parts)}", "block", label, rows, first, last, 0, times)
        if times > 1 and len(parts) // times > 1:
            each = len(parts) // times
            pieces = [parts[k : k + each] for k in range(0, len(parts), each)]
            name = label.partition(" x ")[2]
            self._children[made.key] = tuple(_bundled([self._bundle(p, name) for p in pieces], self))
        else:
            self._children[made.key] = tuple(_bundled(list(parts), self))
        return made


def _chunk(count: int) -> int:
    """How many of very many parts are put together, so that at most a hundred or so are left."""
    size = 1
    while count > MOST_BOXES and count > size * 100:
        size *= 10
    return size


def _bundled(parts: list[Part], tree: Blocks) -> list[Part]:
    """At most `MOST_BOXES` parts."""
    size = _chunk(len(parts))
    return [_range(parts[k : k + size], k, tree) for k in range(0, len(parts), size)] if size > 1 else parts


def _range(parts: list[Part], start: int, tree: Blocks) -> Part:
    if len(parts) == 1:
        return parts[0]
    names = Counter(p.label if isinstance(p, Block) else "" for p in parts)
    name, times = names.most_common(1)[0]
    if name and times == len(parts):
        return tree._bundle(parts, f"{times} x {name} (from {start})", times)
    rows = [p if isinstance(p, int) else p.first for p in parts]
    return tree._bundle(parts, f"rows {rows[0]} to {end_of(parts[-1])}")
