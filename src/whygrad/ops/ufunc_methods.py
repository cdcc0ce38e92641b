"""Methods of ufuncs (`np.add.reduce`, `.accumulate`, `.outer`), by the operations they are."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import NOT_GIVEN, Adapter, Meaning, axis_params, normal_axes, refuse_given, shape_of
from whygrad.ops.products import PRODUCTS
from whygrad.ops.reductions import REDUCTIONS

_OPS = {op.name: op for op in (*REDUCTIONS, *PRODUCTS)}
_REDUCED: dict[Any, str] = {
    np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min", np.logical_and: "all",
    np.logical_or: "any",
}  # fmt: skip
_RUNNING: dict[Any, str] = {np.add: "cumsum", np.multiply: "cumprod"}


def _reduce(ufunc: np.ufunc, name: str) -> Adapter:
    def adapter(
        array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = NOT_GIVEN, where: Any = NOT_GIVEN,
    ) -> Meaning:  # fmt: skip
        refuse_given(ufunc, dtype=dtype, out=out, initial=initial, where=None if where is True else where)
        return Meaning(_OPS[name], (array,), axis_params(array, axis, keepdims))

    return adapter


def _accumulate(ufunc: np.ufunc, name: str) -> Adapter:
    def adapter(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Meaning:
        refuse_given(ufunc, dtype=dtype, out=out)
        return Meaning(_OPS[name], (array,), {"axis": normal_axes(axis, len(shape_of(array)))[0]})

    return adapter


def _outer(op: Op) -> Adapter:
    def adapter(a: Any, b: Any, /) -> Meaning:
        return Meaning(op, (np.reshape(a, (*shape_of(a), *[1] * len(shape_of(b)))), b), {})

    return adapter


def _chain(ufunc: np.ufunc, op: Op, running: bool) -> Adapter:
    """A ufunc without an operation for the whole: one row for each step (`np.subtract.reduce`)."""

    def adapter(
        array: Any, axis: int = 0, dtype: Any = None, out: Any = None, keepdims: bool = False
    ) -> Meaning:
        refuse_given(ufunc, dtype=dtype, out=out, keepdims=keepdims or None)
        axis = normal_axes(axis, len(shape_of(array)))[0]
        pieces = [np.take(array, k, axis) for k in range(shape_of(array)[axis])]
        if running or len(pieces) < 2:
            raise TypeError(f"numpy.{ufunc.__name__}: write the steps as a loop")
        return Meaning(op, (reduce(ufunc, pieces[:-1]), pieces[-1]), {})

    return adapter


def methods_of(binary: dict[np.ufunc, Op]) -> tuple[tuple[Any, Op, Adapter], ...]:
    """The methods of ufuncs of two arguments, each with the operation it ends in and the adapter."""
    found: list[tuple[Any, Op, Adapter]] = []
    for ufunc, op in binary.items():
        found.append((ufunc.outer, op, _outer(op)))
        name = _REDUCED.get(ufunc)
        adapter = _reduce(ufunc, name) if name else _chain(ufunc, op, False)
        found.append((ufunc.reduce, _OPS[name] if name else op, adapter))
        if ufunc in _RUNNING:
            found.append((ufunc.accumulate, _OPS[_RUNNING[ufunc]], _accumulate(ufunc, _RUNNING[ufunc])))
    return tuple(found)
