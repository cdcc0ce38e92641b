"""Slips in the rules of a home-made engine are found where they stand, not where gradients are read off."""

from __future__ import annotations

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

ENGINE = """
import math


class Value:
    def __init__(self, data, children=()):
        self.data, self.grad, self._children = data, 0.0, set(children)
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, k):
        out = Value(self.data ** k, (self,))

        def _backward():
            self.grad += k * self.data ** (k - 1) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for child in v._children:
                    visit(child)
                topo.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


a0 = 0.6
b0 = -1.1

a, b = Value(a0), Value(b0)
n = a * b + a ** 3
o = n.tanh() * b + n * a
L = o.data

o.backward()
grad_a, grad_b = a.grad, b.grad
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("self.grad += other.data * out.grad", "self.grad = other.data * out.grad"),
        ("k * self.data ** (k - 1) * out.grad", "k * self.data ** k - 1 * out.grad"),
        ("(1 - t ** 2) * out.grad", "1 - t ** 2"),  # nothing in this rule mentions `out`
        ("other.grad += self.data * out.grad", "other.grad += other.data * out.grad"),
    ],
)
def test_a_slip_in_a_rule_is_found_there(right: str, wrong: str) -> None:
    assert ENGINE.count(right) == 1
    assert check_program(Source("engine.py", ENGINE)).status == "right"
    result = check_program(Source("engine.py", ENGINE.replace(right, wrong)))
    (finding,) = result.findings
    line = ENGINE[: ENGINE.index(right)].count("\n") + 1
    assert finding.line == line and finding.repair is not None
    assert finding.repair.edits[0].after.strip() == ENGINE.split("\n")[line - 1].strip()


def test_a_gradient_that_an_object_works_out_is_not_written_anew_beside_it() -> None:
    text = """
class Var:
    def __init__(self, value):
        self.value, self.children, self.seed = value, [], None

    def __mul__(self, other):
        z = Var(self.value * other.value)
        self.children.append((other.value, z))
        other.children.append((other.value, z))
        return z

    def grad(self):
        return self.seed if self.seed is not None else sum(w * v.grad() for w, v in self.children)


x0 = 0.5
y0 = 4.2
x, y = Var(x0), Var(y0)
z = x * y
out = z.value
z.seed = 1.0
gx = x.grad()
gy = y.grad()
"""
    (finding,) = check_program(Source("engine.py", text)).findings
    assert finding.line == 9 and finding.repair is not None
    assert finding.repair.edits[0].after.strip() == "other.children.append((self.value, z))"
