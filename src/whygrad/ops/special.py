"""Functions of `scipy.special`, where SciPy is installed and the user has loaded it.

SciPy is never imported by looking here: a function is recognised by the module that it comes from.
Where a record's value is SciPy's own function, it is fetched when the record is executed.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import math
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import damped_multiply
from whygrad.ops.calls import Adapter, Meaning, axis_params, call, refuse_given
from whygrad.ops.reductions import REDUCTIONS, kept, weighted
from whygrad.rules import Elementwise


def _fetched(name: str) -> Callable[..., Any]:
    def value(*args: Any, **params: Any) -> Any:
        special = importlib.import_module("scipy.special")
        return getattr(special, name)(*args, **params)

    return value


def _expit(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1.0 / (1.0 + small), small / (1.0 + small))[()]


def _of_numbers(name: str, spelled: str) -> Callable[..., Any]:
    """SciPy's function, but Python's own for Python's numbers, and for all where SciPy is not installed."""
    of_arrays, of_numbers = _fetched(name), getattr(math, spelled)

    def of_entry(x: float) -> float:
        try:
            return float(of_numbers(x))
        except OverflowError:
            return math.inf
        except ValueError:  # a pole, where Python raises and NumPy's functions do not
            return math.nan

    by_entries = np.frompyfunc(of_entry, 1, 1)

    def value(x: Any) -> Any:
        if type(x) is float:
            return of_numbers(x)
        if _has_scipy():
            return of_arrays(x)
        dtype = np.float32 if getattr(x, "dtype", None) == np.float32 else np.float64
        return np.asarray(by_entries(np.asarray(x, dtype=np.float64)), dtype=dtype)[()]

    return value


@lru_cache(maxsize=1)
def _has_scipy() -> bool:
    """Is SciPy itself there, and not what stands in for it while a file is checked?"""
    return importlib.machinery.PathFinder.find_spec("scipy") is not None


BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
FAR = 16.0
"""From here on eight terms of the asymptotic series are exact to double precision."""
FARTHEST = 2000.0
"""How far below zero the recurrence is followed; NaN beyond."""


def _polygamma(x: Any, n: int) -> Any:
    """The asymptotic series far out, and the recurrence from there (Abramowitz and Stegun, 6.4.6, 6.4.11)."""
    z = np.asarray(x, dtype=np.float64)
    sign, factorial = (-1.0) ** (n + 1), math.factorial(n)
    total = np.zeros(z.shape)
    z = np.where(z < -FARTHEST, np.nan, z)
    lowest = float(np.min(z, initial=FAR, where=np.isfinite(z)))
    for _ in range(max(0, math.ceil(FAR - lowest))):
        near = z < FAR
        total = total + np.where(near, sign * factorial / np.where(near, z, 1.0) ** (n + 1), 0.0)
        z = np.where(near, z + 1.0, z)
    lead = np.log(z) if n == 0 else sign * math.factorial(n - 1) / z**n
    total = total + lead + sign * factorial / (2 * z ** (n + 1))
    for k, number in enumerate(BERNOULLI, 1):
        weight = number * math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        total = total + sign * weight / z ** (2 * k + n)
    dtype = np.float32 if getattr(x, "dtype", None) == np.float32 else np.float64
    return total.astype(dtype)[()]


def _elementwise(*partials: Any) -> Elementwise:
    return Elementwise(*partials, times=damped_multiply)


EXPIT: Op = Op(
    "expit",
    _expit,
    _elementwise(lambda x, y: y * call(EXPIT, -x)),
    note="The local gradient of the sigmoid s is s * (1 - s).",
    latex=r"\sigma({0})",
)
POLYGAMMA: Op = Op(
    "polygamma",
    _polygamma,
    _elementwise(lambda x, y, n: call(POLYGAMMA, x, n=n + 1)),
    latex=r"\psi({0})",
    note="The local gradient of polygamma of order n is polygamma of order n + 1.",
)
SPECIAL_FUNCTIONS = (
    EXPIT,
    POLYGAMMA,
    Op(
        "logit",
        lambda x: np.log(x) - np.log1p(-x),
        _elementwise(lambda x, y: 1.0 / (x * (1 - x))),
        latex=r"\operatorname{{logit}} {0}",
        domain=((0.0, 1.0),),
        note="The local gradient of log(x / (1 - x)) is 1/(x * (1 - x)).",
    ),
    Op(
        "erf",
        _of_numbers("erf", "erf"),
        _elementwise(lambda x, y: 2 / math.sqrt(math.pi) * np.exp(-x * x)),
        latex=r"\operatorname{{erf}} {0}",
        note="The local gradient of erf(x) is 2/sqrt(pi) * exp(-x**2).",
        calls=(math.erf,),
    ),
    Op(
        "erfc",
        _of_numbers("erfc", "erfc"),
        _elementwise(lambda x, y: -2 / math.sqrt(math.pi) * np.exp(-x * x)),
        latex=r"\operatorname{{erfc}} {0}",
        note="The local gradient of erfc(x) is -2/sqrt(pi) * exp(-x**2).",
        calls=(math.erfc,),
    ),
    Op(
        "gammaln",
        _of_numbers("gammaln", "lgamma"),
        _elementwise(lambda x, y: call(POLYGAMMA, x, n=0)),
        latex=r"\log\Gamma({0})",
        note="The local gradient of log(gamma(x)) is digamma(x).",
        calls=(math.lgamma,),
    ),
    Op(
        "gamma",
        _of_numbers("gamma", "gamma"),
        _elementwise(lambda x, y: y * call(POLYGAMMA, x, n=0)),
        latex=r"\Gamma({0})",
        note="The local gradient of gamma(x) is gamma(x) * digamma(x).",
        calls=(math.gamma,),
    ),
    Op(
        "ndtr",
        _fetched("ndtr"),
        _elementwise(lambda x, y: np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)),
        latex=r"\Phi({0})",
        note="The local gradient of the normal distribution function is its density.",
    ),
    Op(
        "log_ndtr",
        _fetched("log_ndtr"),
        _elementwise(lambda x, y: np.exp(-0.5 * x * x - y) / math.sqrt(2 * math.pi)),
        latex=r"\log \Phi({0})",
        note="The local gradient of the logarithm of the normal distribution function is density / value.",
    ),
    Op(
        "log_expit",
        _fetched("log_expit"),
        _elementwise(lambda x, y: call(EXPIT, -x)),
        latex=r"\log \sigma({0})",
        note="The local gradient of the logarithm of the sigmoid s is 1 - s.",
    ),
    Op(
        "betaln",
        _fetched("betaln"),
        _elementwise(
            lambda a, b, y: call(POLYGAMMA, a, n=0) - call(POLYGAMMA, a + b, n=0),
            lambda a, b, y: call(POLYGAMMA, b, n=0) - call(POLYGAMMA, a + b, n=0),
        ),
        latex=r"\log B({0}, {1})",
        note="The local gradient of log(beta(a, b)) is digamma(a) - digamma(a + b) for a, and alike for b.",
    ),
    Op(
        "xlogy",
        lambda x, y: np.where(
            np.equal(x, 0) & ~np.isnan(y), 0.0, x * np.log(np.where(np.equal(x, 0), 1.0, y))
        )[()],
        _elementwise(lambda a, b, y: np.log(b), lambda a, b, y: a / b),
        latex=r"{0} \log {1}",
        domain=((-math.inf, math.inf), (0.0, math.inf)),
        note="The local gradient of x*log(y), which is 0 where x is 0, is log(y) for x, and x/y for y.",
    ),
    Op(
        "logsumexp",
        _fetched("logsumexp"),
        weighted(lambda y, x, axis: np.exp(x - kept(y, x, axis))),
        latex=r"\log\sum e^{{{0}}}",
        axes=("axis",),
        note="The local gradient of log(sum(exp(x))) is exp(x)/sum(exp(x)), the softmax, for every entry.",
    ),
)
_OPS = {op.name: op for op in SPECIAL_FUNCTIONS}
_SUM = next(op for op in REDUCTIONS if op.name == "sum")


def _logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    refuse_given("scipy.special.logsumexp", return_sign=return_sign or None)
    if b is not None:  # what the factors change of the sum without them
        total = _log_total(a, axis)
        found = np.log(np.sum(b * np.exp(a - total), axis=axis, keepdims=keepdims))
        return found + (total if keepdims else np.reshape(total, np.shape(found)))
    return Meaning(_OPS["logsumexp"], (a,), axis_params(a, axis, keepdims))


def _log_total(x: Any, axis: Any) -> Any:
    return call(_OPS["logsumexp"], x, **axis_params(x, axis, True))


OWN_NAMES = (
    "expit", "logit", "erf", "erfc", "gammaln", "xlogy", "gamma", "ndtr", "log_ndtr", "log_expit", "betaln",
)  # fmt: skip
"""Operations that are called as they are named."""


def named(others: dict[str, Op]) -> dict[str, tuple[Op, Adapter]]:
    """The operation and adapter of each function of scipy.special, by name."""

    def plain(op: Op, **params: Any) -> tuple[Op, Adapter]:
        return op, lambda *args: Meaning(op, args, params)

    def softmax(x: Any, axis: Any = None) -> Meaning:
        return Meaning(others["exp"], (x - _log_total(x, axis),), {})

    def log_softmax(x: Any, axis: Any = None) -> Meaning:
        return Meaning(others["subtract"], (x, _log_total(x, axis)), {})

    return {
        **{name: plain(_OPS[name]) for name in OWN_NAMES},
        **{name: plain(others[name]) for name in ("exp2", "expm1", "log1p", "cbrt")},
        "digamma": plain(POLYGAMMA, n=0),
        "psi": plain(POLYGAMMA, n=0),
        "logsumexp": (_OPS["logsumexp"], _logsumexp),
        "softmax": (others["exp"], softmax),
        "log_softmax": (others["subtract"], log_softmax),
    }


def loaded(function: Any, names: Any) -> str | None:
    """The name of a function of scipy.special's, if the user has loaded it."""
    special = sys.modules.get("scipy.special")
    name = getattr(function, "__name__", None)
    if special is None or not isinstance(name, str) or name not in names:
        return None
    return name if getattr(special, name, None) is function else None
