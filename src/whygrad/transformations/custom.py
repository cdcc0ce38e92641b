"""Operations of the user's own: a function, and its derivative as the user states it.

The function becomes one row, which is not looked into. What the user states is run on values, like any code
of the user's; the rows that call it derive their own rules by tracing, so it can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.errors import UsageError
from whygrad.graph import Op
from whygrad.rules import Rule
from whygrad.tracing import runtime
from whygrad.tracing.nesting import innermost
from whygrad.tracing.trees import flatten
from whygrad.transformations.arranging import Parts, arranged, is_floating, parted
from whygrad.transformations.opaque import Maps, Partials, pull_from, pull_of, push_from, push_of
from whygrad.transformations.verifying import verify

Function = Callable[..., Any]
KINDS = ("partials", "vjp", "jvp", "transpose")


class CustomRule:
    """A function with a derivative of the user's; called like the function."""

    def __init__(self, function: Function, stated: Mapping[str, Any], check: bool = False) -> None:
        self.function, self.checked = function, check
        self.__name__ = getattr(function, "__name__", "custom")
        self.__qualname__ = getattr(function, "__qualname__", self.__name__)
        self.__doc__ = function.__doc__
        self._seen: set[Any] = set()
        self.op = Op(self.__name__, self._value, self._rule(stated), note="The derivative is the user's own.")

    def __repr__(self) -> str:
        return f"<{self.__name__} with a rule of its own>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else lambda *args, **kwargs: self(instance, *args, **kwargs)

    def _rule(self, stated: Mapping[str, Any]) -> Rule:
        name = self.__name__
        if "partials" in stated:
            partials = stated["partials"]
            return Partials(name, partials if isinstance(partials, list | tuple) else [partials])
        if "transpose" in stated:
            transpose = lambda g, y, *args, **keywords: runtime.call(
                0, stated["transpose"], g, *args, **keywords
            )
            pull = pull_of(transpose, name)
            return Maps(name, pull, self._pushed)
        if "vjp" not in stated:
            push = push_of(stated["jvp"])
            return Maps(name, pull_from(push), push)
        pull = pull_of(stated["vjp"], name)
        return Maps(name, pull, push_of(stated["jvp"]) if "jvp" in stated else push_from(pull))

    def _pushed(self, moves: Sequence[Any], y: Any, numbers: Sequence[Any], params: Mapping[str, Any]) -> Any:
        """The tangent of a linear function: itself, on the moves; whole numbers stay what they are."""
        given = [move if is_floating(x) else x for move, x in zip(moves, numbers, strict=True)]
        args, keywords, parts = arranged(given, **params)
        result = self(*args, **keywords)
        return result if parts is None else parts.pack(result)

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Compare what the rule says with differences of the function, entry by entry, at a point.

        Raises UsageError for the first argument whose derivative disagrees by more than the error of the
        differences, with the place and both numbers. What differences cannot decide, as at a kink, is left
        out.
        """
        verify(self, args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tracer = innermost((args, kwargs))
        if tracer is None:
            if self.checked:
                self._check_once(args, kwargs)
            return self.function(*args, **kwargs)
        if innermost((kwargs,)) is not None:
            raise UsageError(
                f"`{self.__name__}` has a custom rule, which is about its positional arguments",
                hint="hand in values that depend on an input by position",
            )
        return self._recorded(tracer, args, kwargs)

    def _check_once(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        kinds = tuple([(np.shape(a), str(getattr(a, "dtype", type(a)))) for a in flatten(args)[0]])
        if kinds not in self._seen:
            self._seen.add(kinds)
            self.check(*args, **kwargs)

    def _recorded(self, tracer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One row for the call; of several results one row for the entries of them all."""
        result = self._below(tracer.opened(tuple(args)), kwargs)
        numbers, params = parted(args, kwargs)
        parts = Parts.of(result)
        if parts is None:
            return tracer.emit(self.op, result, numbers, params)
        return parts.unpack(tracer.emit(self.op, parts.pack(result), numbers, params | {"parts": parts}))

    def _below(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The call in the plain run, or in the trace around this one."""
        if any(hasattr(leaf, "__whygrad_apply__") for leaf in flatten(args)[0]):
            return self(*args, **kwargs)
        if self.checked:
            self._check_once(args, kwargs)
        return self.function(*args, **kwargs)

    def _value(self, *numbers: Any, **params: Any) -> Any:
        """The value of a row."""
        args, keywords, parts = arranged(numbers, **params)
        result = self.function(*args, **keywords)
        return result if parts is None else parts.pack(result)


def custom_rule(
    function: Function | None = None,
    *,
    partials: Sequence[Any] | Function | float | None = None,
    vjp: Function | None = None,
    jvp: Function | None = None,
    transpose: Function | None = None,
    check: bool = False,
) -> Any:
    """`function` with a derivative that the user states; also as a decorator, `@custom_rule(vjp=...)`.

    One of these states it (vjp and jvp may both be given; of one alone the other is derived):

    - `partials`: for a function that works entry by entry, one partial for each argument, of the arguments
      and the result: `lambda a, b, y: ...`, a number, or None for zero; for a single argument it alone.
    - `vjp(g, y, *args)`: the cotangent of each argument (for a single argument it alone) when `g` is that of
      the result `y`; None for zero.
    - `jvp(tangents, y, *args)`: the tangent of the result, from those of all arguments.
    - `transpose(g, *args)`: for a linear function the cotangents, as in `vjp`; it may look at the shapes of
      `args`, not at their values.

    The function is not looked into, so it may do what whygrad cannot follow. Its positional arguments are
    numbers and arrays, or anything else that does not move; what it returns may be nested. Differentiating
    twice differentiates what is stated. With `check` the rule is compared with differences of the function
    when it is called, once for each combination of shapes; the method `check` of the result does so at a
    point. Raises UsageError for a rule that does not fit.
    """
    given = zip(KINDS, (partials, vjp, jvp, transpose), strict=True)
    stated = {kind: rule for kind, rule in given if rule is not None}
    if not stated or (len(stated) > 1 and set(stated) != {"vjp", "jvp"}):
        raise UsageError(
            f"a custom rule is stated by {' and '.join(stated) or 'nothing'}; "
            "it takes partials, vjp, jvp (or these two) or transpose",
            hint="wg.custom_rule(f, vjp=lambda g, y, x: g * 2 * x)",
        )
    if function is None:
        return lambda f: CustomRule(f, stated, check)
    return CustomRule(function, stated, check)
