"""Calls that end in other operations than their own: value, gradient and second derivative of each.

The value must be NumPy's to the last bit, because the traced run is the plain run; the reference of the
derivatives are bounded differences of the plain function.
"""

from __future__ import annotations

import numpy as np
import pytest

import whygrad as wg

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
    "select": (lambda x: np.select([x > 1, x > 0], [x**2, x**3], 7.0), B),
    "choose": (lambda x: np.choose(np.array([0, 2, 1, 0]), [x, x**2, x**3]), V),
    "choose list": (lambda x: np.choose([0, 1, 1, 0], [x, x**2]), V),
    "choose wrap": (lambda x: np.choose([0, 5, -1, 2], [x, x**2, x**3], mode="wrap"), V),
    "choose method": (lambda x: np.array([1, 0, 1, 1]).choose([x, x**2]), V),
    "piecewise": (lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda z: z**2, lambda z: 3 * z]), V),
    "divmod": (lambda x: (lambda q, r: q * x + r**2)(*np.divmod(x, 0.7)), V),
    "modf": (lambda x: (lambda part, whole: part**2 + whole * x)(*np.modf(x)), V * 3.3),
    "ldexp": (lambda x: np.ldexp(x, np.array([1, -2, 0, 3])), V),
    "frexp": (lambda x: np.frexp(x)[0] ** 2 + np.frexp(x)[1], V * 1.37),
    "real": (lambda x: np.real(x) * np.conj(x) + np.imag(x) + x.conj(), V),
    "angle": (lambda x: np.angle(x) * x, V),
    "view": (lambda x: x.view() ** 2, V),
    "vecdot": (lambda x: np.vecdot(x, x**2), B),
    "linalg vecdot": (lambda x: np.linalg.vecdot(x, x**2, axis=0), B),
    "matvec": (lambda x: np.matvec(T, x), V),
    "vecmat": (lambda x: np.vecmat(x, T[:, :, :2]), W),
    "trim_zeros": (lambda x: np.trim_zeros(np.concatenate([np.zeros(2), x, [0.0]])), V),
    "trace off": (lambda x: np.trace(x, 1) * x[0], A),
    "trace of rectangle": (lambda x: np.trace(x) * x[0], B),
    "reshape F": (lambda x: x.reshape((3, 2), order="F") ** 2, B),
    "ravel F": (lambda x: x.ravel("F") ** 2, B),
    "ravel of a transpose": (lambda x: (x.T * 2).ravel("A"), B),
    "take wrap": (lambda x: np.take(x, [0, 7, -6], mode="wrap") ** 2, V),
    "take clip": (lambda x: np.take(x, [0, 7], axis=1, mode="clip") ** 2, B),
    "partition": (lambda x: np.partition(x, 1, axis=1) * np.arange(3.0), B),
    "compress": (lambda x: x.compress([True, False, True], axis=1) ** 2, B),
    "r_": (lambda x: np.r_[x, 1.0, x**2, 0:2], V),
    "c_": (lambda x: np.c_[x, x**2, np.ones(4)], V),
    "r_ in columns": (lambda x: np.r_["-1", x, x * 2], B),
    "lstsq": (lambda x: np.linalg.lstsq(x, V[:3], rcond=None)[0], T[0][:, :2]),
    "lstsq rest": (lambda x: np.linalg.lstsq(x, V[:3], rcond=None)[1], T[0][:, :2]),
    "cond": (lambda x: np.array([np.linalg.cond(x), np.linalg.cond(x, "fro"), np.linalg.cond(x, -2)]), A),
    "tensorinv": (lambda x: np.linalg.tensorinv(x.reshape(3, 3, 1), ind=1), A),
    "tensorsolve": (lambda x: np.linalg.tensorsolve(x, x[0]), A),
    "polyfit": (
        lambda x: np.polyfit(x, x**2 + 1 / x, 1, w=[1.0, 2.0, 1.0, 0.5]),
        np.array([0.3, 1.0, 1.7, 2.6]),
    ),
    "norm 0": (lambda x: np.linalg.norm(x, 0) * x, V),
    "vector_norm of all": (lambda x: np.linalg.vector_norm(x, ord=3, keepdims=True), B),
    "vector_norm of axes": (lambda x: np.linalg.vector_norm(x, axis=(0, 2)), T),
    "diag off": (lambda x: np.diag(x, 1), V),
    "diag of rectangle": (lambda x: np.diag(x), B),
    "repeat each": (lambda x: np.repeat(x, [1, 3], axis=0), B),
    "roll axes": (lambda x: np.roll(x, (1, 2), (0, 1)), B),
    "concatenate to a dtype": (lambda x: np.concatenate([x, x], dtype=np.float64) ** 2, V),
}
CASES = {**LINALG, **MOVES, **MADE}


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative(name, agrees):
    agrees(name, *CASES[name])


STEP_METHODS = ("inverted_cdf", "averaged_inverted_cdf", "closest_observation")
WIDE = np.random.default_rng(8).normal(size=(4, 3))
WIDER = {
    **{
        f"quantile {method} {q}": lambda x, m=method, q=q: np.quantile(x, q, axis=0, method=m)
        for method in STEP_METHODS
        for q in (0.0, 0.25, 0.375, 0.5, 0.9, 1.0)
    },
    **{
        f"pad {mode} {width}": lambda x, m=mode, w=width: np.pad(x, w, m, reflect_type="odd")
        for mode in ("reflect", "symmetric")
        for width in ((5, 0), ((0, 0), (0, 7)), 4)
    },
    "pad a single entry": lambda x: np.pad(x[:1], ((2, 3), (0, 0)), "reflect", reflect_type="odd"),
    "fftshift": lambda x: np.fft.fftshift(x, axes=0) + np.fft.ifftshift(x),
    "diff 0 with edges": lambda x: np.diff(x, 0, prepend=0.0),
    "pinv with rtol": lambda x: np.linalg.pinv(x, rtol=1e-9),
}


@pytest.mark.parametrize("name", WIDER)
def test_options_have_the_gradient_of_finite_differences(name, agrees):
    agrees(name, WIDER[name], WIDE)


def test_matmul_of_a_stack_with_an_inner_axis_of_length_zero():
    def f(a, b):
        return np.sum(np.matmul(a, b))

    assert [g.shape for g in wg.grad(f, argnums=(0, 1))(np.ones((2, 3, 0)), np.ones((0, 4)))] == [
        (2, 3, 0),
        (0, 4),
    ]
