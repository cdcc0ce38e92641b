"""An engine that no script uses is exercised: its operators, its methods, and leaves used twice."""

import pytest

from whygrad.checking.engines import engines_in
from whygrad.checking.measurement import measure
from whygrad.checking.units import Outline
from whygrad.source import Source, parsed

ENGINE = """
import math
class Node:
    def __init__(self, value, parents=()):
        self.value, self.grad, self._parents, self._back = value, 0.0, parents, lambda: None
    def __add__(self, other):
        out = Node(self.value + other.value, (self, other))
        def back():
            self.grad {sum} out.grad
            other.grad {sum} out.grad
        out._back = back
        return out
    def __mul__(self, other):
        out = Node(self.value * other.value, (self, other))
        def back():
            self.grad += other.value * out.grad
            other.grad += self.value * out.grad
        out._back = back
        return out
    def log(self):
        out = Node(math.log(self.value), (self,))
        def back():
            self.grad += {log} * out.grad
        out._back = back
        return out
    def backward(self):
        order, seen = [], set()
        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node._parents:
                    visit(parent)
                order.append(node)
        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._back()
"""


def verdict(**parts: str) -> str:
    text = ENGINE.format(**{"sum": "+=", "log": "1 / self.value", **parts})
    return measure(Source("user.py", text)).verdict


def test_a_right_engine_is_right():
    assert verdict() == "right"


@pytest.mark.parametrize("parts", [{"sum": "="}, {"log": "1 / out.value"}], ids=["overwritten", "logarithm"])
def test_a_wrong_rule_is_wrong(parts):
    assert verdict(**parts) == "wrong"


def test_layers_are_no_engines():
    text = "class A:\n    def forward(self, x): return x\n    def backward(self, dout): return dout\n"
    assert engines_in(Outline.of(parsed(Source("a.py", text))).classes) == []


TRAINING = """
weights = [Node(0.1 * k) for k in range(1, 9)]
for step in range(20):
    loss = Node(0.0)
    for x in (0.5, -1.0, 2.0, 1.5):
        score = Node(0.0)
        for w in weights:
            score = score + w * Node(x)
        loss = loss + (score + Node(-1.0)) * (score + Node(-1.0))
    for w in weights:
        w.grad = 0.0
    loss.backward()
    for w in weights:
        w.value -= 0.01 * w.grad
"""


@pytest.mark.parametrize(("sum", "expected"), [("+=", "right"), ("=", "wrong")])
def test_an_engine_in_use_on_a_graph_of_many_nodes(sum, expected):
    """A copy of what one statement reads was a copy of the whole graph, and there was no end to it."""
    text = ENGINE.format(sum=sum, log="1 / self.value") + TRAINING
    assert measure(Source("user.py", text)).verdict == expected
