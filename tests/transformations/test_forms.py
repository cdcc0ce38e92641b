"""Arrays of every form go in: shapes, dtypes, layouts, nothing at all; exceptions are NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import whygrad as wg

FLOATS = st.floats(-3, 3, allow_subnormal=False, width=32)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    elements=FLOATS,
)


def laid(x: Any, how: str) -> Any:
    """The same numbers in another layout."""
    if how == "fortran":
        return np.asfortranarray(x)
    if how == "strided":
        wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype) if x.ndim else x
        if x.ndim:
            wide[..., ::2] = x
        return wide[..., ::2] if x.ndim else x
    if how == "reversed" and x.ndim:
        return x[::-1].copy()[::-1]
    if how == "read-only":
        x = x.copy()
        x.flags.writeable = False
    return x


@settings(max_examples=80, deadline=None)
@given(ARRAYS, st.sampled_from(["plain", "fortran", "strided", "reversed", "read-only"]), st.data())
def test_every_form_of_array(x: Any, how: str, data: Any) -> None:
    x = laid(x, how)
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    keep = data.draw(st.booleans())
    before = x.tobytes()

    def f(x: Any) -> Any:
        y = np.tanh(x) * 2 + x * x
        y = y.sum(axis=axis, keepdims=keep) if x.ndim else y
        return np.sum(y * y)

    value, found = wg.value_and_grad(f)(x)
    assert (found.shape, found.dtype) == (x.shape, x.dtype)
    assert x.tobytes() == before
    assert np.asarray(value).tobytes() == np.asarray(f(x.copy(order="K"))).tobytes()
    z, h = x.astype(complex), 1e-30
    truth = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        moved = z.copy()
        moved[place] += 1j * h
        truth[place] = np.imag(f(moved)) / h
    np.testing.assert_allclose(found, truth, rtol=2e-4 if x.dtype == np.float32 else 1e-10, atol=1e-5)


KEYS = st.one_of(
    hnp.basic_indices((3, 4), allow_newaxis=True),
    hnp.integer_array_indices((3, 4)),
    hnp.arrays(bool, (3, 4)),
    hnp.arrays(bool, (3,)),
)


@settings(max_examples=80, deadline=None)
@given(KEYS, st.sampled_from(["read", "write", "add", "scale"]))
def test_every_form_of_index(key: Any, how: str) -> None:
    x = np.arange(12.0).reshape(3, 4) / 7 - 0.6

    def f(x: Any) -> Any:
        y = x * 1
        if how == "write":
            y[key] = x[key] ** 2
        elif how == "add":
            y[key] += x[key] * 3
        elif how == "scale":
            y[key] *= x[0, 0]
        return np.sum(y[key] ** 2) + np.sum(y * x)

    found = wg.grad(f)(x)
    h = 1e-30
    for place in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[place] += 1j * h
        assert found[place] == pytest.approx(np.imag(f(moved)) / h, rel=1e-10, abs=1e-12)


RAISING = [
    lambda x: x[7],
    lambda x: x @ np.ones(5),
    lambda x: np.sum(x, axis=4),
    lambda x: np.reshape(x, (5, 5)),
    lambda x: np.concatenate([x, np.ones((2, 2))]),
    lambda x: np.stack([x, x[:1]]),
    lambda x: x + np.ones(4),
    lambda x: np.linalg.inv(np.outer(x, x[:2])),
    lambda x: np.linalg.solve(np.zeros((3, 3)) * x, x),
    lambda x: np.quantile(x, 1.5),
    lambda x: np.take(x, [9]),
    lambda x: np.split(x, 2),
    lambda x: np.einsum("ij->i", x),
    lambda x: np.pad(x, -1),
    lambda x: x.nothing,
    lambda x: np.transpose(x, (1, 0)),
    lambda x: np.gradient(x[:1]),
    lambda x: np.max(x[:0]),
    lambda x: [1.0][int(x[0]) + 5],
    lambda x: {"a": x}["b"],
    lambda x: x.reshape(2, 2).sum(),
]


@pytest.mark.parametrize("f", RAISING)
def test_exceptions_are_those_of_the_plain_run(f: Any) -> None:
    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(Exception) as plain:
        f(x)
    with pytest.raises(type(plain.value)) as traced:
        wg.grad(f)(x)
    assert str(traced.value) == str(plain.value)


LOST = [
    (lambda x: np.histogram(x)[0].sum(), "histogram"),
    (lambda x: np.fft.fft(x).real.sum(), "fft"),
    (lambda x: (x + 1j).real.sum(), "complex"),
    (lambda x: np.asarray(memoryview(np.asarray([1.0]))) @ x[:1] * complex(x[0]).real, "complex"),
    (lambda x: np.linalg.eigvals(np.outer(x, x)).sum(), "eigvals"),
]


@pytest.mark.parametrize(("f", "named"), LOST)
def test_what_cannot_be_followed_is_refused_with_its_place_and_a_way_out(f: Any, named: str) -> None:
    with pytest.raises(wg.WhygradError, match=named) as caught:
        wg.grad(f)(np.array([1.0, 2.0, 3.0]))
    assert caught.value.hint
    assert caught.value.place is not None and caught.value.place.file == __file__


def test_values_that_are_not_numbers_are_never_invented() -> None:
    found = wg.grad(lambda x: np.sum(x * np.array([1.0, 2.0, 3.0])))(np.array([np.nan, np.inf, 1.0]))
    assert found.tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(wg.grad(lambda x: np.sum(x * x))(np.array([np.nan, 1.0]))[0])
    assert wg.grad(lambda x: x[0])(np.array([1.0, np.nan])).tolist() == [1.0, 0.0]
