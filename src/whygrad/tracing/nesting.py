"""Traces within traces: which tracer is at work in a thread, and to which one a value belongs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.tracing.values import Traced

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer

_state = threading.local()


def active() -> Tracer | None:
    """The innermost tracer at work in this thread."""
    return getattr(_state, "tracer", None)


def innermost(values: Any, found: Tracer | None = None) -> Tracer | None:
    """Of the tracers of the traced values in nested containers, the one that began last."""
    for value in values:
        kind = type(value)
        if kind is Traced:
            if found is None or value.tracer.serial > found.serial:
                found = value.tracer
        elif kind is list or kind is tuple:
            found = innermost(value, found)
        elif kind is dict:
            found = innermost(value.values(), found)
        elif kind is slice:
            found = innermost((value.start, value.stop, value.step), found)
        elif kind is np.ndarray:
            tracer = writer_of(value, active())
            if tracer is not None and (found is None or tracer.serial > found.serial):
                found = tracer
    return found


def tracer_of(values: Any, found: Tracer | None = None) -> Tracer | None:
    """As `innermost`, of traced values alone: what written arrays stand for has been looked up already."""
    for value in values:
        kind = type(value)
        if kind is Traced:
            if found is None or value.tracer.serial > found.serial:
                found = value.tracer
        elif kind is list or kind is tuple:
            found = tracer_of(value, found)
        elif kind is dict:
            found = tracer_of(value.values(), found)
    return found


def make_active(tracer: Tracer | None) -> None:
    """From now on this tracer is at work in this thread."""
    _state.tracer = tracer


def writer_of(array: Any, tracer: Tracer | None) -> Tracer | None:
    """The innermost of the tracers at work that knows an array as written."""
    while tracer is not None and not tracer.is_buffer(array):
        tracer = tracer.outer
    return tracer
