"""Programs that the fuzzer found, made small: each was wrong once."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from tests.fuzz.comparing import judge
from tests.fuzz.programs import PREAMBLE

import whygrad as wg

FOUND = {
    "a recursive function of the module": "return np.sum(power(x, 3))",
    "a place named twice in a write": "x[[0, 0, 2]] += p\n    return np.sum(x * x)",
    "one number written at a mask": "x[x > 0] = x[0] * s\n    return np.sum(x * x)",
    "one number written at a mask of nothing": "x[x > 9] = s\n    return np.sum(x) + s",
    "one row written at a mask of rows": "A[A[:, 0] > -5] = x\n    return np.sum(A * A)",
    "one column written at a mask of rows": "A[A[:, 0] > -5] = x[:3, None]\n    return np.sum(A * A)",
}


@pytest.mark.parametrize("body", FOUND.values(), ids=FOUND.keys())
def test_found_once(body: str) -> None:
    inputs = (np.array([0.5, -1.5, 0.7, 0.3]), np.arange(12.0).reshape(3, 4) / 7 - 0.6, 0.4, [0.2, -0.3, 1.1])
    verdict = judge(f"{PREAMBLE}def f(x, A, s, p):\n    {body}\n", inputs)
    assert verdict.kind == "agreed", verdict


def test_functions_of_math_in_nested_gradients() -> None:
    second = wg.grad(wg.grad(lambda x: math.tanh(x) * x))(0.3)
    assert second == pytest.approx(float(mpmath.diff(lambda x: mpmath.tanh(x) * x, 0.3, 2)), rel=1e-12)
