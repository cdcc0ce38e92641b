"""Notebooks as scripts: the cells give the same names numbers one after another."""

import pytest

from whygrad.checking.measurement import measure
from whygrad.checking.superseded import given_often, last_example
from whygrad.source import Source

FUNCTIONS = """
import numpy as np
def forward(x, parameters):
    W, b = parameters["W"], parameters["b"]
    a = np.tanh(W @ x + b)
    cache = (x, a, parameters)
    return a, cache
def backward(da, cache):
    x, a, parameters = cache
    dz = da * {slope}
    return {{"dx": parameters["W"].T @ dz, "dW": dz @ x.T, "db": dz.sum(axis=1, keepdims=True)}}
"""
CELL = """
np.random.seed(1)
x = np.random.randn(3, 10)
W = np.random.randn(5, 3)
b = np.random.randn(5, 1)
parameters = {"W": W, "b": b}
a, cache = forward(x, parameters)
"""
FIRST = CELL + 'print("a =", a)\n'
SECOND = CELL + 'da = np.random.randn(5, 10)\ngradients = backward(da, cache)\nprint(gradients["dW"])\n'


@pytest.mark.parametrize(("slope", "verdict"), [("(1 - a ** 2)", "right"), ("(1 - a)", "wrong")])
def test_the_last_example_is_judged(slope, verdict):
    evidence = measure(Source("cells.py", FUNCTIONS.format(slope=slope) + FIRST + SECOND))
    assert evidence.verdict == verdict
    assert {c.of for c in evidence.finals} == {"x", "W", "b"}


def test_lines_stay_where_they_are():
    text = FUNCTIONS.format(slope="1") + FIRST + SECOND
    shorter = last_example(text)
    assert given_often(text) == {"x", "W", "b", "a", "cache"}
    assert not given_often(shorter)
    assert [line for line in shorter.split("\n") if line.strip() not in ("", "pass")] == [
        line
        for line in (FUNCTIONS.format(slope="1") + "np.random.seed(1)\n" + SECOND).split("\n")
        if line.strip() and not line.startswith("print")
    ]
    assert len(shorter.split("\n")) == len(text.split("\n"))


def test_without_a_seed_nothing_is_left_out_and_nothing_is_called_wrong():
    text = (FUNCTIONS.format(slope="(1 - a ** 2)") + FIRST + SECOND).replace("np.random.seed(1)\n", "")
    assert last_example(text) == text
    assert measure(Source("cells.py", text)).verdict != "wrong"


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nx = np.ones(3)\nx = np.tanh(x)\ny = x.sum()\n",
        "import numpy as np\nx = np.ones(3)\nh = x * 2\nx = h + 1\ny = x.sum()\n",
        "W = 1.0\nfor k in range(3):\n    W = W - 0.1\n",
        "a = b = 2.0\nc = a * b\n",
    ],
)
def test_a_name_that_is_carried_on_is_no_second_example(text):
    assert not given_often(text)
    assert last_example(text) == text


def test_what_the_forward_pass_returns_is_not_taken_from_the_module():
    text = FUNCTIONS.format(slope="(1 - a ** 2)") + CELL + "da = np.random.randn(5, 10)\n"
    evidence = measure(Source("cells.py", text))
    assert evidence.verdict == "right"
    assert "cache=cache" not in evidence.program.driver
