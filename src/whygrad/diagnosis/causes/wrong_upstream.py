"""A forward value stands where the upstream gradient belongs."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongUpstream(Cause):
    """A forward value stands where the upstream gradient belongs.

    What happened: the local gradient is multiplied by a value of the forward pass.
    Why: by the chain rule a contribution is upstream gradient times local gradient; the upstream
    gradient is the
    derivative of the output by the next node, not that node's value.
    Fix: multiply by the gradient that arrives.
    """

    code = "WG201"
    name = "wrong-upstream"
    forward = """\
import math
w = [2, -3, -1]
x = [-1, -2]
product = w[0] * x[0] + w[1] * x[1] + w[2]
activation = 1 / (1 + math.exp(-product))
grad_product = (1 - activation) * activation
"""
    wrong = "grad_w = [x[0] * activation, x[1] * activation, 1 * activation]"
    right = "grad_w = [x[0] * grad_product, x[1] * grad_product, 1 * grad_product]"

    def explains(self, case: Case) -> bool:
        slip = case.slip
        return (
            slip.kind == "name"
            and case.where == "backward"
            and case.is_gradient(slip.new)
            and not case.is_gradient(slip.old)
        )

    def title(self, case: Case) -> str:
        old, new = case.slip.old, case.slip.new
        return f"`{case.variable}` multiplies by `{old}` where the upstream gradient `{new}` belongs"

    def why(self, case: Case) -> str:
        old, new = case.slip.old, case.slip.new
        ones = [part for part in case.right_parts if part in ("1 *", "* 1", "1.0 *")]
        right = ""
        if ones:
            right = (
                f"; the `{ones[0]}` is right, because the local gradient of an addition is 1 for "
                "every input, "
                f"and `{old}` is not"
            )
        return (
            f"`{old}` is a value of the forward pass; by the chain rule each local gradient is "
            "multiplied by the "
            f"gradient that arrives from the next node, and that is `{new}`{right}"
        )
