"""Reductions with masks, initial values and dtypes."""

from __future__ import annotations

import numpy as np
import pytest

RNG = np.random.default_rng(7)
V, W = RNG.normal(size=4), RNG.normal(size=3)
B, T = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3, 4))
for _array in (V, W, B, T):
    _array.flags.writeable = False

import whygrad as wg  # noqa: E402

MASK = np.array([[True, False, True], [True, True, False]])

CASES = {
    **{
        f"{f.__name__} {label}": (lambda x, f=f, options=options: f(x, **options), B)
        for f in (np.sum, np.prod, np.max, np.min)
        for label, options in (
            ("where", {"where": MASK, "initial": 0.1}),
            ("rows", {"axis": 1, "where": MASK, "initial": -0.2, "keepdims": True}),
            ("initial", {"axis": 0, "initial": 0.3}),
        )
    },
    **{
        f"{f.__name__} where": (lambda x, f=f: f(x, axis=1, where=MASK, keepdims=True), B)
        for f in (np.mean, np.var, np.std)
    },
    "var of a mask that depends": (lambda x: np.var(x, where=x > -0.5, ddof=1), B),
    "var around a mean": (lambda x: np.var(x, axis=1, mean=x[:, :1] ** 2, keepdims=True), B),
    "std around a mean": (lambda x: x.std(axis=0, mean=np.zeros((1, 3)) + 0.2), B),
    "mean method": (lambda x: x.mean(axis=0, where=MASK | True), B),
    "sum of a column of a mask": (lambda x: np.sum(x, where=MASK[:, :1]), B),
    "cumsum of a dtype": (lambda x: np.cumsum(x, dtype=np.float64), B),
}


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative(name, agrees):
    agrees(name, *CASES[name])


@pytest.mark.parametrize("reduce", [np.sum, np.mean, np.prod, np.cumsum])
def test_a_wider_dtype_computes_and_the_gradient_keeps_its_own(reduce) -> None:
    x = np.array([1.5, 2.5], np.float32)
    value, pull = wg.vjp(lambda x: reduce(x, dtype=np.float64), x)
    assert value.dtype == np.float64
    assert pull(np.ones(np.shape(value))[()])[0].dtype == np.float32
