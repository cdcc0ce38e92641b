"""A slice takes another stretch than the one that belongs there."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongSlice(Cause):
    """A slice takes another stretch than the one that belongs there.

    What happened: a bound is off, or negative where it can be zero (`a[0:-0]` is empty).
    Why: the gradient of a slice goes back to the same places.
    Fix: use the bounds of the forward pass.
    """

    code = "WG214"
    name = "wrong-slice"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1, 0.4])
pad = 1
padded = np.concatenate([np.zeros(pad), x, np.zeros(pad)])
s = np.sum(padded ** 2)
dpadded = 2 * padded
"""
    wrong = "dx = dpadded[pad:pad + 3]"
    right = "dx = dpadded[pad:pad + 4]"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "slice"

    def title(self, case: Case) -> str:
        new = f"`{case.slip.new}` belongs" if case.slip.new else "no bound belongs"
        return f"a slice in `{case.variable}` is bounded by `{case.slip.old}` where {new}"

    def why(self, case: Case) -> str:
        if case.slip.old.startswith("-"):
            return f"`{case.slip.old}` counts from the end, and a bound of -0 is 0: the slice is empty then"
        return "the gradient goes back to the places that the forward pass took the values from"
