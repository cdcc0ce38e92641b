"""The forward pass without its tiny constants, such as the 1e-9 of `log(p + 1e-9)`, and what it rounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from whygrad.graph import CONSTANT, Graph, GraphBuilder

TINY = 2e-6
"""A constant below this in the forward pass is there to be neglected."""


def tiny_rows(graph: Graph) -> list[int]:
    """Rows that are tiny constants, wherever they were written."""
    return [
        row for row in range(len(graph)) if graph.op(row) is CONSTANT and _tiny(graph.params(row)["value"])
    ]


def without_tiny(graph: Graph) -> Graph | None:
    """The graph with its tiny constants as zeros; None where it has none."""
    found = tiny_rows(graph)
    if not found:
        return None
    builder = GraphBuilder.extending(graph)
    for row in found:
        value = graph.params(row)["value"]
        zero = 0.0 if isinstance(value, float) else np.zeros_like(value)
        builder.params_column[row] = builder.params_number({"value": zero})
    return builder.freeze(graph.inputs, graph.outputs)


def cuts_off(graph: Graph) -> bool:
    """Is something kept above a tiny constant, as in `log(maximum(p, 1e-9))`?"""
    tiny = set(tiny_rows(graph))
    named = (row for row in range(len(graph)) if graph.op(row).name in ("clip", "maximum", "where"))
    return bool(tiny) and any(tiny & set(graph.args(row)) for row in named)


def is_single(graph: Graph) -> bool:
    """Is a part of the graph computed in single or half precision?"""
    return any(
        isinstance(dtype := graph.abstract(row).dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize < 8
        for row in range(len(graph))
    )


def largest_tiny(graph: Graph) -> float:
    """The largest of the tiny constants; 0 where there is none."""
    return max((abs(float(graph.params(row)["value"])) for row in tiny_rows(graph)), default=0.0)


def _tiny(value: Any) -> bool:
    return isinstance(value, float | np.floating) and 0 < abs(float(value)) <= TINY
