"""The components of a gradient are added up into one number."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class ComponentsSummed(Cause):
    """The components of a gradient are added up into one number.

    What happened: the entries of the gradient stand in one sum instead of side by side.
    Why: a gradient has one component for each input: how the output moves when that input alone moves.
    Fix: separate the entries with commas (or use an outer product instead of a dot product).
    """

    code = "WG101"
    name = "components-summed"
    forward = """\
import math
w = [2, -3, -1]
x = [-1, -2]
product = w[0] * x[0] + w[1] * x[1] + w[2]
activation = 1 / (1 + math.exp(-product))
grad_product = (1 - activation) * activation
"""
    wrong = "grad_x = [w[0] * grad_product + w[1] * grad_product]"
    right = "grad_x = [w[0] * grad_product, w[1] * grad_product]"

    def explains(self, case: Case) -> bool:
        if case.slip.kind == "split" or (case.slip.kind == "unwrap" and case.slip.old.startswith("np.sum(")):
            return True
        # A dot product of two vectors adds up what their outer product keeps apart.
        return (
            case.slip.kind in ("product", "derived")
            and "outer(" in case.slip.new
            and bool(not case.facts.get("same_shape", True))
        )

    def title(self, case: Case) -> str:
        return f"the components of `{case.variable}` are added up into one number"

    def why(self, case: Case) -> str:
        return (
            f"a gradient has one component for each input, here one for each entry of `{case.of}`; added up, "
            "nobody can tell which input it speaks of"
        )
