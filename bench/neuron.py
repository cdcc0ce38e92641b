"""The seed's neuron: value and five gradients in one call, against autograd where that is installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from bench.measuring import Line, ratio_of_pairs, repeated, seconds
from whygrad.differentiation import differentiate
from whygrad.execution import execute
from whygrad.simplification import simplify
from whygrad.transformations import trace, value_and_grad

POINT = ([2.0, -3.0, -3.0], [-1.0, -2.0])
ARRAYS = (np.array(POINT[0]), np.array(POINT[1]))
CALLS = 100


def neuron(w: Any, x: Any) -> Any:
    """sigmoid(w0*x0 + w1*x1 + w2)."""
    return 1 / (1 + np.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))


def by_hand() -> tuple[Any, Any]:
    """The same with its gradients, as one writes it by hand."""
    (w0, w1, w2), (x0, x1) = POINT
    s = 1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2)))
    g = (1 - s) * s
    return s, ([x0 * g, x1 * g, g], [w0 * g, w1 * g])


def run() -> list[Line]:
    """Time of a call: traced anew each time, and the simplified table executed again."""
    both = value_and_grad(neuron, argnums=(0, 1))
    graph = simplify(differentiate(trace(neuron)(*POINT)).graph).graph
    numbers = [number for part in POINT for number in part]
    calls: dict[str, tuple[Callable[[], Any], str]] = {
        "by hand": (by_hand, "np.exp on floats"),
        "value_and_grad on floats": (lambda: both(*POINT), "traced anew"),
        "value_and_grad on arrays": (lambda: both(*ARRAYS), "traced anew"),
        "execute": (lambda: execute(graph, numbers).outputs, f"the simplified table, {len(graph)} rows"),
    }
    truth = np.concatenate(by_hand()[1])
    for what in ("value_and_grad on floats", "value_and_grad on arrays"):
        np.testing.assert_allclose(np.concatenate(calls[what][0]()[1]), truth, rtol=1e-14)
    np.testing.assert_allclose(calls["execute"][0](), truth, rtol=1e-14)
    lines = [
        Line("neuron", what, seconds(repeated(call, CALLS), 15)[0] / CALLS * 1e6, "us/call", note)
        for what, (call, note) in calls.items()
    ]
    return [*lines, *against_autograd(both, truth)]


def against_autograd(both: Callable[..., Any], truth: Any) -> list[Line]:
    """Ratios to HIPS/autograd; a line that says so where it is missing."""
    try:
        autograd, its_numpy = import_module("autograd"), import_module("autograd.numpy")
    except ImportError:
        missing = "autograd is not installed: pip install autograd"
        return [Line("neuron", "ours / autograd", float("nan"), "x", missing)]

    def theirs(point: Any) -> Any:
        w, x = point
        return 1 / (1 + its_numpy.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))

    its_both, lines = autograd.value_and_grad(theirs), []
    for what, point in (("floats", POINT), ("arrays", ARRAYS)):
        np.testing.assert_allclose(np.concatenate(its_both(point)[1]), truth, rtol=1e-14)
        pair = repeated(lambda p=point: both(*p), CALLS), repeated(lambda p=point: its_both(p), CALLS)
        lines.append(
            Line("neuron", f"ours / autograd on {what}", ratio_of_pairs(*pair), "x", "median of pairs")
        )
    return lines
