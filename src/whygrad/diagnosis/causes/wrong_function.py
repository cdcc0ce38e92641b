"""Another function is called than the one that belongs there."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongFunction(Cause):
    """Another function is called than the one that belongs there.

    What happened: mean for sum, sin for cos, a function for its slope.
    Why: the derivative of a function is, as a rule, another function.
    Fix: call the function shown.
    """

    code = "WG212"
    name = "wrong-function"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
s = np.sum(np.sin(x))
"""
    wrong = "dx = np.sin(x)"
    right = "dx = np.cos(x)"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "function" and case.where != "forward"

    def title(self, case: Case) -> str:
        return f"`{case.variable}` calls `{case.slip.old}` where `{case.slip.new}` belongs"

    def why(self, case: Case) -> str:
        return f"the derivative of the forward pass is made with `{case.slip.new}`"
