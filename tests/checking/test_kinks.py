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


@pytest.mark.parametrize("claimed", [[0, 0], [1, 0], [0, -1], [0.3, -0.8], [1.2, 0], [0, 0.5]])
def test_two_units_at_zero_are_decided_each_on_its_own(claimed):
    """One helps and one harms: in the direction (1, -1) both slopes are 1, though both may be off."""
    claimed = np.array(claimed, float)
    units = lambda x: float(np.maximum(0, x[0]) - np.maximum(0, x[1]))
    answer = bool(0 <= claimed[0] <= 1 and -1 <= claimed[1] <= 0)
    assert allowed(units, np.zeros(2), claimed, np.array([True, True])) is answer


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_units_that_are_dead_for_one_example_are_all_off_or_all_on(slope):
    """A bias of zero above a layer of which an example leaves nothing."""
    weights = np.array([0.4, -1.1, 0.7, -0.2, 0.9])
    layer = lambda b: float(np.maximum(0, b) @ weights)
    assert allowed(layer, np.zeros(5), slope * weights, np.ones(5, bool)) is True
    assert allowed(layer, np.zeros(5), (2 * slope - 0.5) * weights, np.ones(5, bool)) is False
