"""Notes of one run of emitted text."""

from __future__ import annotations

import ast

import numpy as np

from whygrad.emission.rehearsal import rehearse

TEXT = """\
def f(x):
    total = 0.0
    for t in range(3):
        total = total + x * t
    if total > 0:
        total = -total
    return total
"""


def test_values_around_statements_at_their_first_execution() -> None:
    found = rehearse(TEXT, {}, lambda names: names["f"](2.0))
    assert found.before[4] == {"x": 2.0, "total": 0.0, "t": 0}
    assert found.after[4]["total"] == 0.0
    assert found.before[6]["total"] == 6.0 and found.after[6]["total"] == -6.0
    assert found.value(ast.parse("total / x", mode="eval").body, 6) == 3.0
    assert found.value(ast.parse("unknown", mode="eval").body, 6) is None
    assert found.scope(99) == {}


def test_axes_and_copies_of_arrays() -> None:
    text = "def f(x):\n    x[0] = 9.0\n    return x\n"
    found = rehearse(text, {"np": np}, lambda names: names["f"](np.array([1.0, 2.0])))
    assert list(found.before[2]["x"]) == [1.0, 2.0] and list(found.after[2]["x"]) == [9.0, 2.0]
    assert found.axes(ast.parse("x[:, None] * x", mode="eval").body, 2) == 2
