"""Medians, quantiles, means, covariances, and all of them without NaN."""

from __future__ import annotations

import numpy as np
import pytest

RNG = np.random.default_rng(7)
V, W = RNG.normal(size=4), RNG.normal(size=3)
B, T = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3, 4))
for _array in (V, W, B, T):
    _array.flags.writeable = False

HOLES = np.where(np.arange(12).reshape(3, 4) % 5 == 1, np.nan, 0.0)
METHODS = ("linear", "hazen", "weibull", "median_unbiased", "normal_unbiased", "interpolated_inverted_cdf",
           "lower", "higher", "midpoint", "nearest")  # fmt: skip

CASES = {
    "median odd": (lambda x: np.median(x, axis=1), B),
    "median even": (lambda x: np.median(x), B),
    "median axes": (lambda x: np.median(x, axis=(0, 2), keepdims=True), T),
    "ptp": (lambda x: np.ptp(x, axis=1), B),
    "percentile": (lambda x: np.percentile(x, 30), B),
    "percentile axes": (lambda x: np.percentile(x, [10, 33.3, 80], axis=(0, 2), keepdims=True), T),
    "quantile by its share": (lambda x: np.quantile(V, x), np.array([[0.1, 0.4], [0.55, 0.9]])),
    **{
        f"quantile {m}": (lambda x, m=m: np.quantile(x, [0.2, 0.65], axis=1, method=m), T[0]) for m in METHODS
    },
    "nansum": (lambda x: np.nansum(x + HOLES, axis=1), T[0]),
    "nanprod": (lambda x: np.nanprod(x + HOLES, axis=0), T[0]),
    "nancumsum": (lambda x: np.nancumsum(x + HOLES, axis=1), T[0]),
    "nancumprod": (lambda x: np.nancumprod(x + HOLES), T[0]),
    "nanmean": (lambda x: np.nanmean(x + HOLES, axis=0, keepdims=True), T[0]),
    "nanvar": (lambda x: np.nanvar(x + HOLES, axis=1, ddof=1), T[0]),
    "nanstd": (lambda x: np.nanstd(x + HOLES), T[0]),
    "nanmax": (lambda x: np.nanmax(x + HOLES, axis=0), T[0]),
    "nanmin": (lambda x: np.nanmin(x + HOLES), T[0]),
    "nanmedian": (lambda x: np.nanmedian(x + HOLES, axis=0), T[0]),
    "nanpercentile": (lambda x: np.nanpercentile(x + HOLES, [20, 60], axis=1), T[0]),
    "nanquantile": (lambda x: np.nanquantile(x + HOLES, 0.3, keepdims=True), T[0]),
    "nan_to_num": (lambda x: np.nan_to_num(x + HOLES, nan=0.5), T[0]),
    "average": (lambda x: np.average(x, weights=x**2, axis=1), B),
    "average by vector": (lambda x: np.average(x, weights=W**2, axis=1), B),
    "average returned": (lambda x: np.average(x, weights=x**2, axis=0, returned=True)[1], B),
    "average plain": (lambda x: np.average(x, axis=0, keepdims=True), B),
    "cov": (lambda x: np.cov(x), B),
    "cov of a vector": (lambda x: np.cov(x) * x, V),
    "cov of columns": (lambda x: np.cov(x, rowvar=False, bias=True), T[0]),
    "cov with another": (lambda x: np.cov(x, x[::-1] ** 2), V),
    "cov with weights": (lambda x: np.cov(x, aweights=W**2, fweights=[1, 2, 1]), B),
    "corrcoef": (lambda x: np.corrcoef(x, x[::-1] ** 2), V),
}


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative(name, agrees):
    agrees(name, *CASES[name])


def test_a_nan_makes_a_quantile_nan_and_nothing_else() -> None:
    import whygrad as wg

    x = np.array([[1.0, np.nan, 2.0], [3.0, 5.0, 4.0]])
    value, pull = wg.vjp(lambda x: np.quantile(x, 0.5, axis=1), x)
    assert np.isnan(value[0]) and value[1] == 4.0
    assert pull(np.array([0.0, 1.0]))[0][1].tolist() == [0.0, 0.0, 1.0]


def test_equal_entries_have_a_deviation_of_slope_0() -> None:
    import whygrad as wg

    for deviation in (np.nanstd, lambda x: np.std(x, where=np.array([True, True, False]))):
        assert wg.grad(deviation)(np.array([2.0, 2.0, 2.0])).tolist() == [0.0, 0.0, 0.0]
