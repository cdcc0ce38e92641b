"""A sign is wrong."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class Sign(Cause):
    """A sign is wrong.

    What happened: a minus is missing or too many, or `+` and `-` are exchanged.
    Why: the derivative of a difference a - b by b is -1, that of 1/x is -1/x**2, that of cos is -sin.
    Fix: change the sign.
    """

    code = "WG204"
    name = "sign"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
k = np.array([1.5, -0.5, 2.0])
h = np.tanh(k * x)
loss = np.sum(h ** 3)
dh = 3 * h ** 2
"""
    wrong = """\
dz = -dh * (1 - h ** 2)
dx = dz * k
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
"""

    def explains(self, case: Case) -> bool:
        slip = case.slip
        plus_minus = slip.kind == "operator" and {slip.old, slip.new} == {"+", "-"}
        added = slip.kind == "augment" and {slip.old, slip.new} == {"+=", "-="}
        swapped = slip.kind == "operands" and "-" in slip.old.split()
        return slip.kind == "sign" or plus_minus or added or swapped

    def title(self, case: Case) -> str:
        return f"the sign of {self.part(case)} is wrong"

    def part(self, case: Case) -> str:
        """The whole gradient, or only a term of it."""
        negated = case.facts.get("negated") or (case.slip.kind == "sign" and case.slip.old == "-")
        return f"`{case.variable}`" if negated else f"a term of `{case.variable}`"

    def why(self, case: Case) -> str:
        if case.slip.kind == "sign" and not case.slip.new:
            return "there is one minus too many; without it the numbers are the true ones"
        if case.slip.kind == "sign":
            return "a minus is missing: with it the numbers are the true ones"
        return f"`{case.slip.new}` belongs where `{case.slip.old}` stands"
