"""A derivative is evaluated at another point than the one that belongs there."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class DerivativeAtWrongPoint(Cause):
    """A derivative is evaluated at another point than the one that belongs there.

    What happened: a function is applied to a value that it was already applied to, or not applied where
    it must be.
    Why: a slope written in the output (1 - t**2, s(1 - s)) needs the output; one written in the input
    needs the input.
    Fix: use the value at which the formula holds.
    """

    code = "WG209"
    name = "derivative-at-wrong-point"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
k = np.array([1.5, -0.5, 2.0])
h = np.tanh(k * x)
loss = np.sum(h ** 3)
dh = 3 * h ** 2
"""
    wrong = """\
dz = dh * (1 - np.tanh(h) ** 2)
dx = dz * k
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind in ("unwrap", "wrap")

    def title(self, case: Case) -> str:
        return (
            f"the derivative in `{case.variable}` is taken at `{case.slip.old}` where "
            f"`{case.slip.new}` belongs"
        )

    def why(self, case: Case) -> str:
        if case.slip.kind == "unwrap":
            return (
                f"`{case.slip.new}` is already the value that the formula asks for; the function "
                "is applied once more"
            )
        return f"the formula asks for `{case.slip.new}`, not for `{case.slip.old}` itself"
