"""Shapes, axes, indices and dtypes at random: value, shape, dtype, both modes, and the exceptions.

A directional derivative by differences, bounded by its own error estimate, is the truth.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import whygrad as wg
from whygrad.errors import WhygradError

SETTINGS = settings(max_examples=60, deadline=None)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
SEEDS = st.integers(0, 10_000)


def numbers(seed, shape, dtype=np.float64):
    """Distinct numbers, so that nothing ties."""
    rng = np.random.default_rng(seed)
    size = int(np.prod(shape))
    return (rng.permutation(size) * 0.37 + rng.uniform(0.3, 0.6, size)).reshape(shape).astype(dtype)


def outcome(function, *args):
    """What a call returns, or the exception that it raises."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(function(*args)), None
    except Exception as error:
        return None, error


def agrees(function, x, seed, ridders):
    """The same value or exception as in the plain run; both modes give the true derivative."""
    expected, error = outcome(function, x.copy())
    if error is not None:
        with pytest.raises(type(error)) as caught:
            wg.vjp(function, x)
        assert str(caught.value) == str(error)
        return
    rng = np.random.default_rng(seed)
    try:
        value, pull = wg.vjp(function, x)
    except WhygradError as refusal:
        assert getattr(refusal, "place", None) is not None, "a refusal names its place"
        return
    np.testing.assert_array_equal(value, expected)
    assert np.asarray(value).dtype == expected.dtype
    g = rng.normal(size=expected.shape)
    d = rng.normal(size=x.shape)
    (gradient,) = pull(g[()])
    pushed = wg.jvp(function, (x,), (d,))[1]
    assert np.shape(gradient) == x.shape and np.shape(pushed) == expected.shape
    truth, doubt = ridders(lambda t: np.sum(g * function(x + t * d)), 0.0)
    size = 1 + abs(truth)
    if np.isfinite(truth) and doubt < 1e-6 * size:
        assert abs(np.sum(gradient * d) - truth) <= 10 * doubt + 1e-11 * size
        assert abs(np.sum(g * pushed) - truth) <= 10 * doubt + 1e-11 * size


@pytest.fixture(scope="module")
def ridders(request):
    return request.getfixturevalue("tools")["ridders"]


AXES = st.one_of(st.none(), st.integers(-4, 3), st.lists(st.integers(-3, 2), max_size=3).map(tuple))
REDUCTIONS = [np.sum, np.mean, np.max, np.min, np.prod, np.var, np.std, np.ptp, np.median, np.linalg.norm]


@SETTINGS
@given(st.sampled_from(REDUCTIONS), SHAPES, AXES, st.booleans(), SEEDS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_reductions(ridders, function, shape, axis, keepdims, seed):
    agrees(lambda x: function(x, axis=axis, keepdims=keepdims), numbers(seed, shape), seed, ridders)


RUNNING = [np.cumsum, np.cumprod, np.sort, np.flip, np.diff]


@SETTINGS
@given(st.sampled_from(RUNNING), SHAPES, st.integers(-4, 3), SEEDS)
def test_functions_along_an_axis(ridders, function, shape, axis, seed):
    agrees(lambda x: function(x, axis=axis), numbers(seed, shape), seed, ridders)


MOVES = {
    "transpose": lambda x, k: np.transpose(x, k),
    "moveaxis": lambda x, k: np.moveaxis(x, k[0] if k else 0, -1),
    "swapaxes": lambda x, k: np.swapaxes(x, *[*k, 0, 0][:2]),
    "expand_dims": lambda x, k: np.expand_dims(x, tuple(k)),
    "squeeze": lambda x, k: np.squeeze(x, tuple(k)),
    "reshape": lambda x, k: np.reshape(x, [abs(j) for j in k] or -1),
    "roll": lambda x, k: np.roll(x, k[0] if k else 1, axis=k[1] if len(k) > 1 else None),
    "repeat": lambda x, k: np.repeat(x, 2, axis=k[0] if k else None),
    "tile": lambda x, k: np.tile(x, [abs(j) for j in k]),
    "broadcast_to": lambda x, k: np.broadcast_to(x, tuple(abs(j) for j in k) + x.shape),
    "stack": lambda x, k: np.stack([x, x * 2], axis=k[0] if k else 0),
    "concatenate": lambda x, k: np.concatenate([x, x * 2], axis=k[0] if k else 0),
    "split": lambda x, k: np.split(x, abs(k[0]) if k else 1, axis=k[1] if len(k) > 1 else 0)[0],
    "pad": lambda x, k: np.pad(x, [(abs(j), 1) for j in k] or 1),
    "trace": lambda x, k: np.trace(x, offset=k[0] if k else 0),
    "take": lambda x, k: np.take(x, k, axis=-1) if x.size else x,  # of nothing, np.take does not look
    "delete": lambda x, k: np.delete(x, k[0] if k else 0, axis=-1),
}


@SETTINGS
@given(st.sampled_from(sorted(MOVES)), SHAPES, st.lists(st.integers(-3, 3), max_size=3), SEEDS)
def test_moves(ridders, name, shape, numbers_given, seed):
    agrees(lambda x: MOVES[name](x, numbers_given) * 1.5, numbers(seed, shape), seed, ridders)


@st.composite
def reads(draw):
    """An array's shape and a key, which mostly fits."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    basic = hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True)
    rows = hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(max_dims=2, max_side=3))
    mask = hnp.arrays(bool, shape)
    wild = st.tuples(st.integers(-5, 5), st.slices(4))
    mixed = st.tuples(st.lists(st.integers(-shape[0], shape[0] - 1), max_size=4))
    return shape, draw(st.one_of(basic, rows, mask, wild, mixed))


@SETTINGS
@given(reads(), SEEDS)
def test_reading(ridders, read, seed):
    shape, key = read
    agrees(lambda x: x[key] * 1.5, numbers(seed, shape), seed, ridders)


@SETTINGS
@given(reads(), SEEDS, st.sampled_from(["=", "+=", "*="]))
def test_writing(ridders, read, seed, how):
    shape, key = read

    def written(x):
        y = np.cos(x)
        part = y[key] * 0 + np.sum(x) * 0.1
        if how == "=":
            y[key] = part
        elif how == "+=":
            y[key] += part
        else:
            y[key] *= part
        return y * y

    agrees(written, numbers(seed, shape), seed, ridders)


BINARY = [
    np.add,
    np.multiply,
    np.divide,
    np.power,
    np.maximum,
    np.arctan2,
    np.hypot,
    np.logaddexp,
    np.subtract,
]


@SETTINGS
@given(
    st.sampled_from(BINARY), hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), SEEDS
)
def test_broadcasting(ridders, function, shapes, seed):
    one, two = shapes.input_shapes
    other = numbers(seed + 1, two) + 0.41
    agrees(lambda x: function(x, other), numbers(seed, one), seed, ridders)
    agrees(lambda x: function(other, x), numbers(seed, one), seed, ridders)


PRODUCTS = [np.add, np.matmul, np.dot, np.inner, np.outer, np.kron, np.cross, np.vdot, np.tensordot,
            np.convolve, np.linalg.solve]  # fmt: skip


@SETTINGS
@given(st.sampled_from(PRODUCTS), SHAPES, SHAPES, SEEDS)
def test_products_of_any_shapes_and_their_exceptions(ridders, function, one, two, seed):
    other = numbers(seed + 1, two)
    agrees(lambda x: function(x, other), numbers(seed, one), seed, ridders)


SPECS = ["ij,jk->ik", "ij,kj", "ii->i", "ij->ji", "i,i->", "ij,j->i", "ijk->k", "ij,ij->", "i,j->ij"]


SIDES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3)
"""NumPy's einsum itself returns memory as it finds it where one side is 0 and the other is not."""


@SETTINGS
@given(st.sampled_from(SPECS), SIDES, SIDES, SEEDS)
def test_einsum(ridders, spec, one, two, seed):
    given_two = "," in spec
    other = numbers(seed + 1, two)

    def f(x):
        return np.einsum(spec, x, other) if given_two else np.einsum(spec, x)

    agrees(f, numbers(seed, one), seed, ridders)


SQUARE = [
    np.linalg.inv,
    np.linalg.det,
    np.linalg.cholesky,
    np.linalg.eigvalsh,
    np.linalg.pinv,
    np.trace,
    np.diag,
]


@SETTINGS
@given(st.sampled_from(SQUARE), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), SEEDS)
def test_exceptions_of_linear_algebra(function, shape, seed):
    x = numbers(seed, shape)
    expected, error = outcome(function, x)
    if error is None:
        np.testing.assert_array_equal(wg.vjp(lambda z: function(z), x)[0], expected)
    else:
        with pytest.raises(type(error)) as caught:
            wg.vjp(lambda z: function(z), x)
        assert str(caught.value) == str(error)


KINDS = [np.float64, np.float32, np.float16, np.int64, np.int32, np.uint8, np.bool_]


@SETTINGS
@given(st.sampled_from([np.add, np.multiply, np.subtract, np.maximum, np.matmul, np.power]),
       st.sampled_from(KINDS[:3]), st.sampled_from(KINDS), st.booleans(), SEEDS)  # fmt: skip
def test_dtypes(function, mine, others, swapped, seed):
    x = np.asarray(numbers(seed, (2, 2)), mine)
    other = (numbers(seed + 1, (2, 2)) * 3).astype(others)

    def f(z):
        return function(other, z) if swapped else function(z, other)

    expected, error = outcome(f, x)
    if error is not None:
        with pytest.raises(type(error)):
            wg.vjp(f, x)
        return
    value, pull = wg.vjp(f, x)
    np.testing.assert_array_equal(value, expected, strict=True)
    (gradient,) = pull(np.ones_like(value))
    assert gradient.dtype == x.dtype and gradient.shape == x.shape
