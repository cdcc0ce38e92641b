"""Slices that should begin elsewhere: every few entries, in windows of an image along both sides."""

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.mutation import Material, variants
from whygrad.source import Source

VALUES = {"i": 1, "j": 0, "k": 3, "s": 2, "n": 2, "x": np.ones((8, 8))}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("d[i] = x[i:i + k]", "d[i] = x[i * s:i * s + k]"),
        ("d[:, i:i + k] += w", "d[:, i * s:i * s + k] += w"),
        ("d = x[i:i + k, j:j + k]", "d = x[i * s:i * s + k, j * s:j * s + k]"),
        ("d = x[i * s:i * s + k]", "d = x[i:i + k]"),
    ],
)
def test_windows_that_begin_elsewhere(wrong: str, right: str) -> None:
    material = Material.of(VALUES, in_loop=("i", "j"), phrases=("i * s + k",))
    costs = {v.text: v.slip.cost for v in variants(wrong, material)}
    assert right in costs and costs[right] <= costs.get(right.replace("* s", "* n"), 2.0)


def test_a_window_outside_of_a_loop_stays() -> None:
    found = {v.text for v in variants("d = x[i:i + k]", Material.of(VALUES))}
    assert not any("i * s:i * s" in text for text in found)


CONVOLUTION = """\
import numpy as np
rng = np.random.RandomState(3)
x, w, dy = rng.randn(2, 9, 8), rng.randn(3, 2), rng.randn(2, 4, 4)

def forward(x, w):
    n, s = x.shape[0], 2
    y = np.zeros((n, 4, 4))
    for i in range(4):
        for j in range(4):
            y[:, i, j] = np.sum(x[:, i * s:i * s + 3, j * s:j * s + 2] * w, axis=(1, 2))
    return y, (x, w, s)

def backward(dy, cache):
    x, w, s = cache
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(4):
        for j in range(4):
            dx[:, {}] += dy[:, i, j, None, None] * w
            dw += np.sum(dy[:, i, j, None, None] * x[:, i * s:i * s + 3, j * s:j * s + 2], axis=0)
    return dx, dw
"""


def test_a_stride_that_both_sides_of_a_window_lack() -> None:
    text = CONVOLUTION.format("i:i + 3, j:j + 2")
    (finding,) = check_program(Source("example.py", text)).findings
    assert finding.repair is not None and finding.code == "WG214"
    assert "dx[:, i * s:i * s + 3, j * s:j * s + 2] +=" in finding.repair.edits[0].after
