"""Which rows carry derivatives, and in what shape and dtype: broadcasting is undone here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np

from whygrad.errors import NoRuleError
from whygrad.graph import Abstract, Graph, GraphBuilder
from whygrad.ops import OPS
from whygrad.source import site
from whygrad.tracing.symbols import Symbol

BROADCAST_TO, SUM_TO, ASTYPE = OPS["broadcast_to"], OPS["sum_to"], OPS["astype"]


def differentiable(abstract: Abstract) -> int:
    """2 for floating rows, 1 for whole numbers (real to us while nothing rounds), 0 for booleans."""
    return _kind_of_dtype(abstract.dtype)


@lru_cache(maxsize=64)
def _kind_of_dtype(dtype: Any) -> int:
    return {"f": 2, "c": 2, "i": 1, "u": 1}.get(np.dtype(dtype).kind, 0)


def varying(graph: Graph, wrt: Sequence[int]) -> bytearray:
    """Marks the rows that depend differentiably on `wrt`. Rounding to whole numbers cuts the path."""
    marks = bytearray(len(graph))
    kinds = [differentiable(a) for a in graph.tables.abstracts.values]
    for row in wrt:
        marks[row] = kinds[graph.abstract_column[row]] > 0
    offsets, args, abstracts = graph.arg_offsets, graph.arg_column, graph.abstract_column
    for row in range(min(wrt, default=len(graph)), len(graph)):
        start, end = offsets[row], offsets[row + 1]
        for k in range(start, end):
            arg = args[k]
            if marks[arg]:
                kind = kinds[abstracts[row]]
                if kind == 2 or kind == kinds[abstracts[arg]]:
                    marks[row] = kind
                    break
    return marks


def fit(value: Any, target: Abstract) -> Any:
    """Give a contribution the shape and floating dtype of its row: undo broadcasting, restore the dtype."""
    if value.shape != target.shape:
        stretched = np.broadcast_shapes(value.shape, target.shape) == target.shape
        value = value.__whygrad_apply__(
            BROADCAST_TO if stretched else SUM_TO, (value,), {"shape": target.shape}
        )
    weak = not isinstance(target.dtype, np.dtype) or target.dtype.kind not in "fc"
    have = value.abstract.dtype
    if weak and (have is float or have == np.float64):
        return value
    want = np.dtype(np.float64) if weak else target.dtype
    return value if have == want else value.__whygrad_apply__(ASTYPE, (value,), {"dtype": want})


def refuse(graph: Graph, row: int) -> NoReturn:
    """Raise NoRuleError for a row, with its place."""
    name, number = graph.op(row).name, graph.site_column[row]
    raise NoRuleError(
        f"`{name}` (giving {graph.abstract(row)}) has no derivative rule, but the gradient passes through it",
        hint="compute this value from operations that have a rule, or before the part to differentiate",
        place=site(number).place if number else None,
    )


def zeros(builder: GraphBuilder, abstract: Abstract) -> int:
    """A constant row of zeros with the shape and floating dtype of a row."""
    if not isinstance(abstract.dtype, np.dtype):
        return builder.constant(0.0)
    dtype = abstract.dtype if abstract.dtype.kind in "fc" else np.dtype(np.float64)
    return builder.constant(np.zeros(abstract.shape, dtype) if abstract.shape else dtype.type(0))


def one(abstract: Abstract) -> Any:
    """The seed of a scalar output: 1 in its own floating type."""
    if isinstance(abstract.dtype, np.dtype) and abstract.dtype.kind in "fc":
        return abstract.dtype.type(1)
    return 1.0


def symbol(builder: GraphBuilder, value: Any) -> Symbol:
    """What a rule returned, as a symbol: rules may also return plain numbers and arrays."""
    return value if isinstance(value, Symbol) else Symbol(builder, builder.constant(value))
