"""Every transformation against those of JAX and PyTorch, where they are installed (CI installs both)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import whygrad as wg

Function = Callable[..., Any]
RNG = np.random.default_rng(20261125)
X, W = RNG.normal(size=3), RNG.normal(size=(3, 4))
DX, DW = RNG.normal(size=3), RNG.normal(size=(3, 4))
G = RNG.normal(size=4)


def layer(xp: Any, x: Any, w: Any) -> Any:
    return xp.tanh(x @ w) * xp.sum(x * x)


def loss(xp: Any, x: Any, w: Any) -> Any:
    h = xp.tanh(x @ w)
    return xp.log(xp.sum(xp.exp(h))) + xp.sum(xp.sin(x) * x**3)


def loop(xp: Any, x: Any, w: Any) -> Any:
    h = x @ w
    for k in range(3):
        h = xp.where(h > 0.1 * k, xp.sin(h) + w[k], h * h) / (1 + xp.sum(h * h))
    return xp.sum(h * h)


def products(xp: Any, x: Any, w: Any) -> Any:
    m = w @ w.T + xp.sum(x) * 0.1
    return xp.sum(xp.linalg.inv(m + 3 * (x[:, None] * x)) @ x) + xp.linalg.det(m)


SCALARS = [loss, loop, products]


class Jax:
    def __init__(self) -> None:
        jax = pytest.importorskip("jax", reason="JAX is not installed")
        jax.config.update("jax_enable_x64", True)
        self.jax, self.xp = jax, jax.numpy

    def of(self, f: Function) -> Function:
        return lambda *args: f(self.xp, *args)

    def jacobian(self, f: Function) -> Any:
        return self.jax.jacobian(self.of(f), argnums=(0, 1))(X, W)

    def hessian(self, f: Function) -> Any:
        return self.jax.hessian(lambda x: f(self.xp, x, W))(X)

    def mixed(self, f: Function) -> Any:
        return self.jax.jacobian(self.jax.grad(self.of(f), 0), 1)(X, W)

    def hvp(self, f: Function) -> Any:
        return self.jax.jvp(self.jax.grad(self.of(f), (0, 1)), (X, W), (DX, DW))[1]

    def jvp(self, f: Function) -> Any:
        return self.jax.jvp(self.of(f), (X, W), (DX, DW))

    def vjp(self, f: Function) -> Any:
        value, pull = self.jax.vjp(self.of(f), X, W)
        return value, *pull(G)

    def third(self, f: Function) -> Any:
        slope = self.jax.grad(lambda t: f(self.xp, X + t * DX, W))
        return self.jax.grad(self.jax.grad(slope))(0.3)


class Torch:
    def __init__(self) -> None:
        self.torch = pytest.importorskip("torch", reason="PyTorch is not installed")
        self.xp = self.torch
        self.x, self.w, self.dx, self.dw, self.g = map(self.torch.tensor, (X, W, DX, DW, G))

    def of(self, f: Function) -> Function:
        return lambda *args: f(self.xp, *args)

    def jacobian(self, f: Function) -> Any:
        return self.torch.func.jacrev(self.of(f), argnums=(0, 1))(self.x, self.w)

    def hessian(self, f: Function) -> Any:
        return self.torch.func.hessian(lambda x: f(self.xp, x, self.w))(self.x)

    def mixed(self, f: Function) -> Any:
        return self.torch.func.jacrev(self.torch.func.grad(self.of(f), 0), 1)(self.x, self.w)

    def hvp(self, f: Function) -> Any:
        gradient = self.torch.func.grad(self.of(f), (0, 1))
        return self.torch.func.jvp(gradient, (self.x, self.w), (self.dx, self.dw))[1]

    def jvp(self, f: Function) -> Any:
        return self.torch.func.jvp(self.of(f), (self.x, self.w), (self.dx, self.dw))

    def vjp(self, f: Function) -> Any:
        value, pull = self.torch.func.vjp(self.of(f), self.x, self.w)
        return value, *pull(self.g)

    def third(self, f: Function) -> Any:
        slope = self.torch.func.grad(lambda t: f(self.xp, self.x + t * self.dx, self.w))
        return self.torch.func.grad(self.torch.func.grad(slope))(
            self.torch.tensor(0.3, dtype=self.torch.float64)
        )


class Ours:
    def of(self, f: Function) -> Function:
        return lambda *args: f(np, *args)

    def jacobian(self, f: Function) -> Any:
        return wg.jacobian(self.of(f), argnums=(0, 1))(X, W)

    def hessian(self, f: Function) -> Any:
        return wg.hessian(lambda x: f(np, x, W))(X)

    def mixed(self, f: Function) -> Any:
        return wg.jacobian(wg.grad(self.of(f), 0), 1)(X, W)

    def hvp(self, f: Function) -> Any:
        return wg.hvp(self.of(f), (X, W), (DX, DW))

    def jvp(self, f: Function) -> Any:
        return wg.jvp(self.of(f), (X, W), (DX, DW))

    def vjp(self, f: Function) -> Any:
        value, pull = wg.vjp(self.of(f), X, W)
        return value, *pull(G)

    def third(self, f: Function) -> Any:
        slope = wg.grad(lambda t: f(np, X + t * DX, W))
        return wg.grad(wg.grad(slope))(0.3)


CASES = {
    "jacobian": (layer,), "vjp": (layer,), "jvp": (layer, *SCALARS), "hessian": SCALARS, "hvp": SCALARS,
    "mixed": (loop, products), "third": (loss, products),
}  # fmt: skip
PAIRS = [(name, f) for name, functions in CASES.items() for f in functions]
WRONG = {("third", products, Torch): "-1.984383, where mpmath says -1.960497 to fifty digits (below)"}
"""Where a peer is wrong, and by what that is known."""


@pytest.mark.parametrize("peer", [Torch, Jax])
@pytest.mark.parametrize(("name", "function"), PAIRS, ids=[f"{n}-{f.__name__}" for n, f in PAIRS])
def test_transformations_agree(name: str, function: Function, peer: type) -> None:
    if (name, function, peer) in WRONG:
        return
    expected, found = getattr(peer(), name)(function), getattr(Ours(), name)(function)
    if not isinstance(expected, tuple):
        expected, found = (expected,), (found,)
    assert len(found) == len(expected)
    for got, want in zip(found, expected, strict=True):
        assert np.shape(got) == np.shape(want)
        np.testing.assert_allclose(got, np.asarray(want), rtol=1e-9, atol=1e-11)


def test_a_third_derivative_through_inverse_and_determinant_is_that_of_mpmath() -> None:
    with mpmath.workdps(50):
        rows = mpmath.matrix(W.tolist())

        def line(t: Any) -> Any:
            x = mpmath.matrix([mpmath.mpf(a) + t * mpmath.mpf(d) for a, d in zip(X, DX, strict=True)])
            m = rows * rows.T + mpmath.ones(3) * (sum(x) * mpmath.mpf(0.1))
            inner = mpmath.inverse(m + 3 * (x * x.T)) * x
            return sum(inner) + mpmath.det(m)

        truth = float(mpmath.diff(line, mpmath.mpf(0.3), 3))
    assert Ours().third(products) == pytest.approx(truth, rel=1e-9)
