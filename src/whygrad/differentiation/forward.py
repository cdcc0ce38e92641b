"""Forward mode: tangents beside the rows, from first to last, by the same rules and templates as reverse
mode.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from whygrad.differentiation.fitting import differentiable, fit, refuse, symbol, varying, zeros
from whygrad.differentiation.writing import Template, Writer
from whygrad.graph import INPUT, Abstract, Graph
from whygrad.ops import call
from whygrad.tracing.symbols import Symbol
from whygrad.tracing.templates import Pattern, Patterns, Scratch, key_of_params

FEW = 6

PATTERNS = Patterns()
"""What the rules wrote in this process."""


@dataclass(frozen=True, eq=False)
class Tangent:
    """The combined graph, whose outputs are the tangents of the outputs."""

    graph: Graph
    wrt: tuple[int, ...]
    seeds: tuple[int, ...]
    """The row of the tangent of each of `wrt`."""
    tangents: Sequence[int]
    """For each forward row the row of its tangent, or -1 where it does not vary."""


class _Forward:
    """One forward sweep."""

    def __init__(self, graph: Graph, wrt: Sequence[int]) -> None:
        self.graph, self.marks = graph, varying(graph, wrt)
        self.writer = Writer.of(graph)
        self.tangents = array("i", [-1]) * len(graph)
        self.abstracts = array("i", [-1]) * len(graph)
        """The shape and dtype of each tangent, by number."""
        self.templates: dict[Any, Template | None] = {}

    def seed(self, row: int, value: Any) -> int:
        """The row of the tangent of one of `wrt`: an input row, or a constant."""
        abstract = self.graph.abstract(row)
        if value is not None:
            return self.writer.constant(value)
        dtype = abstract.dtype if differentiable(abstract) == 2 else float
        seed = self.writer.add(INPUT, (), Abstract(abstract.shape, dtype))
        self.writer.name_row(seed, f"dot_{self.graph.name(row) or 'in'}")
        return seed

    def sweep(self) -> None:
        """Visit the rows that vary."""
        for row in range(len(self.graph)):
            if self.marks[row] and self.tangents[row] < 0:
                args = self.graph.args(row)
                if any(self.tangents[a] >= 0 for a in args):
                    self.visit(row, args)

    def visit(self, row: int, args: array[int]) -> None:
        """Append the tangent of a row."""
        graph, writer, given = self.graph, self.writer, [self.tangents[a] for a in args]
        if graph.op(row).rule is None:
            if differentiable(graph.abstract(row)) == 2:
                refuse(graph, row)
            return
        writer.current_origin = (row, -1)
        if len(args) > FEW or graph.op(row).name == "index":  # every read has its own key: no template pays
            writer.flush()
            operands = [Symbol(writer, a) for a in args]
            moved = [None if t < 0 else Symbol(writer, t) for t in given]
            found = self.apply_rule(row, moved, Symbol(writer, row), operands, writer)
            if found is not None:
                self.move(row, found.row, writer.abstract_column[found.row])
            return
        kinds = writer.abstract_column
        moving = [self.abstracts[a] for a in args if self.tangents[a] >= 0]
        key = (
            writer.op_column[row], writer.params_column[row], kinds[row],
            *[kinds[a] for a in args], *moving, *[t >= 0 for t in given],
        )  # fmt: skip
        if key not in self.templates:
            self.templates[key] = self.template_of(row, [*[kinds[a] for a in (*args, row)], *moving], given)
        template = self.templates[key]
        if template is not None:
            slots = array("i", [*args, row, *[t for t in given if t >= 0]])
            first = writer.stamp(template, slots, row)
            _, _, slot, abstract = template.results[0]
            new = slots[slot] if slot < template.given else first + slot - template.given
            self.move(row, new, abstract)

    def move(self, row: int, tangent: int, abstract: int) -> None:
        """Note the tangent of a row."""
        self.tangents[row], self.abstracts[row] = tangent, abstract

    def template_of(self, row: int, kinds: list[int], given: list[int]) -> Template | None:
        """The template for a row with these tangents given (-1: none)."""
        graph, writer = self.graph, self.writer
        moves = tuple([t >= 0 for t in given])
        abstracts = [writer.tables.abstracts.values[k] for k in kinds]
        key = (graph.op(row), key_of_params(graph.params(row)), *abstracts, moves)
        (pattern,) = PATTERNS.find(key, lambda: [self.write(row, abstracts, moves)])
        return None if pattern is None else writer.template(kinds, [(-1, pattern)])

    def write(self, row: int, abstracts: Sequence[Abstract], moves: Sequence[bool]) -> Pattern | None:
        """Run the rule of a row on symbols."""
        scratch, count = Scratch(), len(moves)
        symbols = scratch.slots(abstracts)
        moving = iter(symbols[count + 1 :])
        moved = [next(moving) if move else None for move in moves]
        found = self.apply_rule(row, moved, symbols[count], symbols[:count], scratch)
        return None if found is None else scratch.pattern(len(abstracts), found.row)

    def apply_rule(
        self, row: int, moved: list[Symbol | None], y: Symbol, operands: list[Symbol], builder: Any
    ) -> Symbol | None:
        """The tangent that the rule of a row gives, in the shape and dtype of the row."""
        op, params = self.graph.op(row), self.graph.params(row)
        assert op.rule is not None
        found = op.rule.jvp(partial(call, op), moved, y, operands, params)
        return None if found is None else fit(symbol(builder, found), self.graph.abstract(row))


def tangent(
    graph: Graph,
    outputs: Sequence[int] | None = None,
    wrt: Sequence[int] | None = None,
    seeds: Sequence[Any] | None = None,
) -> Tangent:
    """Forward mode: the combined graph with the tangents of `outputs` as `wrt` move along `seeds`.

    Rows are by default the graph's outputs and inputs. `seeds` has one tangent for each of `wrt`: a value, or
    None for a new input row (the default). Raises NoRuleError where an operation without a rule is in the
    way.
    """
    outputs = graph.outputs if outputs is None else tuple(outputs)
    wrt = graph.inputs if wrt is None else tuple(wrt)
    forward = _Forward(graph, wrt)
    rows = [forward.seed(row, v) for row, v in zip(wrt, seeds or [None] * len(wrt), strict=True)]
    writer, tangents = forward.writer, forward.tangents
    writer.begin()
    for row, seed in zip(wrt, rows, strict=True):
        if forward.marks[row]:
            forward.move(row, seed, writer.abstract_column[seed])
    forward.sweep()
    results = []
    for row in outputs:
        writer.current_origin = (row, -1)
        results.append(tangents[row] if tangents[row] >= 0 else zeros(writer, graph.abstract(row)))
    writer.end()
    inputs = (*graph.inputs, *(row for row in rows if writer.op(row) is INPUT))
    return Tangent(writer.freeze(inputs, results), wrt, tuple(rows), tangents)
