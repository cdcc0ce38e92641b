"""Example values of an argument that the user's example leaves out, as `mask=None`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


class MetError(Exception):
    """An array met what stands for an argument."""


class Stand:
    """Stands for an argument that is left out, and notes the shapes of the arrays that it meets."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def __array_ufunc__(self, function: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.meet(args)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.meet(args)

    def meet(self, args: Sequence[Any]) -> Any:
        arrays = [a for a in args if isinstance(a, np.ndarray)]
        if not arrays:
            return self
        self.shapes.append(np.broadcast_shapes(*(a.shape for a in arrays)))
        raise MetError

    def alone(self, *_: Any) -> Any:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __neg__ = __invert__ = alone
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __getitem__ = astype = alone
    __hash__ = None  # type: ignore[assignment]


def left_out(function: Callable[..., Any], whole: Sequence[Any], k: int, name: str) -> list[Any]:
    """Values for an argument that is None: arrays of the shape that the function combines it with."""
    stand = Stand()
    args = [copy.deepcopy(v) for v in whole]
    args[k] = stand
    try:
        function(*args)
    except Exception:  # `MetError`, or whatever a value of another kind leads to
        if not stand.shapes:
            return []
    if not stand.shapes:
        return []
    draw, shape = np.random.default_rng(11), stand.shapes[0]
    kept, real = draw.random(size=shape) < 0.7, draw.normal(size=shape)
    return [kept, real] if "mask" in name else [real, kept]
