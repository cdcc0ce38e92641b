"""A local derivative is wrong."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongLocalDerivative(Cause):
    """A local derivative is wrong.

    What happened: the factor that should be the slope of a node is another function of the same value.
    Why: the slope of tanh is 1 - t**2, that of the sigmoid s(1 - s), that of x**n is n x**(n - 1).
    Fix: use the slope.
    """

    code = "WG208"
    name = "wrong-local-derivative"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
k = np.array([1.5, -0.5, 2.0])
h = np.tanh(k * x)
loss = np.sum(h ** 3)
dh = 3 * h ** 2
"""
    wrong = """\
dz = dh * h ** 2
dx = dz * k
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "local" or (
            case.slip.kind == "operator" and "**" in (case.slip.old, case.slip.new)
        )

    def title(self, case: Case) -> str:
        return (
            f"a local derivative in `{case.variable}` is wrong: `{case.slip.old}` where "
            f"`{case.slip.new}` belongs"
        )

    def why(self, case: Case) -> str:
        return (
            f"the slope of the node is made with `{case.slip.new}`; `{case.slip.old}` is another "
            "function of the value"
        )
