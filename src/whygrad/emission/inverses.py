"""What divides by something of which the statement itself has the inverse is multiplied by that instead."""

from __future__ import annotations

import dataclasses

import numpy as np

from whygrad.emission.local import Derived
from whygrad.graph import CONSTANT, Graph, GraphBuilder
from whygrad.ops import OPS
from whygrad.simplification import live


def by_inverse(derived: Derived) -> Derived:
    """With `ivar = 1 / np.sqrt(var + eps)`, `g * ivar**2` in place of `g * ivar / np.sqrt(var + eps)`."""
    graph = derived.graph
    inverses = {b: r for r in derived.results if r >= 0 and (b := inverted(graph, r)) >= 0}
    if not inverses:
        return derived
    builder = GraphBuilder()
    for row in range(len(graph)):
        op, args, params = graph.op(row), list(graph.args(row)), graph.params(row)
        by = args[1] if op.name == "divide" else -1
        by = graph.args(by)[0] if by >= 0 and graph.op(by).name == "inside" else by
        if row > inverses.get(by, row):
            op, args = OPS["multiply"], [args[0], inverses[by]]
        made = builder.add(op, args, graph.abstract(row), params)
        if graph.name(row):
            builder.name_row(made, graph.name(row))
    keep = [r for r in (*derived.results, *derived.seeds, *(r for k in derived.leaves for r in k)) if r >= 0]
    whole = builder.freeze(list(graph.inputs), list(graph.outputs))
    left, new = live(whole, keep)

    def moved(rows: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(new[r] if r >= 0 else -1 for r in rows)

    return dataclasses.replace(
        derived,
        graph=left,
        leaves=tuple(map(moved, derived.leaves)),
        results=moved(derived.results),
        seeds=moved(derived.seeds),
        sources={new[r]: op for r, op in derived.sources.items() if new[r] >= 0},
    )


def inverted(graph: Graph, row: int) -> int:
    """The row of which a row is the inverse, of the same shape; -1 if there is none."""
    if graph.op(row).name != "divide":
        return -1
    one, below = graph.args(row)
    unit = graph.op(one) is CONSTANT and np.ndim(graph.params(one)["value"]) == 0
    same = graph.abstract(below).shape == graph.abstract(row).shape
    named = graph.op(below).name in ("input", "constant")
    return below if unit and same and not named and graph.params(one)["value"] == 1 else -1
