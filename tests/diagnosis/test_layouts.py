"""Axes that are laid out otherwise, and factors of two terms exchanged."""

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.mutation import Material, variants
from whygrad.source import Source

VALUES = {
    "g": np.ones((2, 3)), "x": np.ones((3, 3)), "m": np.ones(3), "u": np.ones(3), "d": np.ones((2, 3, 4, 5)),
    "a": 0.3, "b": 0.7, "r": np.ones(3), "s": np.ones(3),
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("q = g[:, None, :, None] * d", "q = g[:, :, None, None] * d"),
        ("q = (x == m) * u", "q = (x == m[:, None]) * u[:, None]"),
        ("q = d.flatten()", "q = d.transpose(0, 2, 3, 1).flatten()"),
        ("q = d.transpose(0, 3, 1, 2)", "q = d.transpose(0, 2, 3, 1)"),
        ("q = np.transpose(d, (0, 3, 1, 2))", "q = np.transpose(d, (0, 2, 3, 1))"),
        ("q = a * r + b * s", "q = b * r + a * s"),
        ("q = (a * 2 * r - (1 - a) * s) / 4", "q = ((1 - a) * 2 * r - a * s) / 4"),
    ],
)
def test_each_layout(wrong: str, right: str) -> None:
    assert right in {v.text for v in variants(wrong, Material.of(VALUES))}


def test_what_has_no_order_stays() -> None:
    found = {v.text for v in variants("q = x.transpose() + m[0] * g[:, None]", Material.of(VALUES))}
    assert not any("transpose(1, 0)" in text for text in found)


POOLING = """\
import numpy as np
rng = np.random.RandomState(10)
x, dy = rng.randn(2, 3, 4, 4), rng.randn(2, 3, 2, 2)

def forward(x):
    n, c, h, w = x.shape
    col = x.reshape(n, c, 2, 2, 2, 2).transpose(0, 2, 4, 1, 3, 5).reshape(-1, 4)
    y = np.max(col, axis=1).reshape(n, 2, 2, c).transpose(0, 3, 1, 2)
    return y, (x.shape, np.argmax(col, axis=1))

def backward(dy, cache):
    (n, c, h, w), places = cache
    dcol = np.zeros((dy.size, 4))
    dcol[np.arange(dy.size), places] = dy.{}
    return dcol.reshape(n, 2, 2, c, 2, 2).transpose(0, 3, 1, 4, 2, 5).reshape(n, c, h, w)
"""


@pytest.mark.parametrize("slip", ["flatten()", "transpose(0, 3, 1, 2).flatten()"])
def test_a_gradient_that_is_flattened_in_another_order(slip: str) -> None:
    (finding,) = check_program(Source("example.py", POOLING.format(slip))).findings
    assert finding.code == "WG104" and finding.repair is not None and finding.line == 14
    assert finding.repair.edits[0].after.endswith("= dy.transpose(0, 2, 3, 1).flatten()")


def test_weights_of_two_terms_exchanged() -> None:
    text = """\
import numpy as np
r = np.array([0.4, -1.2, 0.7])
t = 0.3
loss = np.sum(t * np.abs(r) + (1 - t) * r ** 2)
dr = t * 2 * r + (1 - t) * np.sign(r)
"""
    (finding,) = check_program(Source("example.py", text)).findings
    assert finding.repair is not None and finding.line == 5
    assert finding.repair.edits[0].after == "dr = (1 - t) * 2 * r + t * np.sign(r)"


def test_what_was_sorted_is_put_back() -> None:
    values = {"d": np.ones(3), "order": np.array([2, 0, 1]), "ids": np.array([1, 1, 0])}
    found = {v.text for v in variants("q = d[order]", Material.of(values))}
    assert "q = d[np.argsort(order)]" in found and not any("argsort(ids)" in text for text in found)
    text = """\
import numpy as np
x = np.array([0.3, -1.4, 2.2, 0.9, -0.5])
t = np.array([-0.7, 0.1, 0.4, 1.0, 1.9])
order = np.argsort(x)
loss = np.mean((x[order] - t) ** 2)
ds = 2 * (x[order] - t) / len(x)
dx = {}
"""
    for slip in ("ds", "ds[order]"):
        (finding,) = check_program(Source("example.py", text.format(slip))).findings
        assert finding.repair is not None
        assert finding.repair.edits[0].after == "dx = ds[np.argsort(order)]"


def test_two_values_the_other_way_round() -> None:
    found = {v.text for v in variants("a, b = k % w, k // w", Material.of({"k": 3, "w": 2}))}
    assert "a, b = k // w, k % w" in found
