"""Rules of the user's own: each way of stating them gives the derivatives of the same function followed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.errors import UsageError
from whygrad.execution import execute

X = np.array([0.3, -0.8, 1.4])


def hidden(x: Any) -> Any:
    """A sine that cannot be followed: it goes through a list of plain floats."""
    return np.array([np.sin(v) for v in np.asarray(x).tolist()])


def pull(g: Any, y: Any, x: Any) -> Any:
    return g * np.cos(x)


SINES = {
    "partial": {"partials": lambda x, y: np.cos(x)},
    "partials": {"partials": [lambda x, y: np.cos(x)]},
    "vjp": {"vjp": pull},
    "jvp": {"jvp": lambda t, y, x: t[0] * np.cos(x)},
    "both": {"vjp": lambda g, y, x: (pull(g, y, x),), "jvp": lambda t, y, x: t[0] * np.cos(x)},
}


def loss(sine: Any, x: Any) -> Any:
    return np.sum(sine(x * x) * x)


@pytest.mark.parametrize("stated", SINES.values(), ids=SINES)
def test_every_way_of_stating_gives_all_orders_in_both_modes(stated: Any) -> None:
    sine = wg.custom_rule(hidden, **stated)
    custom, known = (lambda x: loss(sine, x)), (lambda x: loss(np.sin, x))
    np.testing.assert_allclose(wg.grad(custom)(X), wg.grad(known)(X), rtol=1e-13)
    np.testing.assert_allclose(wg.hessian(custom)(X), wg.hessian(known)(X), rtol=1e-12)
    np.testing.assert_allclose(
        wg.jacobian(wg.hessian(custom))(X), wg.jacobian(wg.hessian(known))(X), rtol=1e-11, atol=1e-12
    )
    np.testing.assert_allclose(wg.jvp(sine, (X,), (X,))[1], wg.jvp(np.sin, (X,), (X,))[1], rtol=1e-14)
    np.testing.assert_array_equal(sine(X), hidden(X))
    sine.check(X)


def product(a: Any, b: Any) -> Any:
    return np.asarray(a.tolist()) @ b


def test_several_arguments_and_constants_among_them() -> None:
    multiply = wg.custom_rule(product, vjp=lambda g, y, a, b: (g @ b.T, a.T @ g), check=True)
    a, b = np.outer(X, X[:2]) + 0.1, np.outer(X[:2], X) - 0.2
    f = lambda product: lambda a, b: np.sum(np.tanh(product(a, b)) * product(a, np.ones((2, 3))))
    for found, truth in zip(
        wg.grad(f(multiply), (0, 1))(a, b), wg.grad(f(np.matmul), (0, 1))(a, b), strict=True
    ):
        np.testing.assert_allclose(found, truth, rtol=1e-12)
    np.testing.assert_allclose(
        wg.hessian(lambda a: f(multiply)(a, b))(a), wg.hessian(lambda a: f(np.matmul)(a, b))(a),
        rtol=1e-11, atol=1e-12,
    )  # fmt: skip


def test_a_linear_map_by_its_transpose() -> None:
    def spread(x: Any, n: int) -> Any:
        return np.array([sum(x.tolist()[:k]) for k in range(n)])

    def transposed(g: Any, x: Any, n: int) -> Any:
        return np.array([np.sum(g[k + 1 :]) for k in range(len(x))]), None

    linear = wg.custom_rule(spread, transpose=transposed)
    linear.check(X, 4)
    known = lambda x: np.cumsum(np.concatenate([[0.0], x]))
    for transform in (wg.jacobian, lambda f: wg.hessian(lambda x: np.sum(f(x) ** 3))):
        np.testing.assert_allclose(transform(lambda x: linear(x, 4))(X), transform(known)(X), rtol=1e-12)


def test_several_results_nested_and_what_does_not_move() -> None:
    def both(x: Any, unit: Any, *, note: str) -> Any:
        return {"sine": hidden(x), "total": float(np.sum(x)), "note": note, "unit": unit}

    rule = lambda g, y, x, unit, note: (g["sine"] * np.cos(x) + g["total"], None)
    custom = wg.custom_rule(both, vjp=rule)
    custom.check(X, "m", note="n")

    def f(x: Any) -> Any:
        found = custom(x, "m", note="n")
        assert (found["note"], found["unit"]) == ("n", "m")
        return np.sum(found["sine"] * x) * found["total"]

    known = lambda x: np.sum(np.sin(x) * x) * np.sum(x)
    np.testing.assert_allclose(wg.grad(f)(X), wg.grad(known)(X), rtol=1e-13)
    np.testing.assert_allclose(wg.hessian(f)(X), wg.hessian(known)(X), rtol=1e-12)
    np.testing.assert_allclose(wg.jvp(f, (X,), (X,))[1], wg.jvp(known, (X,), (X,))[1], rtol=1e-13)


def test_as_decorator_method_and_in_loops() -> None:
    class Square:
        @wg.custom_rule(partials=(None, lambda self, x, y: 2 * x))
        def __call__(self, x: Any) -> Any:
            """The square."""
            return float(x) ** 2

    square = Square()

    def f(x: Any) -> Any:
        for _ in range(3):
            x = square(x)
        return x

    assert wg.grad(f)(1.1) == pytest.approx(8 * 1.1**7, rel=1e-13)
    assert Square.__call__.__doc__ == "The square."


def test_the_row_is_computed_again_elsewhere() -> None:
    sine = wg.custom_rule(hidden, vjp=pull)
    graph = wg.trace(lambda x: sine(x) * 2)(X)
    np.testing.assert_allclose(execute(graph, [X + 1]).outputs[0], 2 * np.sin(X + 1))


def test_dtypes_and_zeros() -> None:
    half = wg.custom_rule(
        lambda x, k: x * np.float32(0.5), vjp=lambda g, y, x, k: (g * np.float64(0.5), None)
    )
    found = wg.grad(lambda x: np.sum(half(x, 2)))(np.ones(2, np.float32))
    assert (found.dtype, found.tolist()) == (np.float32, [0.5, 0.5])
    with pytest.warns(UserWarning, match="does not depend"):
        assert (
            wg.grad(lambda k: np.sum(half(np.ones(2, np.float32), 2)) + 0 * k.size)(1.0 * X).tolist()
            == [0] * 3
        )


WRONG = [
    ({"partials": lambda x, y: np.cos(x) * 1.001}, r"wrong by `x\[0\]`"),
    ({"vjp": lambda g, y, x: g * np.where(x > 1, 0.0, np.cos(x))}, r"wrong by `x\[2\]`"),
    ({"jvp": lambda t, y, x: t[0] * np.cos(x) * np.array([1.0, -1.0, 1.0])}, r"wrong by `x\[1\]`"),
    ({"vjp": pull, "jvp": lambda t, y, x: t[0]}, "disagree by `x`"),
]


@pytest.mark.parametrize(("stated", "message"), WRONG)
def test_wrong_rules_are_found_by_the_check(stated: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        wg.custom_rule(hidden, **stated).check(X)
    checked = wg.custom_rule(hidden, check=True, **stated)
    with pytest.raises(UsageError, match=message):
        wg.grad(lambda x: np.sum(checked(x)))(X)


def test_kinks_are_no_mistakes() -> None:
    relu = wg.custom_rule(lambda x: np.maximum(x.tolist(), 0), vjp=lambda g, y, x: g * (x > 0))
    relu.check(np.array([0.0, 1.0, -1.0]))


def test_what_does_not_fit_is_said() -> None:
    for stated in ({}, {"vjp": pull, "partials": 1.0}):
        with pytest.raises(UsageError, match="a custom rule is stated by"):
            wg.custom_rule(hidden, **stated)
    two = wg.custom_rule(lambda a, b: a * b, vjp=lambda g, y, a, b: g)
    with pytest.raises(UsageError, match="1 cotangents for its 2 arguments"):
        wg.grad(two)(1.0, 2.0)
    bad = wg.custom_rule(hidden, vjp=lambda g, y, x: np.sum(g))
    with pytest.raises(UsageError, match=r"the shape \(\); it must have the shape \(3,\)"):
        wg.grad(lambda x: np.sum(bad(x)))(X)
    keyword = wg.custom_rule(lambda x, *, k: x * k, vjp=lambda g, y, x, k: g * k)
    with pytest.raises(UsageError, match="by position"):
        wg.grad(lambda x: keyword(1.0, k=x))(2.0)
