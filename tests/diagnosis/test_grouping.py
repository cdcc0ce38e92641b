"""Parentheses that were left out."""

import pytest

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.grouping import parentheses, quotients_of_sums
from whygrad.diagnosis.mutation import Material

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
