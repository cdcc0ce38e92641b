"""At kinks and ties the rule takes a stated choice, between the one-sided slopes; beside them it is exact."""

from __future__ import annotations

import math

import numpy as np
import pytest

from whygrad.ops import OPS

KINKS = [
    ("abs", (0.0,), {}),
    ("maximum", (1.0, 1.0), {}),
    ("minimum", (-2.0, -2.0), {}),
    ("fmax", (1.0, 1.0), {}),
    ("fmin", (-2.0, -2.0), {}),
    ("clip", (0.5, 0.5, 2.0), {}),
    ("clip", (2.0, 0.5, 2.0), {}),
    ("hypot", (0.0, 0.0), {}),
    ("max", (np.array([1.0, 1.0, 0.0]),), {}),
    ("min", (np.array([[1.0, 0.0], [1.0, 2.0]]),), {"axis": 0}),
    ("sort", (np.array([1.0, 1.0, 0.0]),), {"axis": 0}),
    ("partition", (np.array([1.0, 1.0, 0.0]),), {"kth": 1, "axis": 0}),
    ("std", (np.array([2.0, 2.0]),), {}),
    ("norm", (np.zeros(3),), {}),
]
JUMPS = [
    ("fmod", (3.0, 1.5)), ("trunc", (2.0,)), ("copysign", (0.0, 1.5)), ("heaviside", (0.0, 0.5)),
    ("sign", (0.0,)), ("floor", (2.0,)), ("ceil", (2.0,)), ("round", (2.5,)), ("floor_divide", (3.0, 1.5)),
    ("remainder", (3.0, 1.5)), ("cbrt", (0.0,)),
]  # fmt: skip


def entry_moved(args, i, entry, by):
    moved = [np.array(a) for a in args]
    moved[i][entry] += by
    return tuple(m if m.shape else m[()] for m in moved)


def test_every_record_with_kinks_is_tested():
    assert {op.name for op in OPS.values() if op.kinks} == {k[0] for k in (*KINKS, *JUMPS)}


@pytest.mark.parametrize(("name", "args", "params"), KINKS)
def test_choice_lies_between_the_one_sided_slopes(name, args, params, tools):
    op, sample = OPS[name], tools["Sample"](name, args, params)
    assert np.any(np.asarray(op.kinks(*args, **params)) == 0)
    y, h = sample.value(), 1e-7
    for i in range(len(args)):
        found = sample.vjp(i, np.ones(np.shape(y)))
        for entry in np.ndindex(np.shape(args[i])):
            sides = [
                np.sum((sample.value(*entry_moved(args, i, entry, s * h)) - y) / (s * h)) for s in (-1, 1)
            ]
            assert min(sides) - 1e-6 <= found[entry] <= max(sides) + 1e-6, (i, entry, sides)


@pytest.mark.parametrize(("name", "args", "params"), [*KINKS, *((*jump, {}) for jump in JUMPS)])
def test_both_sides_of_a_kink(name, args, params, tools, numeric):
    op = OPS[name]
    assert np.any(np.abs(np.asarray(op.kinks(*args, **params))) < 1e-12)
    for i in range(len(args)):
        entry = (0,) * np.ndim(args[i])
        for by in (-0.03, 0.04):
            sample = tools["Sample"](name, entry_moved(args, i, entry, by), params)
            y = np.asarray(sample.value())
            truth, error = numeric.column(sample, i, entry)
            assert np.all(error < 1e-6 * np.maximum(1, abs(truth)))
            for k in np.ndindex(y.shape):
                g = np.zeros(y.shape)
                g[k] = 1.0
                assert abs(sample.vjp(i, g)[entry] - truth[k]) <= error[k], (i, by, k)


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("abs", (0.0,), [0.0]),
        ("maximum", (0.0, 0.0), [0.5, 0.5]),
        ("minimum", (0.0, 0.0), [0.5, 0.5]),
        ("max", (np.array([1.0, 1.0, 0.0]),), [[0.5, 0.5, 0.0]]),
        ("clip", (0.0, 0.0, 1.0), [1.0, 0.0, 0.0]),
        ("sqrt", (0.0,), [math.inf]),
        ("log", (0.0,), [math.inf]),
        ("log", (-1.0,), [math.nan]),
        ("log2", (-1.0,), [math.nan]),
        ("log10", (-1.0,), [math.nan]),
        ("log1p", (-2.0,), [math.nan]),
        ("log1p", (-1.0,), [math.inf]),
        ("arcsin", (1.0,), [math.inf]),
        ("arccos", (1.0,), [-math.inf]),
        ("norm", (np.zeros(2),), [[0.0, 0.0]]),
        ("std", (np.ones(3),), [[0.0, 0.0, 0.0]]),
        ("hypot", (0.0, 0.0), [0.0, 0.0]),
        ("sinc", (0.0,), [0.0]),
        ("power", (0.0, 0), [0.0, -math.inf]),
        ("power", (0.0, 0.0), [0.0, -math.inf]),
        ("log", (math.inf,), [math.nan]),
        ("log1p", (math.inf,), [math.nan]),
        ("sqrt", (math.inf,), [math.nan]),
        ("power", (0.0, 0.5), [math.inf, 0.0]),
        ("power", (0.0, 2.0), [0.0, 0.0]),
        ("power", (-2.0, 2.0), [-4.0, math.nan]),
        ("power", (-2.0, 3), [12.0, math.nan]),
        ("divide", (1.0, 0.0), [math.inf, -math.inf]),
        ("logaddexp", (1000.0, 0.0), [1.0, 0.0]),
        ("prod", (np.array([2.0, 0.0, 3.0]),), [[0.0, 6.0, 0.0]]),
        ("prod", (np.array([2.0, 0.0, 0.0]),), [[0.0, 0.0, 0.0]]),
        ("cumprod", (np.array([2.0, 0.0, 3.0]),), [[1.0, 8.0, 0.0]]),
        ("max", (np.array([1.0, math.nan]),), [[math.nan, math.nan]]),
        ("mean", (np.ones((0, 3)),), [np.ones((0, 3))]),
    ],
)
@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_hard_points(name, args, expected, tools):
    args = tuple(
        np.float64(a) if isinstance(a, float) else a for a in args
    )  # Python would raise at 1.0 / 0.0
    sample = tools["Sample"](name, args, {"axis": 0} if name == "cumprod" else {})
    g = np.ones(np.shape(sample.value()))
    for i, truth in enumerate(expected):
        np.testing.assert_array_equal(sample.vjp(i, g if g.shape else 1.0), truth)


def test_branch_not_taken_is_not_poisoned(tools):
    """where(c, a, b) with an infinite or NaN cotangent: what did not flow is exactly 0."""
    sample = tools["Sample"]("where", (np.array([True, False]), np.ones(2), np.ones(2)))
    g = np.array([math.nan, math.inf])
    np.testing.assert_array_equal(sample.vjp(1, g), [math.nan, 0.0])
    np.testing.assert_array_equal(sample.vjp(2, g), [0.0, math.inf])
