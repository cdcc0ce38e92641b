"""A gradient is not summed over a broadcast axis."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingUnbroadcast(Cause):
    """A gradient is not summed over a broadcast axis.

    What happened: the gradient has the shape of the result, not of the input.
    Why: broadcasting copies the input, every copy feeds the loss, so its gradient is the sum over copies.
    Fix: sum over the axes that were added or stretched.
    """

    code = "WG103"
    name = "missing-unbroadcast"
    forward = """\
import numpy as np
rng = np.random.RandomState(0)
x = rng.randn(4, 3)
W = rng.randn(3, 2)
b = rng.randn(2)
t = rng.randn(4, 2)
y = x @ W + b
loss = np.sum((y - t) ** 2)
dy = 2 * (y - t)
"""
    wrong = "db = dy"
    right = "db = np.sum(dy, axis=0)"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "sum" or (
            case.slip.kind == "derived" and case.slip.new.startswith("np.sum(")
        )

    def title(self, case: Case) -> str:
        return f"`{case.variable}` is not summed over the axis along which `{case.of}` was stretched"

    def why(self, case: Case) -> str:
        return (
            f"broadcasting copied `{case.of}`; every copy feeds the output, so the gradient is "
            "the sum over the copies "
            f"and has the shape of `{case.of}`"
        )
