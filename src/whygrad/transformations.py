"""Functions to functions: gradients, products with the Jacobian and its transpose, and tracing.

Each call traces the function anew at its arguments, so branches and lengths are those of this call; the rows
of the derivative are then computed from the values that the traced run left. Called within another trace,
all of it is recorded there: `grad(grad(f))` works. Arguments and results may be lists, tuples and dicts,
nested.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import numpy as np

from whygrad.differentiation import Derivative, differentiate, tangent
from whygrad.errors import UsageError
from whygrad.execution import execute
from whygrad.graph import Graph
from whygrad.tracing import Trace, trace_function
from whygrad.tracing.trees import flatten, unflatten

Made = TypeVar("Made", bound=Callable[..., Any])


def grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The gradient of `f`, which must return a single number, by the arguments at `argnums`.

    The result has the structure of the argument (a tuple, if `argnums` is a sequence), each array the shape
    and dtype of its array. With `has_aux` `f` returns (number, anything), and the result is (gradient,
    anything). Raises UsageError for arguments or results that have no gradient; warns where the result does
    not depend on an argument.
    """
    both = value_and_grad(f, argnums, has_aux)

    @_named(f, "gradient")
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `grad`, returning (value, gradient); with `has_aux` the value is the pair that `f` returned."""

    @_named(f, "value and gradient")
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        point = _Point.of(f, args, kwargs, argnums)
        value = point.result()
        number = value[0] if has_aux and isinstance(value, tuple) and len(value) == 2 else value
        if has_aux and number is value:
            raise UsageError(f"with has_aux=True, {_name(f)} must return a pair (number, anything)")
        _require_number(f, number)
        derivative = differentiate(
            point.trace.graph, [row for row in point.trace.output_rows[:1] if row is not None]
        )
        return value, point.gathered(_values(derivative, point.trace, ()), derivative.reached, argnums)

    return value_and_gradient


def elementwise_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The gradient of the sum of the entries of what `f` returns: for a function that works on each entry of
    its argument alone, the derivative at each entry."""

    @_named(f, "derivative")
    def derivative(*args: Any, **kwargs: Any) -> Any:
        point = _Point.of(f, args, kwargs, argnums)
        graph = point.trace.graph
        seeds = [np.ones(graph.abstract(row).shape)[()] for row in graph.outputs]
        found = differentiate(graph, seeds=seeds)
        return point.gathered(_values(found, point.trace, ()), found.reached, argnums)

    return derivative


def vjp(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of `f` at `args`, and the function from a cotangent of the value to those of the arguments.

    The cotangent has the structure and shapes of the value; the result is a tuple, one entry for each
    argument.
    """
    point = _Point.of(f, args, {}, range(len(args)))
    trace = point.trace
    derivative = differentiate(trace.graph, seeds=[None] * len(trace.graph.outputs))

    def pull(cotangent: Any) -> tuple[Any, ...]:
        given = _cotangents(cotangent, trace)
        gradients = _values(derivative, trace, given)
        return tuple(point.trees(gradients))

    return point.result(), pull


def jvp(f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of `f` at `args`, and its derivative along `tangents`, which have the structure of `args`."""
    if len(args) != len(tangents):
        raise UsageError(f"{len(args)} arguments, but {len(tangents)} tangents: give one for each argument")
    point = _Point.of(f, tuple(args), {}, range(len(args)))
    trace = point.trace
    moves = []
    for k, (arg, move) in enumerate(zip(args, tangents, strict=True)):
        leaves, tree = flatten(move)
        if tree != flatten(arg)[1] or [np.shape(a) for a in leaves] != [np.shape(a) for a in flatten(arg)[0]]:
            raise UsageError(
                f"the tangent of `{_parameter(f, k)}` must have the structure and shapes of its argument"
            )
        moves += leaves
    moved = tangent(trace.graph)
    found = iter(execute(moved.graph, moves, known=trace.values).outputs)
    pairs = zip(trace.output_leaves, trace.output_rows, strict=True)
    leaves = [_plain(next(found)) if row is not None else leaf for leaf, row in pairs]
    return point.result(), unflatten(trace.output_tree, leaves)


def trace(f: Callable[..., Any]) -> Callable[..., Graph]:
    """The function that runs `f` on its arguments and returns the graph of what it computed."""

    @_named(f, "graph")
    def graph_of(*args: Any, **kwargs: Any) -> Graph:
        return trace_function(f, args, kwargs).graph

    return graph_of


@dataclass(frozen=True, eq=False)
class _Point:
    """A function traced at its arguments."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    chosen: tuple[int, ...]
    trace: Trace

    @classmethod
    def of(
        cls, f: Callable[..., Any], args: tuple[Any, ...], kwargs: Any, argnums: int | Sequence[int]
    ) -> _Point:
        wanted = (argnums,) if isinstance(argnums, int) else tuple(argnums)
        if any(not -len(args) <= k < len(args) for k in wanted):
            raise UsageError(
                f"argnums={argnums!r}, but {_name(f)} was called with {len(args)} positional arguments",
                hint="hand in the arguments to differentiate by position",
            )
        chosen = tuple([k % len(args) for k in wanted])
        for k in chosen:
            for leaf in flatten(args[k])[0]:
                if not _is_real(leaf):
                    _refuse(leaf, _parameter(f, k))
        return cls(f, args, chosen, trace_function(f, args, kwargs, argnums=chosen))

    def result(self) -> Any:
        """What the function returned, with plain values."""
        return unflatten(self.trace.output_tree, [_plain(leaf) for leaf in self.trace.output_leaves])

    def trees(self, leaves: Sequence[Any]) -> list[Any]:
        """One gradient for each argument, in its structure."""
        rest, found = list(leaves), []
        for k in self.chosen:
            given, tree = flatten(self.args[k])
            mine, rest = rest[: len(given)], rest[len(given) :]
            found.append(unflatten(tree, [_like(g, a) for g, a in zip(mine, given, strict=True)]))
        return found

    def gathered(self, leaves: Sequence[Any], reached: Sequence[bool], argnums: int | Sequence[int]) -> Any:
        """The gradients as `argnums` asked for them; warns of arguments that nothing depends on."""
        marks = iter(reached)
        for k in self.chosen if not all(reached) else ():
            mine = [next(marks) for _ in flatten(self.args[k])[0]]
            if mine and not any(mine):
                name = _parameter(self.function, k)
                text = f"the result of {_name(self.function)} does not depend on `{name}`: its gradient is 0"
                warnings.warn(text, UserWarning, stacklevel=4)
        found = self.trees(leaves)
        return found[0] if isinstance(argnums, int) else tuple(found)


def _values(derivative: Derivative, trace: Trace, seeds: Sequence[Any]) -> tuple[Any, ...]:
    """The gradients, computed from the values of the traced run."""
    return execute(derivative.graph, seeds, known=trace.values).outputs


def _cotangents(given: Any, trace: Trace) -> list[Any]:
    """The leaves of a cotangent that belong to rows; it must be nested and shaped as the result of the
    trace.
    """
    leaves, tree = flatten(given)
    have, want = ([np.shape(leaf) for leaf in some] for some in (leaves, trace.output_leaves))
    if tree != trace.output_tree or have != want:
        raise UsageError(
            f"the cotangent has the shapes {have}; the value has {want}",
            hint="give a cotangent with the structure and shapes of the value",
        )
    return [leaf for leaf, row in zip(leaves, trace.output_rows, strict=True) if row is not None]


def _is_real(leaf: Any) -> bool:
    """Has it a gradient? Python's whole numbers are real numbers; integer arrays would round."""
    if type(leaf) in (float, int) or hasattr(leaf, "__whygrad_apply__"):
        return True
    return getattr(getattr(leaf, "dtype", None), "kind", None) == "f"


def _refuse(leaf: Any, name: str) -> NoReturn:
    """Say why a leaf of an argument has no gradient."""
    kind = getattr(getattr(leaf, "dtype", None), "kind", None)
    if kind in ("i", "u", "b"):
        raise UsageError(
            f"`{name}` is an array of dtype {leaf.dtype}: whole numbers do not vary, so it has no gradient",
            hint=f"hand in {name}.astype(float)",
        )
    if kind == "c" or isinstance(leaf, complex):
        raise UsageError(
            f"`{name}` is complex; gradients are taken by real numbers",
            hint="hand in its real and imaginary parts",
        )
    raise UsageError(
        f"`{name}` holds a {type(leaf).__name__}, which has no gradient",
        hint="leave it out of argnums, or hand it in by keyword",
    )


def _require_number(f: Callable[..., Any], value: Any) -> None:
    """Refuse results that are not a single real number."""
    shape = getattr(value, "shape", ())
    if isinstance(value, list | tuple | dict) or value is None or shape:
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise UsageError(
            f"{_name(f)} returns {f'an array of shape {shape}' if shape else kind}; "
            "a gradient is that of a single number",
            hint="return its sum; or take wg.elementwise_grad, or wg.vjp with a cotangent",
        )
    dtype = getattr(value, "dtype", None)
    if isinstance(value, bool) or (dtype is not None and np.dtype(dtype).kind == "b"):
        raise UsageError(
            f"{_name(f)} returns true or false, which has no gradient",
            hint="return the number that it was decided by",
        )


def _like(gradient: Any, argument: Any) -> Any:
    """A gradient in the kind of its argument: a Python float for a Python number."""
    gradient = _plain(gradient)
    return float(gradient) if type(argument) in (float, int) and isinstance(gradient, float) else gradient


def _plain(value: Any) -> Any:
    """NumPy's arrays without axes as the scalars that its functions return."""
    return value[()] if isinstance(value, np.ndarray) and not value.shape else value


def _name(f: Callable[..., Any]) -> str:
    return f"`{getattr(f, '__name__', type(f).__name__)}`"


def _parameter(f: Callable[..., Any], position: int) -> str:
    """The name of a positional parameter, as its function calls it."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return f"argument {position}"
    if position < len(parameters) and parameters[position].kind in (
        inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ):  # fmt: skip
        return parameters[position].name
    return f"argument {position}"


def _named(f: Callable[..., Any], what: str) -> Callable[[Made], Made]:
    """Give a function made from `f` its name and a docstring that says what it is."""

    def decorate(made: Made) -> Made:
        # Not functools.wraps: its `__wrapped__` says that the two may stand for each other, and they may not.
        for attribute in ("__name__", "__qualname__"):
            setattr(made, attribute, getattr(f, attribute, getattr(made, attribute)))
        made.__doc__ = f"The {what} of {_name(f)}."
        return made

    return decorate
