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
