"""Choosing among values: comparisons, logic, extremes of two, where, clip, absolute value, rounding.

Comparisons and logic give masks: they are rows, so that they are recomputed at a new point, but carry no
gradient.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import damped_multiply
from whygrad.ops.calls import NOT_GIVEN, Bound, refuse_given
from whygrad.rules import Elementwise


def select(t: Any, taken: Any) -> Any:
    """`t` where a branch was taken, exactly 0 elsewhere, whatever `t` is there."""
    return np.where(taken, t, 0.0)


def _where(condition: Any, x: Any = NOT_GIVEN, y: Any = NOT_GIVEN) -> Bound:
    if x is NOT_GIVEN or y is NOT_GIVEN:
        raise TypeError("numpy.where: the form with one argument is not supported by whygrad; use np.nonzero")
    return (condition, x, y), {}


def _clip(
    a: Any, a_min: Any = NOT_GIVEN, a_max: Any = NOT_GIVEN, out: Any = None, *,
    min: Any = NOT_GIVEN, max: Any = NOT_GIVEN, **options: Any,
) -> Bound:  # fmt: skip
    refuse_given(np.clip, out=out, **options)
    low = a_min if min is NOT_GIVEN else min
    high = a_max if max is NOT_GIVEN else max
    low = -math.inf if low is None or low is NOT_GIVEN else low
    high = math.inf if high is None or high is NOT_GIVEN else high
    return (a, low, high), {}


def _clip_method(a: Any, min: Any = None, max: Any = None, out: Any = None, **options: Any) -> Bound:
    return _clip(a, min, max, out, **options)


def _round(a: Any, decimals: int = 0, out: Any = None) -> Bound:
    refuse_given(np.round, out=out)
    return (a,), {"decimals": operator.index(decimals)} if decimals else {}


def _clip_value(x: Any, low: Any, high: Any) -> Any:
    # An infinite bound stands for `no bound`; handed to NumPy it would turn integers into floats.
    low = None if isinstance(low, float) and low == -math.inf else low
    high = None if isinstance(high, float) and high == math.inf else high
    return np.clip(x, low, high)


def mask(name: str, value: Any, infix: str, latex: str, *calls: Any) -> Op:
    """A comparison or a logical operation: an op without a rule."""
    return Op(name, value, None, infix=infix, latex=latex, calls=calls)


COMPARISON = (
    mask("less", operator.lt, "<", "{0} < {1}", operator.lt, np.less),
    mask("less_equal", operator.le, "<=", r"{0} \le {1}", operator.le, np.less_equal),
    mask("greater", operator.gt, ">", "{0} > {1}", operator.gt, np.greater),
    mask("greater_equal", operator.ge, ">=", r"{0} \ge {1}", operator.ge, np.greater_equal),
    mask("equal", operator.eq, "==", "{0} = {1}", operator.eq, np.equal),
    mask("not_equal", operator.ne, "!=", r"{0} \ne {1}", operator.ne, np.not_equal),
    mask("logical_and", np.logical_and, "", r"{0} \wedge {1}", np.logical_and),
    mask("logical_or", np.logical_or, "", r"{0} \vee {1}", np.logical_or),
    mask("logical_xor", np.logical_xor, "", r"{0} \oplus {1}", np.logical_xor),
    mask("logical_not", np.logical_not, "", r"\neg {0}", np.logical_not, operator.not_),
    mask("bitwise_and", operator.and_, "&", r"{0} \wedge {1}", operator.and_, operator.iand, np.bitwise_and),
    mask("bitwise_or", operator.or_, "|", r"{0} \vee {1}", operator.or_, operator.ior, np.bitwise_or),
    mask("bitwise_xor", operator.xor, "^", r"{0} \oplus {1}", operator.xor, operator.ixor, np.bitwise_xor),
    mask("invert", np.invert, "~", r"\neg {0}", operator.inv, operator.invert, np.invert),
    mask("isnan", np.isnan, "", "", np.isnan, math.isnan),
    mask("isinf", np.isinf, "", "", np.isinf, math.isinf),
    mask("isfinite", np.isfinite, "", "", np.isfinite, math.isfinite),
    mask("whole_floor", math.floor, "", r"\lfloor {0} \rfloor", math.floor),
    mask("whole_ceil", math.ceil, "", r"\lceil {0} \rceil", math.ceil),
    mask("whole_trunc", math.trunc, "", r"\operatorname{{trunc}} {0}", math.trunc),
    mask("exponent", lambda x: np.frexp(x)[1], "", ""),
    mask("signbit", np.signbit, "", "", np.signbit),
)

CHOICE = (
    Op(
        "maximum",
        np.maximum,
        Elementwise(
            lambda a, b, y: np.where(a == b, 0.5, a > b),
            lambda a, b, y: np.where(a == b, 0.5, b > a),
        ),
        latex=r"\max({0}, {1})",
        kinks=lambda a, b: a - b,
        note="The larger argument takes the whole gradient; a tie is split evenly, "
        "so maximum(x, 0) has the local gradient 0.5 at 0.",
        calls=(np.maximum,),
    ),
    Op(
        "minimum",
        np.minimum,
        Elementwise(
            lambda a, b, y: np.where(a == b, 0.5, a < b),
            lambda a, b, y: np.where(a == b, 0.5, b < a),
        ),
        latex=r"\min({0}, {1})",
        kinks=lambda a, b: a - b,
        note="The smaller argument takes the whole gradient; a tie is split evenly.",
        calls=(np.minimum,),
    ),
    Op(
        "fmax",
        np.fmax,
        Elementwise(
            lambda a, b, y: np.where(a == b, 0.5, np.logical_or(a > b, np.isnan(b))),
            lambda a, b, y: np.where(a == b, 0.5, np.logical_or(b > a, np.isnan(a))),
            times=damped_multiply,
        ),
        latex=r"\max({0}, {1})",
        kinks=lambda a, b: a - b,
        note="The larger argument takes the whole gradient, a number before NaN; a tie is split evenly.",
        calls=(np.fmax,),
    ),
    Op(
        "fmin",
        np.fmin,
        Elementwise(
            lambda a, b, y: np.where(a == b, 0.5, np.logical_or(a < b, np.isnan(b))),
            lambda a, b, y: np.where(a == b, 0.5, np.logical_or(b < a, np.isnan(a))),
            times=damped_multiply,
        ),
        latex=r"\min({0}, {1})",
        kinks=lambda a, b: a - b,
        note="The smaller argument takes the whole gradient, a number before NaN; a tie is split evenly.",
        calls=(np.fmin,),
    ),
    Op(
        "copysign",
        np.copysign,
        Elementwise(lambda a, b, y: np.sign(a) * np.copysign(1.0, b), None, times=damped_multiply),
        latex=r"\operatorname{{copysign}}({0}, {1})",
        kinks=lambda a, b: a * b,
        note="The local gradient of copysign(a, b) is 1 for a if the signs agree, else -1; 0 for b.",
        calls=(np.copysign,),
    ),
    Op(
        "heaviside",
        np.heaviside,
        Elementwise(None, lambda a, b, y: a == 0),
        latex=r"H({0}, {1})",
        kinks=lambda a, b: a,
        note="A step: the local gradient is 0 on either side of it; at 0 it is 1 for the second argument.",
        calls=(np.heaviside,),
    ),
    Op(
        "where",
        np.where,
        Elementwise(None, lambda c, a, b, y: c, lambda c, a, b, y: np.logical_not(c), times=select),
        latex=r"\left[{0}\ ?\ {1} : {2}\right]",
        note="The branch that is taken has the local gradient 1, the other exactly 0.",
        calls=((np.where, _where),),
    ),
    Op(
        "clip",
        _clip_value,
        Elementwise(
            lambda x, low, high, y: np.logical_and(low <= x, x <= high),
            lambda x, low, high, y: np.logical_and(x < low, low < high),
            lambda x, low, high, y: np.logical_or(x > high, low >= high),
            times=select,
        ),
        latex=r"\operatorname{{clip}}({0}, {1}, {2})",
        kinks=lambda x, low, high: (x - low) * (x - high),
        note="The local gradient of clip is 1 from bound to bound, the bounds included, and 0 outside.",
        calls=((np.clip, _clip), (np.ndarray.clip, _clip_method)),
    ),
    Op(
        "abs",
        abs,
        Elementwise(lambda x, y: np.sign(x), times=damped_multiply),
        latex=r"|{0}|",
        kinks=lambda x: x,
        note="The local gradient of abs(x) is the sign of x; 0 is chosen at 0.",
        calls=(abs, operator.abs, np.absolute, np.fabs, math.fabs),
    ),
    Op(
        "sign",
        np.sign,
        Elementwise(None),
        latex=r"\operatorname{{sign}} {0}",
        kinks=lambda x: x,
        note="The sign is constant on either side of 0: the local gradient is 0.",
        calls=(np.sign,),
    ),
    Op(
        "floor",
        np.floor,
        Elementwise(None),
        latex=r"\lfloor {0} \rfloor",
        kinks=lambda x: np.sin(np.pi * x),
        note="Rounding makes steps: the local gradient is 0 between them.",
        calls=(np.floor,),
    ),
    Op(
        "round",
        np.round,
        Elementwise(None),
        latex=r"\operatorname{{round}} {0}",
        kinks=lambda x, decimals=0: np.cos(np.pi * x * 10.0**decimals),
        note="Rounding makes steps: the local gradient is 0 between them.",
        calls=((np.round, _round), (np.around, _round), (np.ndarray.round, _round), np.rint),
    ),
    Op(
        "ceil",
        np.ceil,
        Elementwise(None),
        latex=r"\lceil {0} \rceil",
        kinks=lambda x: np.sin(np.pi * x),
        note="Rounding makes steps: the local gradient is 0 between them.",
        calls=(np.ceil,),
    ),
)
