"""A function traced at its arguments: which of them move, what it gave, and the derivative in their shape."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from whygrad.differentiation import Derivative
from whygrad.errors import UsageError
from whygrad.execution import execute
from whygrad.tracing import Trace, trace_function
from whygrad.tracing.trees import Tree, count_leaves, flatten, flatten_like, unflatten
from whygrad.transformations.naming import name_of, parameter

Argnums = int | Sequence[int]


@dataclass(frozen=True, eq=False)
class Value:
    """The part of a result that is differentiated: all of it, or with `has_aux` the first of the pair."""

    tree: Tree
    leaves: list[Any]
    rows: list[int | None]
    """Per leaf; None where it is no number."""
    aux: Any = None

    @property
    def outputs(self) -> list[int]:
        """The rows of the leaves that are numbers."""
        return [row for row in self.rows if row is not None]

    @property
    def plain(self) -> Any:
        """The value as the function returned it."""
        return unflatten(self.tree, [plain(leaf) for leaf in self.leaves])

    def filled(self, found: Iterable[Any]) -> Any:
        """The value with other numbers in place of its own."""
        numbers = iter(found)
        pairs = zip(self.leaves, self.rows, strict=True)
        return unflatten(self.tree, [leaf if row is None else plain(next(numbers)) for leaf, row in pairs])

    def cotangents(self, given: Any) -> list[Any]:
        """The leaves of a cotangent that belong to numbers; it must be nested and shaped as the value."""
        leaves = flatten_like(given, self.tree)
        want = [np.shape(leaf) for leaf in self.leaves]
        have = [np.shape(leaf) for leaf in (flatten(given)[0] if leaves is None else leaves)]
        if leaves is None or have != want:
            raise UsageError(
                f"the cotangent has the shapes {have}; the value has {want}",
                hint="give a cotangent with the structure and shapes of the value",
            )
        return [leaf for leaf, row in zip(leaves, self.rows, strict=True) if row is not None]


@dataclass(frozen=True, eq=False)
class Point:
    """A function traced at its arguments."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    chosen: tuple[int, ...]
    trace: Trace

    @classmethod
    def of(cls, f: Callable[..., Any], args: tuple[Any, ...], kwargs: Any, argnums: Argnums) -> Point:
        """Trace `f` at its arguments, of which those at `argnums` move."""
        chosen = _chosen(f, argnums, len(args))
        for k in chosen:
            for leaf in flatten(args[k])[0]:
                if not _is_real(leaf):
                    _refuse(leaf, parameter(f, k))
        return cls(f, args, chosen, trace_function(f, args, kwargs, argnums=chosen))

    def value(self, has_aux: bool = False) -> Value:
        """What the function returned."""
        trace = self.trace
        tree, leaves, rows = trace.output_tree, trace.output_leaves, trace.output_rows
        if not has_aux:
            return Value(tree, leaves, rows)
        if type(tree) is not tuple or tree[0] is not tuple or len(tree[2]) != 2:
            raise UsageError(
                f"with has_aux=True, {name_of(self.function)} must return a pair (value, anything)",
                hint="return value, extra",
            )
        first, second = tree[2]
        n = count_leaves(first)
        return Value(first, leaves[:n], rows[:n], unflatten(second, [plain(leaf) for leaf in leaves[n:]]))

    def leaves(self) -> list[Any]:
        """The numbers and arrays that move, in the order of the graph's inputs."""
        return [leaf for k in self.chosen for leaf in flatten(self.args[k])[0]]

    def trees(self, leaves: Sequence[Any]) -> list[Any]:
        """One gradient for each argument, in its structure."""
        rest, found = list(leaves), []
        for k in self.chosen:
            given, tree = flatten(self.args[k])
            mine, rest = rest[: len(given)], rest[len(given) :]
            found.append(unflatten(tree, [like(g, a) for g, a in zip(mine, given, strict=True)]))
        return found

    def gathered(self, leaves: Sequence[Any], argnums: Argnums) -> Any:
        """The gradients as `argnums` asked for them."""
        found = self.trees(leaves)
        return tuple(found) if isinstance(argnums, Sequence) else found[0]

    def warn_of_independence(self, reached: Sequence[bool]) -> None:
        """Warn of arguments that nothing depends on."""
        marks = iter(reached)
        for k in self.chosen if not all(reached) else ():
            mine = [next(marks) for _ in flatten(self.args[k])[0]]
            if mine and not any(mine):
                name = parameter(self.function, k)
                text = f"the result of {name_of(self.function)} does not depend on `{name}`"
                warnings.warn(f"{text}: its gradient is 0", UserWarning, stacklevel=4)

    def gradients(self, derivative: Derivative, seeds: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The gradients, computed from the values of the traced run."""
        return execute(derivative.graph, seeds, known=self.trace.values).outputs


def _chosen(f: Callable[..., Any], argnums: Argnums, count: int) -> tuple[int, ...]:
    """The positions that `argnums` names, counted from the front."""
    try:
        wanted = [operator.index(k) for k in (argnums if isinstance(argnums, Sequence) else (argnums,))]
    except TypeError:
        raise UsageError(
            f"argnums={argnums!r}: positions are whole numbers", hint="argnums=0, or argnums=(0, 1)"
        ) from None
    if any(not -count <= k < count for k in wanted):
        raise UsageError(
            f"argnums={argnums!r}, but {name_of(f)} was called with {count} positional arguments",
            hint="hand in the arguments to differentiate by position",
        )
    return tuple([k % count for k in wanted])


def _is_real(leaf: Any) -> bool:
    """Has it a gradient? Python's whole numbers are real numbers; integer arrays would round."""
    if type(leaf) in (float, int):
        return True
    return getattr(getattr(leaf, "dtype", None), "kind", None) == "f" or hasattr(leaf, "__whygrad_apply__")


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


def require_number(f: Callable[..., Any], value: Any) -> None:
    """Refuse results that are not a single real number; an array of one entry is one."""
    shape = getattr(value, "shape", ())
    if isinstance(value, list | tuple | dict) or value is None or math.prod(shape) != 1:
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise UsageError(
            f"{name_of(f)} returns {f'an array of shape {shape}' if shape else kind}; "
            "a gradient is that of a single number",
            hint="return its sum; or take wg.elementwise_grad, or wg.vjp with a cotangent",
        )
    require_real(f, value)


def require_real(f: Callable[..., Any], value: Any) -> None:
    """Refuse a leaf of a result that is no real number or array of them."""
    dtype = getattr(value, "dtype", None)
    if isinstance(value, bool) or (dtype is not None and np.dtype(dtype).kind == "b"):
        raise UsageError(
            f"{name_of(f)} returns true or false, which has no gradient",
            hint="return the number that it was decided by",
        )
    if not _is_real(value) and dtype is None:
        raise UsageError(
            f"{name_of(f)} returns a {type(value).__name__}, which has no gradient",
            hint="return numbers and arrays; hand back anything else with has_aux=True",
        )


def like(gradient: Any, argument: Any) -> Any:
    """A gradient in the kind of its argument: a Python float for a Python number."""
    gradient = plain(gradient)
    return float(gradient) if type(argument) in (float, int) and isinstance(gradient, float) else gradient


def plain(value: Any) -> Any:
    """NumPy's arrays without axes as the scalars that its functions return."""
    return value[()] if isinstance(value, np.ndarray) and not value.shape else value
