"""Arms that raise, arms within arms that no example takes, gradients that nothing needs."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.emission.layout import fitted


def loss(x: Any, w: Any, kind: str = "l2") -> Any:
    if x.ndim != 2:
        raise ValueError("x must be 2-D")
    z = x @ w
    if kind == "l2":
        out = 0.5 * np.sum(z**2)
    elif kind == "l1":
        out = np.sum(np.abs(z))
    else:
        raise ValueError(kind)
    return out


def loss_forward(x: Any, w: Any, kind: str) -> Any:
    assert x.shape[1] == w.shape[0]
    if x.ndim != 2:
        raise ValueError("x must be 2-D")
    z = x @ w
    if kind == "l2":
        out = 0.5 * np.sum(z**2)
    elif kind == "l1":
        out = np.sum(np.abs(z))
    else:
        raise ValueError(kind)
    return out


DRAW = np.random.default_rng(3)
X, W = DRAW.normal(size=(4, 3)), DRAW.normal(size=(3, 2))


def slope(kind: str, direction: Any) -> float:
    step = 1e-6
    return float(loss(X, W + step * direction, kind) - loss(X, W - step * direction, kind)) / (2 * step)


@pytest.mark.parametrize("kind", ["l2", "l1"])
def test_an_arm_that_raises_is_no_arm_of_the_backward_pass(kind: str) -> None:
    text = wg.derive(loss, X, W)
    assert "raise" not in text
    assert "zeros" not in text
    assert "x.ndim" not in text
    names: dict[str, Any] = {"np": np}
    exec(text, names)
    direction = DRAW.normal(size=W.shape)
    assert np.sum(names["grad_loss"](X, W, kind)[1] * direction) == pytest.approx(
        slope(kind, direction), rel=1e-6
    )


@pytest.mark.parametrize("kind", ["l2", "l1"])
def test_the_forward_function_of_a_pair_refuses_what_it_refused(kind: str) -> None:
    text = wg.derive(loss_forward, X, W, "l2")
    names: dict[str, Any] = {"np": np}
    exec(text, names)
    forward, backward = names["loss_forward"], names["loss_backward"]
    with pytest.raises(ValueError, match="l3"):
        forward(X, W, "l3")
    with pytest.raises(AssertionError):
        forward(X, W[:2], "l2")
    assert 'raise ValueError("x must be 2-D")' in text
    out, cache = forward(X, W, kind)
    assert out == loss(X, W, kind)
    direction = DRAW.normal(size=W.shape)
    assert np.sum(backward(1.0, cache)[1] * direction) == pytest.approx(slope(kind, direction), rel=1e-6)


def deep(x: Any, mode: int) -> Any:
    if mode < 1000:
        y = x * 2
    else:
        if mode < 2000:
            y = np.sin(x)
        else:
            y = np.exp(x)
    return np.sum(y)


@pytest.mark.parametrize(("mode", "truth"), [(1, lambda x: 2 + 0 * x), (1500, np.cos), (2500, np.exp)])
def test_an_arm_within_an_arm_that_no_example_takes_is_written(mode: int, truth: Any) -> None:
    text = wg.derive(deep, X, 1)
    assert "# not checked: the other way at line" in text
    names: dict[str, Any] = {"np": np}
    exec(text, names)
    np.testing.assert_allclose(names["grad_deep"](X, mode), truth(X))


def pool_forward(x: Any, size: int) -> Any:
    if size < 1:
        raise ValueError("size must be positive")
    rows = x.shape[0] - size + 1
    out = np.zeros((rows, x.shape[1]))
    for i in range(rows):
        out[i] = np.max(x[i : i + size], axis=0)
    cache = (x, out)
    return out, cache


def test_a_pair_that_writes_in_place_and_returns_a_cache_is_checked() -> None:
    names: dict[str, Any] = {"np": np}
    exec(wg.derive(pool_forward, X, 2), names)
    upstream, direction, step = DRAW.normal(size=(3, 3)), DRAW.normal(size=X.shape), 1e-6
    out, cache = names["pool_forward"](X, 2)
    np.testing.assert_array_equal(out, pool_forward(X, 2)[0])
    ends = [np.sum(upstream * pool_forward(X + s * direction, 2)[0]) for s in (step, -step)]
    found = np.sum(names["pool_backward"](upstream, cache) * direction)
    assert found == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


def test_a_long_place_is_not_taken_apart_and_a_long_cache_is() -> None:
    place = "grad_previous[image, vertical_start:vertical_end, horizontal_start:horizontal_end, channel]"
    (line,) = fitted(f"{place} += grad_slice", 5)
    assert ast.parse(line.strip())
    names = [f"intermediate_{k}" for k in range(9)]
    lines = fitted(f"{', '.join(names)} = cache", 1)
    assert len(lines) == 11
    assert ast.unparse(ast.parse(textwrap.dedent("\n".join(lines)))) == f"{', '.join(names)} = cache"


def in_a_list(x: Any) -> Any:
    return [np.sin(x) * x]


def test_the_only_result_in_a_list_has_a_cotangent_of_its_own() -> None:
    names: dict[str, Any] = {"np": np}
    exec(wg.derive(in_a_list, X), names)
    upstream, step = DRAW.normal(size=X.shape), 1e-6
    slope = (in_a_list(X + step)[0] - in_a_list(X - step)[0]) / (2 * step)
    np.testing.assert_allclose(names["grad_in_a_list"](X, upstream), upstream * slope, rtol=1e-6, atol=1e-9)
