"""What a read `x[i]` sends back, put in its place: along a path that alone comes back to `x`.

All reads of an array share one accumulate row in the derivative; the page follows one path at a time.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from whygrad.differentiation import Derivative
from whygrad.graph import GraphBuilder
from whygrad.ops import OPS, Keys, infer


def with_places(derivative: Derivative, count: int) -> tuple[Derivative, dict[tuple[int, int], tuple[int]]]:
    """The derivative with a row more for each read among its `count` forward rows, and these rows by edge."""
    graph, builder = derivative.graph, GraphBuilder.extending(derivative.graph)
    places: dict[tuple[int, int], tuple[int]] = {}
    accumulate = OPS["accumulate"]
    for row in range(count):
        if graph.op(row).name != "index" or (row, 0) not in derivative.edges:
            continue
        base = graph.abstract(graph.args(row)[0])
        zeros = builder.constant(np.zeros(base.shape))
        args = [zeros, derivative.edges[row, 0].contribution, *graph.args(row)[1:]]
        params = {"keys": Keys([graph.params(row)["key"]])}
        kinds = [builder.abstract(a) for a in args]
        places[row, 0] = (builder.add(accumulate, args, infer(accumulate, kinds, params), params),)
    if not places:
        return derivative, places
    return replace(derivative, graph=builder.freeze(graph.inputs, graph.outputs)), places
