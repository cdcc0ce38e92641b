"""Trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import damped_multiply
from whygrad.ops.exponential import unary
from whygrad.rules import Elementwise

OPEN_UNIT = ((-1.0, 1.0),)


def _sinc_partial(x: Any, y: Any) -> Any:
    # Near 0 the closed form cancels: there the first terms of the series, sum of
    # 2k * pi * (-1)**k * (pi*x)**(2k - 1) / (2k + 1)!
    near = np.abs(x) < 0.1
    u = np.where(near, np.pi * x, 0.0)
    v = u * u
    series = -np.pi * u / 3 * (1 - v / 10 * (1 - v / 28 * (1 - v / 54 * (1 - v / 88 * (1 - v / 130)))))
    return np.where(near, series, (np.cos(np.pi * x) - y) / np.where(near, 1.0, x))


TRIGONOMETRIC = (
    Op(
        "sin",
        np.sin,
        Elementwise(lambda x, y: np.cos(x), times=damped_multiply),
        latex=r"\sin {0}",
        note="The local gradient of sin(x) is cos(x).",
        calls=(np.sin, math.sin),
    ),
    Op(
        "cos",
        np.cos,
        Elementwise(lambda x, y: -np.sin(x), times=damped_multiply),
        latex=r"\cos {0}",
        note="The local gradient of cos(x) is -sin(x).",
        calls=(np.cos, math.cos),
    ),
    Op(
        "tan",
        np.tan,
        unary(lambda x, y: 1 + y * y),
        latex=r"\tan {0}",
        note="The local gradient of tan(x) is 1 + tan(x)**2.",
        calls=(np.tan, math.tan),
    ),
    Op(
        "arcsin",
        np.arcsin,
        unary(lambda x, y: 1.0 / np.sqrt((1 - x) * (1 + x))),
        latex=r"\arcsin {0}",
        domain=OPEN_UNIT,
        note="The local gradient of arcsin(x) is 1/sqrt(1 - x**2); it is infinite at -1 and 1.",
        calls=(np.arcsin, math.asin),
    ),
    Op(
        "arccos",
        np.arccos,
        unary(lambda x, y: -1.0 / np.sqrt((1 - x) * (1 + x))),
        latex=r"\arccos {0}",
        domain=OPEN_UNIT,
        note="The local gradient of arccos(x) is -1/sqrt(1 - x**2); it is infinite at -1 and 1.",
        calls=(np.arccos, math.acos),
    ),
    Op(
        "arctan",
        np.arctan,
        Elementwise(lambda x, y: 1.0 / (1 + x * x), times=damped_multiply),
        latex=r"\arctan {0}",
        note="The local gradient of arctan(x) is 1/(1 + x**2).",
        calls=(np.arctan, math.atan),
    ),
    Op(
        "arctan2",
        np.arctan2,
        Elementwise(
            lambda a, b, y: b / (a * a + b * b), lambda a, b, y: -a / (a * a + b * b), times=damped_multiply
        ),
        latex=r"\operatorname{{atan2}}({0}, {1})",
        note="The local gradient of arctan2(a, b) is b/(a**2 + b**2) for a, and -a/(a**2 + b**2) for b.",
        calls=(np.arctan2, math.atan2),
    ),
    Op(
        "hypot",
        np.hypot,
        # At the origin, a kink: 0 over 0; the useful choice is 0.
        Elementwise(
            lambda a, b, y: a / np.where(y == 0, 1.0, y),
            lambda a, b, y: b / np.where(y == 0, 1.0, y),
            times=damped_multiply,
        ),
        latex=r"\sqrt{{{0}^2 + {1}^2}}",
        kinks=np.hypot,
        note="The local gradient of hypot(a, b) is a/hypot(a, b) for a and b/hypot(a, b) for b; "
        "0 is chosen at the origin.",
        calls=(np.hypot, math.hypot),
    ),
    Op(
        "sinc",
        np.sinc,
        unary(_sinc_partial),
        latex=r"\operatorname{{sinc}} {0}",
        note="The local gradient of sin(pi*x)/(pi*x) is (cos(pi*x) - sinc(x))/x, and 0 at 0.",
        calls=((np.sinc, lambda x: ((x,), {})),),
    ),
    Op(
        "radians",
        np.radians,
        Elementwise(math.pi / 180),
        latex=r"\operatorname{{radians}} {0}",
        note="The local gradient of a conversion to radians is pi/180, at every point.",
        calls=(np.radians, np.deg2rad, math.radians),
    ),
    Op(
        "degrees",
        np.degrees,
        Elementwise(180 / math.pi),
        latex=r"\operatorname{{degrees}} {0}",
        note="The local gradient of a conversion to degrees is 180/pi, at every point.",
        calls=(np.degrees, np.rad2deg, math.degrees),
    ),
    Op(
        "sinh",
        np.sinh,
        unary(lambda x, y: np.cosh(x)),
        latex=r"\sinh {0}",
        note="The local gradient of sinh(x) is cosh(x).",
        calls=(np.sinh, math.sinh),
    ),
    Op(
        "cosh",
        np.cosh,
        unary(lambda x, y: np.sinh(x)),
        latex=r"\cosh {0}",
        note="The local gradient of cosh(x) is sinh(x).",
        calls=(np.cosh, math.cosh),
    ),
    Op(
        "tanh",
        np.tanh,
        Elementwise(lambda x, y: 1 - y * y, times=damped_multiply),
        latex=r"\tanh {0}",
        note="The local gradient of tanh(x) is 1 - tanh(x)**2.",
        calls=(np.tanh, math.tanh),
    ),
    Op(
        "arcsinh",
        np.arcsinh,
        Elementwise(lambda x, y: 1.0 / np.sqrt(1 + x * x), times=damped_multiply),
        latex=r"\operatorname{{arsinh}} {0}",
        note="The local gradient of arcsinh(x) is 1/sqrt(1 + x**2).",
        calls=(np.arcsinh, math.asinh),
    ),
    Op(
        "arccosh",
        np.arccosh,
        unary(lambda x, y: 1.0 / (np.sqrt(x - 1) * np.sqrt(x + 1))),
        latex=r"\operatorname{{arcosh}} {0}",
        domain=((1.0, math.inf),),
        note="The local gradient of arccosh(x) is 1/sqrt(x**2 - 1); it is infinite at 1.",
        calls=(np.arccosh, math.acosh),
    ),
    Op(
        "arctanh",
        np.arctanh,
        unary(lambda x, y: 1.0 / ((1 - x) * (1 + x))),
        latex=r"\operatorname{{artanh}} {0}",
        domain=OPEN_UNIT,
        note="The local gradient of arctanh(x) is 1/(1 - x**2); it is infinite at -1 and 1.",
        calls=(np.arctanh, math.atanh),
    ),
)
