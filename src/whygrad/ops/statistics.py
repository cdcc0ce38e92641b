"""Statistics that are made of other operations: medians and quantiles, means, covariances, and all of them
without NaN."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from whygrad.ops.calls import NOT_GIVEN, Adapter, as_array, normal_axes, refuse_given, shape_of
from whygrad.ops.indexing import index
from whygrad.ops.reducing import (
    flattened,
    given,
    how_many,
    keeping,
    kept_shape,
    root,
    taken_mean,
    taken_variance,
)

# -- order --


def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    """np.median: the mean of the one or two entries in the middle."""
    refuse_given(np.median, out=out)
    flat = flattened(a, axis)
    n = shape_of(flat)[-1]
    middle = np.mean(index(np.sort(flat, axis=-1), key=(Ellipsis, slice((n - 1) // 2, n // 2 + 1))), axis=-1)
    return np.reshape(middle, kept_shape(a, axis)) if keepdims and shape_of(a) else middle


PARAMETERS = {
    "linear": (1.0, 1.0), "interpolated_inverted_cdf": (0.0, 1.0), "hazen": (0.5, 0.5), "weibull": (0.0, 0.0),
    "median_unbiased": (1 / 3, 1 / 3), "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip
"""The methods that interpolate, by the two parameters of Hyndman and Fan ("Sample quantiles in statistical
packages", 1996)."""


STEPS = ("inverted_cdf", "averaged_inverted_cdf", "closest_observation")
"""The methods of Hyndman and Fan that jump from entry to entry."""


def _step(q: Any, n: Any, method: str) -> Any:
    place = n * q - 1
    if method == "inverted_cdf":
        return np.ceil(place)
    if method == "averaged_inverted_cdf":  # the mean of two where the share falls between them
        return np.where(np.floor(place) == place, np.floor(place) + 0.5, np.ceil(place))
    place = place - 0.5
    low = np.floor(place)
    return np.where(np.logical_and(place == low, low % 2 == 1), low, low + 1.0)


def _place(q: Any, n: Any, method: str) -> Any:
    """Where between the sorted entries 0 .. n - 1 a quantile lies."""
    if method in PARAMETERS:
        alpha, beta = PARAMETERS[method]
        return n * q + (alpha + q * (1 - alpha - beta)) - 1
    place = (n - 1) * q
    if method == "lower":
        return np.floor(place)
    if method == "higher":
        return np.ceil(place)
    if method == "midpoint":
        return 0.5 * (np.floor(place) + np.ceil(place))
    if method == "nearest":
        return np.round(place)
    if method in STEPS:
        return _step(q, n, method)
    raise TypeError(f"numpy.quantile: the method {method!r} is not supported by whygrad; use 'linear'")


def _quantile(function: Any, share: float, without_nan: bool) -> Adapter:
    def adapter(
        a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
        method: str = "linear", keepdims: Any = False, *, weights: Any = None, interpolation: Any = None,
    ) -> Any:  # fmt: skip
        refuse_given(function, out=out, weights=weights, interpolation=interpolation)
        flat = np.sort(flattened(a, axis), axis=-1)  # NaN comes last
        q = as_array(q)
        size = shape_of(flat)[-1]
        n: Any = np.sum(np.logical_not(np.isnan(flat)) * 1.0, axis=-1) if without_nan else float(size)
        depth = len(shape_of(flat)) - 1
        share_of = np.reshape(q, (*shape_of(q), *[1] * depth)) * share
        found = _between(flat, np.clip(_place(share_of, n, method), 0.0, n - 1.0))
        if not without_nan:  # one NaN makes the result NaN
            last = index(flat, key=(Ellipsis, -1))
            found = np.where(np.isnan(last), math.nan, found)
        return np.reshape(found, (*shape_of(q), *kept_shape(a, axis))) if keepdims else found

    return adapter


def _between(flat: Any, place: Any) -> Any:
    """Entries of the last axis at places between them."""
    low = np.floor(place)
    shape = (*shape_of(place)[: len(shape_of(place)) - len(shape_of(flat)) + 1], *shape_of(flat)[:-1])
    at = [as_array(np.broadcast_to(p, shape), np.dtype(int)) for p in (low, np.ceil(place))]
    first, second = (_entry(flat, k) for k in at)
    # An infinite entry must not meet a weight of 0.
    return np.where(place == low, first, first + (second - first) * (place - low))


def _entry(flat: Any, places: Any) -> Any:
    """For each row of `flat` its entry at a place; `places` may have axes in front."""
    lead, depth = len(shape_of(places)) - len(shape_of(flat)) + 1, len(shape_of(flat)) - 1
    order = [*range(lead, lead + depth), *range(lead)]
    columns = np.reshape(np.transpose(places, order), (*shape_of(flat)[:-1], -1))
    found = np.take_along_axis(flat, columns, axis=-1)
    apart = np.reshape(found, (*shape_of(flat)[:-1], *shape_of(places)[:lead]))
    return np.transpose(apart, [order.index(k) for k in range(lead + depth)])


def _nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False
) -> Any:
    refuse_given(np.nanmedian, out=out)
    keepdims = False if keepdims is NOT_GIVEN else keepdims
    return _quantile(np.nanquantile, 1.0, True)(a, 0.5, axis, keepdims=keepdims)


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """np.ptp: the largest entry minus the smallest."""
    refuse_given(np.ptp, out=out)
    keep = keeping(keepdims)
    return np.max(a, axis=axis, **keep) - np.min(a, axis=axis, **keep)


# -- without NaN --


def _replaced(function: Any, name: str, neutral: float) -> Adapter:
    """The reduction `name` with a neutral entry in place of each NaN."""
    reduce = getattr(np, name)

    def adapter(a: Any, *args: Any, **options: Any) -> Any:
        return reduce(np.where(np.isnan(a), neutral, a), *args, **options)

    return adapter


def _extreme(name: str, neutral: float) -> Adapter:
    """As `_replaced`; where there is nothing but NaN, the result is that."""
    reduce = getattr(np, name)

    def adapter(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = NOT_GIVEN,
        where: Any = NOT_GIVEN,
    ) -> Any:  # fmt: skip
        refuse_given(reduce, out=out, initial=initial, where=None if where is True else where)
        missing = np.isnan(a)
        found = reduce(np.where(missing, neutral, a), axis=axis, **keeping(keepdims))
        return np.where(np.all(missing, axis=axis, **keeping(keepdims)), math.nan, found)

    return adapter


def _there(a: Any, where: Any) -> Any:
    there = np.logical_not(np.isnan(a))
    return np.logical_and(there, where) if given(where) else there


def _nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *,
    where: Any = NOT_GIVEN,
) -> Any:  # fmt: skip
    refuse_given(np.nanmean, dtype=dtype, out=out)
    return taken_mean(a, axis, keepdims, _there(a, where))


def _nanvar(function: Any, finish: Any) -> Adapter:
    def adapter(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *,
        where: Any = NOT_GIVEN, mean: Any = NOT_GIVEN, correction: Any = NOT_GIVEN,
    ) -> Any:  # fmt: skip
        refuse_given(function, dtype=dtype, out=out)
        ddof = ddof if correction is NOT_GIVEN else correction
        return finish(taken_variance(a, axis, ddof, keepdims, _there(a, where), mean))

    return adapter


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    kind = np.finfo(getattr(x, "dtype", np.dtype(float)))
    high, low = kind.max if posinf is None else posinf, kind.min if neginf is None else neginf
    known = np.where(np.isnan(x), nan, x)
    return np.where(x == np.inf, high, np.where(x == -np.inf, low, known))


# -- means and covariances --


def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    """np.average, with weights of the shape of the array, or for one axis."""
    keep = keeping(keepdims)
    if weights is None:
        mean = np.mean(a, axis=axis, **keep)
        return [mean, np.full(shape_of(mean), how_many(a, axis, keepdims, True))] if returned else mean
    weights = as_array(weights)
    if shape_of(weights) != shape_of(a):
        if axis is None or len(shape_of(weights)) != 1:
            raise TypeError("numpy.average: weights of another shape need one axis")
        where = normal_axes(axis, len(shape_of(a)))[0]
        weights = np.reshape(weights, (-1, *[1] * (len(shape_of(a)) - where - 1)))
        weights = np.broadcast_to(weights, shape_of(a))
    total = np.sum(weights, axis=axis, **keep)
    mean = np.sum(a * weights, axis=axis, **keep) / total
    return [mean, total] if returned else mean


def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """np.cov: of the rows of a matrix, or of a vector; `y` gives more rows."""
    refuse_given(np.cov, dtype=dtype)
    x = _observed(m, rowvar)
    if y is not None:
        x = np.concatenate([x, _observed(y, rowvar)], axis=0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights, norm = _weighed(shape_of(x)[1], ddof, fweights, aweights)
    apart = x - np.reshape(np.average(x, axis=1, weights=weights), (-1, 1))
    scaled = apart if weights is None else apart * weights
    found = np.matmul(apart, np.transpose(scaled)) / norm
    shape = shape_of(found)
    return np.reshape(found, tuple(n for n in shape if n != 1)) if 1 in shape else found


def _observed(m: Any, rowvar: bool) -> Any:
    if len(shape_of(m)) < 2:
        return np.reshape(m, (1, -1))
    return m if rowvar or shape_of(m)[0] == 1 else np.transpose(m)


def _weighed(n: int, ddof: Any, fweights: Any, aweights: Any) -> tuple[Any, Any]:
    """The weights of the observations, and what to divide by."""
    if fweights is None and aweights is None:
        return None, float(n - ddof)
    counts = np.ones(n) if fweights is None else np.asarray(fweights, dtype=float)
    weights = counts if aweights is None else counts * as_array(aweights)
    total = np.sum(weights)
    if aweights is None or ddof == 0:
        return weights, total - ddof
    return weights, total - ddof * np.sum(weights * as_array(aweights)) / total


def corrcoef(
    x: Any, y: Any = None, rowvar: bool = True, bias: Any = NOT_GIVEN, ddof: Any = NOT_GIVEN, *,
    dtype: Any = None,
) -> Any:  # fmt: skip
    """np.corrcoef: the covariances over both standard deviations."""
    refuse_given(np.corrcoef, dtype=dtype)
    c = cov(x, y, rowvar)
    if not shape_of(c):
        return c / c
    deviation = np.sqrt(np.diagonal(c))
    return c / np.reshape(deviation, (-1, 1)) / deviation


STATISTICS: tuple[tuple[Any, str, Adapter], ...] = (
    (np.median, "mean", median),
    (np.quantile, "where", _quantile(np.quantile, 1.0, False)),
    (np.percentile, "where", _quantile(np.percentile, 0.01, False)),
    (np.nanquantile, "where", _quantile(np.nanquantile, 1.0, True)),
    (np.nanpercentile, "where", _quantile(np.nanpercentile, 0.01, True)),
    (np.nanmedian, "where", _nanmedian),
    (np.ptp, "subtract", ptp),
    (np.nansum, "sum", _replaced(np.nansum, "sum", 0.0)),
    (np.nanprod, "prod", _replaced(np.nanprod, "prod", 1.0)),
    (np.nancumsum, "cumsum", _replaced(np.nancumsum, "cumsum", 0.0)),
    (np.nancumprod, "cumprod", _replaced(np.nancumprod, "cumprod", 1.0)),
    (np.nanmax, "max", _extreme("max", -math.inf)),
    (np.nanmin, "min", _extreme("min", math.inf)),
    (np.nanmean, "divide", _nanmean),
    (np.nanvar, "divide", _nanvar(np.nanvar, lambda variance: variance)),
    (np.nanstd, "where", _nanvar(np.nanstd, root)),
    (np.nan_to_num, "where", _nan_to_num),
    (np.average, "mean", average),
    (np.cov, "divide", cov),
    (np.corrcoef, "divide", corrcoef),
)
"""What users call, the operation it ends in, and the adapter."""
