"""Rearranging, stretching and converting: linear operations that move entries without computing with them."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Adapter, Bound, call, normal_axes, refuse, refuse_given, shape_of
from whygrad.ops.moving import moved, moved_among_zeros
from whygrad.rules import Elementwise, Linear


def sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum a broadcast array back to `shape`: the transpose of broadcasting."""
    return call(SUM_TO, g, shape=tuple(shape))


def astype(x: Any, dtype: Any) -> Any:
    """Convert to a dtype: a NumPy dtype, or `float`, `int`, `bool` for Python's own numbers."""
    return call(ASTYPE, x, dtype=dtype)


def _sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    have = np.shape(g)
    if have == shape:
        return g
    lead = len(have) - len(shape)
    stretched = [lead + k for k, n in enumerate(shape) if n == 1 and have[lead + k] != 1]
    return np.sum(g, axis=(*range(lead), *stretched)).reshape(shape)


def _astype(x: Any, dtype: Any) -> Any:
    if dtype is float or dtype is int or dtype is bool:
        return dtype(x)
    return x.astype(dtype) if isinstance(x, np.ndarray) else np.asarray(x).astype(dtype)[()]


def _full_shape(x: Any, shape: Any) -> tuple[int, ...]:
    """A shape as given to reshape, its -1 filled in."""
    given = shape if isinstance(shape, tuple | list) else (shape,)
    wanted = tuple(operator.index(n) for n in given)
    if -1 not in wanted:
        return wanted
    known = math.prod(n for n in wanted if n != -1)
    size = math.prod(shape_of(x))
    if wanted.count(-1) > 1 or not known or size % known:
        raise ValueError(f"cannot reshape array of size {size} into shape {wanted}")
    return tuple(size // known if n == -1 else n for n in wanted)


def _reshape(
    a: Any, /, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: Any = None
) -> Any:
    whole = _full_shape(a, newshape if shape is None else shape)
    order = _order_of(a) if order in ("A", "K") else order
    if order == "F":  # in C order, everything turned around
        return np.transpose(np.reshape(np.transpose(a), whole[::-1]))
    return (a,), {"shape": whole}


def _order_of(a: Any) -> str:
    """How the entries of an array lie in memory."""
    layout = a
    while hasattr(layout, "value"):
        layout = layout.value
    flags = getattr(layout, "flags", None)
    if flags is None or flags.c_contiguous:
        return "C"
    if not flags.f_contiguous:
        raise TypeError("numpy.reshape: the order 'K' of an array that lies in neither order; copy it first")
    return "F"


def _reshape_method(a: Any, *shape: Any, order: str = "C", copy: Any = None) -> Any:
    return _reshape(a, shape[0] if len(shape) == 1 else shape, order, copy=copy)


def _ravel(a: Any, order: str = "C") -> Any:
    return _reshape(a, -1, order)


def _squeeze(a: Any, axis: Any = None) -> Bound:
    shape = shape_of(a)
    ones = [k for k, n in enumerate(shape) if n == 1]
    axes = ones if axis is None else normal_axes(axis, len(shape))
    if any(shape[k] != 1 for k in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return (a,), {"shape": tuple(n for k, n in enumerate(shape) if k not in axes)}


def _expand_dims(a: Any, axis: Any) -> Bound:
    shape = shape_of(a)
    given = axis if isinstance(axis, tuple | list) else (axis,)
    new = normal_axes(tuple(given), len(shape) + len(given))
    rest = iter(shape)
    return (a,), {"shape": tuple(1 if k in new else next(rest) for k in range(len(shape) + len(new)))}


def _permutation(a: Any, axes: Any) -> Bound:
    ndim = len(shape_of(a))
    order = tuple(operator.index(k) % ndim for k in axes)
    if sorted(order) != list(range(ndim)):
        raise ValueError("axes don't match array")
    return (a,), {} if order == tuple(reversed(range(ndim))) else {"axes": order}


def _transpose(a: Any, axes: Any = None) -> Bound:
    return ((a,), {}) if axes is None else _permutation(a, axes)


def _transpose_method(a: Any, *axes: Any) -> Bound:
    return _transpose(a, axes[0] if len(axes) == 1 else axes or None)


def _matrix_transpose(a: Any) -> Bound:
    return _swapaxes(a, -1, -2)


def _swapaxes(a: Any, axis1: int, axis2: int) -> Bound:
    order = list(range(len(shape_of(a))))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return _permutation(a, order)


def _moveaxis(a: Any, source: Any, destination: Any) -> Bound:
    order = list(range(len(shape_of(a))))
    sources = [operator.index(k) % len(order) for k in np.atleast_1d(source)]
    targets = [operator.index(k) % len(order) for k in np.atleast_1d(destination)]
    rest = [k for k in order if k not in sources]
    for target, origin in sorted(zip(targets, sources, strict=True)):
        rest.insert(target, origin)
    return _permutation(a, rest)


def _broadcast_to(array: Any, shape: Any, subok: bool = False) -> Bound:
    given = shape if isinstance(shape, tuple | list) else (shape,)
    return (array,), {"shape": tuple(operator.index(n) for n in given)}


def _full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Bound:
    refuse_given(np.full, dtype=dtype, **options)
    return _broadcast_to(fill_value, shape)


def _full_like(a: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Bound:
    refuse_given(np.full_like, dtype=dtype, **options)
    dtype = getattr(a, "dtype", float)
    if getattr(fill_value, "dtype", type(fill_value)) not in (dtype, float) or np.dtype(dtype).kind != "f":
        raise TypeError("numpy.full_like: converts its value; use np.full(np.shape(a), value)")
    return _broadcast_to(fill_value, shape_of(a))


def _at_least(depth: int) -> Adapter:
    """Leading axes up to `depth`, as np.atleast_1d and np.atleast_2d add them."""

    def adapter(*arrays: Any) -> Bound:
        if len(arrays) != 1:
            raise TypeError("numpy.atleast_1d, atleast_2d: whygrad takes one array at a time")
        shape = shape_of(arrays[0])
        return arrays, {"shape": (1,) * (depth - len(shape)) + shape}

    return adapter


def _astype_method(
    a: Any, dtype: Any, order: str = "K", casting: str = "unsafe", *_: Any, **__: Any
) -> Bound:
    return (a,), {"dtype": np.dtype(dtype)}


def _python(dtype: type) -> Any:
    return lambda x, /: ((x,), {"dtype": dtype})


def _scalar_type(dtype: Any) -> Any:
    return lambda x, /: ((x,), {"dtype": np.dtype(dtype)})


def _copy(a: Any, dtype: Any = None, *_: Any, **options: Any) -> Bound:
    if dtype is not None and np.dtype(dtype) != getattr(a, "dtype", None):
        refuse(np.array, "dtype")
    return (a,), {}


def _copy_only(a: Any, *_: Any, **__: Any) -> Bound:
    return (a,), {}


def _transposed_permutation(i: int, g: Any, x: Any, axes: tuple[int, ...] | None = None) -> Any:
    if axes is None:
        return np.transpose(g)
    return np.transpose(g, tuple(axes.index(k) for k in range(len(axes))))


def _diag(v: Any, k: int = 0) -> Any:
    shape = shape_of(v)
    if k or (len(shape) == 2 and shape[0] != shape[1]):
        return (moved if len(shape) == 2 else moved_among_zeros)(np.diag)(v, k)
    return (v,), {}


def _triangle(m: Any, k: int = 0) -> Bound:
    return (m,), {"k": operator.index(k)} if k else {}


def triangle(name: str, function: Any) -> Op:
    """Lower or upper triangle: the rest is zero, and its transpose is itself."""
    return Op(
        name,
        function,
        Linear(lambda i, g, x, k=0: function(g, k)),
        note="The entries that are kept have the local gradient 1, the others 0.",
        calls=((function, _triangle),),
    )


SUM_TO = Op(
    "sum_to",
    _sum_to,
    Linear(lambda i, g, x, shape: np.broadcast_to(g, shape_of(x))),
    latex=r"\textstyle\sum {0}",
    note="Summing over copies: every copy has the local gradient 1.",
)
ASTYPE = Op(
    "astype",
    _astype,
    Linear(lambda i, g, x, dtype: g, local=1.0),
    latex="{0}",
    note="A change of number type has the local gradient 1.",
    calls=(
        (float, _python(float)),
        (int, _python(int)),
        (bool, _python(bool)),
        (np.astype, _astype_method),
        (np.ndarray.astype, _astype_method),
        (np.generic.astype, _astype_method),
        *((t, _scalar_type(t)) for t in (np.float64, np.float32, np.float16, np.int64, np.int32, np.bool_)),
    ),
)

SHAPES = (
    Op(
        "reshape",
        np.reshape,
        Linear(lambda i, g, x, shape: np.reshape(g, shape_of(x))),
        latex="{0}",
        note="Reshaping moves entries: the local gradient of each entry is 1.",
        calls=(
            (np.reshape, _reshape),
            (np.ndarray.reshape, _reshape_method),
            (np.ravel, _ravel),
            (np.ndarray.ravel, _ravel),
            (np.ndarray.flatten, _ravel),
            (np.squeeze, _squeeze),
            (np.ndarray.squeeze, _squeeze),
            (np.expand_dims, _expand_dims),
            (np.atleast_1d, _at_least(1)),
            (np.atleast_2d, _at_least(2)),
        ),
    ),
    Op(
        "transpose",
        np.transpose,
        Linear(_transposed_permutation),
        latex=r"{0}^\top",
        note="Transposing moves entries: the local gradient of each entry is 1.",
        axes=("axes",),
        calls=(
            (np.transpose, _transpose),
            (np.ndarray.transpose, _transpose_method),
            (np.ndarray.T, _transpose),
            (np.matrix_transpose, _matrix_transpose),
            (np.ndarray.mT, _matrix_transpose),
            (np.swapaxes, _swapaxes),
            (np.ndarray.swapaxes, _swapaxes),
            (np.moveaxis, _moveaxis),
        ),
    ),
    Op(
        "broadcast_to",
        np.broadcast_to,
        Linear(lambda i, g, x, shape: sum_to(g, shape_of(x))),
        latex="{0}",
        note="Every copy has the local gradient 1, so the gradient is the sum over the copies.",
        calls=(
            (np.broadcast_to, _broadcast_to),
            (np.full, _full),
            (np.full_like, _full_like),
        ),
    ),
    Op(
        "stop_gradient",
        lambda x: x.copy() if isinstance(x, np.ndarray) else x,
        Elementwise(None),
        latex="{0}",
        note="A value taken as it is has the local gradient 0, by request.",
    ),
    Op(
        "copy",
        np.copy,
        Linear(lambda i, g, x: g, local=1.0),
        latex="{0}",
        note="A copy has the local gradient 1.",
        calls=(
            (np.copy, _copy_only),
            (np.ndarray.copy, _copy_only),
            (np.array, _copy),
            (np.asarray, _copy),
            (np.asanyarray, _copy),
            (np.ascontiguousarray, _copy),
        ),
    ),
    triangle("tril", np.tril),
    triangle("triu", np.triu),
    Op(
        "diag",
        np.diag,
        # Of a vector or of a square matrix: the adapter lets nothing else through.
        Linear(lambda i, g, x: np.diag(g)),
        note="Diagonals move entries: the local gradient of each entry is 1, and 0 off the diagonal.",
        calls=((np.diag, _diag),),
    ),
    SUM_TO,
    ASTYPE,
)
