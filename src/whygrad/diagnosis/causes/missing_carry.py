"""A step of a loop forgets the gradient that the step visited before hands on."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingCarry(Cause):
    """A step of a loop forgets the gradient that the step visited before hands on.

    What happened: going back through time, a step takes only the gradient of its own output.
    Why: the state of a step goes two ways, out of the loop and into the next step, and its gradient is the
    sum of both.
    Fix: add what the next step hands back: `dh[t] + dnext`.
    """

    code = "WG310"
    name = "missing-carry"
    forward = """\
import numpy as np
x = np.array([[0.3, -0.8], [1.1, 0.4], [-0.5, 0.9]])
w = np.array([0.7, -0.4])
k = np.array([[0.2, 0.5], [-0.3, 0.8], [0.6, -0.9]])
h = np.zeros((4, 2))
for t in range(3):
    h[t + 1] = np.tanh(w * h[t] + x[t])
s = np.sum(h[1:] * k)
dh = k
dw = np.zeros_like(w)
dnext = np.zeros_like(w)
"""
    wrong = """\
for t in reversed(range(3)):
    da = dh[t] * (1 - h[t + 1] ** 2)
    dw += da * h[t]
    dnext = da * w
"""
    right = """\
for t in reversed(range(3)):
    da = (dh[t] + dnext) * (1 - h[t + 1] ** 2)
    dw += da * h[t]
    dnext = da * w
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "carry"

    def title(self, case: Case) -> str:
        return f"`{case.slip.old}` lacks what the next step hands back: `{case.added}`"

    def why(self, case: Case) -> str:
        return (
            "the state of a step goes out of the loop and into the next step, and its gradient is the sum of "
            "what comes back on both ways"
        )
