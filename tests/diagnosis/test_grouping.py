"""Parentheses that were left out."""

import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.grouping import parentheses, quotients_of_sums
from whygrad.diagnosis.mutation import Material
from whygrad.source import Source

NONE = Material({})


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("y = p - n / p + n", "y = (p - n) / (p + n)"),
        ("y = k * p - n / f(p) + 2 * n", "y = (k * p - n) / (f(p) + 2 * n)"),
        ("y = 1 + (p - n / p + n)", "y = 1 + ((p - n) / (p + n))"),
    ],
)
def test_both_sides_of_a_division_are_grouped(wrong: str, right: str) -> None:
    assert [v.text for v in quotients_of_sums(Fragment(wrong), NONE)] == [right]


@pytest.mark.parametrize("text", ["y = p / n", "y = p - n / p", "y = (p / n) + p", "y = k * (p / n) + p"])
def test_where_one_side_is_whole_nothing_is_grouped(text: str) -> None:
    assert not list(quotients_of_sums(Fragment(text), NONE))


def test_operators_are_grouped_the_other_way() -> None:
    assert "y = 1 / (1 + g)" in [v.text for v in parentheses(Fragment("y = 1 / 1 + g"), NONE)]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("d = g * (1 - h)**2", "d = g * (1 - h**2)"),
        ("d = g * (1 - h ** 2)", "d = g * (1 - h) ** 2"),
        ("d = (a + f(b)) ** 2 / n", "d = (a + f(b) ** 2) / n"),
    ],
)
def test_a_power_is_of_the_last_term_or_of_the_whole_sum(wrong: str, right: str) -> None:
    assert right in [v.text for v in parentheses(Fragment(wrong), NONE)]


LAYER = """\
import numpy as np
x = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7]])
W = np.array([[0.2, -0.5], [0.7, 0.1], [-0.3, 0.9]])
h = np.tanh(x @ W)
loss = np.sum(h ** 3)
dz = 3 * h ** 2 * (1 - h)**2
dW = x.T @ dz
"""


def test_the_square_in_the_slope_of_tanh_is_put_where_it_belongs() -> None:
    (finding,) = check_program(Source("layer.py", LAYER)).findings
    assert (finding.code, finding.line) == ("WG401", 6)
    assert finding.repair is not None
    assert finding.repair.edits[0].after == "dz = 3 * h ** 2 * (1 - h**2)"
