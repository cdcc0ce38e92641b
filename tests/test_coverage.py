"""What `bench/coverage.py` counts is so: no function is unknown, and those said to be followed are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.coverage import FOLLOWED, UNLISTED, counted

import whygrad as wg
from whygrad.errors import WhygradError

X = np.array([1.0, 2.5])


def copied(x: Any) -> Any:
    y = np.zeros(2)
    np.copyto(y, x)
    return np.sum(y * y)


USES: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
    "copyto": (copied, X, 2 * X),
    "fromfunction": (lambda x: np.sum(np.fromfunction(lambda i: i * x[0], (3,))), X, [3.0, 0.0]),
    "linspace": (lambda x: np.sum(np.linspace(0, x, 5)), 2.0, 2.5),
    "logspace": (lambda x: np.sum(np.logspace(0, x, 3)), 2.0, np.log(10.0) * (0.5 * 10 + 100)),
    "geomspace": (lambda x: np.sum(np.geomspace(1, x, 3)), 4.0, 1 + 0.5 / 2.0),
    "row_stack": (lambda x: np.sum(np.vstack([x, x])), X, [2.0, 2.0]),
    "unique": (lambda x: np.sum(np.unique(x) * np.array([1.0, 2.0])), X, [1.0, 2.0]),
    "vectorize": (lambda x: np.sum(np.vectorize(lambda v: v * v)(x)), X, 2 * X),
}


def test_no_function_is_unknown() -> None:
    found = counted()
    assert found["unknown"] == []
    page = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
    total = sum(map(len, found.values()))
    if f"of {total} (" in page.read_text(encoding="utf-8"):  # another NumPy has other functions
        assert f"{len(found['differentiable'])} of {total} (" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(FOLLOWED))
def test_a_function_said_to_be_followed_is(name: str) -> None:
    function, x, expected = USES[name]
    np.testing.assert_allclose(wg.grad(function)(x), expected, rtol=1e-12)


@pytest.mark.parametrize("name", sorted(UNLISTED - {"in1d"}))
def test_a_function_said_to_be_refused_is(name: str) -> None:
    function: Any = np
    for part in name.split("."):
        function = getattr(function, part)
    rest = () if "unique" in name else (X[:1],)
    with pytest.raises(WhygradError):
        wg.grad(lambda x: np.sum(function(x, *rest)[0]))(X)
