"""Slips of a statement as a whole."""

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.statements import statement_variants
from whygrad.source import Source

MATERIAL = Material.of({"dw": 0.5, "dW": 0.5, "dout": np.ones((3, 2)), "n": 3}, targets=("dW",))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("dx = g * w", "dx += g * w"),
        ("dx += g * w", "dx = g * w"),
        ("dE[i] += g", "np.add.at(dE, i, g)"),
        ("dE[i, j] += g", "np.add.at(dE, (i, j), g)"),
        ("dw = g", "dW = g"),
        ("w = [1, -2]", "w = [1.0, -2.0]"),
        ("d = np.zeros_like(w)", "d = np.zeros_like(w, dtype=float)"),
        ("d = np.zeros(3, dtype=int)", "d = np.zeros(3, dtype=float)"),
        ("a[:] = b", "a = b"),
        ("dz = dout", "dz = dout.copy()"),
        ("self.x = x", "self.x = x.copy()"),
        ("flat = dout.reshape(3, 2)", "flat = dout.reshape(3, 2).copy()"),
        ("dout *= mask + 1", "dout = dout * (mask + 1)"),
        ("dW0, dW1 = grads", "dW0, dW1 = grads[::-1]"),
        ("g = {'a': dout, 'b': dout}", "g = {'a': dout, 'b': dout.copy()}"),
        ("g = [np.zeros(3)] * n", "g = [np.zeros(3) for _ in range(n)]"),
        ("dw1 = dw2 = np.zeros(3)", "dw1, dw2 = np.zeros(3), np.zeros(3)"),
    ],
)
def test_the_slip_is_undone(wrong: str, right: str) -> None:
    assert right in [v.text for v in statement_variants(Fragment(wrong), MATERIAL)]


def test_several_targets_are_no_accumulation() -> None:
    assert not [v for v in statement_variants(Fragment("a, b = c"), MATERIAL) if "+=" in v.text]


def test_a_number_needs_no_copy() -> None:
    assert not [v for v in statement_variants(Fragment("k = n"), MATERIAL) if "copy" in v.text]


SHARED = """
import numpy as np


def make_inputs():
    rng = np.random.RandomState(8)
    return dict(x=rng.randn(4, 3), W=rng.randn(3, 3), dout=rng.randn(4, 3))


def res_forward(x, W):
    z = x @ W
    out = x + np.maximum(z, 0)
    return out, (x, W, z)


def res_backward(dout, cache):
    x, W, z = cache
    dz = dout{copy}
    dz[z <= 0] = 0
    dW = x.T @ dz
    dx = dout + dz @ W.T
    return dx, dW
"""


def test_a_gradient_that_goes_by_two_names_is_copied() -> None:
    """At every point the truth is that of what arrived, which the backward pass has changed at the end."""
    assert check_program(Source("layer.py", SHARED.format(copy=".copy()"))).status == "right"
    result = check_program(Source("layer.py", SHARED.format(copy="")))
    (finding,) = result.findings
    assert (finding.line, finding.cause, result.notes) == (18, "value-changed-before-use", ())
    assert finding.repair is not None and finding.repair.edits[0].after.strip() == "dz = dout.copy()"


def test_one_array_for_two_gradients_is_made_two() -> None:
    text = """
import numpy as np
u = np.array([0.3, -0.8])
v = np.array([1.1, 0.4])
loss = 0.0
for k in range(2):
    loss += np.sin(u[k]) * v[k]
du = dv = np.zeros(2)
for k in range(2):
    du[k] += np.cos(u[k]) * v[k]
    dv[k] += np.sin(u[k])
"""
    (finding,) = check_program(Source("two.py", text)).findings
    assert (finding.line, finding.cause) == (8, "value-changed-before-use") and finding.repair is not None
    assert finding.repair.edits[0].after == "du, dv = np.zeros(2), np.zeros(2)"
