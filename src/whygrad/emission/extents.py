"""The shape that the text of a row has: a number stands for an array of it, and is stretched as needed.

`x * w / 3` needs no arrays of threes: operations on entries stretch by themselves. Whatever else reads a row,
or the row as a result, needs it at its full shape.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

import numpy as np

from whygrad.gates.elementwise import ELEMENTWISE
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.rules import Elementwise

ENTRIES = {
    "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or",
    "logical_xor", "logical_not", "isnan", "isinf", "isfinite", "astype", "copy",
    *(f"{gate.name} gate" for gate in ELEMENTWISE),
}  # fmt: skip
"""Operations on entries that have no partials."""
MOVING = ("reshape", "transpose", "broadcast_to", "index", "flip", "roll")
"""Operations that put the same entries elsewhere."""
SUMS = ("sum", "sum_to", "mean")
SCALED: dict[str, Callable[..., float]] = {
    "multiply": operator.mul,
    "damped_multiply": operator.mul,
    "divide": operator.truediv,
    "negative": operator.neg,
}


class Extents:
    """The shapes of texts, of one graph whose rows `names` are written by name."""

    def __init__(self, graph: Graph, names: Mapping[int, str]) -> None:
        self.graph, self.names = graph, names
        self.known: dict[int, tuple[int, ...]] = {}

    def is_on_entries(self, row: int) -> bool:
        """Does the operation of a row stretch its operands?"""
        op = self.graph.op(row)
        return isinstance(op.rule, Elementwise) or op.name in ENTRIES

    def of(self, row: int) -> tuple[int, ...]:
        """The shape of the text of a row, from those of the rows below it."""
        pending = [row]
        while pending:
            now = pending[-1]
            missing = [a for a in self._read(now) if a not in self.known]
            if missing:
                pending.extend(missing)
                continue
            self.known[now] = self._of(now)
            pending.pop()
        return self.known[row]

    def _read(self, row: int) -> tuple[int, ...]:
        """The rows on which the shape of its text depends."""
        graph, op = self.graph, self.graph.op(row)
        if row in self.names or op in (INPUT, CONSTANT):
            return ()
        if self.is_on_entries(row):
            return tuple(graph.args(row))
        return tuple(graph.args(row)[:1]) if op.name in (*MOVING, *SUMS) else ()

    def is_constant(self, row: int) -> bool:
        """Is every entry one number that depends on lengths alone?"""
        graph, pending = self.graph, [row]
        while pending:
            now = pending.pop()
            name = graph.op(now).name
            if now in self.names or graph.op(now) is INPUT:
                return False
            if graph.op(now) is CONSTANT:
                value = np.asarray(graph.params(now)["value"])
                if not value.size or np.any(value != value.flat[0]):
                    return False
            elif name in SCALED:
                pending += graph.args(now)
            elif name in (*MOVING, *SUMS):
                pending += graph.args(now)[:1]
            else:
                return False
        return True

    def _of(self, row: int) -> tuple[int, ...]:
        graph, own = self.graph, self.graph.abstract(row).shape
        read = [self.known[a] for a in self._read(row)]
        if row not in self.names and graph.op(row) is CONSTANT:
            return () if self.is_constant(row) else own
        if not read:
            return own
        if graph.op(row).name in SUMS:
            return () if self.is_constant(row) else own
        if self.is_on_entries(row):
            return np.broadcast_shapes(*read)
        return () if read[0] == () else own

    def is_full(self, row: int) -> bool:
        """Has the text of a row its full shape?"""
        return self.of(row) == self.graph.abstract(row).shape


def constant(graph: Graph, row: int) -> float:
    """The number that every entry of a row is, of one that `is_constant`."""
    reads: dict[int, tuple[int, ...]] = {}
    pending = [row]
    while pending:
        now = pending.pop()
        if now not in reads:
            args = () if graph.op(now) is CONSTANT else tuple(graph.args(now))
            reads[now] = args if graph.op(now).name in SCALED else args[:1]
            pending += reads[now]
    values: dict[int, float] = {}
    for now in sorted(reads):  # operands stand before what reads them
        name, given = graph.op(now).name, [values[a] for a in reads[now]]
        if not given:
            values[now] = float(np.ravel(graph.params(now)["value"])[0])
        else:
            values[now] = SCALED[name](*given) if name in SCALED else given[0] * counted(graph, now)
    return values[row]


def counted(graph: Graph, row: int) -> int:
    """How many entries each entry of a sum adds up; 1 of what is no sum."""
    if graph.op(row).name not in ("sum", "sum_to"):
        return 1
    have, want = graph.abstract(graph.args(row)[0]).shape, graph.abstract(row).shape
    return int(np.prod(have)) // max(int(np.prod(want)), 1)


def filled(shape: str, text: str) -> str:
    """An array of one number."""
    like = shape.removesuffix(".shape") if shape.endswith(".shape") else ""
    if text in ("0", "1"):
        name = "zeros" if text == "0" else "ones"
        return f"np.{name}_like({like})" if like else f"np.{name}({shape})"
    text = f"{text}.0" if text.lstrip("-").isdigit() else text
    return f"np.full({shape}, {text})"
