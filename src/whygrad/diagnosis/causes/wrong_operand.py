"""Another variable stands where the right one belongs."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongOperand(Cause):
    """Another variable stands where the right one belongs.

    What happened: the line reads a quantity that is not the one in the derivative.
    Why: each factor of a contribution is a certain value of the forward pass or a certain gradient.
    Fix: use the quantity named.
    """

    code = "WG203"
    name = "wrong-operand"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
k = np.array([1.5, -0.5, 2.0])
h = np.tanh(k * x)
loss = np.sum(h ** 3)
dh = 3 * h ** 2
"""
    wrong = """\
dz = dh * (1 - h ** 2)
dx = dz * x
dk = dz * x
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
dk = dz * x
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "name" and case.where != "forward"

    def title(self, case: Case) -> str:
        return f"`{case.variable}` uses `{case.slip.old}` where `{case.slip.new}` belongs"

    def why(self, case: Case) -> str:
        arrives = case.is_gradient(case.slip.new)
        role = "the gradient that arrives there" if arrives else "the quantity in the derivative"
        return f"`{case.slip.new}` is {role}; with `{case.slip.old}` the numbers belong to another function"
