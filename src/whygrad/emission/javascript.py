"""Rows of a graph as JavaScript, for the page: statement after statement over one array of values.

Forward rows and the rows that the derivative rules wrote are the same kind of row, so a derivative reaches
the page only by way of the op records. The page brings what JavaScript lacks: the values of operations (exp
of an array, a matrix product), under the names of the records, in an object `$`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from whygrad.errors import EmissionError
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.ops import Slot

LARGEST_CONSTANT = 4096
"""Entries of a constant array that are still written out."""
OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "===",
    "not_equal": "!==",
}  # fmt: skip
IN_MATH = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log2": "log2", "log10": "log10", "log1p": "log1p",
    "sqrt": "sqrt", "cbrt": "cbrt", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "floor": "floor", "ceil": "ceil", "trunc": "trunc", "abs": "abs",
}  # fmt: skip
"""Functions of one number whose value is JavaScript's own."""
KERNELS = frozenset({
    *OPERATORS, *COMPARISONS, *IN_MATH,
    "power", "negative", "positive", "reciprocal", "square", "floor_divide", "remainder", "float_power",
    "fmod", "damped_multiply", "inside", "exp2", "logaddexp", "logaddexp2", "arctan2", "hypot", "sinc",
    "radians", "degrees", "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and",
    "bitwise_or", "bitwise_xor", "invert", "isnan", "isinf", "isfinite", "whole_floor", "whole_ceil",
    "whole_trunc", "signbit", "maximum", "minimum", "fmax", "fmin", "copysign", "heaviside", "where",
    "clip", "sign", "round", "sum", "mean", "max", "min", "var", "std", "argmax", "argmin", "any", "all",
    "prod", "cumsum", "cumprod", "matmul", "dot", "outer", "tensordot", "reshape", "transpose",
    "broadcast_to", "copy", "tril", "triu", "diag", "sum_to", "astype", "concatenate", "stack", "tile",
    "repeat", "flip", "roll", "index", "assemble", "accumulate", "argsort", "sort", "expit", "logit", "erf",
    "erfc", "gammaln", "xlogy", "logsumexp", "einsum", "norm", "pad", "stop_gradient",
    "solve", "inv", "det", "log_abs_det", "det_sign", "cofactors", "cholesky", "qr", "pinv",
})  # fmt: skip
"""Operations whose values the page can compute; `web/src/kernels.ts` has them, and a test says so."""


def javascript(graph: Graph, rows: Iterable[int], slots: Mapping[int, int] | None = None) -> str:
    """Statements `v[row]=...;` for rows of a graph, in order; inputs are left to the caller.

    `slots` gives the places of rows that do not stand at their own number. Raises EmissionError for an
    operation that the page does not have, or a parameter that cannot be written.
    """
    writer = _Writer(graph, slots or {})
    return "".join(
        f"v[{writer.place(row)}]={writer.row(row)};\n" for row in rows if graph.op(row) is not INPUT
    )


class _Writer:
    def __init__(self, graph: Graph, slots: Mapping[int, int]) -> None:
        self.graph, self.slots = graph, slots

    def place(self, row: int) -> int:
        return self.slots.get(row, row)

    def row(self, row: int) -> str:
        graph = self.graph
        op = graph.op(row)
        if op is CONSTANT:
            return value_text(graph.params(row)["value"])
        if op.name not in KERNELS:
            raise EmissionError(f"the page has no {op.name}")
        args = [f"v[{self.place(a)}]" for a in graph.args(row)]
        scalar = not any(graph.abstract(r).shape for r in (row, *graph.args(row)))
        text = self.scalar(op.name, args) if scalar else ""
        if not text:
            params = self.params(row, op.name)
            given = [*args, json.dumps(params)] if params else args
            text = f"$.{op.name}({','.join(given)})"
        return f"$.single({text})" if graph.abstract(row).dtype == np.float32 else text

    def params(self, row: int, name: str) -> dict[str, Any]:
        """The parameters; index arrays of truth values are marked, which in the page are 0 and 1."""
        graph = self.graph
        given = {key: parameter(value) for key, value in graph.params(row).items()}
        if name == "einsum" and "." in given["subscripts"]:
            raise EmissionError("the page has no einsum with an ellipsis")
        if name == "invert":
            return {"bool": np.dtype(graph.abstract(row).dtype).kind == "b"}
        first = 1 + (len(given["keys"]) if "keys" in given else 0)
        for part in _slots(given.get("keys", given.get("key"))):
            dtype = graph.abstract(graph.args(row)[first + part["slot"]]).dtype
            if np.dtype(dtype).kind == "b":
                part["truth"] = True
        return given

    @staticmethod
    def scalar(name: str, args: list[str]) -> str:
        """An operation on numbers in JavaScript's own signs; empty where it has none."""
        if name in OPERATORS:
            return f"{args[0]}{OPERATORS[name]}{args[1]}"
        if name in COMPARISONS:
            return f"+({args[0]}{COMPARISONS[name]}{args[1]})"
        if name in IN_MATH:
            return f"Math.{IN_MATH[name]}({args[0]})"
        return f"-{args[0]}" if name == "negative" else ""


def _slots(key: Any) -> Iterator[dict[str, Any]]:
    if isinstance(key, dict) and "slot" in key:
        yield key
    for part in key if isinstance(key, list) else ():
        yield from _slots(part)


def value_text(value: Any) -> str:
    """A constant. Truth values are 0 and 1, as in the page's arrays."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise EmissionError(f"a constant of type {array.dtype} cannot be written for the page")
    if array.ndim == 0:
        return number_text(array.item())
    if array.size > LARGEST_CONSTANT:
        raise EmissionError(f"a constant array of shape {array.shape} is too large for the page")
    if array.size and np.all(array == array.flat[0]):
        return f"$.full({list(array.shape)},{number_text(array.flat[0])})"
    return f"$.of({list(array.shape)},[{','.join(map(number_text, array.ravel().tolist()))}])"


def number_text(value: Any) -> str:
    """A number that JavaScript reads as the same double."""
    real = float(value)
    if math.isnan(real):
        return "NaN"
    if math.isinf(real):
        return "Infinity" if real > 0 else "-Infinity"
    text = repr(real).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


def parameter(value: Any) -> Any:
    """A parameter of an operation as JSON: keys of an index as small objects, types by their names."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return _real(float(value))
    if isinstance(value, slice):
        return {"slice": [parameter(part) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"rest": True}
    if isinstance(value, Slot):
        return {"slot": value.k}
    if isinstance(value, tuple | list):
        return [parameter(part) for part in value]
    if isinstance(value, type | np.dtype):
        return np.dtype(value).name
    raise EmissionError(f"a parameter of type {type(value).__name__} cannot be written for the page")


def _real(value: float) -> Any:
    if not math.isfinite(value):
        raise EmissionError("a parameter that is not finite cannot be written for the page")
    return value
