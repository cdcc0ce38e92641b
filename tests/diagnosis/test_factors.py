"""Each quantity in scope is tried as a factor, where a factor may stand."""

import numpy as np

from whygrad.diagnosis.factors import factors
from whygrad.diagnosis.mutation import Material

VALUES = {"x": np.arange(3.0), "g": np.arange(3.0), "n": 3}


def texts(text: str, enclosed: bool = False) -> list[str]:
    material = Material.of(VALUES, gradients=frozenset({"g"}))
    return [v.text for v in factors(text, material, enclosed)]


def test_a_gradient_is_written_first() -> None:
    assert "d = (g * x).sum()" in texts("d = x.sum()", enclosed=True)


def test_a_sum_gets_parentheses() -> None:
    found = texts("d = np.sum(x + 1)", enclosed=True)
    assert "d = np.sum(g * (x + 1))" in found
    assert "d = np.sum((x + 1) / n)" in found


def test_only_what_a_call_or_a_product_encloses() -> None:
    assert not texts("d = x * 2", enclosed=True)
    assert "d = (x * n) @ x" in texts("d = x @ x", enclosed=True)


def test_no_factor_stands_where_none_can() -> None:
    assert not any("np *" in t or "axis=0 *" in t or ".sum *" in t for t in texts("d = np.sum(x, axis=0)"))
    assert all(compile(t, "", "exec") for t in texts("d[x > 0] += x[1:n].T @ g.reshape(3, 1)"))


def test_what_is_no_python_has_none() -> None:
    assert texts("d = (") == []


def test_a_factor_may_be_missing_under_a_transpose() -> None:
    assert "d = (x * n).T @ x" in texts("d = x.T @ x")
