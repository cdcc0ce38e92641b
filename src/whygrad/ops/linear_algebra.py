"""Products of matrices and vectors, and norms."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Bound, axis_params, refuse, refuse_given, shape_of
from whygrad.ops.reductions import kept, weighted
from whygrad.rules import Bilinear, Explicit, total


def _flip(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _matmul_left(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if n == 1:
        return (g if m == 1 else np.expand_dims(g, -1)) * b
    if m == 1:
        return np.matmul(b, g) if n == 2 else np.squeeze(np.matmul(b, np.expand_dims(g, -1)), -1)
    return np.matmul(g, _flip(b))


def _matmul_right(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if m == 1:
        return g * a if n == 1 else np.expand_dims(a, -1) * np.expand_dims(g, -2)
    if n == 1:
        return np.matmul(g, a) if m == 2 else np.squeeze(np.matmul(_flip(a), np.expand_dims(g, -1)), -1)
    if n == 2 and m > 2:  # one product over all the stacked rows, not a stack of products to be added up
        k, columns = shape_of(b)
        return np.matmul(_flip(np.reshape(a, (-1, k))), np.reshape(g, (-1, columns)))
    return np.matmul(_flip(a), g)


def _dot_left(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if not m or not n:
        return g * b
    if m <= 2 and n <= 2:
        return _matmul_left(g, a, b)
    return tensordot_left(g, a, b, ((m - 1,), (max(n - 2, 0),)))


def _dot_right(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if not m or not n:
        return g * a
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


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Bound:
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


def _einsum(*arguments: Any, optimize: Any = False, out: Any = None, **options: Any) -> Bound:
    refuse_given(np.einsum, out=out, **options)
    subscripts = arguments[0]
    if not isinstance(subscripts, str):
        raise TypeError("numpy.einsum: operands with lists of axes are not supported; write subscripts")
    if "..." in subscripts:
        raise TypeError("numpy.einsum: '...' is not supported by whygrad; write all the letters")
    operands, result = einsum_spec(subscripts)
    return arguments[1:], {"subscripts": f"{','.join(operands)}->{result}"}


def _einsum_vjp(i: int, g: Any, y: Any, *operands: Any, subscripts: str) -> Any:
    """Contract `g` with the other operands; labels of this operand alone are copied or laid diagonally."""
    labels, out = einsum_spec(subscripts)
    own, shape = labels[i], shape_of(operands[i])
    spare = iter(c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in subscripts)
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


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, *_: Any, **options: Any) -> Bound:
    if offset or (axis1, axis2) != (0, 1) or len(shape_of(a)) != 2:
        raise TypeError("numpy.trace: only the main diagonal of a matrix is supported; use np.einsum")
    refuse_given(np.trace, **options)
    return (a,), {"subscripts": "ii->"}


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Bound:
    ndim = 1 if np.ndim(axis) == 0 and axis is not None else len(shape_of(x)) if axis is None else len(axis)
    frobenius = ord is None or (ord == "fro" and ndim == 2) or (ord == 2 and ndim == 1)
    if not frobenius:
        refuse(np.linalg.norm, "ord")
    return (x,), axis_params(x, axis, keepdims)


def _norm_factor(y: Any, x: Any, axis: Any) -> Any:
    # The zero vector: 0 over 0; the useful choice is 0.
    return x / kept(np.where(y == 0, 1.0, y), x, axis)


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
        calls=((np.tensordot, _tensordot), (np.inner, _inner)),
    ),
    Op(
        "einsum",
        _einsum_value,
        Explicit(_einsum_vjp, _einsum_jvp),
        note="The gradient of a contraction is the upstream gradient contracted with the other factors.",
        calls=((np.einsum, _einsum), (np.trace, _trace)),
    ),
    Op(
        "norm",
        np.linalg.norm,
        weighted(_norm_factor),
        latex=r"\lVert {0} \rVert",
        kinks=lambda x, axis=None, keepdims=False: np.linalg.norm(x, axis=axis),
        note="The local gradient of a norm is x / norm(x) for every entry; 0 is chosen for the zero vector.",
        axes=("axis",),
        calls=((np.linalg.norm, _norm),),
    ),
)
