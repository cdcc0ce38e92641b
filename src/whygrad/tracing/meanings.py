"""What a call means, as rows: the value is always what the call itself gave, to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.ops import OPS
from whygrad.ops.calls import Meaning, spelled
from whygrad.tracing.nesting import tracer_of
from whygrad.tracing.values import Traced, abstract, plain

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer

ROUNDING = 1e-5
"""By how much, of its size, a sum in another order may differ; single precision included."""


def meant_row(tracer: Tracer, function: Any, meant: Any, value: Any) -> Any:
    """The row of what a call of `function` means: a Meaning, or a value made of other operations."""
    if not isinstance(meant, Meaning):
        return _composed(tracer, function, meant, value)
    op, arguments, params = meant
    params = {name: tracer.settled(given, name) for name, given in params.items()}
    same = len(arguments) == 1 and not params and value is tracer.opened(arguments[0])
    if same and type(arguments[0]) is Traced:
        return arguments[0]
    return tracer.emit(op, value, arguments, params)


def _composed(tracer: Tracer, function: Any, made: Any, value: Any) -> Any:
    """A value that other operations have given already, with the last bit of the call."""
    if type(made) is not Traced:
        return value  # it does not depend on an input
    if not _alike(plain(made), plain(value)):
        message = f"NumPy's `{spelled(function)}` gives here another value than its own definition"
        return tracer.refused(message, "write the steps as a loop", value)
    have, want = abstract(made), abstract(value)
    if have.dtype != want.dtype:
        return tracer.emit(OPS["astype"], value, (made,), {"dtype": want.dtype})
    old, row = plain(made), made.row
    owned = not isinstance(old, np.ndarray) or tracer.owners.get(id(old)) == row
    if row < len(tracer.values) - 1 or not owned:
        return tracer.emit(OPS["copy"], value, (made,))
    tracer.values.pop()  # the row was written just now, and nobody has its value yet
    tracer.owners.pop(id(old), None)
    return tracer.keep(row, value)


def _alike(made: Any, value: Any) -> bool:
    """Equal up to rounding."""
    if np.shape(made) != np.shape(value):
        return False
    sizes = np.abs(value)
    size = float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))
    return bool(np.allclose(made, value, rtol=ROUNDING, atol=ROUNDING * size, equal_nan=True))


def invoked(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function; where values of an outer trace take part, through that."""
    outer = tracer_of((args, kwargs) if kwargs else args)
    if outer is not None:
        return outer.operate(0, function, args, kwargs)
    if args and isinstance(args[0], np.generic) and getattr(function, "__objclass__", None) is np.ndarray:
        function = getattr(type(args[0]), function.__name__)
    return function(*args, **kwargs)
