"""What users call, turned into an operation with its arguments and parameters; and how rules call back.

`call` is the only door by which a rule reaches an operation that NumPy has no function for. An object that
stands for a value (a traced value, a symbol) defines `__whygrad_apply__(op, args, params)` and gets the call.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

import numpy as np

from whygrad.graph import Op

Bound = tuple[tuple[Any, ...], dict[str, Any]]


class Meaning(NamedTuple):
    """A row: the operation that a call ends in, with its arguments and parameters."""

    op: Op
    args: tuple[Any, ...]
    params: dict[str, Any]


Adapter = Callable[..., Any]
"""What a call means: arguments and parameters of the operation it is listed under (a pair); a row of another
operation (a Meaning); a value, where the result has been written by calling NumPy on the arguments, which may
be traced values or symbols; or a list of these, one for each of several results."""

NOT_GIVEN: Any = np._NoValue
"""NumPy's own mark for a keyword that was left out."""


def call(op: Op, *args: Any, **params: Any) -> Any:
    """Apply an operation to arrays, or to objects that define `__whygrad_apply__`."""
    for arg in args:
        apply = getattr(arg, "__whygrad_apply__", None)
        if apply is not None:
            return apply(op, args, params)
    return op.value(*args, **params)


def shape_of(value: Any) -> tuple[int, ...]:
    """Shape of an array, a symbol or a Python number."""
    shape = getattr(value, "shape", None)
    return np.shape(value) if shape is None else tuple(shape)


def as_array(value: Any, dtype: Any = None) -> Any:
    """An array of nested lists of numbers; what stands for a value (a traced one, a symbol) as it is."""
    if hasattr(value, "__whygrad_apply__"):
        return value if dtype is None or value.dtype == dtype else np.astype(value, dtype)
    return np.asarray(value, dtype=dtype)


@dataclass(frozen=True, slots=True)
class Call:
    """A user-level function that means an operation."""

    op: Op
    function: Any
    adapter: Adapter | None = None

    @property
    def name(self) -> str:
        return spelled(self.function)

    def meaning(self, *args: Any, **kwargs: Any) -> Any:
        """What a call means: a Meaning, a value, or a list of these. TypeError for an option that is not
        supported."""
        if self.adapter is None:
            return Meaning(self.op, *self._plain(args, kwargs))
        stated = self.adapter(*args, **kwargs)
        return Meaning(self.op, *stated) if type(stated) is tuple else stated

    def bind(self, *args: Any, **kwargs: Any) -> Bound:
        """Arguments and parameters of a call that ends in the operation it is listed under."""
        meant = self.meaning(*args, **kwargs)
        if not isinstance(meant, Meaning) or meant.op is not self.op:
            raise TypeError(f"{self.name}: the call means another operation than {self.op.name}")
        return meant.args, meant.params

    def _plain(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Bound:
        if isinstance(self.function, np.ufunc):
            kwargs = _without_defaults(self.function, kwargs)
            if len(args) > self.function.nin:
                raise TypeError(
                    f"{self.name}: an output argument is not supported; assign the result instead"
                )
        if kwargs:
            refuse(self.function, next(iter(kwargs)))
        return args, {}


UFUNC_DEFAULTS: Mapping[str, Any] = {
    "out": None, "where": True, "dtype": None, "casting": "same_kind", "order": "K", "subok": True,
}  # fmt: skip


def _without_defaults(function: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in kwargs.items() if not (k in UFUNC_DEFAULTS and v is UFUNC_DEFAULTS[k])}


def spelled(function: Any) -> str:
    """The name by which a user knows a function: `numpy.sum`, `math.exp`, `ndarray.sum`."""
    owner = getattr(function, "__objclass__", None)
    name = getattr(function, "__name__", str(function))
    if owner is not None:
        return f"{owner.__name__}.{name}"
    module = getattr(function, "__module__", None) or ("numpy" if isinstance(function, np.ufunc) else "")
    module = {"builtins": "", "_operator": "operator"}.get(module, module)
    return f"{module}.{name}" if module else name


def refuse(function: Any, option: str) -> NoReturn:
    """Say which option cannot be followed."""
    raise TypeError(f"{spelled(function)}: the option {option!r} is not supported by whygrad; leave it out")


def refuse_given(function: Any, **options: Any) -> None:
    """Refuse each option that was given a value other than None (or NumPy's mark for `left out`)."""
    for option, value in options.items():
        if value is not None and value is not NOT_GIVEN:
            refuse(function, option)


def normal_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """Sorted non-negative axes; None means all of them."""
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    if not ndim and given is not axis and axis in (0, -1):
        return ()  # NumPy lets a number have one axis, where it lets it have any
    axes = [operator.index(a) for a in given]
    for a in axes:
        if not -ndim <= a < ndim:
            raise np.exceptions.AxisError(a, ndim)
    normal = sorted(a % ndim for a in axes)
    if len(set(normal)) < len(normal):
        raise ValueError("duplicate value in 'axis'")
    return tuple(normal)


def axis_params(x: Any, axis: Any, keepdims: Any = False) -> dict[str, Any]:
    """`axis` and `keepdims` in one normal form: left out where they say nothing."""
    ndim = len(shape_of(x))
    axes = normal_axes(axis, ndim)
    params: dict[str, Any] = {}
    if axes != tuple(range(ndim)):
        params["axis"] = axes[0] if len(axes) == 1 else axes
    if keepdims is not NOT_GIVEN and keepdims and ndim:
        params["keepdims"] = True
    return params
