"""A statement stands in or behind a loop, or before another one, where it belongs elsewhere."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MisplacedStatement(Cause):
    """A statement stands behind a loop that it belongs into, or in a loop that it belongs behind.

    What happened: a line is indented too little or too much, so it runs once for many rounds, or ends the
    loop after the first.
    Why: every round makes a contribution of its own, and the gradient is the sum over all of them.
    Fix: indent the line as the loop that it belongs to.
    """

    code = "WG308"
    name = "misplaced-statement"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
w = np.array([1.2, 0.4, -0.7])
s = 0.0
for k in range(3):
    s = s + np.sin(w[k] * x[k])
dw = np.zeros_like(w)
"""
    wrong = """\
for k in range(3):
    slope = np.cos(w[k] * x[k])
dw[k] = slope * x[k]
"""
    right = """\
for k in range(3):
    slope = np.cos(w[k] * x[k])
    dw[k] = slope * x[k]
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind in ("indent", "unreached", "late", "behind")

    def title(self, case: Case) -> str:
        if case.slip.kind == "unreached":
            return f"nothing behind `{case.slip.old}` ever runs"
        if case.slip.kind == "late":
            return f"`{case.slip.old}` is read here, before `{case.slip.new}` has run"
        if case.slip.kind == "behind":
            return f"`{case.slip.old}` belongs behind the loop below it"
        inward = not case.slip.old.startswith("return")
        return f"`{case.slip.old}` belongs {'into the loop above it' if inward else 'behind the loop'}"

    def why(self, case: Case) -> str:
        if case.slip.kind == "unreached":
            return "the function ends here, and the lines below are part of the gradient"
        if case.slip.kind == "late":
            if case.exception:
                return f"the script raises {case.exception} here; in the other order it runs on"
            return "the line needs what the other one leaves behind, and runs before it"
        if case.slip.kind == "behind":
            return (
                "what the loop does has to come first: the gradient of a node is whole only behind its users"
            )
        return (
            "every round of the loop makes a contribution of its own; where the line stands, it does not run "
            "once for each of them"
        )
