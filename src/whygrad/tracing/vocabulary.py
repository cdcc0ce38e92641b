"""What a formula may say: functions, constants and operators by name, and functions made of smaller ones."""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Composed(NamedTuple):
    """A function that is made of smaller ones."""

    parameters: tuple[str, ...]
    text: str


def nearest(name: str) -> str:
    """A hint for an unknown function: the nearest known one, or all of them."""
    known = sorted({*FUNCTIONS, *COMPOSED})
    near = difflib.get_close_matches(name.lower(), known, 1, 0.6)
    return f"did you mean `{near[0]}`?" if near else f"known functions: {', '.join(known)}"


def spelled(function: Callable[..., Any]) -> str:
    """The name by which a formula calls a function."""
    return next((name for name, known in FUNCTIONS.items() if known is function), function.__name__)


# As course notes draw them (the sigmoid is times -1, exp, plus 1, 1/x), but without overflow at +-1000.
COMPOSED: dict[str, Composed] = {
    "sigmoid": Composed(("x",), "1 / (1 + exp(-1 * x))"),
    "relu": Composed(("x",), "maximum(0, x)"),
    "softplus": Composed(("x",), "logaddexp(0, x)"),
    "silu": Composed(("x",), "x * sigmoid(x)"),
}
COMPOSED |= {"logistic": COMPOSED["sigmoid"], "swish": COMPOSED["silu"]}
_NUMPY = """
add subtract multiply divide power negative reciprocal square exp expm1 exp2 log log1p log2 log10 sqrt cbrt
logaddexp sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh abs absolute sign floor ceil
maximum minimum where clip sum mean max min prod var std dot matmul outer transpose
less less_equal greater greater_equal equal not_equal logical_and logical_or logical_not
"""
FUNCTIONS: dict[str, Callable[..., Any]] = {name: getattr(np, name) for name in _NUMPY.split()}
FUNCTIONS |= {
    "ln": np.log, "pow": np.power, "fabs": np.abs, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
    "erf": math.erf, "matrix_transpose": np.linalg.matrix_transpose,
}  # fmt: skip
CONSTANTS = {"pi": math.pi, "e": math.e}
OPERATORS: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
    ast.MatMult: np.matmul, ast.Mod: np.remainder, ast.FloorDiv: np.floor_divide,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
    ast.Eq: np.equal, ast.NotEq: np.not_equal,
}  # fmt: skip
