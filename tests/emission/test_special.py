"""Functions that NumPy lacks are written as SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import whygrad as wg

special = pytest.importorskip("scipy.special", reason="SciPy is not installed")


def gelu(x: Any) -> Any:
    return np.sum(0.5 * x * (1 + special.erf(x / np.sqrt(2))))


def gamma_likelihood(x: Any) -> Any:
    return np.sum(x * np.log(2.0) - special.gammaln(x) + special.log_ndtr(x))


def mixture(x: Any) -> Any:
    return np.mean(special.logsumexp(np.outer(x, x), axis=1))


@pytest.mark.parametrize("function", [gelu, gamma_likelihood, mixture])
def test_what_is_written_calls_scipy(function: Any) -> None:
    x = np.random.default_rng(1).uniform(0.5, 2.0, size=5)
    text = wg.derive(function, x)
    assert "special." in text
    names: dict[str, Any] = {"np": np, "special": special}
    exec(text, names)
    direction, step = np.linspace(-1, 1, 5), 1e-6
    slope = (function(x + step * direction) - function(x - step * direction)) / (2 * step)
    assert names[f"grad_{function.__name__}"](x) @ direction == pytest.approx(slope, rel=1e-6)


def log_det(a: Any) -> Any:
    return np.log(np.linalg.det(a)) + np.sum(np.linalg.inv(a) ** 2) + np.linalg.slogdet(a)[1]


def test_determinants_are_written_with_inverses() -> None:
    draw = np.random.default_rng(2)
    a = draw.normal(size=(3, 3))
    a = a @ a.T + np.eye(3)
    names: dict[str, Any] = {"np": np}
    exec(wg.derive(log_det, a), names)
    direction, step = draw.normal(size=(3, 3)), 1e-6
    slope = (log_det(a + step * direction) - log_det(a - step * direction)) / (2 * step)
    assert np.sum(names["grad_log_det"](a) * direction) == pytest.approx(slope, rel=1e-6)
