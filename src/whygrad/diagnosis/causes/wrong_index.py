"""An index names another entry than the one that belongs there."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongIndex(Cause):
    """An index names another entry than the one that belongs there.

    What happened: the line reads (or writes) a neighbouring entry.
    Why: the local gradient of a product `w[i] * x[i]` by `x[i]` is the other factor with the same index.
    Fix: use the index of the entry that multiplies the input in the forward pass.
    """

    code = "WG202"
    name = "wrong-index"
    forward = """\
import math
w = [2, -3, -1]
x = [-1, -2]
product = w[0] * x[0] + w[1] * x[1] + w[2]
activation = 1 / (1 + math.exp(-product))
grad_product = (1 - activation) * activation
"""
    wrong = "grad_x = [w[0] * grad_product, w[2] * grad_product]"
    right = "grad_x = [w[0] * grad_product, w[1] * grad_product]"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "index"

    def title(self, case: Case) -> str:
        old, new = case.slip.old, case.slip.new
        return f"`{case.variable}` uses `{old}` where `{new}` belongs"

    def why(self, case: Case) -> str:
        if case.slip.new == f"{case.slip.old}[::-1]":
            return (
                "a loop that goes back meets the last of them first, and what it appends stands in that order"
            )
        old, new = case.slip.old, case.slip.new
        a, b = case.values.get(old), case.values.get(new)
        said = f"`{new}` is the entry that the forward pass uses there"
        if a is not None and repr(a) == repr(b):
            said += (
                f"; no value at your numbers can show it because {old} == {new} == {a!r}, other numbers do"
            )
        return said
