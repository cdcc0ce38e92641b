"""The forward pass differs from the one that the backward pass is right for."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class ForwardSlip(Cause):
    """The forward pass differs from the one that the backward pass is right for.

    What happened: one slip in the forward pass makes right backward lines look wrong.
    Why: a derivative belongs to one function; where several lines fit another function near, the slip is
    in the forward.
    Fix: repair the forward line, if that is the function that is meant.
    """

    code = "WG407"
    name = "forward-slip"
    forward = """\
import math
w = 0.7
x = -1.2
c = 0.4
p = w * x + c
"""
    wrong = """\
y = 1 / (1 + math.exp(p))
grad_p = y * (1 - y)
grad_w = grad_p * x
grad_x = grad_p * w
grad_c = grad_p
"""
    right = """\
y = 1 / (1 + math.exp(-p))
grad_p = y * (1 - y)
grad_w = grad_p * x
grad_x = grad_p * w
grad_c = grad_p
"""

    def explains(self, case: Case) -> bool:
        return case.where == "forward"

    def title(self, case: Case) -> str:
        known = f", which makes it the {case.gate}" if case.gate else ""
        old, new = case.slip.old or case.statement, case.slip.new or case.repaired
        return (
            f"the forward line of `{case.variable}` has `{old}` where `{new}` fits the backward pass{known}"
        )

    def why(self, case: Case) -> str:
        return f"with that edit `{case.of}` is right as it stands; a derivative belongs to one function only"
