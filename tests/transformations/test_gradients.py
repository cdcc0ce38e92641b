"""The public transformations against outside truth, nested, over trees, and what they refuse."""

from __future__ import annotations

import math
import warnings
from typing import Any

import mpmath
import numpy as np
import pytest

import whygrad as wg
from whygrad.errors import UsageError
from whygrad.graph import Graph, validate
from whygrad.transformations import elementwise_grad, grad, jvp, trace, value_and_grad, vjp

RNG = np.random.default_rng(4)


def neuron(w: Any, x: Any) -> Any:
    """The seed's neuron, on lists."""
    total = w[2]
    for k in range(len(x)):
        total = total + w[k] * x[k]
    return 1 / (1 + math.exp(-total))


def layer(params: Any, x: Any) -> Any:
    return np.sum(np.tanh(x @ params["W"] + params["b"]) ** 2)


def test_the_seed_neuron() -> None:
    w, x = [2, -3, -3], [-1, -2]
    value, (grad_w, grad_x) = value_and_grad(neuron, argnums=(0, 1))(w, x)
    assert value == 0.7310585786300049
    np.testing.assert_allclose(grad_x, [0.3932238664829637, -0.5898357997244456], rtol=1e-15)
    np.testing.assert_allclose(
        grad_w, [-0.19661193324148185, -0.3932238664829637, 0.19661193324148185], rtol=1e-15
    )
    assert all(type(g) is float for g in (*grad_w, *grad_x))


def test_trees_in_trees_out(complex_step: Any) -> None:
    params = {"W": RNG.normal(size=(3, 2)), "b": RNG.normal(size=2)}
    x = RNG.normal(size=(5, 3))
    found = grad(layer)(params, x)
    by_w, by_b = complex_step(lambda w, b: layer({"W": w, "b": b}, x), params["W"], params["b"])
    np.testing.assert_allclose(found["W"], by_w, rtol=1e-12)
    np.testing.assert_allclose(found["b"], by_b, rtol=1e-12)


def curve(x: Any) -> Any:
    return np.exp(np.sin(x)) * x


def test_orders_one_to_four() -> None:
    functions = [grad(curve)]
    for _ in range(3):
        functions.append(grad(functions[-1]))
    with mpmath.workdps(40):
        truth = [
            float(mpmath.diff(lambda x: mpmath.exp(mpmath.sin(x)) * x, mpmath.mpf(0.4), n))
            for n in range(1, 5)
        ]
    np.testing.assert_allclose([f(0.4) for f in functions], truth, rtol=1e-11)


def test_perturbations_are_not_confused() -> None:
    """d/dx x * d/dy (x + y) = 1."""
    assert grad(lambda x: x * grad(lambda y: x + y)(2.0))(3.0) == 1.0


def test_inner_gradients_depend_on_outer_variables() -> None:
    """d/dx of d/dy (x**2 * y**3) = 6 x y**2."""
    inner = lambda x, y: x**2 * y**3
    assert grad(lambda x: grad(inner, argnums=1)(x, 2.0))(5.0) == pytest.approx(6 * 5 * 4, rel=1e-14)


def hessian_row(x: Any) -> Any:
    return grad(lambda z: np.sum(grad(cubes)(z) * np.array([1.0, 2.0, 0.5])))(x)


def cubes(x: Any) -> Any:
    return np.sum(x**3) * x[0]


def test_second_order_of_arrays() -> None:
    x, v = np.array([0.5, -1.0, 2.0]), np.array([1.0, 2.0, 0.5])
    h = 1e-30
    slope = lambda z: 3 * z**2 * z[0] + np.array([1.0, 0, 0]) * np.sum(z**3)
    np.testing.assert_allclose(hessian_row(x), np.imag(slope(x + 1j * h * v)) / h, rtol=1e-12)


def test_value_and_grad_with_more_results() -> None:
    def loss(x: Any) -> Any:
        y = x * x
        return y, {"squares": y, "note": "kept"}

    (value, aux), slope = value_and_grad(loss, has_aux=True)(3.0)
    assert (value, slope, aux["squares"], aux["note"]) == (9.0, 6.0, 9.0, "kept")
    assert grad(loss, has_aux=True)(3.0) == (6.0, {"squares": 9.0, "note": "kept"})
    with pytest.raises(UsageError, match="pair"):
        grad(curve, has_aux=True)(3.0)


def test_each_call_takes_its_own_branches() -> None:
    def kinked(x: Any) -> Any:
        return x * x if x > 1 else 3 * x

    assert [grad(kinked)(x) for x in (0.5, 2.0, 0.25)] == [3.0, 4.0, 3.0]


def test_loops_that_write_into_buffers() -> None:
    def rolled(x: Any) -> Any:
        out = np.zeros(4)
        for i in range(4):
            out[i] = np.sin(x[i]) * (out[i - 1] if i else 1.0)
        return np.sum(out)

    x = np.array([0.3, 0.5, 0.7, 1.1])
    h = 1e-30
    products = lambda z: np.sum(np.cumprod(np.sin(z)))
    truth = [np.imag(products(x + 1j * h * np.eye(4)[k])) / h for k in range(4)]
    np.testing.assert_allclose(grad(rolled)(x), truth, rtol=1e-13)


def test_vjp_and_jvp_agree() -> None:
    a, b = RNG.normal(size=(2, 3)), RNG.normal(size=3)
    f = lambda a, b: {"y": np.tanh(a @ b), "s": [np.sum(a), np.sum(b * b)]}
    moves = (RNG.normal(size=(2, 3)), RNG.normal(size=3))
    value, pull = vjp(f, a, b)
    again, pushed = jvp(f, (a, b), moves)
    np.testing.assert_array_equal(value["y"], again["y"])
    g = {"y": RNG.normal(size=2), "s": [0.3, -0.7]}
    left = np.sum(g["y"] * pushed["y"]) + g["s"][0] * pushed["s"][0] + g["s"][1] * pushed["s"][1]
    assert left == pytest.approx(sum(np.sum(t * c) for t, c in zip(moves, pull(g), strict=True)), rel=1e-12)


def test_cotangents_and_tangents_must_fit() -> None:
    with pytest.raises(UsageError, match="cotangent"):
        vjp(lambda x: x * 2, np.ones(2))[1](np.ones(3))
    with pytest.raises(UsageError, match="`x`"):
        jvp(lambda x: x * 2, (np.ones(2),), (np.ones(3),))
    with pytest.raises(UsageError, match="2 tangents"):
        jvp(lambda x: x * 2, (np.ones(2),), (np.ones(2), 1.0))


def test_elementwise_grad() -> None:
    x = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(elementwise_grad(np.tanh)(x), 1 / np.cosh(x) ** 2, rtol=1e-14)
    assert elementwise_grad(lambda x: x**3)(2.0) == 12.0


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_gradients_keep_the_dtype(kind: Any) -> None:
    x = np.array([1.0, 2.0], kind)
    found = grad(lambda x: np.sum(x * np.array([0.5, 0.25])))(x)
    assert found.dtype == kind
    assert found.tolist() == [0.5, 0.25]


def test_inputs_are_not_modified() -> None:
    def doubles(x: Any) -> Any:
        y = x.copy()
        y *= 2
        return np.sum(y * x)

    x = np.array([1.0, 3.0])
    assert grad(doubles)(x).tolist() == [4.0, 12.0]
    assert x.tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("x", "message", "hint"),
    [
        (np.array([1, 2]), "`x` is an array of dtype int64", "x.astype(float)"),
        (np.array([True]), "dtype bool", "x.astype(float)"),
        (np.array([1j]), "`x` is complex", "real and imaginary"),
        ("text", "`x` holds a str", "argnums"),
    ],
)
def test_arguments_without_a_gradient_are_refused(x: Any, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        grad(lambda x: np.sum(x))(x)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: np.array([1.0, 2.0]) * x, r"an array of shape \(2,\)"),
        (lambda x: [x, x], "a list"),
        (lambda x: None, "nothing"),
        (lambda x: x > 0, "true or false"),
    ],
)
def test_results_that_are_no_number_are_refused(f: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        grad(f)(1.0)
    assert caught.value.hint


def test_argnums_must_be_there() -> None:
    with pytest.raises(UsageError, match="1 positional"):
        grad(curve, argnums=1)(1.0)
    assert grad(lambda x, y: x * y, argnums=-1)(2.0, 3.0) == 2.0


def test_independence_is_zero_and_said() -> None:
    with pytest.warns(UserWarning, match="does not depend on `y`"):
        assert grad(lambda x, y: x * 2, argnums=(0, 1))(1.0, np.ones(2))[1].tolist() == [0.0, 0.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(lambda p: p[0] * 2)([1.0, 5.0]) == [2.0, 0.0]


def test_trace_gives_the_graph() -> None:
    graph = trace(neuron)([2.0, -3.0, -3.0], [-1.0, -2.0])
    assert isinstance(graph, Graph)
    validate(graph)
    assert len(graph.inputs) == 5
    assert "exp" in {node.op.name for node in graph}


def test_names_are_those_of_the_function() -> None:
    assert grad(neuron).__name__ == "neuron"
    assert grad(neuron).__doc__ == "The gradient of `neuron`."
    assert wg.grad is grad


def test_a_loop_of_a_hundred_thousand_steps() -> None:
    def chain(x: Any) -> Any:
        for _ in range(100_000):
            x = 0.5 * x + 1.0
        return x

    assert grad(chain)(3.0) < 1e-300


def test_exceptions_are_those_of_the_plain_run() -> None:
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: 1 / x)(0.0)
    assert grad(lambda x: math.sqrt(x))(0.0) == math.inf


def test_an_array_of_one_entry_is_a_number() -> None:
    x = np.array([[1.0, 2.0]])
    assert grad(lambda x: np.sum(x**2, axis=1, keepdims=True))(x).tolist() == [[2.0, 4.0]]
    assert grad(lambda x: (x * x).reshape(1))(np.float32(3.0)).dtype == np.float32
