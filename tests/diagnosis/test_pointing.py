"""Where no edit is found, the line is shown that is likeliest at fault, not the last one."""

import ast
import textwrap
from dataclasses import replace

from whygrad.checking.measurement import measure
from whygrad.diagnosis.pointing import pointed
from whygrad.source import Source


def shown(text: str) -> list[int]:
    source = Source("user.py", textwrap.dedent(text).lstrip("\n"))
    evidence = measure(source)
    wrong = [claim for claim in evidence.finals if claim.verdict != "right"]
    return [claim.line for claim in pointed(evidence, ast.parse(source.text), wrong)]


HEAD = """
import numpy as np
x, t = np.array([0.4, -1.2, 0.9]), np.array([0.1, 0.5, -0.3])
w, b = np.array([0.7, 0.2, -0.5]), np.array([0.3, -0.1, 0.6])
z = np.sin(w * x) + b ** 2
loss = np.mean((z - t) ** 2)
"""


def test_the_line_that_computes_and_not_the_one_that_divides() -> None:
    assert shown(f"""{HEAD}
g = 2 * (z - t)
dw = g * np.exp(w) * np.tanh(x)
dw /= 3
db = 2 * b * g / 3
""") == [8]


def test_what_wrong_gradients_share_and_right_ones_do_not() -> None:
    assert shown(f"""{HEAD}
dz = 2 * (z - t) / 3
odd = dz * np.cosh(z) - np.exp(b)
dw = odd * np.cos(w * x) * x
db = odd * 2 * b
""") == [8]


def test_a_rule_of_an_engine_comes_first() -> None:
    source = Source("user.py", f"{HEAD}\ndw = x * w\n".lstrip("\n"))
    evidence = measure(source)
    found = pointed(evidence, ast.parse(source.text), [replace(evidence.finals[0])], rule=3)
    assert [claim.line for claim in found] == [3]


def test_an_operation_of_an_engine_that_nothing_explains_is_shown_at_its_method() -> None:
    text = textwrap.dedent("""
        class Value:
            def __init__(self, data, parents=(), rule=None):
                self.data, self.grad, self.parents, self.rule = data, 0.0, parents, rule
            def __add__(self, other):
                return Value(self.data + other.data, (self, other), lambda g: (g, g))
            def __mul__(self, other):
                return Value(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))
            def cube(self):
                return Value(self.data ** 3, (self,), lambda g: (g * 0.123,))
            def backward(self):
                order = []
                def visit(v):
                    if v not in order:
                        for p in v.parents:
                            visit(p)
                        order.append(v)
                visit(self)
                self.grad = 1.0
                for v in reversed(order):
                    for p, g in zip(v.parents, v.rule(v.grad) if v.rule else ()):
                        p.grad += g
    """)
    evidence = measure(Source("engine.py", text))
    wrong = [claim for claim in evidence.finals if claim.verdict == "wrong"]
    assert wrong and all(claim.line == 0 for claim in wrong)
    rows = text.split("\n")
    found = [rows[c.line - 1].strip() for c in pointed(evidence, ast.parse(text), wrong)]
    assert found == ["def cube(self):"]
