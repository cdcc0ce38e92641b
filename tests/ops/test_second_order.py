"""Rules stamped into a graph, twice: the gradient of a weighted sum of the result, and the gradient of that.

First order is compared with the numeric truth (here through symbols, not arrays), second order with bounded
differences of the first.
"""

from __future__ import annotations

import numpy as np
import pytest

from whygrad.differentiation import differentiate
from whygrad.execution import execute
from whygrad.graph import INPUT, GraphBuilder, abstract_of
from whygrad.ops import OPS, call
from whygrad.tracing.symbols import Symbol


def graph_of_sample(sample, weights):
    """sum(weights * op(args)), the moving arguments as inputs and the others as constants."""
    builder = GraphBuilder()
    args, rows = list(sample.args), []
    for i in sample.moving:
        rows.append(builder.add(INPUT, (), abstract_of(args[i])))
        args[i] = Symbol(builder, rows[-1])
    y = call(OPS[sample.op], *args, **sample.params)
    out = np.sum(y * weights) if np.ndim(weights) else y * weights
    return builder.freeze(rows, [out.row])


def weighted_sum(graph, weights):
    """The graph whose output is the sum of the outputs, each times its weights."""
    builder = GraphBuilder.extending(graph)
    total = None
    for row, weight in zip(graph.outputs, weights, strict=True):
        part = Symbol(builder, row) * weight
        part = np.sum(part) if part.shape else part
        total = part if total is None else total + part
    return builder.freeze(graph.inputs, [total.row])


def test_stamped_rules(sample, numeric, tools):
    rng = tools["generator"](sample.op)
    shape = np.shape(sample.value())
    weights = rng.normal(size=shape) if shape else float(rng.normal())
    point = [sample.args[i] for i in sample.moving]
    first = differentiate(graph_of_sample(sample, weights)).graph
    gradients = execute(first, point).outputs
    for i, found in zip(sample.moving, gradients, strict=True):
        assert np.shape(found) == np.shape(sample.args[i])
        for entry in np.ndindex(np.shape(sample.args[i])):
            truth, error = numeric.column(sample, i, entry)
            off = abs(np.asarray(found)[entry] - np.sum(weights * truth))
            assert off <= np.sum(np.abs(weights) * error) + 1e-13

    directions = [rng.normal(size=np.shape(a)) if np.ndim(a) else float(rng.normal()) for a in point]
    once = weighted_sum(first, directions)
    second = execute(differentiate(once).graph, point).outputs
    for k, found in enumerate(second):
        assert np.all(np.isfinite(found))
        for entry in np.ndindex(np.shape(point[k])):

            def along(x, k=k, entry=entry):
                moved = np.array(point[k], dtype=float)
                moved[entry] = x
                if sample.op in tools["SYMMETRISED"]:
                    moved = (moved + np.swapaxes(moved, -1, -2)) / 2
                args = [*point[:k], moved if moved.shape else float(moved), *point[k + 1 :]]
                return execute(once, args).outputs[0]

            truth, error = tools["ridders"](along, float(np.asarray(point[k])[entry]))
            bound = 10 * error + 1e-12 * max(1.0, abs(truth))
            assert bound <= 1e-5 * max(1.0, abs(truth)), "the reference did not converge"
            assert abs(np.asarray(found)[entry] - truth) <= bound, (k, entry, found, truth, error)


@pytest.mark.parametrize(
    ("text", "function", "at", "expected"),
    [
        ("log outside", lambda x: np.where(x > 0, np.log(x), 0.0), 0.0, 0.0),
        ("sqrt outside", lambda x: np.where(x > 0, np.sqrt(x), 0.0), -1.0, 0.0),
        ("sin(x)/x at 0", lambda x: np.where(x != 0, np.sin(x) / x, 1.0), 0.0, 0.0),
        ("x*log(x) at 0", lambda x: np.where(x > 0, x * np.log(x), 0.0), 0.0, 0.0),
        ("x**x at 0", lambda x: np.where(x > 0, x**x, 1.0), 0.0, 0.0),
        ("abs(log) outside", lambda x: np.where(x > 0, abs(np.log(x)), 0.0), -1.0, 0.0),
        ("untaken overflow", lambda x: np.where(x > 0, 1.0, np.exp(x) / (1 + np.exp(x))), 1000.0, 0.0),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x)), -1000.0, 0.0),
        ("maximum(x, x)", lambda x: np.maximum(x, x), 2.0, 1.0),
        ("relu", lambda x: np.where(x > 0, x, 0.0), 0.0, 0.0),
        ("x**0", lambda x: x**0, 0.0, 0.0),
        ("x**0.0", lambda x: x**0.0, 0.0, 0.0),
        ("x**2.0", lambda x: x**2.0, -2.0, -4.0),
        ("x**0.5", lambda x: x**0.5, 0.0, np.inf),
        ("logaddexp", lambda x: np.logaddexp(x, 0.0), 1000.0, 1.0),
        ("log below 0", lambda x: np.log(x), -1.0, np.nan),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [float, np.array])
def test_hard_points_through_a_graph(text, function, at, expected, kind, graph_of):
    """The tables of hard points: an untaken branch does not poison, ties add up."""
    graph = graph_of(function, kind(at))
    (found,) = execute(differentiate(graph).graph, [kind(at)]).outputs
    np.testing.assert_array_equal(found, expected)
