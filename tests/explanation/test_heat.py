"""Arrays as heat maps: signs, scale, and nothing large or broken lost when they are drawn coarser."""

import math

import numpy as np
import pytest

from whygrad.explanation.heat import MOST_COLUMNS, MOST_ROWS, heat_of


def test_cells_are_shares_of_the_largest_entry():
    heat = heat_of(np.array([[1.0, -2.0], [0.0, 4.0]]))
    assert heat is not None
    assert heat.cells == ((0.25, -0.5), (0.0, 1.0))
    assert (heat.scale, heat.shape) == (4.0, (2, 2))


def test_the_last_axis_lies_across():
    heat = heat_of(np.arange(24.0).reshape(2, 3, 4))
    assert heat is not None
    assert (len(heat.cells), len(heat.cells[0])) == (6, 4)


@pytest.mark.parametrize("value", [3.0, np.float64(2), np.zeros(0), np.array([1.0]), np.array(["a", "b"])])
def test_what_is_no_array_of_numbers_has_none(value):
    assert heat_of(value) is None


@pytest.mark.parametrize("spot", [(0, 0), (57, 31), (99, 63)])
def test_the_one_large_entry_of_a_large_array_stays_visible(spot):
    array = np.full((100, 64), 0.01)
    array[spot] = -5.0
    heat = heat_of(array)
    assert heat is not None
    assert (len(heat.cells), len(heat.cells[0])) == (MOST_ROWS, MOST_COLUMNS)
    assert sum(cell == -1.0 for row in heat.cells for cell in row) == 1


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_shows_and_does_not_spoil_the_scale(broken):
    array = np.ones((40, 40))
    array[20, 20] = broken
    heat = heat_of(array)
    assert heat is not None and heat.scale == 1.0
    assert sum(math.isnan(cell) for row in heat.cells for cell in row) == 1


def test_zeros_have_a_picture():
    heat = heat_of(np.zeros((2, 2)))
    assert heat is not None and heat.scale == 0.0 and heat.cells == ((0.0, 0.0), (0.0, 0.0))
