"""Which variable a gradient belongs to, where its name says something else."""

import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

STRETCH = """
    import numpy as np
    class Stretch:
        def __init__(self, size=(2, 2)):
            self.size = size
        def forward(self, X):
            self.shape = X.shape
            return X.repeat(self.size[0], axis=2).repeat(self.size[1], axis=3)
        def backward(self, grad):
            n, c, h, w = self.shape
            grad = BACK
            return grad
"""
SUMMED = "grad.reshape(n, c, h, self.size[0], w, self.size[1]).sum(axis=(3, 5))"
PICKED = "grad[:, :, ::self.size[0], ::self.size[1]]"
DENSE = """
    class Dense:
        def __init__(self, W, b):
            self.W, self.b = W, b
        def forward(self, X):
            self.X = X
            return X @ self.W + self.b
        def backward(self, delta):
            self.dW = self.X.T @ delta
            self.db = delta.sum(axis=0)
            delta = FACTORdelta @ self.W.T
            return delta
"""


def evidence(text):
    return measure(Source("layer.py", textwrap.dedent(text)))


@pytest.mark.parametrize(("back", "verdict"), [(SUMMED, "right"), (PICKED, "wrong")])
def test_what_leaves_a_layer_may_bear_the_name_of_what_came_in(back, verdict):
    found = evidence(STRETCH.replace("BACK", back))
    assert found.verdict == verdict
    assert [(c.name, c.of) for c in found.finals] == [("grad", "X")]


@pytest.mark.parametrize(("factor", "verdict"), [("", "right"), ("2 * ", "wrong")])
def test_it_is_judged_at_more_points_than_the_given_one(factor, verdict):
    """The weights of the output are what arrived, not what was returned under the same name."""
    found = evidence(DENSE.replace("FACTOR", factor))
    assert found.verdict == verdict
    assert len(found.points) > 3 and not any("few points" in note for note in found.notes)


def test_a_gradient_of_the_shape_of_weights_is_theirs_and_not_of_what_they_make():
    text = textwrap.dedent("""
        import math
        signals, goal = [0.4, -0.7, 1.1], 0.2
        unit_weights, outer_weights = [[0.2, -0.4, 0.5], [0.7, 0.3, -0.1]], [0.5, -0.6]
        unit = [math.tanh(sum(w * s for w, s in zip(row, signals))) for row in unit_weights]
        outer = sum(w * u for w, u in zip(outer_weights, unit))
        loss = (outer - goal) ** 2
        up = 2 * (outer - goal)
        outer_gradients = [up * u for u in unit]
        unit_gradients = [[up * w * (1 - u * u) * s for s in signals] for w, u in zip(outer_weights, unit)]
    """)
    claims = {c.name: c for c in measure(Source("lists.py", text)).finals}
    assert {c.of: c.verdict for c in claims.values()} == {"outer_weights": "right", "unit_weights": "right"}
