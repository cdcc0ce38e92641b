"""Calls that end in other operations than their own: value, gradient and second derivative of each.

The value must be NumPy's to the last bit, because the traced run is the plain run; the reference of the
derivatives are bounded differences of the plain function.
"""

from __future__ import annotations

import numpy as np
import pytest

import whygrad as wg
from whygrad.differentiation import differentiate
from whygrad.execution import execute

RNG = np.random.default_rng(7)
V, W = RNG.normal(size=4), RNG.normal(size=3)
A, B = RNG.normal(size=(3, 3)) + 2 * np.eye(3), RNG.normal(size=(2, 3))
T = RNG.normal(size=(2, 3, 4))
S = A @ A.T
for _array in (V, W, A, B, T, S):
    _array.flags.writeable = False


def sym(x):
    return (x + np.swapaxes(x, -1, -2)) / 2


LINALG = {
    "eigh values": (lambda x: np.linalg.eigh(sym(x))[0], S),
    "eigh named": (lambda x: np.linalg.eigh(sym(x)).eigenvectors ** 2, S),
    "eigh upper": (lambda x: np.linalg.eigh(sym(x), UPLO="U")[1] ** 2, S),
    "eigvalsh": (lambda x: np.linalg.eigvalsh(sym(x)), S),
    "svd": (lambda x: np.concatenate([p.ravel() for p in np.linalg.svd(x)]), A),
    "svd reduced": (lambda x: (lambda u, s, v: (u * s**2) @ v)(*np.linalg.svd(x, full_matrices=False)), B),
    "svd values": (lambda x: np.linalg.svd(x, compute_uv=False), B),
    "svdvals": (lambda x: np.linalg.svdvals(x), B),
    "qr": (lambda x: np.concatenate([p.ravel() for p in np.linalg.qr(x)]), A),
    "qr wide": (lambda x: np.linalg.qr(x)[1], B),
    "qr r": (lambda x: np.linalg.qr(x, mode="r"), A),
    "slogdet": (lambda x: np.linalg.slogdet(x).logabsdet, A),
    "slogdet sign": (lambda x: x[0, 0] * np.linalg.slogdet(x)[0], A),
    "cholesky": (lambda x: np.linalg.cholesky(sym(x)), S),
    "cholesky upper": (lambda x: np.linalg.cholesky(sym(x), upper=True), S),
    "pinv": (lambda x: np.linalg.pinv(x), B),
    "inv": (lambda x: np.linalg.inv(x), A),
    "solve": (lambda x: np.linalg.solve(x, x[0]), A),
    "det": (lambda x: np.linalg.det(x), A),
    **{
        f"matrix_power {n}": (lambda x, n=n: np.linalg.matrix_power(x, n), A) for n in (0, 1, 2, 3, 5, -1, -2)
    },
    "multi_dot": (lambda x: np.linalg.multi_dot([x, x.T, x]), B),
    "multi_dot vectors": (lambda x: np.linalg.multi_dot([W, x, x.T, W]), A),
    "kron": (lambda x: np.kron(x, x.T), B),
    "kron ranks": (lambda x: np.kron(x, np.ones((1, 2, 1)) * 3), B),
    "cross": (lambda x: np.cross(x, W), B),
    "cross axes": (lambda x: np.cross(x, W[:, None] * x.T, axisa=1, axisb=0, axisc=0), B),
    "linalg cross": (lambda x: np.linalg.cross(x, x[::-1] ** 2), B),
    **{
        f"norm {ord}": (lambda x, ord=ord: np.linalg.norm(x, ord), V)
        for ord in (1, 2, 3, 0.5, np.inf, -np.inf)
    },
    **{
        f"matrix norm {ord}": (lambda x, ord=ord: np.linalg.norm(x, ord), B)
        for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
    },
    "norm of stacks": (lambda x: np.linalg.norm(x, 1, axis=(2, 0), keepdims=True), T),
    "norm nuc of stacks": (lambda x: np.linalg.norm(x, "nuc", axis=(0, 1)), T),
    "norm axis": (lambda x: np.linalg.norm(x, 3, axis=1, keepdims=True), B),
    "vector_norm": (lambda x: np.linalg.vector_norm(x, axis=-1), B),
    "matrix_norm": (lambda x: np.linalg.matrix_norm(x), T),
    "einsum ellipsis": (lambda x: np.einsum("...ij,...kj->...ik", x, x), T),
    "einsum implied": (lambda x: np.einsum("i...,i", x, W), A),
    "einsum broadcast": (lambda x: np.einsum("...j,j...->...", x, W[:, None]), B),
    "einsum lists": (lambda x: np.einsum(x, [0, 1], W, [1], [0]), B),
    "trace of stacks": (lambda x: np.trace(x, axis1=0, axis2=2), T[:, :, :2]),
    "linalg trace": (lambda x: np.linalg.trace(x), T[:, :, :3]),
}
MOVES = {
    "rot90": (lambda x: np.rot90(x, 3), B),
    "diagonal": (lambda x: np.diagonal(x, 1), A),
    "delete": (lambda x: np.delete(x, 1, axis=1), B),
    "insert": (lambda x: np.insert(x, 1, x[:, 0] ** 2, axis=1), B),
    "resize": (lambda x: np.resize(x, (2, 5)), B),
    "split": (lambda x: (lambda a, b, c: a * b + c)(*np.split(x, 3, axis=1)), B),
    "array_split": (lambda x: np.array_split(x, 3)[1] ** 2, V),
    "hsplit": (lambda x: np.hsplit(x, [1])[1], B),
    "unstack": (lambda x: np.unstack(x)[1] * 2, B),
    "dstack": (lambda x: np.dstack([x, x * 2]), B),
    "block": (lambda x: np.block([[x, x * 2], [x, np.zeros((2, 3))]]), B),
    "meshgrid": (lambda x: (lambda a, b: a * b**2)(*np.meshgrid(x, W)), V),
    "broadcast_arrays": (lambda x: (lambda a, b: a * b)(*np.broadcast_arrays(x, x[:1])), B),
    "sliding_window_view": (lambda x: np.lib.stride_tricks.sliding_window_view(x, 2), V),
    "as_strided": (lambda x: np.lib.stride_tricks.as_strided(x, (3, 2), (8, 8)), V),
    "rollaxis": (lambda x: np.rollaxis(x, 2), T),
    "diagflat": (lambda x: np.diagflat(x, 1), V),
    "compress": (lambda x: np.compress([True, False, True], x, axis=1), B),
    "extract": (lambda x: np.extract(np.array([True, False, True, True]), x), V),
    "atleast_3d": (lambda x: np.atleast_3d(x), B),
}
MADE = {
    "median odd": (lambda x: np.median(x, axis=1), B),
    "median even": (lambda x: np.median(x), B),
    "median axes": (lambda x: np.median(x, axis=(0, 2), keepdims=True), T),
    "ptp": (lambda x: np.ptp(x, axis=1), B),
    "diff 2": (lambda x: np.diff(x, 2), B),
    "diff with edges": (lambda x: np.diff(x, axis=0, prepend=1.0, append=x[:1] ** 2), B),
    "trapezoid": (lambda x: np.trapezoid(x, dx=0.5), B),
    "trapezoid at": (lambda x: np.trapezoid(x**2, x, axis=0), B),
    "polyval": (lambda x: np.polyval(x, x[:2]), V),
    **{
        f"{f.__name__} {mode} {k}": (lambda x, f=f, mode=mode, k=k: f(x, x[:k] ** 2, mode), V)
        for f in (np.convolve, np.correlate)
        for mode in ("full", "same", "valid")
        for k in (1, 2, 3, 4)
    },
    "convolve longer": (lambda x: np.convolve(x[:2], x, "same"), V),
    "correlate longer": (lambda x: np.correlate(x[:2], x, "full"), V),
    "interp": (lambda x: np.interp([-5.0, 0.3, 1.2, 9.0], np.sort(x), x**2), V),
    "interp by x": (lambda x: np.interp(x, [-3.0, 0.05, 3.0], [1.0, 5.0, 2.0], left=0.5), V),
    "interp number": (lambda x: np.interp(x[0], [-3.0, 0.05, 3.0], x[:3]), V),
    "nansum": (lambda x: np.nansum(x, axis=1), B),
    "nanmean": (lambda x: np.nanmean(x, axis=0, keepdims=True), B),
    "nanmax": (lambda x: np.nanmax(x, axis=0), B),
    "nan_to_num": (lambda x: np.nan_to_num(x), B),
    "select": (lambda x: np.select([x > 1, x > 0], [x**2, x**3], 7.0), B),
    "choose": (lambda x: np.choose(np.array([0, 2, 1, 0]), [x, x**2, x**3]), V),
    "piecewise": (lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda z: z**2, lambda z: 3 * z]), V),
    "average": (lambda x: np.average(x, weights=x**2, axis=1), B),
    "average by vector": (lambda x: np.average(x, weights=W**2, axis=1), B),
    "cov": (lambda x: np.cov(x), B),
    "add.reduce": (lambda x: np.add.reduce(x), B),
    "multiply.reduce": (lambda x: np.multiply.reduce(x, axis=1), B),
    "maximum.reduce": (lambda x: np.maximum.reduce(x, axis=None), B),
    "subtract.reduce": (lambda x: np.subtract.reduce(x, axis=1), B),
    "add.accumulate": (lambda x: np.add.accumulate(x, axis=1), B),
    "multiply.accumulate": (lambda x: np.multiply.accumulate(x), V),
    "subtract.outer": (lambda x: np.subtract.outer(x, x**2), V),
    "multiply.outer": (lambda x: np.multiply.outer(x, W), B),
    "diag off": (lambda x: np.diag(x, 1), V),
    "diag of rectangle": (lambda x: np.diag(x), B),
    **{
        f"pad {mode}": (lambda x, mode=mode: np.pad(x, ((1, 2), (0, 1)), mode), T[0])
        for mode in ("edge", "reflect", "symmetric", "wrap")
    },
    "repeat each": (lambda x: np.repeat(x, [1, 3], axis=0), B),
    "roll axes": (lambda x: np.roll(x, (1, 2), (0, 1)), B),
}
CASES = {**LINALG, **MOVES, **MADE}


def ridders_jacobian(function, x, ridders):
    """Derivative of every entry of the result by every entry of `x`, with its error bounds."""
    columns = []
    for entry in np.ndindex(x.shape):

        def along(value, entry=entry):
            moved = np.array(x)
            moved[entry] = value
            return function(moved)

        columns.append(ridders(along, float(x[entry])))
    shape = np.shape(function(np.array(x)))
    truth, error = (np.stack([np.broadcast_to(c[k], shape) for c in columns], -1) for k in (0, 1))
    return truth.reshape(*shape, *x.shape), error.reshape(*shape, *x.shape)


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative(name, tools):
    function, x = CASES[name]
    expected = function(np.array(x))
    graph = wg.trace(function)(x)
    value, pull = wg.vjp(function, x)
    np.testing.assert_array_equal(value, expected, strict=True)
    executed = execute(graph, [x]).outputs[0]
    np.testing.assert_allclose(executed, expected, rtol=1e-12, atol=1e-13)
    truth, error = ridders_jacobian(function, x, tools["ridders"])
    rows = []
    for k in np.ndindex(expected.shape):
        g = np.zeros(expected.shape)
        g[k] = 1.0
        rows.append(pull(g)[0])
    found = np.reshape(rows, truth.shape)
    assert np.all(error < 1e-5 * np.maximum(1, abs(truth))), "the reference did not converge"
    assert np.all(abs(found - truth) <= 10 * error + 1e-12 * np.maximum(1, abs(truth)))

    weights = tools["generator"](name).normal(size=expected.shape)
    first = differentiate(graph, seeds=[weights]).graph

    def gradient(at):
        return execute(first, [at]).outputs[0]

    direction = tools["generator"](name + "!").normal(size=x.shape)
    second = differentiate(first, seeds=[direction]).graph
    truth, error = ridders_jacobian(gradient, x, tools["ridders"])
    truth, error = np.tensordot(direction, truth, x.ndim), np.tensordot(abs(direction), error, x.ndim)
    found = execute(second, [x]).outputs[0]
    assert np.all(abs(found - truth) <= 10 * error + 1e-11 * np.maximum(1, abs(truth)))
