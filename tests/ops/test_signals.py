"""Differences, integrals, convolutions, interpolation, polynomials, evenly spaced numbers."""

from __future__ import annotations

import numpy as np
import pytest

RNG = np.random.default_rng(7)
V, W = RNG.normal(size=4), RNG.normal(size=3)
B, T = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3, 4))
for _array in (V, W, B, T):
    _array.flags.writeable = False

AT = np.array([0.0, 0.4, 1.1, 1.7])

CASES = {
    "diff 2": (lambda x: np.diff(x, 2), B),
    "diff 0": (lambda x: np.diff(x, 0), B),
    "diff with edges": (lambda x: np.diff(x, axis=0, prepend=1.0, append=x[:1] ** 2), B),
    "ediff1d": (lambda x: np.ediff1d(x, to_begin=[1.0, 2.0], to_end=x[0, 0] ** 2), B),
    "trapezoid": (lambda x: np.trapezoid(x, dx=0.5), B),
    "trapezoid at": (lambda x: np.trapezoid(x**2, x, axis=0), B),
    "gradient": (lambda x: np.gradient(x), V),
    "gradient of both axes": (lambda x: np.multiply(*np.gradient(x, 0.5, 0.2)), T[0]),
    "gradient at": (lambda x: np.gradient(x, AT, edge_order=2), V),
    "gradient by places": (lambda x: np.gradient(V, np.cumsum(x**2)), V),
    "gradient edge 2": (lambda x: np.gradient(x, axis=1, edge_order=2), T[0]),
    "cumulative_sum": (lambda x: np.cumulative_sum(x, axis=1, include_initial=True), B),
    "cumulative_prod": (lambda x: np.cumulative_prod(x, axis=0), B),
    "unwrap": (lambda x: np.unwrap(x * 5), V),
    "unwrap of degrees": (lambda x: np.unwrap(x * 400, period=360, axis=0), B),
    **{
        f"{f.__name__} {mode} {k}": (lambda x, f=f, mode=mode, k=k: f(x, x[:k] ** 2, mode), V)
        for f in (np.convolve, np.correlate)
        for mode in ("full", "same", "valid")
        for k in (1, 2, 3, 4)
    },
    **{
        f"{f.__name__} longer {mode}": (lambda x, f=f, mode=mode: f(x[:2], x, mode), V)
        for f in (np.convolve, np.correlate)
        for mode in ("full", "same", "valid")
    },
    "interp": (lambda x: np.interp([-5.0, 0.3, 1.2, 9.0], np.sort(x), x**2), V),
    "interp by x": (lambda x: np.interp(x, [-3.0, 0.05, 3.0], [1.0, 5.0, 2.0], left=0.5), V),
    "interp number": (lambda x: np.interp(x[0], [-3.0, 0.05, 3.0], x[:3]), V),
    "interp beyond": (lambda x: np.interp([-9.0, 9.0], AT, V, left=x[0], right=x[1] ** 2), V),
    "interp of a period": (lambda x: np.interp(x * 4, AT, x**2, period=1.9), V),
    "polyval": (lambda x: np.polyval(x, x[:2]), V),
    "polyadd": (lambda x: np.polyadd(x, x[:2] ** 2), V),
    "polysub": (lambda x: np.polysub(x[:2] ** 2, x), V),
    "polymul": (lambda x: np.polymul(x, x[:2] ** 2), V),
    "polydiv": (lambda x: np.polydiv(x, x[:2] + 3)[0], V),
    "polydiv rest": (lambda x: np.polydiv(x, x[:3] + 3)[1], V),
    "polyder": (lambda x: np.polyder(x, 2), V),
    "polyint": (lambda x: np.polyint(x, 2, [x[0], 1.0]), V),
    "poly": (lambda x: np.poly(x), V),
    "poly1d": (lambda x: np.poly1d(x)(x[:2]), V),
    "polynomial.polyval": (lambda x: np.polynomial.polynomial.polyval(x[:2], x), V),
    "vander": (lambda x: np.vander(x, 3), V),
    "vander increasing": (lambda x: np.vander(x, increasing=True), V),
    "linspace": (lambda x: np.linspace(x[0], x[1] ** 2, 5), V),
    "linspace of arrays": (lambda x: np.linspace(x, x[0], 4, endpoint=False, axis=1), B),
    "linspace step": (lambda x: np.linspace(0.5, x[0], 4, retstep=True)[1] * x, V),
    "logspace": (lambda x: np.logspace(x[0], x[1], 3), V),
    "geomspace": (lambda x: np.geomspace(x[0] ** 2 + 1, x[1] ** 2 + 3, 4), V),
}


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative(name, agrees):
    agrees(name, *CASES[name])
