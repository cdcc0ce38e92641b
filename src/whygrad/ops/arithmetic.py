"""Arithmetic: sums, products, quotients, powers.

Values use Python's operators, so that Python numbers stay Python's and stay weak in NumPy's promotion. Where
Python raises and NumPy does not (1.0 / 0.0, 0.0 ** -0.5), the value is NumPy's: a graph is also executed
where its user never was.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Bound, call
from whygrad.rules import Elementwise


def _damped(g: Any, local: Any) -> Any:
    y = g * local
    if isinstance(y, float):  # NumPy's float64 is one
        return y if y == y else (y if g != 0 else 0.0 * g)
    squares = np.vdot(y, y)  # NaN if and only if an entry is: one fast pass without a temporary
    if squares != squares:
        y = np.where(np.equal(g, 0), np.zeros((), np.result_type(y)), y)[()]
    return y


def damped_multiply(g: Any, local: Any) -> Any:
    """`g * local`, but exactly 0 where `g` is 0 even if `local` is infinite or NaN.

    A gradient that does not flow (the branch of a `where` that was not taken) must not be turned into NaN by
    a local gradient that does not exist there.
    """
    return call(DAMPED_MULTIPLY, g, local)


def _divide(a: Any, b: Any) -> Any:
    try:
        return a / b
    except ZeroDivisionError:
        return np.divide(a, b)


def _floor_divide(a: Any, b: Any) -> Any:
    try:
        return a // b
    except ZeroDivisionError:
        return np.floor_divide(float(a), float(b))


def _remainder(a: Any, b: Any) -> Any:
    try:
        return a % b
    except ZeroDivisionError:
        return np.remainder(float(a), float(b))


def _power(a: Any, b: Any) -> Any:
    try:
        y = a**b
    except (ZeroDivisionError, OverflowError):
        return np.power(float(a), float(b))
    return math.nan if isinstance(y, complex) and not isinstance(a, complex) else y


def _power_by_base(a: Any, b: Any, y: Any) -> Any:
    # x**0 is 1 everywhere: with an exponent of 1 in place of -1 its gradient is 0, at x = 0 as well.
    # (1.0 and not 1: a whole number from np.where would turn float32 into float64.)
    return b * a ** np.where(b == 0, 1.0, b - 1)


def _power_by_exponent(a: Any, b: Any, y: Any) -> Any:
    # Where a is 0, log(1) stands for log(0) if b > 0 (True counts as 1): 0**b is constant there; at b = 0 it
    # falls from 1 to 0, and log(0) says so. A negative base stays NaN, as it must.
    return y * np.log(np.where(a == 0, b > 0, a))


def _pow(base: Any, exp: Any, mod: None = None) -> Bound:
    if mod is not None:
        raise TypeError("pow: the option 'mod' is not supported by whygrad; leave it out")
    return (base, exp), {}


class Damped(Elementwise):
    """The rule of a damped product: where the first factor is 0, nothing comes of the second, not even of
    its tangent, which may be NaN there."""

    def _times(self, i: int, t: Any, y: Any, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        if i == 0:
            return damped_multiply(t, args[1])
        return np.where(np.equal(args[0], 0), 0.0, damped_multiply(t, args[0]))


DAMPED_MULTIPLY = Op(
    "damped_multiply",
    _damped,
    Damped(lambda g, local, y: local, lambda g, local, y: g),
    infix="*",
    latex=r"{0} \cdot {1}",
    note="A product, but exactly 0 where the first factor is 0, even if the second is infinite there.",
)

ARITHMETIC = (
    Op(
        "add",
        operator.add,
        Elementwise(1.0, 1.0),
        infix="+",
        latex="{0} + {1}",
        note="The local gradient of an addition is 1 for every input, at every point.",
        calls=(operator.add, operator.iadd, np.add),
    ),
    Op(
        "subtract",
        operator.sub,
        Elementwise(1.0, -1.0),
        infix="-",
        latex="{0} - {1}",
        note="The local gradient of a subtraction is 1 for the first input and -1 for the second, "
        "at every point.",
        calls=(operator.sub, operator.isub, np.subtract),
    ),
    Op(
        "multiply",
        operator.mul,
        Elementwise(lambda a, b, y: b, lambda a, b, y: a, times=damped_multiply),
        infix="*",
        latex=r"{0} \cdot {1}",
        note="The local gradient of a product is the other factor.",
        calls=(operator.mul, operator.imul, np.multiply),
    ),
    Op(
        "divide",
        _divide,
        Elementwise(lambda a, b, y: 1.0 / b, lambda a, b, y: -y / b, times=damped_multiply),
        infix="/",
        latex=r"\frac{{{0}}}{{{1}}}",
        note="The local gradient of a quotient a/b is 1/b for a, and -(a/b)/b for b.",
        calls=(operator.truediv, operator.itruediv, np.divide),
    ),
    Op(
        "power",
        _power,
        Elementwise(_power_by_base, _power_by_exponent, times=damped_multiply),
        infix="**",
        latex="{{{0}}}^{{{1}}}",
        note="The local gradient of a power a**b is b * a**(b - 1) for a, and a**b * log(a) for b. "
        "Where b is 0 it is 0 for a; where a is 0 it is 0 for b (-inf if b is 0); where a is negative "
        "there is none for b.",
        calls=(operator.pow, operator.ipow, np.power, math.pow, (pow, _pow)),
    ),
    Op(
        "negative",
        operator.neg,
        Elementwise(-1.0),
        infix="-",
        latex="-{0}",
        note="The local gradient of a change of sign is -1, at every point.",
        calls=(operator.neg, np.negative),
    ),
    Op(
        "positive",
        operator.pos,
        Elementwise(1.0),
        infix="+",
        latex="+{0}",
        note="The local gradient of a plus sign is 1, at every point.",
        calls=(operator.pos, np.positive),
    ),
    Op(
        "reciprocal",
        lambda x: np.reciprocal(x),
        Elementwise(lambda x, y: -y * y, times=damped_multiply),
        latex=r"\frac{{1}}{{{0}}}",
        note="The local gradient of 1/x is -1/x**2; it does not exist at 0.",
        calls=(np.reciprocal,),
    ),
    Op(
        "square",
        np.square,
        Elementwise(lambda x, y: 2 * x, times=damped_multiply),
        latex="{{{0}}}^2",
        note="The local gradient of x**2 is 2*x.",
        calls=(np.square,),
    ),
    Op(
        "floor_divide",
        _floor_divide,
        Elementwise(None, None),
        infix="//",
        latex=r"\lfloor {0} / {1} \rfloor",
        kinks=lambda a, b: np.sin(np.pi * a / b),
        note="Rounding down makes steps: the local gradient is 0 between them.",
        calls=(operator.floordiv, operator.ifloordiv, np.floor_divide),
    ),
    Op(
        "remainder",
        _remainder,
        Elementwise(1.0, lambda a, b, y: -(a // b), times=damped_multiply),
        infix="%",
        latex=r"{0} \bmod {1}",
        kinks=lambda a, b: np.sin(np.pi * a / b),
        note="The local gradient of a % b is 1 for a, and -(a // b) for b, between the jumps.",
        calls=(operator.mod, operator.imod, np.remainder),
    ),
    Op(
        "float_power",
        np.float_power,
        Elementwise(_power_by_base, _power_by_exponent, times=damped_multiply),
        latex="{{{0}}}^{{{1}}}",
        note="As that of a power; the result is float64.",
        calls=(np.float_power,),
    ),
    Op(
        "fmod",
        np.fmod,
        Elementwise(1.0, lambda a, b, y: -np.trunc(a / b), times=damped_multiply),
        latex=r"\operatorname{{fmod}}({0}, {1})",
        kinks=lambda a, b: np.sin(np.pi * a / b),
        note="The local gradient of fmod(a, b) is 1 for a, and -trunc(a / b) for b, between the jumps.",
        calls=(np.fmod, math.fmod),
    ),
    Op(
        "trunc",
        np.trunc,
        Elementwise(None),
        latex=r"\operatorname{{trunc}} {0}",
        kinks=lambda x: np.sin(np.pi * x),
        note="Rounding makes steps: the local gradient is 0 between them.",
        calls=(np.trunc, np.fix),
    ),
    DAMPED_MULTIPLY,
)
