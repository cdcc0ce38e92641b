"""What cancels is not written: the shift of a softmax, of a logarithm of a sum of exponentials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.emission.test_golden import module_of

import whygrad as wg

FUNCTIONS = """
import numpy as np


def reused(z, k):
    z = z - np.max(z)
    e = np.exp(z)
    p = e / np.sum(e)
    return -np.log(p[k])


def rows(z, y):
    z -= z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y]))


def logsumexp(z):
    m = np.max(z)
    return m + np.log(np.sum(np.exp(z - m)))


def weights(q, K, V):
    s = K @ q
    s = s - s.max()
    w = np.exp(s)
    w = w / w.sum()
    return w @ V


def gap(z, k):
    z = z - np.max(z)
    return np.log(np.sum(np.exp(z))) - z[k]


def of_rows(X):
    m = X.max(axis=1, keepdims=True)
    return np.sum(m[:, 0] + np.log(np.exp(X - m).sum(axis=1)))


def not_alone(z, k):
    z = z - np.max(z)
    p = np.exp(z) / np.sum(np.exp(z))
    return -np.log(p[k]) + np.sum(z**2)


def centred(z):
    z = z - np.mean(z)
    return np.sum(z**3)


def other_axis(z):
    z = z - z.max(axis=0, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return np.sum(p**2)


def now_and_then(z, steps=2):
    total = 0.0
    for t in range(steps):
        z = z - np.max(z)
        p = np.exp(z) / np.sum(np.exp(z))
        total += np.sum(p**2)
        z = z * 2
    return total


def masked(z, mask):
    m = np.max(z)
    return np.sum((z - m) * mask) + np.sum(z**2)
"""
draw = np.random.default_rng(0).normal
Z = draw(size=(3, 4))
CANCELS = {
    "reused": (Z[0], 2),
    "rows": (Z, np.array([0, 2, 1])),
    "logsumexp": (Z[0],),
    "weights": (draw(size=4), draw(size=(3, 4)), draw(size=(3, 2))),
    "gap": (Z[0], 1),
    "of_rows": (Z,),
}
STAYS = {
    "not_alone": (Z[0], 1),
    "centred": (Z[0],),
    "other_axis": (Z,),
    "masked": (Z[0], np.array([0, 0, 0, 0])),
}


def derived(tmp_path: Path, name: str, *args: object) -> str:
    """What is derived; it is compared with the engine at these and at other shapes before it is returned."""
    path = tmp_path / "functions.py"
    path.write_text(FUNCTIONS)
    return wg.derive(getattr(module_of(path), name), *args)


@pytest.mark.parametrize("name", CANCELS)
def test_a_shift_that_changes_nothing_is_not_derived(tmp_path: Path, name: str) -> None:
    text = derived(tmp_path, name, *CANCELS[name])
    backward = text.split("\n\n", 1)[1]
    assert "max(" not in backward
    assert "equal" not in text


@pytest.mark.parametrize("name", STAYS)
def test_a_shift_that_counts_is_derived(tmp_path: Path, name: str) -> None:
    text = derived(tmp_path, name, *STAYS[name])
    assert "max(" in text or "mean(" in text or ".sum(" in text


def test_a_shift_in_a_loop_is_right(tmp_path: Path) -> None:
    assert "grad_z" in derived(tmp_path, "now_and_then", Z[0])
