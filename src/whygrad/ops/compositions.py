"""Functions of NumPy's that are made of other operations, and belong to no family: choices, parts of numbers,
products along axes, counts with weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import ARITHMETIC
from whygrad.ops.calls import Adapter, Meaning, as_array, call, refuse_given, shape_of
from whygrad.ops.comparison import CHOICE, COMPARISON
from whygrad.ops.indexing import INDEX, index
from whygrad.ops.joining import JOINING
from whygrad.ops.linear_algebra import LINEAR_ALGEBRA
from whygrad.ops.padding import pad
from whygrad.ops.products import PRODUCTS
from whygrad.ops.reductions import REDUCTIONS
from whygrad.ops.shapes import SHAPES
from whygrad.ops.signals import SIGNALS
from whygrad.ops.statistics import STATISTICS

_OPS = {
    op.name: op
    for op in (*ARITHMETIC, *CHOICE, *COMPARISON, *JOINING, *LINEAR_ALGEBRA, *PRODUCTS, *REDUCTIONS, *SHAPES)
}


def _row(name: str, *args: Any, **params: Any) -> Meaning:
    return Meaning(_OPS[name], args, params)


# -- choices --


def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Meaning:
    result = default
    for condition, choice in reversed(list(zip(condlist[1:], choicelist[1:], strict=True))):
        result = np.where(condition, choice, result)
    return _row("where", condlist[0], choicelist[0], result)


def _choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    refuse_given(np.choose, out=out)
    a, count = as_array(a), len(choices)
    if mode != "raise":
        a = np.remainder(a, count) if mode == "wrap" else np.clip(a, 0, count - 1)
    result = choices[-1]
    for k in range(count - 2, -1, -1):
        result = np.where(np.equal(a, k), choices[k], result)
    return result


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Meaning:
    conditions = list(condlist) if isinstance(condlist, list | tuple) else [condlist]
    if len(conditions) and not shape_of(conditions[0]) and shape_of(x):
        conditions = [condlist]
    values = [f(x, *args, **kw) if callable(f) else f for f in funclist]
    result = values[-1] if len(values) > len(conditions) else 0.0
    pairs = list(zip(conditions, values, strict=False))  # the last condition that holds wins
    for condition, value in pairs[:-1]:
        result = np.where(condition, value, result)
    return _row("where", pairs[-1][0], pairs[-1][1], result)


# -- parts of numbers --


def _divmod(a: Any, b: Any, /) -> list[Meaning]:
    return [_row("floor_divide", a, b), _row("remainder", a, b)]


def _modf(x: Any, /) -> list[Any]:
    whole = np.trunc(x)
    return [x - whole, np.trunc(x)]


def _ldexp(x: Any, exponent: Any, /) -> Meaning:
    return _row("multiply", x, np.float_power(2.0, exponent))


def _frexp(x: Any, /) -> list[Meaning]:
    exponent = call(_OPS["exponent"], x)
    return [_row("multiply", x, np.float_power(2.0, np.negative(exponent))), _row("exponent", x)]


def _same(x: Any, *_: Any, **__: Any) -> Meaning:
    return _row("copy", x)


def _imag(x: Any) -> Any:
    return np.zeros(shape_of(x), getattr(x, "dtype", float))


def _angle(z: Any, deg: bool = False) -> Any:
    """0 for positive numbers, half a turn for negative ones: constant between."""
    return np.where(np.signbit(z), 180.0 if deg else np.pi, 0.0)


# -- products along axes --


def _vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return np.sum(np.moveaxis(x1, axis, -1) * np.moveaxis(x2, axis, -1), axis=-1)


def _matvec(x1: Any, x2: Any, /) -> Any:
    return np.squeeze(np.matmul(x1, np.expand_dims(x2, -1)), -1)


def _vecmat(x1: Any, x2: Any, /) -> Any:
    return np.squeeze(np.matmul(np.expand_dims(x1, -2), x2), -2)


# -- trims --


def _trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """What is left depends on which entries are 0, so they are looked at here."""
    refuse_given(np.trim_zeros, axis=axis)
    if not hasattr(filt, "value"):
        raise TypeError("numpy.trim_zeros: the number of zeros must be known")
    places = np.flatnonzero([bool(entry != 0) for entry in filt])
    first = int(places[0]) if "f" in trim.lower() and len(places) else 0
    last = int(places[-1]) + 1 if "b" in trim.lower() and len(places) else shape_of(filt)[0]
    return index(filt, key=slice(first, last) if len(places) else slice(0, 0))


_OTHERS: tuple[tuple[Any, str, Adapter], ...] = (
    (np.select, "where", _select),
    (np.choose, "where", _choose),
    (np.ndarray.choose, "where", _choose),
    (np.piecewise, "where", _piecewise),
    (np.divmod, "remainder", _divmod),
    (np.modf, "subtract", _modf),
    (np.ldexp, "multiply", _ldexp),
    (np.frexp, "multiply", _frexp),
    (np.real, "copy", _same),
    (np.real_if_close, "copy", _same),
    (np.conjugate, "copy", _same),
    (np.ndarray.conj, "copy", _same),
    (np.ndarray.conjugate, "copy", _same),
    (np.ndarray.view, "copy", lambda x, dtype=None: _same(x) if dtype is None else _refuse_view()),
    (np.imag, "copy", _imag),
    (np.angle, "where", _angle),
    (np.vecdot, "sum", _vecdot),
    (np.linalg.vecdot, "sum", _vecdot),
    (np.matvec, "matmul", _matvec),
    (np.vecmat, "matmul", _vecmat),
    (np.pad, "pad", pad),
)


def _refuse_view() -> Any:
    raise TypeError("ndarray.view: another dtype for the same memory has no derivative; use x.astype(dtype)")


COMPOSITIONS: tuple[tuple[Any, Op, Adapter], ...] = (
    *((function, _OPS[name], adapter) for function, name, adapter in (*_OTHERS, *SIGNALS, *STATISTICS)),
    (np.trim_zeros, INDEX, _trim_zeros),
)
"""What users call, the operation it ends in, and the adapter."""
