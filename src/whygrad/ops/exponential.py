"""Exponentials, logarithms and roots."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import damped_multiply
from whygrad.ops.calls import call
from whygrad.rules import Elementwise, Partial

POSITIVE = ((0.0, math.inf),)
LN2, LN10 = math.log(2.0), math.log(10.0)


def _natural_log(x: Any, *base: Any) -> Any:
    return np.log(x) / np.log(base[0]) if base else ((x,), {})


def unary(partial: Partial) -> Elementwise:
    """The rule of a function of one argument, damped: its partial may be infinite somewhere."""
    return Elementwise(partial, times=damped_multiply)


def inside(x: Any, low: float) -> Any:
    """`x`, but NaN where a function that grows without end has no slope: below `low`, and at infinity.

    log(x) does not exist below 0, although 1/x does. And 1/inf is 0, which would pass for a gradient that
    does not flow: log(1 + exp(1000)) overflowed before its end, and its gradient must not come out as 0.
    """
    return call(INSIDE, x, low=low)


def _inside(x: Any, low: float) -> Any:
    if isinstance(x, float):
        return x if low <= x < math.inf else x * math.nan
    return np.where(np.logical_or(x < low, x == math.inf), np.nan, x)[()]


INSIDE = Op(
    "inside",
    _inside,
    Elementwise(1.0),
    latex="{0}",
    note="The argument itself, where the function exists: the local gradient is 1.",
)

EXPONENTIAL = (
    INSIDE,
    Op(
        "exp",
        np.exp,
        unary(lambda x, y: y),
        latex="e^{{{0}}}",
        note="The local gradient of exp is its own value.",
        calls=(np.exp, math.exp),
    ),
    Op(
        "expm1",
        np.expm1,
        unary(lambda x, y: y + 1),
        latex="e^{{{0}}} - 1",
        note="The local gradient of exp(x) - 1 is exp(x).",
        calls=(np.expm1, math.expm1),
    ),
    Op(
        "exp2",
        np.exp2,
        unary(lambda x, y: y * LN2),
        latex="2^{{{0}}}",
        note="The local gradient of 2**x is 2**x * log(2).",
        calls=(np.exp2, math.exp2),
    ),
    Op(
        "log",
        np.log,
        unary(lambda x, y: 1.0 / inside(x, 0.0)),
        latex=r"\log {0}",
        domain=POSITIVE,
        note="The local gradient of log(x) is 1/x; it is infinite at 0 and does not exist below, "
        "nor at infinity.",
        calls=(np.log, (math.log, _natural_log)),
    ),
    Op(
        "log2",
        np.log2,
        unary(lambda x, y: 1.0 / (inside(x, 0.0) * LN2)),
        latex=r"\log_2 {0}",
        domain=POSITIVE,
        note="The local gradient of log2(x) is 1/(x * log(2)).",
        calls=(np.log2, math.log2),
    ),
    Op(
        "log10",
        np.log10,
        unary(lambda x, y: 1.0 / (inside(x, 0.0) * LN10)),
        latex=r"\log_{{10}} {0}",
        domain=POSITIVE,
        note="The local gradient of log10(x) is 1/(x * log(10)).",
        calls=(np.log10, math.log10),
    ),
    Op(
        "log1p",
        np.log1p,
        unary(lambda x, y: 1.0 / (1 + inside(x, -1.0))),
        latex=r"\log(1 + {0})",
        domain=((-1.0, math.inf),),
        note="The local gradient of log(1 + x) is 1/(1 + x).",
        calls=(np.log1p, math.log1p),
    ),
    Op(
        "sqrt",
        np.sqrt,
        unary(lambda x, y: 0.5 / inside(y, 0.0)),
        latex=r"\sqrt{{{0}}}",
        domain=POSITIVE,
        note="The local gradient of sqrt(x) is 1/(2*sqrt(x)); it is infinite at 0 and does not exist "
        "at infinity.",
        calls=(np.sqrt, math.sqrt),
    ),
    Op(
        "cbrt",
        np.cbrt,
        unary(lambda x, y: 1.0 / (3 * y * y)),
        latex=r"\sqrt[3]{{{0}}}",
        kinks=lambda x: x,
        note="The local gradient of cbrt(x) is 1/(3*cbrt(x)**2); it is infinite at 0.",
        calls=(np.cbrt, math.cbrt),
    ),
    Op(
        "logaddexp",
        np.logaddexp,
        Elementwise(lambda a, b, y: np.exp(a - y), lambda a, b, y: np.exp(b - y), times=damped_multiply),
        latex=r"\log(e^{{{0}}} + e^{{{1}}})",
        note="The local gradients of log(exp(a) + exp(b)) are the shares of exp(a) and exp(b) in the sum.",
        calls=(np.logaddexp,),
    ),
    Op(
        "logaddexp2",
        np.logaddexp2,
        Elementwise(lambda a, b, y: np.exp2(a - y), lambda a, b, y: np.exp2(b - y), times=damped_multiply),
        latex=r"\log_2(2^{{{0}}} + 2^{{{1}}})",
        note="The local gradients of log2(2**a + 2**b) are the shares of 2**a and 2**b in the sum.",
        calls=(np.logaddexp2,),
    ),
)
