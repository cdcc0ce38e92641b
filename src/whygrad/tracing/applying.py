"""Functions of NumPy's that call a function of the user's piece by piece, or hand out the pieces."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.errors import NoRuleError
from whygrad.tracing.loading import follow
from whygrad.tracing.values import plain
from whygrad.tracing.writes import Handler

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer


def _along_axis(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.apply_along_axis: the results in place of the axis."""
    apply, axis, array, *rest = args
    depth = np.ndim(plain(array))
    axis = range(depth)[axis]
    last = tracer.operate(0, np.moveaxis, (array, axis, -1))
    lead = np.shape(plain(last))[:-1]
    results = [apply(tracer.getitem(0, last, place), *rest, **kwargs) for place in np.ndindex(lead)]
    inner = np.shape(plain(results[0]))
    whole = tracer.operate(0, np.reshape, (tracer.array_of(results), (*lead, *inner)))
    places = tuple(range(depth - 1, depth - 1 + len(inner)))
    return tracer.operate(0, np.moveaxis, (whole, places, tuple(range(axis, axis + len(inner)))))


def _over_axes(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.apply_over_axes: one axis after the other, each kept."""
    apply, array, axes = args
    for axis in np.atleast_1d(axes).tolist():
        result = apply(array, axis)
        if np.ndim(plain(result)) < np.ndim(plain(array)):
            result = tracer.operate(0, np.expand_dims, (result, axis))
        array = result
    return array


def _numbered(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
    """np.ndenumerate: each place with its entry."""
    return iter(
        [(place, tracer.getitem(0, args[0], place)) for place in np.ndindex(np.shape(plain(args[0])))]
    )


def _unique(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.unique: sorted, of equal entries the first. Which are equal is guarded."""
    if kwargs.get("axis") is not None or len(args) > 1:
        raise NoRuleError("`numpy.unique` of rows has no derivative rule", place=tracer.place())
    ordered = tracer.operate(0, np.sort, (tracer.operate(0, np.reshape, (args[0], -1)),))
    others = tracer.operate(
        0, np.not_equal, (tracer.getitem(0, ordered, slice(1, None)), tracer.getitem(0, ordered, slice(-1)))
    )
    first = np.ones(min(1, np.size(plain(ordered))), bool)
    found = tracer.getitem(0, ordered, tracer.operate(0, np.concatenate, ([first, others],)))
    value = function(plain(args[0]), **kwargs)
    if type(value) is not tuple:
        return found
    return (found, *tracer.without_rule(np.nonzero, value[1:], args, kwargs))


def _vectorized(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A function made by np.vectorize: it is called for each entry."""
    if kwargs or function.excluded or function.signature:
        hint = "write the loop, and np.array of the results"
        raise NoRuleError("np.vectorize with more than arrays and numbers", hint=hint, place=tracer.place())
    arrays = [tracer.operate(0, np.asarray, (a,)) if np.ndim(plain(a)) == 0 else a for a in args]
    arrays = tracer.operate(0, np.broadcast_arrays, arrays) if len(arrays) > 1 else arrays
    shape = np.shape(plain(arrays[0]))
    entry = follow(function.pyfunc) if type(function.pyfunc) is FunctionType else function.pyfunc
    results = [entry(*[tracer.getitem(0, a, place) for a in arrays]) for place in np.ndindex(shape)]
    whole = tracer.array_of(results)
    kind = np.dtype(function.otypes[0]) if function.otypes else np.asarray(plain(results[0])).dtype
    if np.asarray(plain(whole)).dtype != kind:
        whole = tracer.operate(0, np.ndarray.astype, (whole, kind))
    return tracer.operate(0, np.reshape, (whole, shape))


def _required(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.require: of a traced array only the dtype matters."""
    dtype = args[1] if len(args) > 1 else kwargs.get("dtype")
    return tracer.operate(0, np.asarray, (args[0],), {} if dtype is None else {"dtype": dtype})


def _refused(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    raise NoRuleError(
        f"`np.{function.__name__}` hands out entries that cannot be followed",
        hint="write `for i in np.ndindex(x.shape)` and x[i]",
        place=tracer.place(),
    )


APPLIED: dict[Any, Handler] = {
    np.apply_along_axis: _along_axis,
    np.apply_over_axes: _over_axes,
    np.ndenumerate: _numbered,
    np.unique: _unique,
    np.require: _required,
    np.nditer: _refused,
}
KINDS: dict[type, Handler] = {np.vectorize: _vectorized}
"""Objects that are called, by their class."""
