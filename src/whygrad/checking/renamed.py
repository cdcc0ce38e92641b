"""Parameters of a backward pass that are inputs of the forward pass under another name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from whygrad.checking.functions import Function
from whygrad.checking.upstreams import TARGET_WORDS

_MATRIX = re.compile(r"randn\(")
"""Example numbers of any sign and size: not a mask, a probability, a setting."""


def renamed(
    parameter: str, text: str, forward: Function, backward: Function, given: Mapping[str, str]
) -> str:
    """The one input that a backward pass does not name, for the one array it takes that is nobody's.

    `forward(x, h)` and `backward(delta, h_t, h_prev, h)`: what it would be given otherwise, numbers that the
    forward pass knows nothing of, can only make its gradients wrong. A target is none of them.
    """
    if TARGET_WORDS.match(parameter):
        return ""
    taken = {name for name, _ in backward.parameters}
    free = [n for n, _ in forward.parameters if n not in taken and _MATRIX.match(given.get(n, ""))]
    return free[0] if len(free) == 1 and _MATRIX.match(text) and parameter not in given else ""
