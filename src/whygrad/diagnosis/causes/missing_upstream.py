"""The upstream gradient is not multiplied in."""

from __future__ import annotations

import re

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingUpstream(Cause):
    """The upstream gradient is not multiplied in.

    What happened: the line holds the local gradient alone.
    Why: a contribution is upstream gradient times local gradient; without the first it is the derivative
    of the node,
    not of the output.
    Fix: multiply by the gradient that arrives.
    """

    code = "WG206"
    name = "missing-upstream"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
k = np.array([1.5, -0.5, 2.0])
h = np.tanh(k * x)
loss = np.sum(h ** 3)
dh = 3 * h ** 2
"""
    wrong = """\
dz = 1 - h ** 2
dx = dz * k
"""
    right = """\
dz = dh * (1 - h ** 2)
dx = dz * k
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "factor" and any(case.is_gradient(word) for word in words(case.added))

    def title(self, case: Case) -> str:
        return f"`{case.variable}` is a local gradient: the upstream gradient is not multiplied in"

    def why(self, case: Case) -> str:
        return (
            "by the chain rule the local gradient is multiplied by the gradient that arrives; "
            f"`{case.added}` is missing"
        )


def words(text: str) -> list[str]:
    """The names in a text."""
    return re.findall(r"[A-Za-z_][\w.]*", text)
