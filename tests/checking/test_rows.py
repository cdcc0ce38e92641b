"""Passes of vectors whose gradients are rows, as if of a batch of one."""

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.diagnosis import check_program
from whygrad.source import Source

CELL = """
import numpy as np
class Cell:
    def __init__(self, d, h):
        self.W, self.b = np.random.randn(h, d), np.random.randn(h)
        self.dW, self.db = np.zeros((h, d)), np.zeros(h)
    def forward(self, x):
        self.x = x
        self.s = np.tanh(self.W @ x + self.b)
        assert self.s.shape == self.b.shape
        return self.s
    def backward(self, delta):
        {checked}
        dz = delta * (1 - self.s ** 2)
        self.dW += {dW}
        self.db += {db}
        dx = {dx}
        return dx
"""
ROW = {
    "checked": "assert delta.shape == (1, len(self.b))", "dW": "dz.T @ self.x[None, :]", "db": "dz[0]",
    "dx": "dz @ self.W",
}  # fmt: skip
MADE = {
    "checked": "delta = np.expand_dims(delta, 0)", "dW": "np.outer(dz, self.x)", "db": "dz[0]",
    "dx": "dz @ self.W",
}  # fmt: skip


@pytest.mark.parametrize("parts", [ROW, MADE], ids=["taken", "made"])
def test_rows_are_as_good_as_vectors(parts):
    evidence = measure(Source("cell.py", CELL.format(**parts)))
    found = {c.name: c.verdict for c in evidence.finals}
    assert {"dx", "self.dW", "self.db"} <= found.keys()
    assert set(found.values()) == {"right"}
    assert any("one row" in note for note in evidence.notes)


@pytest.mark.parametrize("parts", [ROW, MADE], ids=["taken", "made"])
def test_a_slip_is_found_and_mended_in_rows(parts):
    text = CELL.format(**{**parts, "dx": "-(dz @ self.W)"})
    result = check_program(Source("cell.py", text))
    assert [(f.variable, f.line) for f in result.findings] == [("dx", 17)]
    assert result.findings[0].repair is not None


def test_a_row_in_place_of_a_sum_over_examples_stays_wrong():
    text = """
import numpy as np
def affine_forward(x, w, b):
    return x @ w + b, (x, w)
def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0, keepdims=True)
"""
    given = Hints(input={"x": "randn(4, 3)", "w": "randn(3, 5)", "b": "randn(5)"})
    evidence = measure(Source("affine.py", text), given)
    assert [c.of for c in evidence.finals if c.verdict == "wrong"] == ["b"]
