"""The seed's neuron: value and five gradients in one call, against autograd where that is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from bench.measuring import Line, ratio_of_pairs, seconds
from whygrad.differentiation import differentiate
from whygrad.execution import execute
from whygrad.simplification import simplify
from whygrad.transformations import trace, value_and_grad

W, X = np.array([2.0, -3.0, -3.0]), np.array([-1.0, -2.0])
CALLS = 100


def neuron(w: Any, x: Any) -> Any:
    """sigmoid(w0*x0 + w1*x1 + w2)."""
    return 1 / (1 + np.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))


def by_hand() -> tuple[Any, Any]:
    """The same, as one writes it by hand."""
    s = neuron(W, X)
    g = (1 - s) * s
    return np.array([X[0] * g, X[1] * g, g]), W[:2] * g


def repeated(call: Any) -> Any:
    """A call repeated, so that its time can be read from the clock."""
    return lambda: [call() for _ in range(CALLS)]


def run() -> list[Line]:
    """Time of a call: traced anew each time, and the simplified table executed again."""
    traced = lambda: value_and_grad(neuron, argnums=(0, 1))(W, X)
    graph = simplify(differentiate(trace(neuron)(W, X)).graph).graph
    again = lambda: execute(graph, [W, X]).outputs
    for found in (traced()[1], again()):
        for ours, truth in zip(found, by_hand(), strict=True):
            np.testing.assert_allclose(ours, truth, rtol=1e-14)
    lines = [
        Line("neuron", what, seconds(repeated(call), 7)[0] / CALLS * 1e6, "us/call", note)
        for what, call, note in (
            ("by hand", by_hand, "NumPy"),
            ("value_and_grad", traced, "traced anew"),
            ("execute", again, f"the simplified table, {len(graph)} rows"),
        )
    ]
    return [*lines, against_autograd(traced)]


def against_autograd(traced: Any) -> Line:
    """The ratio to HIPS/autograd; a line that says so where it is missing."""
    try:
        autograd, its_numpy = import_module("autograd"), import_module("autograd.numpy")
    except ImportError:
        return Line(
            "neuron", "ours / autograd", float("nan"), "x", "autograd is not installed: pip install autograd"
        )

    def theirs(w: Any, x: Any) -> Any:
        return 1 / (1 + its_numpy.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))

    call = lambda: (theirs(W, X), autograd.grad(theirs, (0, 1))(W, X))
    for a, b in zip(call()[1], traced()[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
    return Line(
        "neuron", "ours / autograd", ratio_of_pairs(repeated(traced), repeated(call)), "x", "median of pairs"
    )
