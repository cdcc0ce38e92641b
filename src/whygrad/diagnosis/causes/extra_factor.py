"""A factor is too many."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class ExtraFactor(Cause):
    """A factor is too many.

    What happened: the line multiplies (or divides) by a quantity that is already in, or does not belong.
    Why: each local gradient on the path occurs once in the product.
    Fix: leave the factor out.
    """

    code = "WG210"
    name = "extra-factor"
    forward = """\
import numpy as np
x = np.array([[0.3, -0.8], [1.1, 0.4], [0.2, 0.9]])
w = np.array([1.5, -0.5])
t = np.array([1.2, 0.0, 2.0])
e = x @ w - t
loss = np.mean(e ** 2)
N = 3
"""
    wrong = """\
de = 2 * e / N
dw = de @ x * e[0]
"""
    right = """\
de = 2 * e / N
dw = de @ x
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "drop-factor"

    def title(self, case: Case) -> str:
        return f"the factor `{case.slip.old}` in `{case.variable}` is too many"

    def why(self, case: Case) -> str:
        return (
            "each local gradient on the path occurs once in the product; without this factor the "
            "numbers are true"
        )
