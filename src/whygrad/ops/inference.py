"""Shape and dtype of a result without its data: the operation is tried once on cheap dummies, and remembered.

Dummies are ones, because one lies in the domain of nearly everything; arrays are a single one, stretched
without memory. Elementwise operations are tried on one entry only. Where trying would cost as much as
computing (products of matrices, buffers), the shape is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.graph import NO_PARAMS, Abstract, Op, abstract_of
from whygrad.interning import key_of
from whygrad.ops.indexing import resolve
from whygrad.rules import Elementwise

_known: dict[Hashable, Abstract] = {}


def infer(op: Op, abstracts: Sequence[Abstract], params: Mapping[str, Any] = NO_PARAMS) -> Abstract:
    """Shape and dtype of `op` applied to arguments of these shapes and dtypes.

    Raises what the operation raises for them (ValueError for shapes that do not fit).
    """
    shortcut = SHORTCUTS.get(op.name)
    if shortcut is not None:
        found = shortcut(abstracts, params)
        if found is not None:
            return found
    if op.rule is not None and op.rule.infer is not None:
        return op.rule.infer(abstracts, params)  # type: ignore[no-any-return]
    key = (op, tuple(abstracts), key_of(tuple(params.items())) if params else ())
    known = _known.get(key)
    if known is None:
        known = _known[key] = _try(op, abstracts, params)
    return known


def _try(op: Op, abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    pointwise = isinstance(op.rule, Elementwise) or (op.rule is None and not op.axes)
    try:
        with np.errstate(all="ignore"):
            result = op.value(*(dummy(a, pointwise) for a in abstracts), **params)
    except ModuleNotFoundError:  # SciPy's, and it is not there: shown to readers, it is never computed
        result = np.ones((), np.result_type(np.float32, _result_type(*abstracts)))
    found = abstract_of(result)
    if not pointwise:
        return found
    return Abstract(np.broadcast_shapes(*(a.shape for a in abstracts)), found.dtype)


def dummy(abstract: Abstract, single: bool = False) -> Any:
    """A value of ones; `single` keeps the number of axes, but one entry in each."""
    shape, dtype = abstract
    if isinstance(dtype, type):
        return dtype(1)
    one = np.ones((), dtype)
    if not shape:
        return one[()]
    return np.broadcast_to(one, (1,) * len(shape) if single else shape)


def _result_type(*abstracts: Abstract) -> Any:
    return np.result_type(*(a.dtype(1) if isinstance(a.dtype, type) else a.dtype for a in abstracts))


def _array(shape: tuple[int, ...], dtype: Any) -> Abstract:
    return Abstract(shape, np.dtype(dtype))


def _of_base(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    return _array(*abstracts[0])


def _indexed(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract | None:
    if params.get("shape") is not None:
        return _array(params["shape"], abstracts[0].dtype)
    key, shape = params["key"], abstracts[0].shape
    parts = key if type(key) is tuple else (key,)
    if len(parts) <= len(shape) and all(
        type(k) is int and -n <= k < n for k, n in zip(parts, shape, strict=False)
    ):
        return _array(shape[len(parts) :], abstracts[0].dtype)
    if len(abstracts) == 1:
        return None
    # Whole numbers among the dummies are places here: 0 is one in every array, 1 is not.
    places = [dummy(a) if a.dtype in (bool, np.bool_) else np.zeros(a.shape, int) for a in abstracts[1:]]
    return _array(dummy(abstracts[0])[resolve(key, places)].shape, abstracts[0].dtype)


def _stated_shape(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    return _array(params["shape"], abstracts[0].dtype)


def _summed_to(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    return abstracts[0] if abstracts[0].shape == params["shape"] else _stated_shape(abstracts, params)


def _multiplied(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract | None:
    (a, b) = (x.shape for x in abstracts)
    if not a or not b or a[-1] != b[-2 if len(b) > 1 else 0]:
        return None  # let NumPy say what is wrong
    stack = np.broadcast_shapes(a[:-2], b[:-2])
    return _array((*stack, *a[-2:-1], *(b[-1:] if len(b) > 1 else ())), _result_type(*abstracts))


def _floating(abstract: Abstract) -> Any:
    """The dtype in which LAPACK computes."""
    return np.float32 if abstract.dtype == np.float32 else np.float64


def _same_matrix(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    return _array(abstracts[0].shape, _floating(abstracts[0]))


def _one_of_a_matrix(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    return _array(abstracts[0].shape[:-2], _floating(abstracts[0]))


def _solved(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    (a, b), dtype = (x.shape for x in abstracts), np.result_type(*map(_floating, abstracts))
    if len(b) == 1:
        return _array((*a[:-2], a[-1]), dtype)
    return _array((*np.broadcast_shapes(a[:-2], b[:-2]), *b[-2:]), dtype)


def _packed(rows: Callable[[int, int], int]) -> Callable[..., Abstract]:
    def shape(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
        *stack, m, n = abstracts[0].shape
        return _array((*stack, rows(m, n), min(m, n)), _floating(abstracts[0]))

    return shape


def _pseudo(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
    *stack, m, n = abstracts[0].shape
    return _array((*stack, n, m), _floating(abstracts[0]))


SHORTCUTS: Mapping[str, Callable[[Sequence[Abstract], Mapping[str, Any]], Abstract | None]] = {
    "assemble": _of_base,
    "accumulate": _of_base,
    "index": _indexed,
    "reshape": _stated_shape,
    "broadcast_to": _stated_shape,
    "sum_to": _summed_to,
    "matmul": _multiplied,
    "inv": _same_matrix,
    "cholesky": _same_matrix,
    "cofactors": _same_matrix,
    "det": _one_of_a_matrix,
    "det_sign": _one_of_a_matrix,
    "log_abs_det": _one_of_a_matrix,
    "solve": _solved,
    "pinv": _pseudo,
    "eigh": _packed(lambda m, n: n + 1),
    "svd": _packed(lambda m, n: m + n + 1),
    "qr": _packed(lambda m, n: m + n),
}
