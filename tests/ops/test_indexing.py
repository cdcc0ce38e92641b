"""Buffers: the last write wins both ways, and n writes cost n."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.graph import abstract_of
from whygrad.ops import OPS, Keys, Slot, accumulate, assemble, index, infer, template

KEYS = st.one_of(
    st.integers(-3, 2),
    st.slices(3),
    st.tuples(st.integers(-3, 2), st.integers(-2, 1)),
    st.tuples(st.slices(3), st.integers(-2, 1)),
)


ALIKE = st.slices(3).flatmap(
    lambda s: st.lists(st.tuples(st.just(s), st.integers(0, 1)), min_size=1, max_size=6)
)
"""Keys of the same slice, of which those of one column write the same places."""


@given(st.lists(KEYS, min_size=1, max_size=6) | ALIKE)
def test_writes_and_their_transpose(keys):
    """Whatever overlaps: a write's gradient is g at the entries whose final value is its own."""
    values = [1.0 * (k + 1) for k in range(len(keys))]
    plain = np.zeros((3, 2))
    for key, value in zip(keys, values, strict=True):
        plain[key] = value
    base = np.zeros((3, 2))
    found = assemble(base, *values, keys=keys)
    np.testing.assert_array_equal(found, plain)
    g = np.arange(1.0, 7.0).reshape(3, 2)
    vjps = OPS["assemble"].rule.vjps(range(len(keys) + 1), g, found, (base, *values), {"keys": Keys(keys)})
    for k, value in enumerate(values, start=1):
        assert np.sum(vjps[k]) == np.sum(g[plain == value])
    unwritten = np.where(plain == 0, g, 0.0)
    np.testing.assert_array_equal(unwritten if vjps[0] is None else vjps[0], unwritten)
    if vjps[0] is None:
        assert not unwritten.any()


@given(st.lists(KEYS, min_size=1, max_size=6))
def test_accumulation_is_the_transpose_of_reading(keys):
    x = np.arange(1.0, 7.0).reshape(3, 2)
    reads = [index(x, key=key) for key in keys]
    weights = [np.full(np.shape(r), 10.0**k) for k, r in enumerate(reads)]
    total = accumulate(np.zeros((3, 2)), *weights, keys=keys)
    assert np.isclose(
        np.sum(total * x), sum(np.sum(w * r) for w, r in zip(weights, reads, strict=True)), rtol=1e-14
    )


def test_place_named_twice_receives_both():
    rows = np.array([0, 0, 1])
    np.testing.assert_array_equal(
        accumulate(np.zeros(2), np.array([1.0, 2.0, 3.0]), rows, keys=(Slot(0),)), [3.0, 3.0]
    )


def test_template_keeps_what_is_static_and_lifts_what_is_not():
    mask = np.array([True, False])
    assert template(np.int64(2)) == (2, [])
    assert template((None, Ellipsis, slice(np.int64(1), None))) == ((None, Ellipsis, slice(1, None)), [])
    stated, dynamic = template((slice(None), mask), first=3)
    assert stated == (slice(None), Slot(3)) and dynamic[0] is mask
    stated, dynamic = template([0, 2])
    assert stated == Slot(0) and dynamic[0].tolist() == [0, 2]
    assert template(True)[0] == Slot(0)


def test_whole_cover_leaves_nothing_for_the_base():
    assert Keys((0, 1, 2)).cover((3,)) and Keys(((0,), (1,))).cover((2, 5))
    assert not Keys((0, 1, 1)).cover((3,)) and not Keys((slice(None),)).cover((3,)) and not Keys().cover((0,))


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-5, 5)), min_size=16, max_size=40))
def test_many_numbers_are_written_as_one_by_one(writes):
    """Sixteen writes and more go through one call of NumPy's; order and repeated places must not change."""
    keys, values = zip(*writes, strict=True)
    written, added = np.ones(4), np.ones(4)
    for key, value in writes:
        written[key] = value
        added[key] += value
    np.testing.assert_array_equal(assemble(np.ones(4), *values, keys=keys), written)
    np.testing.assert_array_equal(accumulate(np.ones(4), *values, keys=keys), added)


def test_many_rows_are_written_one_by_one():
    rows = [np.full(2, k) for k in range(20)]
    found = assemble(np.zeros((20, 2)), *rows, keys=range(20))
    np.testing.assert_array_equal(found, np.repeat(np.arange(20.0), 2).reshape(20, 2))
    np.testing.assert_array_equal(accumulate(np.ones((20, 2)), *rows, keys=range(20)), found + 1)


def _seconds(work) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("columns", [False, True])
def test_many_writes_are_linear(twice, columns):
    """Four times the writes may take four times as long, not sixteen."""

    def work(n):
        places = (*range(n), *((0,) if twice else ()))
        keys = Keys((slice(None), place) for place in places) if columns else Keys(places)
        shape = (2, n) if columns else (n,)
        args = (np.zeros(shape), *([1.0] * len(keys)))
        y = OPS["assemble"].value(*args, keys=keys)
        found = OPS["assemble"].rule.vjps(range(len(args)), np.ones(shape), y, args, {"keys": keys})
        assert len(found) == len(args)
        assert infer(OPS["assemble"], [abstract_of(a) for a in args], {"keys": keys}).shape == shape

    small, large = _seconds(lambda: work(2_000)), _seconds(lambda: work(16_000))
    assert large < 8 * 4 * small
