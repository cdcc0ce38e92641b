"""Functions that are no operation, but that a traced value may go into."""

from __future__ import annotations

import builtins
import copy
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.tracing.slice.values import Traced, plain

if TYPE_CHECKING:
    from whygrad.tracing.slice.tracer import Tracer

Handler = Callable[["Tracer", Sequence[Any], Mapping[str, Any]], Any]


def emptied(value: Any) -> Any:
    """All traces taken away, in nested lists, tuples and dicts too."""
    kind = type(value)
    if kind is Traced:
        return plain(value)
    if kind in (list, tuple):
        return kind([emptied(v) for v in value])
    if kind is dict:
        return {k: emptied(v) for k, v in value.items()}
    return value


def _plainly(function: Any) -> Handler:
    """Run on the plain values: what comes out carries no derivative."""
    return lambda tracer, args, kwargs: function(
        *[emptied(a) for a in args], **{k: emptied(v) for k, v in kwargs.items()}
    )


def _natively(function: Any) -> Handler:
    """Run on the traced values themselves; arrays that were written become traced first."""
    return lambda tracer, args, kwargs: function(
        *[tracer.traced(a) if tracer.is_buffer(a) else a for a in args], **kwargs
    )


def _sum(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    items, *rest = args
    total = rest[0] if rest else kwargs.get("start", 0)
    for item in items:
        total = (
            tracer.operate(0, operator.add, (total, item)) if _matters(tracer, total, item) else total + item
        )
    return total


def _matters(tracer: Tracer, *values: Any) -> bool:
    return any(type(v) is Traced or tracer.is_buffer(v) for v in values)


def _array(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    items, *rest = args
    dtype = rest[0] if rest else kwargs.get("dtype")
    made = tracer.array_of(items) if type(items) in (list, tuple) else tracer.traced(items)
    if type(made) is Traced and not isinstance(plain(made), np.ndarray):
        made = tracer.operate(0, np.reshape, (made, ()))
    if dtype is not None and type(made) is Traced and made.dtype != np.dtype(dtype):
        return tracer.operate(0, np.ndarray.astype, (made, dtype))
    if type(made) is not Traced:
        return np.array(made, dtype=dtype)
    return tracer.operate(0, np.copy, (made,)) if made is items or tracer.is_buffer(items) else made


def _asarray(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    dtype = args[1] if len(args) > 1 else kwargs.get("dtype")
    if isinstance(plain(args[0]), np.ndarray) and dtype in (None, plain(args[0]).dtype):
        return args[0]
    return _array(tracer, args, kwargs)


def _full(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    shape, value = args[0], args[1] if len(args) > 1 else kwargs["fill_value"]
    out = np.full(
        emptied(shape),
        emptied(value),
        *[emptied(a) for a in args[2:]],
        **{k: v for k, v in kwargs.items() if k != "fill_value"},
    )
    tracer.setitem(0, value, out, Ellipsis)
    return out


def _float(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    value = plain(args[0])
    float(value)
    return args[0] if type(value) is float else tracer.operate(0, np.ndarray.astype, (args[0], float))


def _int(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    return tracer.guarded(args[0], int(plain(args[0])))


def _item(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    x, *key = args
    if key:
        return tracer.getitem(0, x, tuple(key) if len(key) > 1 else key[0])
    plain(x).item()
    return tracer.getitem(0, x, (0,) * x.ndim) if x.ndim else x


def _tolist(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    x = args[0]
    return [_tolist(tracer, (x[i],), {}) for i in range(len(x))] if x.ndim else x


def _fill(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    return tracer.setitem(0, args[1], args[0], Ellipsis)


def _add_at(tracer: Tracer, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    return tracer.add_at(*args)


PLAIN = (
    len, isinstance, type, print, str, repr, format, id, callable, round,
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.result_type, np.iscomplexobj,
    np.isnan, np.isinf, np.isfinite, np.allclose, np.isclose, np.array_equal, np.any, np.all, np.unravel_index,
    np.zeros, np.ones, np.empty, np.eye, np.arange, np.linspace, np.nonzero, np.flatnonzero, np.argwhere,
    np.random.rand, np.random.randn, np.random.uniform, np.random.normal, np.random.seed, np.random.binomial,
    np.random.choice, np.random.randint, np.random.permutation, math.isnan, math.isinf, math.isfinite, math.floor,
    math.ceil, np.ndarray.any, np.ndarray.all, np.ndarray.nonzero, np.array_str, np.array_repr, np.may_share_memory,
    np.shares_memory, np.unique, np.bincount, np.set_printoptions, np.isscalar, np.broadcast_shapes,
)  # fmt: skip
NATIVE = (
    zip, enumerate, map, filter, list, tuple, dict, set, reversed, iter, next, sorted, min, max, any, all, range,
    getattr, setattr, hasattr, copy.copy, copy.deepcopy, bool, slice, divmod,
)  # fmt: skip

SPECIAL: dict[Any, Handler] = {
    **{f: _plainly(f) for f in PLAIN},
    **{f: _natively(f) for f in NATIVE},
    builtins.sum: _sum,
    np.array: _array,
    np.asarray: _asarray,
    np.asanyarray: _asarray,
    np.ascontiguousarray: _asarray,
    np.full: _full,
    float: _float,
    int: _int,
    np.ndarray.item: _item,
    np.ndarray.tolist: _tolist,
    np.ndarray.fill: _fill,
    np.add.at: _add_at,
}
"""By function. `np.add.at` and its like compare equal however often they are looked up."""
