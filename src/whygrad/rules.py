"""Derivative rules: a partial, a transpose or an explicit pair, from which vjp and jvp follow.

Rules are plain functions over NumPy and operators. They are called with whatever the caller uses for
values: arrays when a test evaluates them, symbols when `differentiation` stamps them into a graph.
A rule never undoes broadcasting and never restores a dtype: `differentiation` does both, once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

Value: TypeAlias = Any
Params: TypeAlias = Mapping[str, Any]
Partial: TypeAlias = Callable[..., Value] | float | None


class Rule:
    """What `differentiation` asks of an operation `y = f(*args, **params)`.

    `vjp` gives the contribution of one edge: the cotangent of argument `i` when `g` arrives at `y`.
    `jvp` gives the tangent of `y`; a tangent of None stands for zero. Both return None for exactly zero.
    """

    infer: Callable[[Sequence[Any], Params], Any] | None = None
    """Shape and dtype of `y` from those of the arguments, where dummies must not be tried."""

    def vjp(self, i: int, g: Value, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        raise NotImplementedError

    def jvp(
        self,
        op: Callable[..., Value],
        tangents: Sequence[Value | None],
        y: Value,
        args: Sequence[Value],
        params: Params,
    ) -> Value | None:
        raise NotImplementedError

    def vjps(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], params: Params
    ) -> list[Value | None]:
        """The contributions of several edges. Operations of many arguments (a buffer with 1e5 writes)
        override it, because one call for each argument would take quadratic time."""
        return [self.vjp(i, g, y, args, params) for i in wanted]

    def partial(self, i: int, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        """The local gradient of argument `i`: an array of the shape of `y`, a number, or None."""
        return None


class Elementwise(Rule):
    """One partial for each argument: `lambda a, b, y: ...`, a number if constant, None for zero.

    Partials see the arguments, the result and, by keyword, the parameters. `times(t, local)` makes the
    contribution; operations whose partials can be infinite damp it, and choices between branches select.
    """

    def __init__(self, *partials: Partial, times: Callable[[Value, Value], Value] = operator.mul) -> None:
        self.partials = partials
        self.times = times

    def partial(self, i: int, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        stated = self.partials[i]
        return stated(*args, y, **params) if callable(stated) else stated

    def _times(self, i: int, t: Value, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        local = self.partial(i, y, args, params)
        if local is None:
            return None
        if isinstance(local, (int, float)) and not isinstance(local, bool) and abs(local) == 1:
            return t if local == 1 else -t
        return self.times(t, local)

    def vjp(self, i: int, g: Value, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        return self._times(i, g, y, args, params)

    def jvp(
        self,
        op: Callable[..., Value],
        tangents: Sequence[Value | None],
        y: Value,
        args: Sequence[Value],
        params: Params,
    ) -> Value | None:
        return total(self._times(i, t, y, args, params) for i, t in enumerate(tangents) if t is not None)


class Linear(Rule):
    """Linear in all its arguments together: a transpose `lambda i, g, *args, **params: ...` for argument `i`.

    A transpose may look at the shapes of `args`, never at their values. The jvp is the operation
    itself, applied to the tangents (zeros for those that are None). `local` is the local gradient of the
    entries that a result is made of, where it is one number. Operations of many arguments give
    `together(wanted, g, *args, **params) -> [...]` in place of the transpose: linear in their number.
    """

    def __init__(
        self,
        transpose: Callable[..., Value] | None = None,
        *,
        local: Callable[..., float] | float | None = None,
        together: Callable[..., Any] | None = None,
    ) -> None:
        self.transpose, self.local, self._together = transpose, local, together

    def partial(self, i: int, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        return self.local(*args, **params) if callable(self.local) else self.local

    def vjp(self, i: int, g: Value, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        if self.transpose is None:
            return self.vjps([i], g, y, args, params)[0]
        return self.transpose(i, g, *args, **params)

    def vjps(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], params: Params
    ) -> list[Value | None]:
        if self._together is None:
            return super().vjps(wanted, g, y, args, params)
        return list(self._together(wanted, g, *args, **params))

    def jvp(
        self,
        op: Callable[..., Value],
        tangents: Sequence[Value | None],
        y: Value,
        args: Sequence[Value],
        params: Params,
    ) -> Value | None:
        if all(t is None for t in tangents):
            return None
        return op(*(zeros_like(a) if t is None else t for a, t in zip(args, tangents, strict=True)), **params)


class Bilinear(Rule):
    """Linear in each of two arguments, with transposes `left(g, a, b, **params)` and `right(...)`."""

    def __init__(self, left: Callable[..., Value], right: Callable[..., Value]) -> None:
        self.transposes = (left, right)

    def vjp(self, i: int, g: Value, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        return self.transposes[i](g, *args, **params)

    def jvp(
        self,
        op: Callable[..., Value],
        tangents: Sequence[Value | None],
        y: Value,
        args: Sequence[Value],
        params: Params,
    ) -> Value | None:
        (a, b), (ta, tb) = args, tangents
        return total(op(*pair, **params) for pair, t in (((ta, b), ta), ((a, tb), tb)) if t is not None)


class Explicit(Rule):
    """A pair written out: `vjp(i, g, y, *args, **params)` and `jvp(tangents, y, *args, **params)`.

    Operations of many arguments give `together(wanted, g, y, *args, **params) -> [...]` in place of the vjp.
    """

    def __init__(
        self,
        vjp: Callable[..., Value | None] | None,
        jvp: Callable[..., Value | None],
        together: Callable[..., Any] | None = None,
    ) -> None:
        self._vjp, self._jvp, self._together = vjp, jvp, together

    def vjps(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], params: Params
    ) -> list[Value | None]:
        if self._together is None:
            return super().vjps(wanted, g, y, args, params)
        return list(self._together(wanted, g, y, *args, **params))

    def vjp(self, i: int, g: Value, y: Value, args: Sequence[Value], params: Params) -> Value | None:
        if self._vjp is None:
            return self.vjps([i], g, y, args, params)[0]
        return self._vjp(i, g, y, *args, **params)

    def jvp(
        self,
        op: Callable[..., Value],
        tangents: Sequence[Value | None],
        y: Value,
        args: Sequence[Value],
        params: Params,
    ) -> Value | None:
        return self._jvp(tangents, y, *args, **params)


def zeros_like(value: Value) -> Value:
    """Zeros of the shape and floating dtype of a value, as a constant: nothing of the value itself is used.

    Not `value * 0.0`, which is NaN where the value is infinite.
    """
    dtype: Any = getattr(value, "dtype", float)
    shape: tuple[int, ...] = getattr(value, "shape", ())
    if dtype is float or dtype is int or dtype is bool:
        return 0.0
    zero = np.zeros((), dtype if dtype.kind in "fc" else np.float64)
    return np.broadcast_to(zero, shape) if shape else zero[()]


def total(terms: Any) -> Value | None:
    """Sum of the terms that are not None, or None."""
    result = None
    for term in terms:
        if term is not None:
            result = term if result is None else result + term
    return result
