"""Methods of ufuncs (`np.add.reduce`, `.accumulate`, `.outer`, `.reduceat`), by the operations they are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import NOT_GIVEN, Adapter, Meaning, normal_axes, refuse, refuse_given, shape_of
from whygrad.ops.indexing import index
from whygrad.ops.products import PRODUCTS
from whygrad.ops.reducing import converted, flattened, given, kept_shape, reduced
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
    ) -> Any:  # fmt: skip
        refuse_given(ufunc, out=out)
        if name in ("any", "all") and (given(where) or initial is not NOT_GIVEN):
            refuse(ufunc, "where")
        stated = reduced(name, converted(array, dtype), axis, keepdims, initial, where)
        return Meaning(_OPS[name], *stated) if type(stated) is tuple else stated

    return adapter


def _accumulate(ufunc: np.ufunc, name: str) -> Adapter:
    def adapter(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Meaning:
        refuse_given(ufunc, out=out)
        array = converted(array, dtype)
        return Meaning(_OPS[name], (array,), {"axis": normal_axes(axis, len(shape_of(array)))[0]})

    return adapter


def _outer(op: Op) -> Adapter:
    def adapter(a: Any, b: Any, /) -> Meaning:
        return Meaning(op, (np.reshape(a, (*shape_of(a), *[1] * len(shape_of(b)))), b), {})

    return adapter


def _chained(ufunc: np.ufunc) -> Adapter:
    """The reduction by a ufunc that has no operation for the whole: one row for each step."""

    def adapter(
        array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = NOT_GIVEN, where: Any = NOT_GIVEN,
    ) -> Any:  # fmt: skip
        refuse_given(ufunc, out=out)
        flat = flattened(converted(array, dtype), axis)
        masks: Any = flattened(np.broadcast_to(where, shape_of(array)), axis) if given(where) else None
        total: Any = initial if initial is not NOT_GIVEN else None if masks is None else ufunc.identity
        for k in range(shape_of(flat)[-1]):
            piece = index(flat, key=(Ellipsis, k))
            step = np.copy(piece) if total is None else ufunc(total, piece)
            total = step if masks is None else np.where(masks[..., k], step, total)
        return np.reshape(total, kept_shape(array, axis)) if keepdims else total

    return adapter


def _running(ufunc: np.ufunc) -> Adapter:
    """What a ufunc makes of more and more entries: one row for each step."""

    def adapter(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        refuse_given(ufunc, out=out)
        array = converted(array, dtype)
        axis = normal_axes(axis, len(shape_of(array)))[0]
        totals: list[Any] = []
        for k in range(shape_of(array)[axis]):
            piece = index(array, key=(*[slice(None)] * axis, k))
            totals.append(ufunc(totals[-1], piece) if totals else piece)
        return np.stack(totals, axis=axis) if totals else np.copy(array)

    return adapter


def _sections(ufunc: np.ufunc) -> Adapter:
    """`ufunc.reduceat`: each section reduced, or the entry itself where the next section begins before it."""

    def adapter(array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        refuse_given(ufunc, out=out)
        array = converted(array, dtype)
        axis = normal_axes(axis, len(shape_of(array)))[0]
        parts = []
        for start, end in pairwise([*np.asarray(indices).tolist(), shape_of(array)[axis]]):
            stop = end if end > start else start + 1
            section = index(array, key=(*[slice(None)] * axis, slice(start, stop)))
            parts.append(ufunc.reduce(section, axis=axis, keepdims=True) if stop > start + 1 else section)
        return np.concatenate(parts, axis=axis)

    return adapter


def methods_of(binary: dict[np.ufunc, Op]) -> tuple[tuple[Any, Op, Adapter], ...]:
    """The methods of ufuncs of two arguments, each with the operation it ends in and the adapter."""
    found: list[tuple[Any, Op, Adapter]] = []
    for ufunc, op in binary.items():
        name, running = _REDUCED.get(ufunc), _RUNNING.get(ufunc)
        found.append((ufunc.outer, op, _outer(op)))
        found.append((ufunc.reduce, *((_OPS[name], _reduce(ufunc, name)) if name else (op, _chained(ufunc)))))
        found.append((ufunc.reduceat, op, _sections(ufunc)))
        by_steps = (op, _running(ufunc))
        found.append(
            (ufunc.accumulate, *((_OPS[running], _accumulate(ufunc, running)) if running else by_steps))
        )
    return tuple(found)
