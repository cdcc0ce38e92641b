"""A kernel is not turned on the way back through a convolution, or turned where it should not be."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class KernelNotTurned(Cause):
    """A kernel is not turned on the way back through a convolution, or turned where it should not be.

    What happened: the arriving gradient is correlated with the kernel as it stands.
    Why: input `i + k` reaches output `i` through `w[k]`, so input `j` receives back from output `j - k`
    through `w[k]`: the kernel runs the other way.
    Fix: turn it along every axis that it slides over (`w[::-1]`, `w[::-1, ::-1]`).
    """

    code = "WG215"
    name = "kernel-not-turned"
    forward = """\
import numpy as np
x = np.array([0.5, -1.2, 2.0, 0.3, -0.7])
w = np.array([0.4, -0.9, 0.2])
g = np.array([1.1, -0.3, 0.8])
y = np.correlate(x, w, mode="valid")
s = np.sum(y * g)
dy = g
"""
    wrong = """\
dx = np.correlate(dy, w, mode="full")
"""
    right = """\
dx = np.correlate(dy, w[::-1], mode="full")
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "flip"

    def title(self, case: Case) -> str:
        turned = "::-1" in case.slip.new
        return f"`{case.slip.old}` is {'not turned' if turned else 'turned'} in `{case.variable}`"

    def why(self, case: Case) -> str:
        return (
            "what slides over the input in one direction on the way forth slides in the other on the way "
            "back, once and not twice"
        )
