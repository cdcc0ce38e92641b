"""A factor of the forward pass is missing: a mask, a scale, the other operand of a product."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingMask(Cause):
    """A factor of the forward pass is missing: a mask, a scale, the other operand of a product.

    What happened: the forward pass multiplied by a quantity and the backward pass does not.
    Why: the local gradient of a product is the other factor, so it belongs in the contribution.
    Fix: multiply by it.
    """

    code = "WG213"
    name = "missing-mask"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
scale = np.array([1.5, -0.5, 2.0])
y = scale * x
loss = np.sum(y ** 2)
dy = 2 * y
"""
    wrong = "dx = dy"
    right = "dx = dy * scale"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "factor"

    def title(self, case: Case) -> str:
        what = "divisor" if _divides(case) else "factor"
        return f"the {what} `{case.added.lstrip('*/ ')}` is missing from `{case.variable}`"

    def why(self, case: Case) -> str:
        if _divides(case):
            return "the local gradient of a quotient is one over the divisor, so it divides the contribution"
        return (
            "the local gradient of a product is the other factor, so that factor belongs in the contribution"
        )


def _divides(case: Case) -> bool:
    return case.added.lstrip().startswith("/")
