"""Symbols: value-less twins of numbers and arrays, through which a rule or a formula writes rows.

A symbol knows its row, and from the table its shape and dtype; every operation on it appends a row. Rules
are plain NumPy functions, so running one on symbols is how `differentiation` turns it into rows.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.errors import GraphError
from whygrad.graph import NO_PARAMS, Abstract, GraphBuilder, Op
from whygrad.ops import infer, lookup
from whygrad.ops.calls import Meaning

FLOAT64 = np.dtype(np.float64)


class Symbol:
    """A row of a builder, to be used like the number or array that the row will hold."""

    __slots__ = ("builder", "row")

    def __init__(self, builder: GraphBuilder, row: int) -> None:
        self.builder, self.row = builder, row

    @property
    def abstract(self) -> Abstract:
        return self.builder.abstract(self.row)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.abstract.shape

    @property
    def ndim(self) -> int:
        return len(self.abstract.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.abstract.shape, dtype=np.int64))

    @property
    def dtype(self) -> Any:
        """A NumPy dtype; `float`, `int` or `bool` for Python's own scalars."""
        return self.abstract.dtype

    @property
    def T(self) -> Symbol:  # noqa: N802  NumPy's name
        return call(np.transpose, self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar has no length")
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<symbol %{self.row}: {self.abstract}>"

    def __whygrad_apply__(self, op: Op, args: Sequence[Any], params: Mapping[str, Any] = NO_PARAMS) -> Symbol:
        return apply(self.builder, op, args, params)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__":
            raise GraphError(f"np.{ufunc.__name__}.{method} cannot be used in a rule or formula")
        return call(ufunc, *inputs, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        known = _WITHOUT_ROWS.get(function)
        return known(*args, **kwargs) if known else call(function, *args, **kwargs)

    def _refuse(self, *_: Any) -> Any:
        raise GraphError("a rule or formula must not depend on a value: symbols have shapes and dtypes only")

    __bool__ = __float__ = __int__ = __index__ = __array__ = _refuse
    __hash__ = object.__hash__

    def __getitem__(self, key: Any) -> Symbol:
        return call(operator.getitem, self, key)

    def astype(self, dtype: Any) -> Symbol:
        return call(np.astype, self, dtype)

    def reshape(self, *shape: Any) -> Symbol:
        return call(np.reshape, self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Symbol:
        return call(np.transpose, self, (axes[0] if len(axes) == 1 else axes) or None)

    def copy(self) -> Symbol:
        return self


def apply(
    builder: GraphBuilder, op: Op, args: Sequence[Any], params: Mapping[str, Any] = NO_PARAMS
) -> Symbol:
    """Append the row `op(*args, **params)`; plain numbers and arrays among `args` become constant rows."""
    rows = [a.row if type(a) is Symbol else builder.constant(a) for a in args]
    abstracts = tuple([builder.abstract(row) for row in rows])
    result = infer(op, abstracts, params)
    # NumPy's functions turn Python floats into float64 scalars; kept weak, they neither slow down
    # scalar graphs nor promote the float32 arrays that they meet later.
    if result.dtype == FLOAT64 and not result.shape and all(type(a.dtype) is type for a in abstracts):
        result = Abstract((), float)
    return Symbol(builder, builder.add(op, rows, result, params))


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Symbol:
    """Append the row for a call of one of the user's functions, such as `np.sum(x, axis=0)`."""
    found = lookup(function)
    if found is None:
        raise GraphError(f"no operation is known for {getattr(function, '__name__', function)!r}")
    meant = found.meaning(*args, **kwargs)
    if isinstance(meant, list):
        raise GraphError(f"{found.name} has several results, and cannot be used in a rule or formula")
    if not isinstance(meant, Meaning):
        return meant  # type: ignore[no-any-return]
    owner = next(a for a in meant.args if type(a) is Symbol)
    return apply(owner.builder, meant.op, meant.args, meant.params)


def _operator(function: Callable[..., Any]) -> Any:
    return lambda self, other: call(function, self, other)


def _reflected(function: Callable[..., Any]) -> Any:
    return lambda self, other: call(function, other, self)


def _method(function: Callable[..., Any]) -> Any:
    return lambda self, *args, **kwargs: call(function, self, *args, **kwargs)


_BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power,
    "matmul": np.matmul, "floordiv": np.floor_divide, "mod": np.remainder,
}  # fmt: skip
_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal, "and": np.logical_and, "or": np.logical_or,
}  # fmt: skip
_METHODS = ("sum", "mean", "max", "min", "prod", "dot", "ravel", "squeeze", "swapaxes", "cumsum")

for _name, _function in _BINARY.items():
    setattr(Symbol, f"__{_name}__", _operator(_function))
    setattr(Symbol, f"__r{_name}__", _reflected(_function))
for _name, _function in _COMPARISONS.items():
    setattr(Symbol, f"__{_name}__", _operator(_function))
for _name in _METHODS:
    setattr(Symbol, _name, _method(getattr(np, _name)))
for _name, _function in (("neg", np.negative), ("abs", np.abs), ("invert", np.logical_not)):
    setattr(Symbol, f"__{_name}__", _method(_function))

_WITHOUT_ROWS: dict[Any, Callable[..., Any]] = {
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
    np.zeros_like: lambda x: np.zeros(x.shape, x.dtype),
    np.ones_like: lambda x: np.ones(x.shape, x.dtype),
}
"""Functions of shape and dtype alone: they append nothing."""
