"""Comparison entry by entry, and the facts that hold at every point."""

import numpy as np
import pytest

from whygrad.checking.comparison import compare, facts, mismatch

WANT = np.array([[1.0, -2.0], [3.0, 0.5]])


def test_rounding_agrees_and_a_millionth_does_not():
    assert compare(WANT * (1 + 1e-12), WANT).agrees
    assert not compare(WANT * (1 + 1e-6), WANT).agrees
    assert compare(np.float32(1) * WANT.astype(np.float32), WANT).agrees


def test_nan_and_infinity_are_never_the_truth_of_a_number():
    for bad in (np.nan, np.inf):
        got = WANT.copy()
        got[1, 0] = bad
        compared = compare(got, WANT)
        assert not compared.agrees and mismatch(0, got, WANT, compared).entry == (1, 0)


@pytest.mark.parametrize(
    ("got", "same"), [([1.0, 2.0], True), ([[1.0, 2.0]], False), (3.0, False), ((1, 2), True)]
)
def test_layouts(got, same):
    assert compare(got, np.array([1.0, 2.0])).same_shape is same


def test_facts_hold_at_all_points_or_are_not_stated():
    other = WANT * 3 + 1
    assert facts([(2 * WANT, WANT), (2 * other, other)])["constant_ratio"] == pytest.approx(2)
    assert "constant_ratio" not in facts([(2 * WANT, WANT), (3 * other, other)])
    assert facts([(-WANT, WANT)])["negated"]
    assert facts([(WANT.T, WANT)])["transposed"]
    assert facts([(WANT.sum(), WANT)])["sum"]
    assert facts([(WANT, WANT.sum(axis=0))])["missing_sum_axis"] == 0
    assert facts([(WANT.sum(axis=1), WANT)])["sum_axis"] == 1
    assert facts([(np.zeros(2), np.ones(2))])["zero"]
    assert facts([(np.array([0, -2]), np.array([0.3, -2.7]))]) == {
        "same_shape": True,
        "integer": True,
        "truncated": True,
    }


def test_dictionaries_agree_in_any_order_and_without_what_is_none() -> None:
    want = {"value": 0.5, "left": {"value": 1.0, "left": None}, "right": {"value": 2.0}}
    got = {"right": {"value": 2.0}, "left": {"value": 1.0}, "value": 0.5}
    assert compare(got, want).agrees
    swapped = {"right": {"value": 1.0}, "left": {"value": 2.0}, "value": 0.5}
    found = compare(swapped, want)
    assert found.same_shape
    assert found.wrong.tolist() == [False, True, True]
    assert mismatch(0, swapped, want, found).got in (1.0, 2.0)
    assert not compare({"value": 0.5}, want).same_shape
