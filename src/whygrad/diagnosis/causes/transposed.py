"""A matrix is transposed, or its operands stand in the wrong order."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class Transposed(Cause):
    """A matrix is transposed, or its operands stand in the wrong order.

    What happened: the product uses a matrix where its transpose belongs, or the other way round.
    Why: if Y = A @ B and G arrives at Y, the gradients are G @ B.T for A and A.T @ G for B.
    Fix: transpose the factor that stays, and keep G on its own side.
    """

    code = "WG104"
    name = "transpose"
    forward = """\
import numpy as np
rng = np.random.RandomState(1)
x = rng.randn(3, 3)
W = rng.randn(3, 3)
y = x @ W
loss = np.sum(y ** 2)
dy = 2 * y
"""
    wrong = "dx = dy @ W"
    right = "dx = dy @ W.T"

    def explains(self, case: Case) -> bool:
        product = "@" in case.repaired or ".T" in case.repaired or "dot" in case.repaired
        return case.slip.kind == "layout" or (case.slip.kind in ("transpose", "operands") and product)

    def title(self, case: Case) -> str:
        if case.slip.kind == "layout":
            what = "entries" if "argsort" in case.slip.new else "axes"
            return f"the {what} of `{case.variable}` are in another order: `{case.slip.new}`"
        return f"`{case.variable}` multiplies `{case.slip.old}` where `{case.slip.new}` belongs"

    def why(self, case: Case) -> str:
        if case.slip.kind == "layout":
            return (
                "the gradient of a transposed array is transposed back, and what is flattened is filled in "
                "the order in which it was flattened"
            )
        return (
            "for Y = A @ B with G arriving at Y the gradients are G @ B.T for A and A.T @ G for "
            "B; the shapes of square "
            "matrices fit either way, the numbers do not"
        )
