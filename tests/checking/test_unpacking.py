"""Parameters in one list or tuple, which both passes take apart."""

import ast

import pytest

from whygrad.checking.functions import Function
from whygrad.checking.unpacking import taken_apart
from whygrad.diagnosis import check_program
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, edited

REGRESSION = """\
import numpy as np

def split(rows, share):
    return rows[:share], rows[share:]

def cost(weights, X, y):
    w, b = weights
    p = 1 / (1 + np.exp(-(X @ w + b)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

def grad(weights, X, y):
    w, b = weights
    p = 1 / (1 + np.exp(-(X @ w + b)))
    dw = X.T @ (p - y) / len(y)
    db = np.mean(p - y)
    return dw, db
"""
NETWORK = """\
import numpy as np

def loss(params, X, Y):
    W1, b1, W2, b2 = params
    h = np.tanh(X @ W1 + b1)
    out = h @ W2 + b2
    return np.mean(np.sum((out - Y) ** 2, axis=1))

def gradients(params, X, Y):
    W1, b1, W2, b2 = params
    h = np.tanh(X @ W1 + b1)
    out = h @ W2 + b2
    d_out = 2 * (out - Y) / len(X)
    dW2 = h.T @ d_out
    db2 = d_out.sum(axis=0)
    dz = (d_out @ W2.T) * (1 - h ** 2)
    dW1 = X.T @ dz
    db1 = dz.sum(axis=0)
    return [dW1, db1, dW2, db2]
"""
ITEMS = {
    REGRESSION: {"dw": "weights[0]", "db": "weights[1]"},
    NETWORK: {"dW1": "params[0]", "db1": "params[1]", "dW2": "params[2]", "db2": "params[3]"},
}


@pytest.mark.parametrize("text", [REGRESSION, NETWORK])
def test_gradients_are_those_of_the_items(text):
    result = check_program(Source("packed.py", text))
    assert result.status == "right"
    named = {v["name"]: v["of"] for v in result.to_json()["variables"]}
    assert ITEMS[text].items() <= named.items()


@pytest.mark.parametrize(
    ("text", "right", "slip"),
    [
        (REGRESSION, "X.T @ (p - y) / len(y)", "X.T @ (p - y)"),
        (REGRESSION, "db = np.mean(p - y)", "db = np.mean(y - p)"),
        (NETWORK, "(1 - h ** 2)", "(1 - h)"),
        (NETWORK, "dW1 = X.T @ dz", "dW1 = 2 * X.T @ dz"),
        (NETWORK, "b2 = d_out.sum(axis=0)", "b2 = d_out.mean(axis=0)"),
    ],
)
def test_a_slip_is_found_and_mended(text, right, slip):
    wrong = text.replace(right, slip)
    result = check_program(Source("packed.py", wrong))
    assert [finding.line for finding in result.findings] == [wrong[: wrong.index(slip)].count("\n") + 1]
    mended = edited(wrong, edits_of(result.to_json()))
    assert check_program(Source("packed.py", mended)).status == "right"


def test_only_parameters_are_taken_apart():
    text = "def f(params, x):\n    (W, b), n = params, 2\n    u, v = params\n    p, q = x.shape\n    return u"
    (node,) = ast.parse(text).body
    assert taken_apart(Function("f", node)) == {"u": ("params", 0), "v": ("params", 1)}
