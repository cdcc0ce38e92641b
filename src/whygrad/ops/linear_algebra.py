"""Products of matrices and vectors, and norms."""

from __future__ import annotations

import math
import operator
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import damped_multiply
from whygrad.ops.calls import Bound, Meaning, axis_params, normal_axes, refuse, refuse_given, shape_of
from whygrad.ops.reducing import flattened, kept_shape
from whygrad.ops.reductions import REDUCTIONS, kept, weighted
from whygrad.ops.shapes import SHAPES
from whygrad.rules import Bilinear, Explicit, total


def _flip(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _matmul_left(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if n == 1:
        return damped_multiply(g if m == 1 else np.expand_dims(g, -1), b)
    if m == 1:
        return np.matmul(b, g) if n == 2 else np.squeeze(np.matmul(b, np.expand_dims(g, -1)), -1)
    return np.matmul(g, _flip(b))


def _matmul_right(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if m == 1:
        return (
            damped_multiply(g, a) if n == 1 else damped_multiply(np.expand_dims(g, -2), np.expand_dims(a, -1))
        )
    if n == 1:
        return np.matmul(g, a) if m == 2 else np.squeeze(np.matmul(_flip(a), np.expand_dims(g, -1)), -1)
    if n == 2 and m > 2:  # one product over all the stacked rows, not a stack of products to be added up
        (k, columns), many = shape_of(b), math.prod(shape_of(a)[:-1])  # not -1: k may be 0
        return np.matmul(_flip(np.reshape(a, (many, k))), np.reshape(g, (many, columns)))
    return np.matmul(_flip(a), g)


def _dot_left(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if not m or not n:
        return damped_multiply(g, b)
    if m <= 2 and n <= 2:
        return _matmul_left(g, a, b)
    return tensordot_left(g, a, b, ((m - 1,), (max(n - 2, 0),)))


def _dot_right(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if not m or not n:
        return damped_multiply(g, a)
    if m <= 2 and n <= 2:
        return _matmul_right(g, a, b)
    return tensordot_right(g, a, b, ((m - 1,), (max(n - 2, 0),)))


Axes = tuple[tuple[int, ...], tuple[int, ...]]


def _free(value: Any, taken: Sequence[int]) -> list[int]:
    return [k for k in range(len(shape_of(value))) if k not in taken]


def _ordered(z: Any, order: Sequence[int]) -> Any:
    """Move axis k of `z` to place `order[k]`."""
    inverse = [order.index(k) for k in range(len(order))]
    return z if inverse == sorted(inverse) else np.transpose(z, inverse)


def tensordot_left(g: Any, a: Any, b: Any, axes: Axes) -> Any:
    """Transpose of `np.tensordot(a, b, axes)` in `a`: contract `g` with the free axes of `b`."""
    free_a, free_b = _free(a, axes[0]), _free(b, axes[1])
    from_g = range(len(free_a), len(free_a) + len(free_b))
    z = np.tensordot(g, b, (tuple(from_g), tuple(free_b)))
    partner = dict(zip(axes[1], axes[0], strict=True))
    return _ordered(z, [*free_a, *(partner[k] for k in sorted(axes[1]))])


def tensordot_right(g: Any, a: Any, b: Any, axes: Axes) -> Any:
    """Transpose of `np.tensordot(a, b, axes)` in `b`: contract the free axes of `a` with `g`."""
    free_a, free_b = _free(a, axes[0]), _free(b, axes[1])
    z = np.tensordot(a, g, (tuple(free_a), tuple(range(len(free_a)))))
    partner = dict(zip(axes[0], axes[1], strict=True))
    return _ordered(z, [*(partner[k] for k in sorted(axes[0])), *free_b])


def tensordot_call(a: Any, b: Any, axes: Any = 2) -> Bound:
    """The adapter of np.tensordot."""
    m, n = len(shape_of(a)), len(shape_of(b))
    if np.ndim(axes) == 0 and not isinstance(axes, tuple | list):
        count = operator.index(axes)
        axes = range(m - count, m), range(count)
    left, right = (x if np.ndim(x) else (x,) for x in axes)
    return (a, b), {"axes": (tuple(k % m for k in left), tuple(k % n for k in right))}


def _inner(a: Any, b: Any, /) -> Bound:
    m, n = len(shape_of(a)), len(shape_of(b))
    if not m or not n:
        return (a, b), {"axes": ((), ())}
    return (a, b), {"axes": ((m - 1,), (n - 1,))}


def _dot(a: Any, b: Any, out: Any = None) -> Bound:
    refuse_given(np.dot, out=out)
    return (a, b), {}


def _vdot(a: Any, b: Any, /) -> Bound:
    return (np.reshape(a, -1), np.reshape(b, -1)), {}


def _outer(a: Any, b: Any, out: Any = None) -> Bound:
    refuse_given(np.outer, out=out)
    return (a, b), {}


def _outer_left(g: Any, a: Any, b: Any) -> Any:
    return np.reshape(np.matmul(g, np.reshape(b, -1)), shape_of(a))


def _outer_right(g: Any, a: Any, b: Any) -> Any:
    return np.reshape(np.matmul(np.reshape(a, -1), g), shape_of(b))


LETTERS = string.ascii_uppercase + string.ascii_lowercase


def _einsum_value(*operands: Any, subscripts: str) -> Any:
    return np.einsum(subscripts, *operands)


def einsum_spec(subscripts: str) -> tuple[list[str], str]:
    """Labels of the operands and of the result, the result's filled in where it is implied."""
    spec = subscripts.replace(" ", "")
    left, arrow, out = spec.partition("->")
    operands = left.split(",")
    if not arrow:
        letters = "".join(operands)
        out = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return operands, out


def _lettered(spec: str, operands: Sequence[Any]) -> str:
    """The subscripts with letters in place of each '...'."""
    labels, arrow, out = spec.replace(" ", "").partition("->")
    parts = labels.split(",")
    if not arrow:
        letters = "".join(parts).replace(".", "")
        out = "..." + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    depths = [len(shape_of(x)) - len(p.replace(".", "")) for p, x in zip(parts, operands, strict=True)]
    depth = max((d for d, p in zip(depths, parts, strict=True) if "..." in p), default=0)
    fresh = "".join([c for c in LETTERS if c not in spec][:depth])
    filled = [p.replace("...", fresh[depth - d :] if d else "") for p, d in zip(parts, depths, strict=True)]
    return f"{','.join(filled)}->{out.replace('...', fresh)}"


def _of_lists(arguments: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """`einsum(x, [0, 1], y, [1, 2], [0, 2])` as subscripts and operands."""

    def text(axes: Any) -> str:
        return "".join("..." if k is Ellipsis else LETTERS[k] for k in axes)

    count = len(arguments) // 2
    spec = ",".join(text(arguments[2 * k + 1]) for k in range(count))
    out = f"->{text(arguments[-1])}" if len(arguments) % 2 else ""
    return spec + out, tuple(arguments[: 2 * count : 2])


def _einsum(*arguments: Any, optimize: Any = False, out: Any = None, **options: Any) -> Bound:
    refuse_given(np.einsum, out=out, **options)
    if isinstance(arguments[0], str):
        subscripts, values = arguments[0], arguments[1:]
    else:
        subscripts, values = _of_lists(arguments)
    if "..." in subscripts:
        subscripts = _lettered(subscripts, values)
    operands, result = einsum_spec(subscripts)
    return values, {"subscripts": f"{','.join(operands)}->{result}"}


def _einsum_vjp(i: int, g: Any, y: Any, *operands: Any, subscripts: str) -> Any:
    """Contract `g` with the other operands; labels of this operand alone are copied or laid diagonally."""
    labels, out = einsum_spec(subscripts)
    own, shape = labels[i], shape_of(operands[i])
    spare = iter(c for c in LETTERS if c not in subscripts)
    inputs = [out, *(labels[k] for k in range(len(labels)) if k != i)]
    values = [g, *(operands[k] for k in range(len(labels)) if k != i)]
    target = ""
    for c, n in zip(own, shape, strict=True):
        fresh = next(spare) if c in target else c
        if fresh != c:  # a diagonal: entries off it are not read
            inputs, values = [*inputs, c + fresh], [*values, np.eye(n)]
        elif not any(c in used for used in inputs):  # summed over within this operand alone
            inputs, values = [*inputs, c], [*values, np.ones(n)]
        target += fresh
    return np.einsum(f"{','.join(inputs)}->{target}", *values)


def _einsum_jvp(tangents: Sequence[Any], y: Any, *operands: Any, subscripts: str) -> Any:
    return total(
        np.einsum(subscripts, *operands[:i], t, *operands[i + 1 :])
        for i, t in enumerate(tangents)
        if t is not None
    )


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, *_: Any, **options: Any) -> Any:
    refuse_given(np.trace, **options)
    if offset or shape_of(a)[axis1] != shape_of(a)[axis2]:
        return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)
    labels, depth = list(LETTERS[: len(shape_of(a))]), len(shape_of(a))
    labels[axis1 % depth] = labels[axis2 % depth] = "i"
    return (a,), {"subscripts": f"{''.join(labels)}->{''.join(c for c in labels if c != 'i')}"}


def _matrix_trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return _trace(x, offset, -2, -1, dtype=dtype)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Bound | Meaning:
    axes = normal_axes(axis, len(shape_of(x)))
    params = axis_params(x, axis, keepdims)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return (x,), params
    if len(axes) == 2:
        return _matrix_norm(x, ord, axis, bool(keepdims))
    if ord in (np.inf, -np.inf, 1):
        op = {np.inf: "max", -np.inf: "min", 1: "sum"}[ord]
        return Meaning(_REDUCTIONS[op], (np.abs(x),), params)
    if len(axes) != 1 or isinstance(ord, str):
        refuse(np.linalg.norm, "ord")
    if ord == 0:  # how many entries are not zero: constant between jumps
        return Meaning(_REDUCTIONS["sum"], (np.where(x != 0, 1.0, 0.0),), params)
    return (x,), params | {"ord": float(ord)}


def _matrix_norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Meaning:
    """The norms of matrices, on the last two axes: by singular values, or by sums of columns and rows."""
    depth = len(shape_of(x))
    first, last = range(depth) if axis is None else (k % depth for k in axis)
    z = np.moveaxis(x, (first, last), (-2, -1)) if (first, last) != (depth - 2, depth - 1) else x
    if ord in ("nuc", 2, -2):
        of, op = np.linalg.svdvals(z), {"nuc": "sum", 2: "max", -2: "min"}[ord]
    elif ord in (1, -1, np.inf, -np.inf):
        of, op = np.sum(np.abs(z), axis=-2 if abs(ord) == 1 else -1), "max" if ord > 0 else "min"
    else:
        refuse(np.linalg.norm, "ord")
    if not keepdims:
        return Meaning(_REDUCTIONS[op], (of,), axis_params(of, -1))
    shape = tuple(1 if k in (first, last) else n for k, n in enumerate(shape_of(x)))
    return Meaning(_RESHAPE, (getattr(np, op)(of, axis=-1),), {"shape": shape})


def _vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    if isinstance(axis, int) or (axis is None and len(shape_of(x)) == 1):
        return _norm(x, ord, axis, keepdims)
    found = np.linalg.norm(flattened(x, axis), ord, axis=-1)  # several axes are those of one long vector
    return np.reshape(found, kept_shape(x, axis)) if keepdims else found


def _matrix_norm_of(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Bound | Meaning:
    return _norm(x, ord, (-2, -1), keepdims)


def _norm_value(x: Any, axis: Any = None, keepdims: bool = False, ord: float | None = None) -> Any:
    return np.linalg.norm(x, ord, axis, keepdims)


def _norm_factor(y: Any, x: Any, axis: Any, ord: float | None = None) -> Any:
    # The zero vector: 0 over 0; the useful choice is 0.
    shares = x / kept(np.where(y == 0, 1.0, y), x, axis)
    return shares if ord is None else np.sign(shares) * np.abs(shares) ** (ord - 1)


_REDUCTIONS = {op.name: op for op in REDUCTIONS}
_RESHAPE = next(op for op in SHAPES if op.name == "reshape")

LINEAR_ALGEBRA = (
    Op(
        "matmul",
        np.matmul,
        Bilinear(_matmul_left, _matmul_right),
        infix="@",
        latex="{0} {1}",
        note="The gradient of a matrix product A @ B is G @ B.T for A, and A.T @ G for B.",
        calls=(operator.matmul, operator.imatmul, np.matmul),
    ),
    Op(
        "dot",
        np.dot,
        Bilinear(_dot_left, _dot_right),
        latex=r"{0} \cdot {1}",
        note="The local gradient of a dot product of vectors is the other vector; "
        "the gradient of dot(A, B) of matrices is G @ B.T for A, and A.T @ G for B.",
        calls=((np.dot, _dot), (np.ndarray.dot, _dot), (np.vdot, _vdot)),
    ),
    Op(
        "outer",
        np.outer,
        Bilinear(_outer_left, _outer_right),
        latex=r"{0} \otimes {1}",
        note="The gradient of outer(a, b) is G @ b for a, and a @ G for b.",
        calls=((np.outer, _outer),),
    ),
    Op(
        "tensordot",
        np.tensordot,
        Bilinear(tensordot_left, tensordot_right),
        note="The gradient of a contraction is the upstream gradient contracted with the other factor.",
        calls=((np.tensordot, tensordot_call), (np.inner, _inner)),
    ),
    Op(
        "einsum",
        _einsum_value,
        Explicit(_einsum_vjp, _einsum_jvp),
        note="The gradient of a contraction is the upstream gradient contracted with the other factors.",
        calls=(
            (np.einsum, _einsum),
            (np.trace, _trace),
            (np.ndarray.trace, _trace),
            (np.linalg.trace, _matrix_trace),
        ),
    ),
    Op(
        "norm",
        _norm_value,
        weighted(_norm_factor),
        latex=r"\lVert {0} \rVert",
        kinks=lambda x, axis=None, keepdims=False, ord=None: np.linalg.norm(x, ord, axis=axis),
        note="The local gradient of a norm is x / norm(x) for every entry; 0 is chosen for the zero vector. "
        "Of a norm of order p it is sign(x) * abs(x / norm(x))**(p - 1).",
        axes=("axis",),
        calls=(
            (np.linalg.norm, _norm),
            (np.linalg.vector_norm, _vector_norm),
            (np.linalg.matrix_norm, _matrix_norm_of),
        ),
    ),
)
