"""Functions that an engine's rules call are repaired where they stand, and rules only for what they add."""

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

ARRAYS = """
import numpy as np


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Tensor:
    def __init__(self, data, parents=()):
        self.data, self.parents = np.asarray(data, dtype=float), parents
        self.grad, self.back = np.zeros_like(self.data), None

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def back():
            self.grad = self.grad + unbroadcast(out.grad, self.data.shape)
            other.grad = other.grad + unbroadcast(out.grad, other.data.shape)
        out.back = back
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other))

        def back():
            self.grad = self.grad + unbroadcast(out.grad * other.data, self.data.shape)
            other.grad = other.grad + unbroadcast(out.grad * self.data, other.data.shape)
        out.back = back
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def back():
            self.grad = self.grad + np.ones_like(self.data) * out.grad / self.data.size
        out.back = back
        return out

    def backward(self):
        order, seen = [], set()

        def walk(t):
            if id(t) not in seen:
                seen.add(id(t))
                for p in t.parents:
                    walk(p)
                order.append(t)
        walk(self)
        self.grad = np.ones_like(self.data)
        for t in order[::-1]:
            if t.back is not None:
                t.back()


rng = np.random.RandomState(7)
x_data = rng.randn(4, 3)
b_data = rng.randn(3)
s_data = rng.randn(4, 1)

x, b, s = Tensor(x_data), Tensor(b_data), Tensor(s_data)
h = (x + b) * s
loss = (h * h).mean()
loss_value = loss.data

loss.backward()
grad_x = x.grad
grad_b = b.grad
grad_s = s.grad
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("grad.sum(axis=axis, keepdims=True)", "grad.sum(axis=axis)"),
        ("grad.sum(axis=axis, keepdims=True)", "grad.sum(axis=axis, keepdims=False)"),
        ("grad.sum(axis=0)", "grad.mean(axis=0)"),
        ("other.grad + unbroadcast(out.grad, other.data.shape)", "other.grad + out.grad"),
        ("unbroadcast(out.grad * self.data, other.data.shape)", "unbroadcast(out.grad, other.data.shape)"),
    ],
)
def test_the_function_or_the_rule_is_repaired_by_what_was_typed(right: str, wrong: str) -> None:
    assert ARRAYS.count(right) == 1
    typed = ARRAYS.replace(right, wrong)
    (finding,) = check_program(Source("engine.py", typed)).findings
    assert finding.line == ARRAYS[: ARRAYS.index(right)].count("\n") + 1
    assert finding.repair is not None
    lines = typed.split("\n")
    for edit in finding.repair.edits:
        lines[edit.line - 1] = edit.after
    assert check_program(Source("engine.py", "\n".join(lines))).status == "right"


def test_the_engine_is_right() -> None:
    assert check_program(Source("engine.py", ARRAYS)).status == "right"
