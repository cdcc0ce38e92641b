"""Gradients whose names say nothing: a wrong one must not go unnoticed."""

import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

SINGLE = """
    import numpy as np
    def make_inputs():
        rng = np.random.RandomState(52)
        return dict(A=rng.randn(3, 4), B=rng.randn(4, 2), X=rng.randn(9, 3), y=rng.randn(9, 2))
    def net(A, B, X, y):
        h = np.tanh(X @ A)
        o = h @ B
        cost = np.sum((o - y) ** 2)
        delta = 2 * (o - y)
        dtheta2 = h.T @ delta
        dtheta1 = X.T @ (delta @ B.T{slope})
        return cost, dtheta1, dtheta2
"""
PAIR = """
    import numpy as np
    def make_inputs():
        rng = np.random.RandomState(52)
        return dict(A=rng.randn(3, 4), B=rng.randn(4, 2), X=rng.randn(9, 3), dy=rng.randn(9, 2))
    def fwd(A, B, X):
        h = np.tanh(X @ A)
        return h @ B, (A, B, X, h)
    def bwd(dy, cache):
        A, B, X, h = cache
        grad_second = h.T @ dy
        grad_first = X.T @ (dy @ B.T{slope})
        return grad_first, grad_second
"""


@pytest.mark.parametrize("text", [SINGLE, PAIR])
@pytest.mark.parametrize(("slope", "verdict"), [(" * (1 - h ** 2)", "right"), ("", "wrong")])
def test_the_only_input_of_its_shape_is_meant(text: str, slope: str, verdict: str) -> None:
    evidence = measure(Source("user.py", textwrap.dedent(text.format(slope=slope))))
    assert {c.of: c.verdict for c in evidence.finals} == {"A": verdict, "B": "right"}


def test_the_gradient_of_a_quantity_inside_is_of_no_input() -> None:
    text = """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(5)
            return dict(W=rng.randn(3, 3), X=rng.randn(4, 3), y=np.array([0, 1, 2, 1]))
        def softmax_loss(W, X, y):
            scores = X @ W
            p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            loss = -np.log(p[np.arange(4), y]).mean()
            dscores = p.copy()
            dscores[np.arange(4), y] -= 1
            dscores /= 4
            dW = X.T @ dscores
            return loss, dW, dscores
    """
    evidence = measure(Source("user.py", textwrap.dedent(text)))
    assert [(c.name, c.verdict) for c in evidence.finals] == [("dW", "right")]


def test_what_a_layer_keeps_of_its_input_is_no_parameter_that_it_builds() -> None:
    text = """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(63)
            return dict(X=rng.randn(6, 3), W=rng.randn(3, 2), dY=rng.randn(6, 2))
        class Layer_Dense:
            def __init__(self, W):
                self.weights = W
            def forward(self, X):
                self.inputs = X
                return np.dot(X, self.weights)
            def backward(self, dY):
                self.dweights = np.dot(self.inputs.T, dY)
                self.dinputs = np.dot(dY, self.weights.T)
    """
    evidence = measure(Source("user.py", textwrap.dedent(text)))
    assert {c.name: c.verdict for c in evidence.finals} == {"self.dweights": "right", "self.dinputs": "right"}
