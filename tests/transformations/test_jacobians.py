"""Jacobians, Hessians and their products against complex steps and mpmath; structures; refusals."""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from typing import Any

import mpmath
import numpy as np
import pytest

import whygrad as wg
from whygrad.errors import UsageError

RNG = np.random.default_rng(11)
Pair = namedtuple("Pair", "left right")


@dataclasses.dataclass(frozen=True)
class Layer:
    W: Any
    b: Any
    name: None = None

    def __call__(self, x: Any) -> Any:
        return np.tanh(self.W @ x + self.b)


def stepped(f: Any, x: Any) -> Any:
    """The Jacobian by complex steps: exact to rounding where `f` is analytic."""
    x, h = np.asarray(x, dtype=float), 1e-30
    columns = []
    for place in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[place] += 1j * h
        columns.append(np.imag(f(moved)) / h)
    return np.reshape(np.stack(columns, axis=-1), (*np.shape(f(x)), *x.shape))


W = RNG.normal(size=(4, 3))


def tall(x: Any) -> Any:  # more results than entries: forward mode
    return np.sin(W @ x) * np.exp(x[0])


def wide(x: Any) -> Any:  # fewer: reverse mode
    return np.array([np.sum(x**3), np.prod(np.cos(x))])


def square(x: Any) -> Any:
    return np.outer(x, np.sin(x))


@pytest.mark.parametrize("f", [tall, wide, square, np.sum, lambda x: x[1] * x, lambda x: x[:0]])
def test_jacobians_are_those_of_complex_steps(f: Any) -> None:
    x = np.array([0.3, -0.8, 1.1])
    found = wg.jacobian(f)(x)
    np.testing.assert_allclose(found, stepped(f, x), rtol=1e-13, atol=1e-14)
    assert found.shape == (*np.shape(f(x)), 3)


def test_jacobians_of_matrices_by_matrices() -> None:
    x = RNG.normal(size=(2, 3))
    f = lambda x: x @ x.T * x[0, 1]
    np.testing.assert_allclose(wg.jacobian(f)(x), stepped(f, x), rtol=1e-13, atol=1e-14)


def test_jacobians_of_numbers() -> None:
    assert wg.jacobian(lambda x: x * x * x)(2.0) == 12.0
    assert type(wg.jacobian(lambda x: x * x)(2)) is float
    np.testing.assert_array_equal(wg.jacobian(lambda x: np.array([x, 3 * x]))(2.0), [1.0, 3.0])
    assert wg.jacobian(lambda x: np.zeros((0, 2)) * x)(np.ones(2)).shape == (0, 2, 2)
    assert wg.jacobian(lambda x: x)(np.ones((0,))).shape == (0, 0)


def test_structures_stand_within_structures() -> None:
    layer, x = Layer(RNG.normal(size=(2, 3)), RNG.normal(size=2)), RNG.normal(size=3)

    def f(layer: Layer, p: Pair) -> Any:
        h = layer(p.left)
        return {"h": h, "s": [np.sum(h) * p.right, p.right**2]}

    by_layer, by_pair = wg.jacobian(f, argnums=(0, 1))(layer, Pair(x, 0.7))["h"]
    assert isinstance(by_layer, Layer) and isinstance(by_pair, Pair)
    np.testing.assert_allclose(by_layer.b, stepped(lambda b: Layer(layer.W, b)(x), layer.b), rtol=1e-13)
    np.testing.assert_allclose(by_layer.W, stepped(lambda w: Layer(w, layer.b)(x), layer.W), rtol=1e-13)
    np.testing.assert_allclose(by_pair.left, stepped(layer, x), rtol=1e-13)
    assert by_pair.right.tolist() == [0.0, 0.0]
    last = wg.jacobian(f, argnums=1)(layer, Pair(x, 0.7))["s"]
    assert last[1] == Pair(pytest.approx([0.0] * 3), 1.4)
    assert last[0].right == pytest.approx(float(np.sum(layer(x))), rel=1e-14)


def test_dataclasses_keep_what_is_no_field() -> None:
    @dataclasses.dataclass
    class Counted:
        w: Any

        def __post_init__(self) -> None:
            self.scale = 3.0

    found = wg.grad(lambda c: np.sum(c.w**2) * c.scale)(Counted(np.array([1.0, 2.0])))
    assert found.w.tolist() == [6.0, 12.0]


@pytest.mark.parametrize(("kind", "f"), [("forward", lambda x: x), ("reverse", np.sum)])
def test_jacobians_have_the_dtype_of_the_argument(kind: str, f: Any) -> None:
    found = wg.jacobian(lambda x: f(x * np.array([2.0, 3.0])))(np.ones(2, np.float32))
    assert found.dtype == np.float32


def test_what_is_infinite_in_one_result_leaves_the_others() -> None:
    found = wg.jacobian(lambda x: [np.sqrt(x), 2 * x])(0.0)
    assert found == [np.inf, 2.0]


def test_aux_is_handed_back() -> None:
    f = lambda x: (np.sum(x**3), {"x": x * 2, "note": "kept"})
    x = np.array([1.0, -2.0])
    matrix, aux = wg.hessian(f, has_aux=True)(x)
    np.testing.assert_allclose(matrix, np.diag(6 * x))
    assert (aux["x"].tolist(), aux["note"]) == ([2.0, -4.0], "kept")
    rows, aux = wg.jacobian(lambda x: (x * x, x), has_aux=True)(x)
    np.testing.assert_array_equal(rows, np.diag(2 * x))
    assert aux is not None
    value, pull, aux = wg.vjp(f, x, has_aux=True)
    assert (float(value), aux["note"], pull(1.0)[0].tolist()) == (-7.0, "kept", [3.0, 12.0])
    value, move, aux = wg.jvp(f, (x,), (np.array([1.0, 1.0]),), has_aux=True)
    assert (float(move), aux["note"]) == (15.0, "kept")


def scalar(x: Any) -> Any:
    return np.sum(np.sin(x[1:]) * x[:-1] ** 3) + np.prod(x)


def test_hessians_are_jacobians_of_true_gradients() -> None:
    x = np.array([0.4, -1.2, 0.9])
    with mpmath.workdps(40):
        f = lambda *x: mpmath.sin(x[1]) * x[0] ** 3 + mpmath.sin(x[2]) * x[1] ** 3 + x[0] * x[1] * x[2]
        orders = [tuple((i == k) + (j == k) for k in range(3)) for i in range(3) for j in range(3)]
        truth = np.array([float(mpmath.diff(f, tuple(x.tolist()), n)) for n in orders]).reshape(3, 3)
    np.testing.assert_allclose(wg.hessian(scalar)(x), truth, rtol=1e-11, atol=1e-12)
    v = np.array([1.0, -2.0, 0.5])
    (product,) = wg.hvp(scalar, (x,), (v,))
    np.testing.assert_allclose(product, truth @ v, rtol=1e-11)


def test_hessians_by_several_arguments() -> None:
    f = lambda x, p: np.sum(x * x) * p["a"] ** 2
    x = np.array([1.0, 2.0])
    by_x, by_p = wg.hessian(f, argnums=(0, 1))(x, {"a": 3.0})
    np.testing.assert_allclose(by_x[0], 18 * np.eye(2))
    np.testing.assert_allclose(by_x[1]["a"], 12 * x)
    np.testing.assert_allclose(by_p["a"][0], 12 * x)
    assert by_p["a"][1]["a"] == 10.0
    of_x, of_p = wg.hvp(f, (x, {"a": 3.0}), (np.array([1.0, 0.0]), {"a": 1.0}))
    np.testing.assert_allclose(of_x, 18 * np.array([1.0, 0.0]) + 12 * x)
    assert of_p["a"] == pytest.approx(12.0 + 10.0)


NESTED = [
    lambda f: wg.hessian(f),
    lambda f: wg.jacobian(wg.grad(f)),
    lambda f: wg.jacobian(wg.jacobian(f)),
    lambda f: lambda x: np.stack([wg.jvp(wg.grad(f), (x,), (e,))[1] for e in np.eye(3)]),
    lambda f: lambda x: np.stack([wg.vjp(wg.grad(f), x)[1](e)[0] for e in np.eye(3)]),
    lambda f: lambda x: np.stack([wg.grad(lambda z, e=e: wg.jvp(f, (z,), (e,))[1])(x) for e in np.eye(3)]),
    lambda f: lambda x: np.stack([wg.grad(lambda z, e=e: wg.vjp(f, z)[1](1.0)[0] @ e)(x) for e in np.eye(3)]),
    lambda f: lambda x: np.stack([wg.hvp(f, (x,), (e,))[0] for e in np.eye(3)]),
]


@pytest.mark.parametrize("second", NESTED)
def test_any_nesting_gives_the_same_second_order(second: Any) -> None:
    x = np.array([0.4, -1.2, 0.9])
    h = 1e-30
    slope = lambda x: np.array([
        3 * np.sin(x[1]) * x[0] ** 2 + x[1] * x[2],
        np.cos(x[1]) * x[0] ** 3 + 3 * np.sin(x[2]) * x[1] ** 2 + x[0] * x[2],
        np.cos(x[2]) * x[1] ** 3 + x[0] * x[1],
    ])  # fmt: skip
    truth = np.stack([np.imag(slope(x + 1j * h * e)) / h for e in np.eye(3)])
    np.testing.assert_allclose(second(scalar)(x), truth, rtol=1e-12, atol=1e-13)


def test_third_order_of_a_hessian() -> None:
    found = wg.jacobian(wg.hessian(lambda x: np.sum(x**4)))(np.array([1.0, 2.0]))
    assert (found[0, 0, 0], found[1, 1, 1], found[0, 1, 1]) == (24.0, 48.0, 0.0)


def test_what_has_no_derivative_is_refused() -> None:
    with pytest.raises(UsageError, match="a str"):
        wg.jacobian(lambda x: [x, "text"])(1.0)
    with pytest.raises(UsageError, match="true or false"):
        wg.jacobian(lambda x: x > 0)(np.ones(2))
    with pytest.raises(UsageError, match="pair"):
        wg.jacobian(lambda x: x, has_aux=True)(1.0)
    with pytest.raises(UsageError, match=r"\(args,\)"):
        wg.hvp(scalar, np.ones(3), np.ones(3))
    with pytest.raises(UsageError, match="whole numbers"):
        wg.jacobian(scalar, argnums="x")(np.ones(3))  # type: ignore[arg-type]
