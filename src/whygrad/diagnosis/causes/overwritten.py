"""A contribution overwrites another where both should be added up."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class OverwrittenAccumulation(Cause):
    """A contribution overwrites another where both should be added up.

    What happened: `=` stands where `+=` belongs (or the other way round).
    Why: a variable that is used several times receives the sum of the contributions of its uses.
    Fix: accumulate with `+=`, starting from zero.
    """

    code = "WG302"
    name = "overwritten-accumulation"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
y = x * x
s = 0.0
for k in range(3):
    s = s + y[k] * x[0]
dx = np.zeros_like(x)
"""
    wrong = """\
for k in range(3):
    dx[k] += 2 * x[k] * x[0]
    dx[0] = y[k]
"""
    right = """\
for k in range(3):
    dx[k] += 2 * x[k] * x[0]
    dx[0] += y[k]
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind in ("augment", "clear")

    def title(self, case: Case) -> str:
        if case.slip.kind == "clear":
            return f"`{case.slip.old}` still holds what an earlier backward pass has left"
        return f"`{case.target}` is assigned with `{case.slip.old}` where `{case.slip.new}` belongs"

    def why(self, case: Case) -> str:
        if case.slip.kind == "clear":
            return "a backward pass adds to what it finds, so gradients are set to zero before the next one"
        if case.slip.new.startswith("+") and case.slip.old.startswith("-"):
            return "the output grows with this, so the contribution is added, not subtracted"
        if case.slip.new.startswith("+") or f"else {case.target} + " in case.slip.new:
            return (
                "a variable used several times receives the sum of its contributions; here the "
                "last one overwrites"
            )
        if case.slip.new.startswith("-"):
            return "the output falls when this grows, so the contribution is subtracted, not added"
        return "this line sets the value; adding to what was there counts it twice"
