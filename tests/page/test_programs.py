"""Programs of many kinds in the page: every value and gradient is the engine's, here and elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.page.test_browser import assert_same_numbers

from whygrad.explanation.subjects import subject_of
from whygrad.page.document import document_of

RNG = np.random.default_rng(5)


def batch_norm(x: Any, gamma: Any, beta: Any) -> Any:
    centred = x - np.mean(x, axis=0)
    scale = np.sqrt(np.var(x, axis=0) + 1e-5)
    return np.sum((gamma * centred / scale + beta) ** 3)


def attention(q: Any, k: Any, v: Any) -> Any:
    scores = q @ k.T / np.sqrt(3.0)
    weights = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    return np.sum((weights / np.sum(weights, axis=1, keepdims=True) @ v) ** 2)


def cross_entropy(scores: Any) -> Any:
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    logs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logs[np.arange(4), np.array([0, 2, 1, 2])])


def recurrence(x: Any, w: Any, u: Any) -> Any:
    states = np.zeros((5, 2))
    h = np.zeros(2)
    for t in range(5):
        h = np.tanh(x[t] * w + u @ h)
        states[t] = h
    return np.sum(states[::2] * states[1:4])


def windows(x: Any, k: Any) -> Any:
    out = np.zeros(6)
    for i in range(6):
        out[i] = np.dot(x[i : i + 3], k)
    return np.sum(np.maximum(out, 0) ** 2) + np.prod(k)


def masks(x: Any) -> Any:
    kept = np.where(x > 0, x, 0.1 * x)
    clipped = np.clip(x, -0.5, 0.8)
    return np.sum(kept * clipped) + np.sum(x[x > 0.2]) + np.max(x) - np.min(np.abs(x))


def shapes(x: Any) -> Any:
    wide = np.concatenate([x, x.T @ x], axis=0)
    stacked = np.stack([wide[0], wide[-1]]) * np.arange(3.0)
    return np.sum(np.cumsum(stacked, axis=1)) + np.trace(x.T @ x) + np.sum(np.outer(x[0], x[1])[::-1, 1:])


def powers(a: float, b: float) -> float:
    return (a**b + b**2) / (np.log1p(a) + np.hypot(a, b)) + np.arctan2(a, b) + abs(a - 3 * b)


def singles(x: Any, w: Any) -> Any:
    return np.sum(np.sin(x @ w) ** 2).astype(np.float32)


def orthogonal(A: Any, b: Any) -> Any:
    q, r = np.linalg.qr(A)
    fit = np.linalg.pinv(A) @ b
    return np.sum(q[:2] ** 3) + np.sum(np.sin(r)) + np.sum(fit**2) + np.sum(np.linalg.solve(r, q.T @ b))


def gaussian(S: Any, x: Any) -> Any:
    factor = np.linalg.cholesky(S)
    inside = x @ np.linalg.solve(S, x) + np.linalg.slogdet(S)[1]
    return inside + np.sum(factor) + np.sum(np.linalg.inv(S)[0]) + np.linalg.det(S)


def spectrum(S: Any) -> Any:
    return np.sum(np.linalg.eigvalsh(S) ** 3)


COVARIANCE = np.array([[2.0, 0.5, -0.25], [0.5, 1.5, 0.125], [-0.25, 0.125, 1.0]])
CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "batch norm": (batch_norm, (RNG.normal(size=(4, 3)), np.ones(3), np.zeros(3))),
    "attention": (attention, tuple(RNG.normal(size=(4, 3)) for _ in range(3))),
    "cross-entropy": (cross_entropy, (RNG.normal(size=(4, 3)),)),
    "recurrence": (recurrence, (RNG.normal(size=5), RNG.normal(size=2), RNG.normal(size=(2, 2)))),
    "windows": (windows, (RNG.normal(size=8), RNG.normal(size=3))),
    "masks": (masks, (np.array([0.7, -0.3, 1.2, 0.25, -0.9]),)),
    "shapes": (shapes, (RNG.normal(size=(4, 3)),)),
    "powers": (powers, (1.3, 0.7)),
    "gaussian": (gaussian, (COVARIANCE, RNG.normal(size=3))),
    "orthogonal": (orthogonal, (np.random.default_rng(8).normal(size=(4, 3)), np.arange(4.0) / 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_every_number_is_the_engines(opened: Any, name: str) -> None:
    function, args = CASES[name]
    subject = subject_of(function, args)
    assert document_of(subject)["frozen"] == ""
    page = opened(subject)
    assert assert_same_numbers(page, subject) >= 5
    moved = [np.asarray(a) * 1.01 + 0.003 if np.ndim(a) else float(a) * 1.01 for a in args]
    page.evaluate(
        """(values) => {
            const { state } = window.whygrad;
            const inputs = state.document.point.map(([row]) => row);
            const array = (shape, data) => ({ shape, data: Float64Array.from(data) });
            const value = ([shape, data]) => shape.length ? array(shape, data) : data[0];
            state.point.value = new Map(inputs.map((row, k) => [row, value(values[k])]));
        }""",
        [[list(np.shape(a)), np.ravel(a).tolist()] for a in moved],
    )
    assert page.evaluate("window.whygrad.state.run.value.otherBranch") is None
    assert_same_numbers(page, subject_of(function, tuple(moved)))


def test_what_the_page_cannot_compute_is_told_where_it_stands(opened: Any) -> None:
    subject = subject_of(spectrum, (COVARIANCE,))
    page = opened(subject)
    told = page.locator(".wg-inputs .wg-warning").inner_text()
    assert "the page has no eigh (it makes " in told and "in line " in told
    assert page.get_by_label("S, entry 1").is_disabled()
    assert "stand still" in page.locator(".wg-legend").inner_text()
    page.locator('.wg-wire [aria-label*="to sum"]').focus()
    assert "local gradient" in page.locator(".wg-inspector").inner_text()
    gradient = subject.ledger().gradient(subject.graph.inputs[0])
    np.testing.assert_allclose((gradient + gradient.T) / 2, 3 * COVARIANCE @ COVARIANCE, rtol=1e-9)


def test_single_precision_stays_single(opened: Any) -> None:
    x, w = RNG.normal(size=(3, 2)).astype(np.float32), RNG.normal(size=2).astype(np.float32)
    subject = subject_of(singles, (x, w))
    page = opened(subject)
    entries = subject.ledger()
    value = page.evaluate("(row) => window.whygrad.state.run.value.value(row)", entries.output)
    assert value == pytest.approx(float(entries.run[entries.output]), rel=3e-7)
    assert np.float32(value) == value
