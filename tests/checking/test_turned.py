"""Gradients that are kept transposed are right where every step turns them back."""

import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.checking.turned import turned_by_steps
from whygrad.source import Source

LAYER = """
import numpy as np
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in)
        self.b = np.random.randn(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b
    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W
"""
STEPS = {
    "a method": """
    def update(self, lr):
        self.W -= lr * self.dW.T
        self.b -= lr * self.db
""",
    "an optimiser, on whatever layer": """
def step(layers, lr):
    for layer in layers:
        layer.W = layer.W - lr * np.transpose(layer.dW)
        layer.b = layer.b - lr * layer.db
""",
}


@pytest.mark.parametrize("step", STEPS)
def test_the_step_turns_it_back(step):
    evidence = measure(Source("layer.py", LAYER + STEPS[step]))
    assert evidence.verdict == "right"
    assert next(c for c in evidence.claims if c.name == "self.dW").note


@pytest.mark.parametrize("step", ["", STEPS["a method"].replace(".dW.T", ".dW")])
def test_without_that_step_it_is_wrong(step):
    assert measure(Source("layer.py", LAYER + step)).verdict == "wrong"


def test_a_transposed_gradient_may_be_wrong_all_the_same():
    text = LAYER.replace("self.x.T @ dout", "2 * self.x.T @ dout") + STEPS["a method"]
    assert measure(Source("layer.py", text)).verdict == "wrong"


def test_names_that_steps_take_transposed():
    text = textwrap.dedent("""
        W -= lr * dW.T
        V = V - lr * (grads["dV"].transpose() + decay * V)
        U -= lr * dU.T
        U -= dU
        S = dS.T
    """)
    assert {"dW", "dV"} <= turned_by_steps(text)
    assert not {"dU", "dS"} & turned_by_steps(text)
