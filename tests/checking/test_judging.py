"""Judging: conventions that are right, beside the slips that look like them."""

from __future__ import annotations

import pytest

from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError
from whygrad.source import Source

LAYER = """\
import numpy as np


def make_inputs():
    rng = np.random.RandomState(3)
    return dict(A_prev=rng.randn(4, 6), W=rng.randn(3, 4), b=rng.randn(3, 1), dZ=rng.randn(3, 6))


def linear_forward(A_prev, W, b):
    return np.dot(W, A_prev) + b, (A_prev, W, b)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = {dW}
    db = {db}
    dA_prev = {dA}
    return dA_prev, dW, db
"""
SUMS = {"dW": "np.dot(dZ, A_prev.T)", "db": "np.sum(dZ, axis=1, keepdims=True)", "dA": "np.dot(W.T, dZ)"}
MEANS = SUMS | {"dW": f"1. / m * {SUMS['dW']}", "db": f"{SUMS['db']} / m"}


def verdicts(**parts: str) -> tuple[dict[str, str], list[str]]:
    evidence = measure(Source("layer.py", LAYER.format(**parts)))
    return {c.name: c.verdict for c in evidence.claims}, evidence.notes


@pytest.mark.parametrize("parts", [SUMS, MEANS], ids=["sums", "means taken late"])
def test_a_layer_may_sum_or_average_over_its_batch(parts: dict[str, str]) -> None:
    found, notes = verdicts(**parts)
    assert set(found.values()) == {"right"}
    assert bool(notes) == (parts is MEANS)


@pytest.mark.parametrize(
    ("slip", "name"),
    [
        ({"dW": SUMS["dW"]}, "db"),  # one parameter alone is averaged
        ({"db": SUMS["db"]}, "dW"),
        ({"dA": f"{SUMS['dA']} / m"}, "dA_prev"),  # what goes on to earlier layers is divided as well
        ({"dW": f"{SUMS['dW']} / (m - 1)"}, "dW"),
    ],
)
def test_half_an_average_is_a_slip(slip: dict[str, str], name: str) -> None:
    found, _ = verdicts(**(MEANS | slip))
    assert found[name] == "wrong"


CHARACTERS = """\
import numpy as np

rng = np.random.RandomState(1)
inputs, targets = [0, 2, 1], [2, 1, 0]
W, U, V = rng.randn(4, 3), rng.randn(4, 4) * 0.5, rng.randn(3, 4)
hs, ys, ps = {-1: np.zeros((4, 1))}, {}, {}
loss = 0.0
for t in range(3):
    x = np.zeros((3, 1))
    x[inputs[t]] = 1
    hs[t] = np.tanh(np.dot(W, x) + np.dot(U, hs[t - 1]))
    ys[t] = np.dot(V, hs[t])
    ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
    loss += -np.log(ps[t][targets[t], 0])
dU, dV = np.zeros_like(U), np.zeros_like(V)
dhnext = np.zeros((4, 1))
for t in reversed(range(3)):
    dy = np.copy(ps[t])
    dy[targets[t]] -= 1
    dV += np.dot(dy, hs[t].T)
    dh = np.dot(V.T, dy)
    dhraw = (1 - hs[t] * hs[t]) * dh
    dU += np.dot(dhraw, hs[t - 1].T)
    dhnext = np.dot(U.T, dhraw)
"""


def test_the_gradient_of_one_step_is_not_compared_with_all_steps() -> None:
    evidence = measure(Source("characters.py", CHARACTERS))
    found = {c.name: c.verdict for c in evidence.claims}
    assert found["dU"] in ("wrong", "inherited") and found["dV"] == "right"
    assert found["dy"] != "wrong"


def test_an_output_that_no_variable_moves_was_not_what_is_differentiated() -> None:
    """A share of mistakes is flat: the gradients are those of a loss that is nowhere computed."""
    text = """
import numpy as np
x, y = np.array([[0.7, 0.2], [-0.4, 1.3], [0.9, -1.1]]), np.array([1.0, -1.0, 1.0])
w, b = np.array([0.3, 0.8]), 0.1
share = np.mean(np.sign(x @ w + b) != y)
delta = np.maximum(0, 1 - y * (x @ w + b)) > 0
dw, db = -(delta * y) @ x, -np.sum(delta * y)
"""
    claims = measure(Source("user.py", text)).finals
    assert {c.name: c.verdict for c in claims} == {"dw": "undecided", "db": "undecided"}
    assert all("`share`, which was taken for the output" in c.reason for c in claims)


def test_variables_that_enter_nothing_have_no_gradient() -> None:
    text = """
x, goal, w, b = 0.7, 0.2, -0.4, 1.3
scaled = 3.0 * x
delta = w * scaled + b - goal
dw, db = delta * scaled, delta
"""
    with pytest.raises(NoGradientError, match="enters nothing that is computed before"):
        measure(Source("user.py", text))
