"""What a kink leaves open: everything between the slopes, along every direction."""

import numpy as np
import pytest

from whygrad.checking.kinks import allowed

TOP = np.array([2.0, 2.0, 1.0])


def largest(x):
    return float(np.max(x))


@pytest.mark.parametrize(
    ("claimed", "answer"),
    [
        ([1, 0, 0], True),
        ([0, 1, 0], True),
        ([0.5, 0.5, 0], True),
        ([1, 1, 0], False),
        ([0, 0, 0], False),
        ([0.5, 0.5, 0.1], False),
    ],
)
def test_gradients_of_ties_add_up(claimed, answer):
    claimed = np.array(claimed, float)
    assert allowed(largest, TOP, claimed, np.array([True, True, claimed[2] != 0])) is answer


@pytest.mark.parametrize(("slope", "answer"), [(-1.0, True), (0.0, True), (1.0, True), (1.1, False)])
def test_abs_at_zero(slope, answer):
    assert allowed(lambda x: float(abs(x[0])), np.zeros(1), np.array([slope]), np.array([True])) is answer


def test_where_there_is_no_kink_the_test_says_wrong_or_nothing():
    smooth = lambda x: float(np.sum(x**2))
    assert allowed(smooth, np.ones(2), np.array([2.0, 2.0]), np.array([True, False])) is None
    assert allowed(smooth, np.ones(2), np.array([2.0, 2.1]), np.array([False, True])) is False
