"""Slips of a statement as a whole."""

import pytest

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.statements import statement_variants

MATERIAL = Material({"dw": None, "dW": None}, targets=("dW",))


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
    ],
)
def test_the_slip_is_undone(wrong: str, right: str) -> None:
    assert right in [v.text for v in statement_variants(Fragment(wrong), MATERIAL)]


def test_several_targets_are_no_accumulation() -> None:
    assert not [v for v in statement_variants(Fragment("a, b = c"), MATERIAL) if "+=" in v.text]
