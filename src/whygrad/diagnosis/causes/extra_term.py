"""A term is too many."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class ExtraTerm(Cause):
    """A term is too many.

    What happened: a contribution is added that is already in, or that no path carries.
    Why: a gradient is the sum of the contributions of its paths, each once.
    Fix: leave the term out.
    """

    code = "WG306"
    name = "extra-term"
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
dx = dz * k + dh
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "drop-term"

    def title(self, case: Case) -> str:
        return f"the term `{case.slip.old}` in `{case.variable}` is too many"

    def why(self, case: Case) -> str:
        return "a gradient is the sum of the contributions of its paths, each once; no path carries this one"
