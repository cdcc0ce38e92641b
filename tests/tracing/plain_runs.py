"""A traced run of a program against its plain run, and its gradient against differences."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import whygrad as wg
from whygrad.checking.numeric import slopes
from whygrad.tracing import trace_function
from whygrad.tracing.trees import flatten

Program = Callable[[Any], Any]


def bits(value: Any) -> tuple[Any, list[Any]]:
    """Type, dtype, shape and bytes of every leaf."""
    leaves, tree = flatten(value)
    return tree, [
        (type(v).__name__, np.asarray(v).dtype, np.shape(v), np.asarray(v).tobytes()) for v in leaves
    ]


def agrees(program: Program, x: Any) -> None:
    """Assert that the traced run is the plain run, and that its gradient is that of the plain run."""
    before = x.tobytes()
    assert bits(trace_function(program, (x,)).output) == bits(program(copy.copy(x)))
    assert x.tobytes() == before, "the caller's array is not written"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = wg.grad(program)(x)
    known = 0
    for entry, slope in zip(found.tolist(), slopes(lambda at: float(program(at.copy())), x), strict=True):
        if slope.trusted:
            known += 1
            assert abs(entry - slope.value) <= 1e-6 * max(1.0, abs(slope.value)) + 20 * slope.error
    assert known, "nothing could be compared"
