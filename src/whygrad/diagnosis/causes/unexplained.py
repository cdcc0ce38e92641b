"""A gradient is wrong, and no common slip explains it."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class Unexplained(Cause):
    """A gradient is wrong, and no common slip explains it.

    What happened: the value differs from the truth at some point.
    Why: none of the known slips, alone or in pairs, makes this line right.
    Fix: compare the line with the derivative shown, if one could be written; else with the numbers.
    """

    code = "WG299"
    name = "unexplained"
    forward = ""
    wrong = ""
    right = ""

    def explains(self, case: Case) -> bool:
        return True

    def title(self, case: Case) -> str:
        return f"`{case.variable}` is not the gradient of `{case.of}`"

    def why(self, case: Case) -> str:
        seen = f"{case.slip.old}; " if case.slip.kind == "unexplained" and case.slip.old else ""
        if case.slip.kind == "derived" or case.slip.new:
            return f"{seen}no single slip explains it; in your own names the derivative is `{case.slip.new}`"
        return f"{seen}the numbers differ, and no slip was found that explains them"
