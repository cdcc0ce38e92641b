"""The call of a function with a rule of the user's as one row: what moves, what stays; several results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.tracing.nesting import innermost
from whygrad.tracing.trees import LEAF, flatten, unflatten


class Parts:
    """How several results lie in one vector: those that are arrays or numbers of a floating kind."""

    def __init__(self, result: Any) -> None:
        leaves, self.tree = flatten(result)
        self.others = [None if is_floating(leaf) else leaf for leaf in leaves]
        self.kinds = [(np.shape(v), getattr(v, "dtype", None)) if is_floating(v) else None for v in leaves]

    @classmethod
    def of(cls, result: Any) -> Parts | None:
        """None for a result that is one number or array."""
        return None if flatten(result)[1] is LEAF else cls(result)

    def pack(self, result: Any) -> Any:
        """The vector of a result."""
        leaves = [v for v, kind in zip(flatten(result)[0], self.kinds, strict=True) if kind is not None]
        return np.concatenate([np.reshape(v, -1) for v in leaves]) if leaves else np.zeros(0)

    def unpack(self, vector: Any) -> Any:
        """The result, or a cotangent or tangent of it, from a vector."""
        found, start = [], 0
        for kind, other in zip(self.kinds, self.others, strict=True):
            if kind is None:
                found.append(other)
                continue
            shape, dtype = kind
            end = start + int(np.prod(shape, dtype=int))
            piece = np.reshape(vector[start:end], shape) if shape else vector[start]
            found.append(piece if dtype is None or piece.dtype == dtype else piece.astype(dtype))
            start = end
        return unflatten(self.tree, found)


def arranged(
    numbers: Sequence[Any], fixed: Sequence[tuple[int, Any]] = (), keywords: Sequence[tuple[str, Any]] = (),
    parts: Parts | None = None,
) -> tuple[list[Any], dict[str, Any], Parts | None]:  # fmt: skip
    """The positional arguments in their order, the keywords, and how several results lie in a vector."""
    args = list(numbers)
    for position, value in fixed:
        args.insert(position, value)
    return args, dict(keywords), parts


def parted(args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that are numbers or arrays, and the parameters that `arranged` puts back."""
    moving = [is_number(arg) for arg in args]
    params: dict[str, Any] = {}
    if not all(moving):
        params["fixed"] = tuple([(k, arg) for k, arg in enumerate(args) if not moving[k]])
    if kwargs:
        params["keywords"] = tuple(kwargs.items())
    return [arg for arg, moves in zip(args, moving, strict=True) if moves], params


def is_number(value: Any) -> bool:
    """Is it a number or an array, or a list with something traced in it?"""
    if isinstance(value, list | tuple):
        return innermost(value) is not None
    return is_floating(value) or isinstance(value, int | np.integer | np.ndarray)


def is_floating(value: Any) -> bool:
    """Is it a floating number or array, or traced?"""
    if hasattr(value, "__whygrad_apply__") or type(value) is float:
        return True
    return getattr(getattr(value, "dtype", None), "kind", None) == "f"
