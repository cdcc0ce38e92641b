"""A loop of the backward pass goes over other rounds than the forward pass did."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongRounds(Cause):
    """A loop of the backward pass goes over other rounds than the forward pass did.

    What happened: the loop counts along another axis, or begins or ends a round too early or too late.
    Why: every round of the forward pass has its share in the gradient, and the last one comes first.
    Fix: go over the rounds of the forward pass, backwards.
    """

    code = "WG311"
    name = "wrong-rounds"
    forward = """\
import numpy as np
x = np.array([[0.3, -0.8, 0.5, 1.2], [1.1, 0.4, -0.6, 0.7]])
w = 0.9
s = np.zeros((2, 5))
for k in range(x.shape[1]):
    s[:, k + 1] = w * s[:, k] + x[:, k]
loss = np.sum(s[:, -1] ** 2)
ds = 2 * s[:, -1]
dw = 0.0
"""
    wrong = """\
for k in range(x.shape[0], 0, -1):
    dw += np.sum(ds * s[:, k - 1])
    ds = ds * w
"""
    right = """\
for k in range(x.shape[1], 0, -1):
    dw += np.sum(ds * s[:, k - 1])
    ds = ds * w
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "rounds"

    def title(self, case: Case) -> str:
        old, new = case.slip.old, case.slip.new
        return f"the loop that makes `{case.variable}` goes over `{old}` where `{new}` belongs"

    def why(self, case: Case) -> str:
        return "every round of the forward pass has its share in the gradient, and the last one comes first"
