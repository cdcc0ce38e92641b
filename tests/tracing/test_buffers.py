from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.tracing.buffers import Buffer, block_key, is_everything, normal_place, owner_of, place_of


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "view", [lambda a: a, lambda a: a[1:, ::2], lambda a: a.T[::-1], lambda a: a[2], lambda a: a[::-1, 1]]
)
def test_positions_find_the_entries_of_a_view(order, view):
    array = np.array(np.arange(20.0).reshape(4, 5), order=order)
    seen = view(array)
    positions = Buffer(array, 0).positions(seen)
    assert np.array_equal(array.ravel()[positions], seen)


starts = st.one_of(
    st.integers(0, 4), st.builds(slice, st.integers(0, 4), st.integers(1, 5), st.integers(1, 3))
)


@given(starts, starts)
def test_a_block_is_read_by_ints_and_slices(i, j):
    numbers = np.arange(25).reshape(5, 5)
    positions = np.asarray(numbers[i, j])
    key = block_key(positions, (5, 5))
    if positions.size:
        assert key is not None
        assert numbers[key].ravel().tolist() == positions.ravel().tolist()
    else:
        assert key is None


def test_scattered_places_are_no_block():
    assert block_key(np.array([0, 3, 4]), (10,)) is None


def test_places():
    assert place_of((1, 2)) == (1, 2)
    assert place_of(3) == (3,)
    assert place_of(-1) is None
    assert place_of(slice(1)) is None
    assert normal_place(-1, (4,)) == 3
    assert normal_place((0, -1), (4, 5)) == (0, 4)
    assert is_everything(...)
    assert is_everything((slice(None), slice(None)))
    assert not is_everything(slice(1, None))


def test_owner_of_a_view():
    array = np.zeros((3, 4))
    assert owner_of(array[1:].T[0]) is array


def test_the_last_write_of_a_place_is_known_until_a_wider_one():
    buffer = Buffer(np.zeros(4), 0)
    buffer.add(1, 7, ())
    buffer.add(1, 8, ())
    assert buffer.written == {(1,): 8}
    assert buffer.untouched((2,))
    buffer.add(slice(None, 2), 9, ())
    assert buffer.written == {}
    assert not buffer.untouched((3,))
    buffer.replace(10)
    assert (buffer.row, buffer.keys) == (10, [])
