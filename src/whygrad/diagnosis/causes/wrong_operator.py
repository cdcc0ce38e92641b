"""An operator is wrong."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongOperator(Cause):
    """An operator is wrong.

    What happened: `*` and `/`, `+` and `*`, or the order of operands were exchanged.
    Why: the derivative asks for the other operation.
    Fix: use the operator shown.
    """

    code = "WG211"
    name = "wrong-operator"
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
dx = dz / k
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind in ("operator", "operands", "compare") and case.where != "forward"

    def title(self, case: Case) -> str:
        return f"`{case.variable}` has `{case.slip.old}` where `{case.slip.new}` belongs"

    def why(self, case: Case) -> str:
        return f"with `{case.slip.new}` the line computes the derivative of the forward pass"
