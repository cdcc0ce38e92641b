"""Gradients of whole functions against PyTorch's and JAX's, where they are installed (CI installs both)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import whygrad as wg

Function = Callable[..., Any]
RNG = np.random.default_rng(20261124)
X, W, B = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 5)), RNG.normal(size=5)
LABELS = np.array([0, 4, 2, 1])


def mlp(xp: Any, x: Any, w: Any, b: Any) -> Any:
    return xp.sum(xp.tanh(x @ w + b) ** 2)


def cross_entropy(xp: Any, x: Any, w: Any, b: Any) -> Any:
    scores = x @ w + b
    shifted = scores - scores.max()
    return xp.mean(xp.log(xp.sum(xp.exp(shifted), 1)) - shifted[np.arange(4), LABELS])


def layer_norm(xp: Any, x: Any, w: Any, b: Any) -> Any:
    h = x @ w
    centred = h - h.mean(1).reshape(4, 1)
    scaled = centred / xp.sqrt((centred**2).mean(1).reshape(4, 1) + 1e-5)
    return xp.sum(xp.sin(scaled * b))


def hinge(xp: Any, x: Any, w: Any, b: Any) -> Any:
    margins = x @ w - b
    return xp.sum(xp.where(margins > 0.3, margins**2, 0.1 * margins)) + xp.sum(xp.abs(w))


def recurrence(xp: Any, x: Any, w: Any, b: Any) -> Any:
    h = b
    for t in range(4):
        h = xp.tanh(x[t] @ w + 0.5 * h * h)
    return xp.sum(h * b)


def shapes(xp: Any, x: Any, w: Any, b: Any) -> Any:
    joined = xp.stack([x[:, 0], x[:, 2], x[::2].reshape(6)[1:5]])
    return xp.sum(joined.T @ joined) * xp.sum(w[1:, ::2]) + xp.sum(xp.exp(-b) / (1 + b**2))


FUNCTIONS = [mlp, cross_entropy, layer_norm, hinge, recurrence, shapes]


def of_torch(function: Function) -> tuple[Any, ...]:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    tensors = [torch.tensor(value, requires_grad=True) for value in (X, W, B)]
    return tuple(g.numpy() for g in torch.autograd.grad(function(torch, *tensors), tensors))


def of_jax(function: Function) -> tuple[Any, ...]:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    jax.config.update("jax_enable_x64", True)
    return tuple(jax.grad(lambda *args: function(jax.numpy, *args), argnums=(0, 1, 2))(X, W, B))


@pytest.mark.parametrize("peer", [of_torch, of_jax], ids=["torch", "jax"])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_gradients_agree(function: Function, peer: Callable[[Function], tuple[Any, ...]]) -> None:
    expected = peer(function)
    found = wg.grad(lambda *args: function(np, *args), argnums=(0, 1, 2))(X, W, B)
    for got, want in zip(found, expected, strict=True):
        np.testing.assert_allclose(got, np.asarray(want), rtol=1e-10, atol=1e-12)
