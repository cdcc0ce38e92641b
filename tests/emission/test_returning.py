"""A `return` or `break` inside a loop ends it in what is written, too; slopes are those of differences."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.emission.returning import settled


def newton(a, tol):
    x = a
    for _ in range(20):
        y = 0.5 * (x + a / x)
        if abs(y - x) < tol:
            return y
        x = y
    return x


def broken(a, tol):
    x = a
    for _ in range(20):
        y = 0.5 * (x + a / x)
        if abs(y - x) < tol:
            x = y * y
            break
        x = y
    return x


def endless(a, tol):
    x = 1.0
    while True:
        rest = a - x * x
        if abs(rest) < tol:
            return x
        x = x + 0.5 * rest / x


def first_large(a, tol):
    total = a
    for _ in range(50):
        total = total * a + np.sin(total)
        if total > 40.0:
            return total
    return total


@pytest.mark.parametrize("f", [newton, broken, endless, first_large])
@pytest.mark.parametrize("a", [1.7, 2.3])
def test_the_gradient_of_a_loop_that_is_left_is_the_slope(f: Callable[..., Any], a: float) -> None:
    text = wg.derive(f, 2.0, 1e-6, wrt="a")
    namespace: dict[str, Any] = {"np": np}
    exec(text, namespace)
    found = namespace[f"grad_{f.__name__}"](a, 1e-6)
    h = 1e-6
    assert found == pytest.approx((f(a + h, 1e-6) - f(a - h, 1e-6)) / (2 * h), rel=1e-5)


def test_the_rest_of_the_steps_is_not_made() -> None:
    """An early end saves work, and what comes later may not even run."""
    text = wg.derive(newton, 2.0, 1e-6, wrt="a")
    assert "break" in text and "return y" not in text


def block(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


@pytest.mark.parametrize(
    "text",
    [
        "for k in n:\n    for j in n:\n        return x\nreturn x",
        "for k in n:\n    if k:\n        return a\n    return b",
        "for k in n:\n    return y\ny = 2 * x\nreturn y",
        "for k in n:\n    return y\nreturn x + 1",
    ],
)
def test_returns_that_mean_more_than_an_end_stay(text: str) -> None:
    before = block(text)
    assert settled(before) == before
