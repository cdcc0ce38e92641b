"""The local gradient of an edge as a formula over the names of forward rows, read off the derivative's rows.

A rule also says what happens where it does not hold (`1 / inside(x)`, NaN below 0) or at special parameters
(`where(b == 0, 1, b - 1)`). For a reader these are folded away: what is constant is computed, a branch that
only says NaN is left out. The numbers shown beside it are those of the full rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from whygrad.emission.expressions import expression
from whygrad.errors import EmissionError
from whygrad.execution.interpreter import Run
from whygrad.explanation.numbers import number_text
from whygrad.graph import CONSTANT, INPUT, Graph, GraphBuilder

PASSED = {"astype", "broadcast_to", "copy", "inside"}
"""Operations that say nothing to a reader."""
UPSTREAM = "G"
"""How a formula names the upstream gradient."""


def local_formula(
    graph: Graph, run: Run, local: int | float | None, forward: int, names: Mapping[int, str], longest: int
) -> str:
    """Text of a local gradient; `forward` is the number of forward rows. Empty if it has no short formula."""
    if local is None:
        return ""
    if not isinstance(local, int):
        return number_text(local)
    fold = Fold(graph, run, forward, names)
    try:
        folded = fold.finish(local)
        text = expression(folded, fold.rows[local], library="", longest=longest)
    except EmissionError:
        return ""
    shown = folded.abstract(fold.rows[local])
    return f"1 if {text} else 0" if np.dtype(shown.dtype) == bool and not shown.shape else text


def flow_formula(
    graph: Graph,
    run: Run,
    flow: int,
    upstream: Mapping[int, str],
    forward: int,
    names: Mapping[int, str],
    longest: int,
) -> str:
    """Text of a contribution over the names of forward rows and of upstream gradients, by their rows.

    Empty if it has no short formula.
    """
    fold = Fold(graph, run, forward, names, upstream)
    try:
        folded = fold.finish(flow)
        return expression(folded, fold.rows[flow], library="", longest=longest)
    except EmissionError:
        return ""


class Fold:
    """Copies the rows of a local gradient into a small graph whose inputs are the forward rows (and others
    that have a name)."""

    def __init__(
        self,
        graph: Graph,
        run: Run,
        forward: int,
        names: Mapping[int, str],
        leaves: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self.graph, self.run, self.forward, self.names, self.leaves = graph, run, forward, names, leaves
        self.builder = GraphBuilder()
        self.rows: dict[int, int] = {}

    def finish(self, local: int) -> Graph:
        self.add((local,))
        return self.builder.freeze((), (self.rows[local],))

    def add(self, wanted: Iterable[int]) -> None:
        for row in self.cone(wanted):
            self.rows[row] = self.copy(row)

    def cone(self, wanted: Iterable[int]) -> list[int]:
        """The rows behind some rows up to the forward rows, ascending."""
        found, pending = set(wanted), list(wanted)
        while pending:
            row = pending.pop()
            if row >= self.forward and row not in self.leaves:
                new = [a for a in self.graph.args(row) if a not in found]
                found.update(new)
                pending.extend(new)
        return sorted(found)

    def copy(self, row: int) -> int:
        graph, builder, op = self.graph, self.builder, self.graph.op(row)
        if op is CONSTANT and row not in self.leaves:
            return builder.constant(graph.params(row)["value"])
        if row < self.forward or row in self.leaves:
            leaf = builder.add(INPUT, (), graph.abstract(row))
            builder.name_row(leaf, self.leaves.get(row) or self.names.get(row) or f"row{row}")
            return leaf
        args = [self.rows[a] for a in graph.args(row)]
        if op.name in PASSED:
            return args[0]
        values = [self.known(a) for a in args]
        if all(v is not None for v in values) and op.name != "divide":  # `1 / 3` says more than 0.3333
            with np.errstate(all="ignore"):
                return builder.constant(op.value(*values, **graph.params(row)))
        if op.name == "where":
            chosen = self.choose(graph.args(row)[0], values)
            if chosen is not None:
                return args[chosen]
        if (op.name == "power" and _is(values[1], 1)) or (
            op.name in ("multiply", "damped_multiply") and _is(values[1], 1)
        ):
            return args[0]
        if op.name in ("multiply", "damped_multiply") and _is(values[0], 1):
            return args[1]
        return builder.add(op, args, graph.abstract(row), graph.params(row))

    def known(self, row: int) -> Any:
        """The value of a constant row, else None."""
        return self.builder.params(row)["value"] if self.builder.op(row) is CONSTANT else None

    def choose(self, test: int, values: list[Any]) -> int | None:
        """Which argument a `where` stands for, if that is clear: a tie that is none here is left out."""
        condition, yes, no = values
        if self.graph.op(test).name == "equal" and test >= self.forward and not np.any(self.run[test]):
            return 2
        if condition is not None and np.ndim(condition) == 0:
            return 1 if condition else 2
        if yes is not None and np.all(np.isnan(yes)):
            return 2
        return 1 if no is not None and np.all(np.isnan(no)) else None


def _is(value: Any, number: float) -> bool:
    return value is not None and bool(np.all(np.equal(value, number)))
