"""Operations: one record each, a file per family, and the table OPS of them all.

`lookup` finds what a user's call means, `infer` the shape and dtype of a result without its data.
`call(op, *args, **params)` applies an operation to arrays, or to anything that defines
`__whygrad_apply__(op, args, params)`: the hook of traced values and symbols.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import ARITHMETIC, damped_multiply
from whygrad.ops.calls import Call, call
from whygrad.ops.comparison import CHOICE, COMPARISON, select
from whygrad.ops.compositions import COMPOSITIONS
from whygrad.ops.exponential import EXPONENTIAL
from whygrad.ops.factorizations import FACTORIZATIONS
from whygrad.ops.indexing import INDEXING, Keys, Slot, accumulate, assemble, index, resolve, template
from whygrad.ops.inference import infer
from whygrad.ops.inverses import INVERSES
from whygrad.ops.joining import JOINING
from whygrad.ops.linear_algebra import LINEAR_ALGEBRA
from whygrad.ops.matrices import MATRICES
from whygrad.ops.moving import MOVING
from whygrad.ops.products import PRODUCTS
from whygrad.ops.reductions import REDUCTIONS
from whygrad.ops.shapes import SHAPES, astype, sum_to
from whygrad.ops.sorting import SORTING
from whygrad.ops.special import SPECIAL_FUNCTIONS, loaded, named
from whygrad.ops.trigonometric import TRIGONOMETRIC
from whygrad.ops.ufunc_methods import methods_of

__all__ = [
    "OPS", "Call", "Keys", "Slot", "accumulate", "assemble", "astype", "call", "damped_multiply", "index",
    "infer", "lookup", "resolve", "select", "sum_to", "template",
]  # fmt: skip

OPS: dict[str, Op] = {
    op.name: op
    for family in (
        ARITHMETIC, EXPONENTIAL, TRIGONOMETRIC, COMPARISON, CHOICE, REDUCTIONS, PRODUCTS, LINEAR_ALGEBRA,
        SHAPES, JOINING, INDEXING, SORTING, INVERSES, FACTORIZATIONS, SPECIAL_FUNCTIONS,
    )
    for op in family
}  # fmt: skip


def _of_two() -> dict[np.ufunc, Op]:
    """The ufuncs of two arguments that are operations as they stand."""
    return {
        function: op
        for op in OPS.values()
        for function in op.calls
        if isinstance(function, np.ufunc) and function.nin == 2 and function.signature is None
    }


def _calls() -> dict[Any, Call]:
    table: dict[Any, Call] = {}
    for op in OPS.values():
        for stated in op.calls:
            function, adapter = stated if isinstance(stated, tuple) else (stated, None)
            if function in table and table[function].op is not op:
                raise ValueError(f"{function} is said to mean both {table[function].op.name} and {op.name}")
            table[function] = Call(op, function, adapter)
    for function, op, adapter in (*MOVING, *MATRICES, *COMPOSITIONS, *methods_of(_of_two())):
        if function in table:
            raise ValueError(f"{function} is said to have two meanings")
        table[function] = Call(op, function, adapter)
    return table


_CALLS = _calls()
_OF_SCIPY = named(OPS)


def lookup(function: Any) -> Call | None:
    """The operation that a function of the user's means, or None."""
    try:
        found = _CALLS.get(function)
    except TypeError:  # unhashable: not a function of ours
        return None
    if found is None and (name := loaded(function, _OF_SCIPY)):
        op, adapter = _OF_SCIPY[name]
        found = _CALLS[function] = Call(op, function, adapter)
    return found
