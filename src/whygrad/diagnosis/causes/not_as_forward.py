"""A piece of the forward pass is written once more, with a slip."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class NotAsForward(Cause):
    """A piece of the forward pass is written once more, with a slip.

    What happened: the backward pass computes a quantity of the forward pass anew, and not as it stands there.
    Why: local gradients are taken at the values of the forward pass.
    Fix: write it as in the forward pass, or keep the value and use it.
    """

    code = "WG216"
    name = "not-as-forward"
    forward = """\
import numpy as np
w = np.array([0.7, -0.4, 1.3])
b = np.array([0.2, 0.5, -0.6])
t = np.array([1.5, 2.5, 0.5])
loss = np.sum((w * t + b - np.log(t)) ** 2)
"""
    wrong = "dw = 2 * (w * t - np.log(t)) * t"
    right = "dw = 2 * (w * t + b - np.log(t)) * t"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "repeat"

    def title(self, case: Case) -> str:
        return f"`{case.slip.old}` is not what the forward pass computes: `{case.slip.new}`"

    def why(self, case: Case) -> str:
        return "local gradients are taken at the values of the forward pass, and this is another one"
