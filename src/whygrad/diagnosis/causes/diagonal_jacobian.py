"""The Jacobian of a normalisation is taken as its diagonal."""

from __future__ import annotations

import re

from whygrad.diagnosis.causes.cause import Case, Cause

LESS_A_SUM = re.compile(r"\((\w[\w.\[\]]*) - (np\.sum\(.*\))\)")


class DiagonalJacobian(Cause):
    """The Jacobian of a normalisation is taken as its diagonal.

    What happened: each output is treated as if it depended on its own input alone, as a sigmoid does.
    Why: softmax divides by the sum over all entries, so every output depends on every input; what is missing
    is the sum of g * p over the axis that is normalised.
    Fix: p * (g - np.sum(g * p, axis=-1, keepdims=True)).
    """

    code = "WG307"
    name = "diagonal-jacobian"
    forward = """\
import numpy as np
z = np.array([[0.3, -0.8, 1.1], [0.9, 0.2, -0.4]])
k = np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.5]])
e = np.exp(z)
p = e / e.sum(axis=1, keepdims=True)
loss = np.sum(p * k)
dp = k
"""
    wrong = "dz = dp * p * (1 - p)"
    right = "dz = p * (dp - np.sum(dp * p, axis=1, keepdims=True))"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "derived" and LESS_A_SUM.search(case.slip.new) is not None

    def title(self, case: Case) -> str:
        return f"`{case.variable}` treats the entries as independent: `{_missing(case)}` is not subtracted"

    def why(self, case: Case) -> str:
        return (
            "each output of a normalisation (softmax) depends on every entry, through the sum that it is "
            f"divided by; that path contributes `- {_missing(case)}`"
        )


def _missing(case: Case) -> str:
    found = LESS_A_SUM.search(case.slip.new)
    return found[2] if found else case.slip.new
