"""Sorting: a read by computed positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Adapter, Bound, call, normal_axes, refuse_given, shape_of
from whygrad.ops.indexing import read_along
from whygrad.rules import Explicit


def _sort_vjp(i: int, g: Any, y: Any, x: Any, axis: int) -> Any:
    rank = call(ARGSORT, call(ARGSORT, x, axis=axis), axis=axis)  # where each entry went
    return read_along(g, rank, axis)


def _sort_jvp(tangents: Sequence[Any], y: Any, x: Any, axis: int) -> Any:
    return None if tangents[0] is None else read_along(tangents[0], call(ARGSORT, x, axis=axis), axis)


def ordering(function: Any, of_numbers: bool = False) -> Adapter:
    """Adapter for `function(a, axis, kind, order, stable=)`. Ties keep their order, whatever the kind.

    `of_numbers`: does the function take a number for an array of one, as argsort does and sort does not?
    """

    def adapter(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Bound:
        refuse_given(function, order=order)
        if axis is None or (of_numbers and not normal_axes(axis, len(shape_of(a)))):
            return (np.reshape(a, -1),), {"axis": 0}
        return (a,), {"axis": normal_axes(axis, len(shape_of(a)))[0]}

    return adapter


ARGSORT = Op(
    "argsort",
    lambda x, axis: np.argsort(x, axis=axis, stable=True),
    None,
    axes=("axis",),
    calls=tuple((f, ordering(f, of_numbers=True)) for f in (np.argsort, np.ndarray.argsort)),
)
SORT = Op(
    "sort",
    np.sort,
    Explicit(_sort_vjp, _sort_jvp),
    note="Sorting moves entries: the local gradient of each entry is 1 at the place to which it goes; "
    "equal entries keep their order.",
    kinks=lambda x, axis: np.min(np.diff(np.sort(x, axis), axis=axis), axis=axis, initial=np.inf),
    axes=("axis",),
    calls=((np.sort, ordering(np.sort)),),
)


def _source(x: Any, y: Any, axis: int) -> Any:
    """Which entry of `x` stands where in `y`, a rearrangement of it: both are sorted."""
    rank = call(ARGSORT, call(ARGSORT, y, axis=axis), axis=axis)
    return read_along(call(ARGSORT, x, axis=axis), rank, axis)


def _partition_vjp(i: int, g: Any, y: Any, x: Any, kth: Any, axis: int) -> Any:
    return read_along(g, call(ARGSORT, _source(x, y, axis), axis=axis), axis)


def _partition_jvp(tangents: Sequence[Any], y: Any, x: Any, kth: Any, axis: int) -> Any:
    return None if tangents[0] is None else read_along(tangents[0], _source(x, y, axis), axis)


def _parted(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Bound:
    refuse_given(np.partition, order=order)
    kth = tuple(kth) if isinstance(kth, list | tuple) else kth
    if axis is None:
        return (np.reshape(a, -1),), {"kth": kth, "axis": 0}
    return (a,), {"kth": kth, "axis": normal_axes(axis, len(shape_of(a)))[0]}


PARTITION = Op(
    "partition",
    lambda x, kth, axis: np.partition(x, kth, axis=axis),
    Explicit(_partition_vjp, _partition_jvp),
    kinks=lambda x, kth, axis: np.min(np.diff(np.sort(x, axis), axis=axis), axis=axis, initial=np.inf),
    note="Partitioning moves entries: the local gradient of each entry is 1 at the place to which it goes.",
    axes=("axis",),
    calls=((np.partition, _parted),),
)
SORTING = (ARGSORT, SORT, PARTITION)
