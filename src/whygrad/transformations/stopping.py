"""Taking a value as it is: no derivative flows through it."""

from __future__ import annotations

from typing import Any

import numpy as np

from whygrad.ops import OPS, call
from whygrad.tracing.nesting import innermost
from whygrad.tracing.trees import flatten, unflatten


def stop_gradient(x: Any) -> Any:
    """The same value, as a constant for every derivative: `x - stop_gradient(x)` is 0 and has gradient 1.

    `x` is a number, an array, or containers of them, nested; arrays are copied, anything else is handed on.
    """
    leaves, tree = flatten(x)
    return unflatten(tree, [_stopped(leaf) for leaf in leaves])


def _stopped(leaf: Any) -> Any:
    tracer = innermost((leaf,))
    if tracer is not None:
        return call(OPS["stop_gradient"], tracer.traced(leaf))
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf
