"""Layers that divide by the number of examples themselves: right, and what is wrong besides is seen."""

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.source import Source

LAYER = """
import numpy as np
def linear_forward(A, W, b):
    Z = W.dot(A) + b
    cache = (A, W, b)
    return Z, cache
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1./m * np.dot(dZ, A_prev.T)
    db = 1./m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db
"""


def wrong(text: str) -> set[str]:
    evidence = measure(Source("linear.py", text), Hints())
    assert {claim.name for claim in evidence.finals} == {"dW", "db", "dA_prev"}
    return {claim.name for claim in evidence.finals if claim.verdict in ("wrong", "inherited")}


@pytest.mark.parametrize(
    ("right", "slip", "names"),
    [
        ("", "", set()),
        ("dW = 1./m", "dW = -1./m", {"dW"}),
        ("dZ, A_prev.T", "abs(dZ), A_prev.T", {"dW"}),
        ("axis=1, keepdims=True", "axis=0, keepdims=True", {"db"}),
        ("axis=1, keepdims=True", "axis=1", {"db"}),
        ("np.dot(W.T, dZ)", "np.dot(W.T, 2 * dZ)", {"dA_prev"}),
        ("np.dot(W.T, dZ)", "np.dot(W.T, dW)", {"dA_prev"}),
        # What goes on to the layer before is divided by no convention.
        ("np.dot(W.T, dZ)", "np.dot(W.T, dZ) / m", {"dA_prev"}),
        # A count of another axis is not one of examples.
        ("A_prev.shape[1]", "A_prev.shape[0]", {"dW", "db"}),
    ],
)
def test_a_slip_beside_a_mean_is_the_only_thing_wrong(right, slip, names):
    text = LAYER.replace(right, slip) if right else LAYER
    assert wrong(text) == names


def test_an_upstream_divided_at_the_top_is_no_mean_of_the_parameters():
    """There the gradient that goes on is divided as well, and no line of a parameter divides."""
    text = LAYER.replace("1./m * ", "").replace("    dW =", "    dZ = dZ / m\n    dW =")
    assert wrong(text) == {"dW", "db", "dA_prev"}
