"""Rows that run a function as it stands, and their rules: as stated by the user, or by tracing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.errors import UsageError
from whygrad.graph import Abstract, Op
from whygrad.ops import call
from whygrad.rules import Elementwise, Rule, zeros_like
from whygrad.tracing import runtime
from whygrad.transformations.arranging import arranged, is_floating
from whygrad.transformations.products import jvp, vjp

Result = Callable[[Sequence[Abstract], Mapping[str, Any]], Abstract]
Pull = Callable[..., Sequence[Any]]
"""`(g, y, numbers, params)` to the cotangent of each number."""
Push = Callable[..., Any]
"""`(moves, y, numbers, params)` to the tangent of y."""


class Opaque(Rule):
    """The rule of a row that runs `function` on values: derived by tracing it. `result` is what infers the
    shape and dtype of the row."""

    def __init__(self, function: Callable[..., Any], result: Result) -> None:
        self.function, self.infer = function, result
        self._ops: dict[int, Op] = {}

    def vjp(self, i: int, g: Any, y: Any, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        op = self._ops.get(i) or self._ops.setdefault(i, self._cotangent(i))
        return call(op, g, *args, **params)

    def jvp(
        self, op: Any, tangents: Sequence[Any], y: Any, args: Sequence[Any], params: Mapping[str, Any]
    ) -> Any:
        if all(t is None for t in tangents):
            return None
        moved = self._ops.get(-1) or self._ops.setdefault(-1, self._tangent())
        return call(moved, *filled(tangents, args), *args, **params)

    def _cotangent(self, i: int) -> Op:
        def value(g: Any, *args: Any, **params: Any) -> Any:
            run = lambda x: self.function(*args[:i], x, *args[i + 1 :], **params)
            return vjp(run, floated(args[i]))[1](g)[0]

        return opaque("vjp", value, lambda abstracts, params: floating(abstracts[1 + i]))

    def _tangent(self) -> Op:
        def value(*both: Any, **params: Any) -> Any:
            n = len(both) // 2
            moving = [k for k in range(n) if is_floating(both[n + k])]

            def run(*given: Any) -> Any:
                args = list(both[n:])
                for k, x in zip(moving, given, strict=True):
                    args[k] = x
                return self.function(*args, **params)

            return jvp(run, [both[n + k] for k in moving], [both[k] for k in moving])[1]

        def result(abstracts: Sequence[Abstract], params: Mapping[str, Any]) -> Abstract:
            assert self.infer is not None
            return floating(self.infer(abstracts[len(abstracts) // 2 :], params))

        return opaque("jvp", value, result)


def opaque(name: str, function: Callable[..., Any], result: Result) -> Op:
    """An operation that runs a function as it stands."""
    return Op(name, function, Opaque(function, result))


class Maps(Rule):
    """The rule of a function of the user's by the two maps, `pull` and `push`."""

    def __init__(self, name: str, pull: Pull, push: Push) -> None:
        self.name, self.pull, self.push = name, _remembering(pull), push
        self.moved = opaque(f"{name}_jvp", self._pushed, lambda abstracts, params: _middle(abstracts))
        self._ops: dict[int, Op] = {}

    def vjp(self, i: int, g: Any, y: Any, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        return call(self._cotangent(i), g, y, *args, **params)

    def jvp(
        self, op: Any, tangents: Sequence[Any], y: Any, args: Sequence[Any], params: Mapping[str, Any]
    ) -> Any:
        if all(t is None for t in tangents):
            return None
        return call(self.moved, *filled(tangents, args), y, *args, **params)

    def _cotangent(self, i: int) -> Op:
        if i not in self._ops:

            def value(g: Any, y: Any, *numbers: Any, **params: Any) -> Any:
                found = self.pull(g, y, numbers, params)
                return shaped(found[i], numbers[i], f"the cotangent of argument {i} of `{self.name}`")

            self._ops[i] = opaque(f"{self.name}_vjp", value, lambda a, params: floating(a[2 + i]))
        return self._ops[i]

    def _pushed(self, *all_of: Any, **params: Any) -> Any:
        n = len(all_of) // 2
        moves, y, numbers = all_of[:n], all_of[n], all_of[n + 1 :]
        return shaped(self.push(moves, y, numbers, params), y, f"the tangent of `{self.name}`")


class Partials(Elementwise):
    """The rule of a function of the user's by its partials, of the arguments and the result."""

    def __init__(self, name: str, partials: Sequence[Any]) -> None:
        super().__init__(*partials)
        self.name = name
        self.ops = [opaque(f"{name}_partial", self._value(p), lambda a, _: floating(a[-1])) for p in partials]

    def partial(self, i: int, y: Any, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        position = positions(len(args), params)[i]
        if position >= len(self.partials):
            raise UsageError(f"`{self.name}` has {len(self.partials)} partials, and {position + 1} arguments")
        stated = self.partials[position]
        return call(self.ops[position], *args, y, **params) if callable(stated) else stated

    def _value(self, stated: Any) -> Callable[..., Any]:
        def value(*numbers_and_y: Any, **params: Any) -> Any:
            *numbers, y = numbers_and_y
            args, keywords, _ = arranged(numbers, **params)
            found = runtime.call(0, stated, *args, y, **keywords)
            stretched = found if np.shape(found) == np.shape(y) else np.broadcast_to(found, np.shape(y))
            return shaped(stretched, y, f"a partial of `{self.name}`")

        return value


def positions(count: int, params: Mapping[str, Any]) -> list[int]:
    """Where among all arguments the numbers stand."""
    fixed = {k for k, _ in params.get("fixed", ())}
    return [k for k in range(count + len(fixed)) if k not in fixed]


def pull_of(stated: Callable[..., Any], name: str) -> Pull:
    """`stated(g, y, *args)` of the user's as a pull."""

    def pull(g: Any, y: Any, numbers: Sequence[Any], params: Mapping[str, Any]) -> Sequence[Any]:
        args, keywords, parts = arranged(numbers, **params)
        if parts is not None:
            g, y = parts.unpack(g), parts.unpack(y)
        found = runtime.call(0, stated, g, y, *args, **keywords)
        if not isinstance(found, tuple | list):
            found = (found,)
        if len(found) != len(args):
            raise UsageError(
                f"the rule of `{name}` gives {len(found)} cotangents for its {len(args)} arguments",
                hint="return a tuple with one for each argument, None for zero",
            )
        return [found[k] for k in positions(len(numbers), params)]

    return pull


def push_of(stated: Callable[..., Any]) -> Push:
    """`stated(tangents, y, *args)` of the user's as a push."""

    def push(moves: Sequence[Any], y: Any, numbers: Sequence[Any], params: Mapping[str, Any]) -> Any:
        args, keywords, parts = arranged(numbers, **params)
        tangents: list[Any] = [None] * len(args)
        for k, move in zip(positions(len(numbers), params), moves, strict=True):
            tangents[k] = move
        if parts is None:
            return runtime.call(0, stated, tuple(tangents), y, *args, **keywords)
        return parts.pack(runtime.call(0, stated, tuple(tangents), parts.unpack(y), *args, **keywords))

    return push


def pull_from(push: Push) -> Pull:
    """The transpose of a push: both are linear in what is pushed or pulled."""

    def pull(g: Any, y: Any, numbers: Sequence[Any], params: Mapping[str, Any]) -> Sequence[Any]:
        zeros = [zeros_of(x) for x in numbers]
        found: Sequence[Any] = vjp(lambda *moves: push(moves, y, numbers, params), *zeros)[1](g)
        return found

    return pull


def push_from(pull: Pull) -> Push:
    """The transpose of a pull."""

    def push(moves: Sequence[Any], y: Any, numbers: Sequence[Any], params: Mapping[str, Any]) -> Any:
        def pulled(g: Any) -> list[Any]:
            found = pull(g, y, numbers, params)
            return [shaped(c, x, "a cotangent") for c, x in zip(found, numbers, strict=True)]

        return vjp(pulled, zeros_of(y))[1](list(moves))[0]

    return push


def _remembering(pull: Pull) -> Pull:
    """A pull that runs once where the cotangents of several arguments are asked for one by one."""
    last = threading.local()

    def remembered(g: Any, y: Any, numbers: Sequence[Any], params: Mapping[str, Any]) -> Sequence[Any]:
        given = (g, y, *numbers)
        before = getattr(last, "given", ())
        if len(before) != len(given) or any(a is not b for a, b in zip(before, given, strict=True)):
            last.found = pull(g, y, numbers, params)
            last.given = given
        found: Sequence[Any] = last.found
        return found

    return remembered


def filled(tangents: Sequence[Any], args: Sequence[Any]) -> list[Any]:
    """The tangents, with zeros for those that are None."""
    return [zeros_like(a) if t is None else t for t, a in zip(tangents, args, strict=True)]


def shaped(found: Any, like: Any, what: str) -> Any:
    """What a rule gave, as an array of the shape and floating dtype that it must have."""
    if found is None:
        return zeros_of(like)
    if type(found) in (list, int, bool):
        found = np.asarray(found, dtype=float)[()]
    if np.shape(found) != np.shape(like):
        raise UsageError(
            f"{what} has the shape {np.shape(found)}; it must have the shape {np.shape(like)}",
            hint="sum over what was broadcast, or broadcast what is the same for all entries",
        )
    wanted = getattr(like, "dtype", None)
    have = getattr(found, "dtype", None)
    if wanted is None or have is None or np.dtype(wanted).kind != "f" or have == wanted:
        return found
    return found.astype(wanted)


def zeros_of(like: Any) -> Any:
    """Zeros that can be traced as an input: of the shape and floating dtype of a value."""
    zero = zeros_like(like)
    return np.zeros(zero.shape, zero.dtype) if np.shape(zero) else zero


def floated(value: Any) -> Any:
    """A value that can move: whole numbers as floats."""
    return value if is_floating(value) else np.asarray(value, dtype=float)[()]


def floating(abstract: Abstract) -> Abstract:
    """Shape and dtype of a derivative by a row."""
    return abstract if abstract.is_float else Abstract(abstract.shape, np.dtype(float))


def _middle(abstracts: Sequence[Abstract]) -> Abstract:
    """Of `(*moves, y, *numbers)` that of y."""
    return floating(abstracts[len(abstracts) // 2])
