"""The gradient that arrives in a script which hands it to a backward pass: under any name, or under none."""

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.diagnosis.files import check_program
from whygrad.source import Source

LAYER = """\
import numpy as np

class Dense:
    def __init__(self, n, m, seed=0):
        rng = np.random.RandomState(seed)
        self.W, self.b = rng.randn(n, m), np.zeros(m)

    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W + self.b)

    def backward(self, dy):
        dz = dy * (1 - np.tanh(self.x @ self.W + self.b) ** 2)
        self.dW = self.x.T @ dz
        self.db = dz.sum(0)
        return dz @ self.W.T

rng = np.random.RandomState(1)
layer = Dense(3, 4)
x = rng.randn(5, 3)
y = layer.forward(x)
"""
NAMED = LAYER + "arrived = rng.randn(5, 4)\ndx = layer.backward(arrived)\n"
DRAWN = LAYER + "dx = layer.backward(rng.randn(*y.shape))\n"
ONES = LAYER + "dx = layer.backward(np.ones_like(y))\n"


@pytest.mark.parametrize("text", [NAMED, DRAWN, ONES], ids=["named", "drawn", "ones"])
def test_what_arrives_makes_right_code_right(text: str) -> None:
    assert measure(Source("user.py", text), Hints()).verdict == "right"


@pytest.mark.parametrize("text", [NAMED, DRAWN, ONES], ids=["named", "drawn", "ones"])
def test_a_slip_behind_it_is_found_on_its_line(text: str) -> None:
    wrong = text.replace("dz @ self.W.T", "dy @ self.W.T")
    result = check_program(Source("user.py", wrong))
    assert result.status == "wrong"
    assert "return dy @ self.W.T" in wrong.split("\n")[result.findings[0].line - 1]
