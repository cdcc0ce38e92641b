"""A local derivative is not multiplied in."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingLocalDerivative(Cause):
    """A local derivative is not multiplied in.

    What happened: the gradient is passed on as if the node between were the identity.
    Why: every node on the path contributes its local gradient as a factor; an activation contributes its
    slope.
    Fix: multiply by the slope of the node that is skipped.
    """

    code = "WG207"
    name = "missing-local-derivative"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
k = np.array([1.5, -0.5, 2.0])
h = np.tanh(k * x)
loss = np.sum(h ** 3)
dh = 3 * h ** 2
"""
    wrong = """\
dz = dh
dx = dz * k
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "factor" and ("(" in case.added or "**" in case.added)

    def title(self, case: Case) -> str:
        return f"a local derivative is missing from `{case.variable}`: `{case.added}`"

    def why(self, case: Case) -> str:
        return (
            "every node between the output and the variable contributes its local gradient as a factor; here "
            f"`{case.added}` is skipped"
        )
