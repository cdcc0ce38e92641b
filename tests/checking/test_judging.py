"""Judging: conventions that are right, beside the slips that look like them."""

from __future__ import annotations

import pytest

from whygrad.checking.measurement import measure
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
