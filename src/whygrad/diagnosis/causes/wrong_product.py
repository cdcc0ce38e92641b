"""An elementwise product stands for a matrix product, or the other way round."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongProduct(Cause):
    """An elementwise product stands for a matrix product, or the other way round.

    What happened: `*` and `@` (or dot and outer) were confused.
    Why: `*` multiplies entry by entry; `@` sums over the inner axis; an outer product keeps both axes.
    Fix: use the product that the forward pass's transpose asks for.
    """

    code = "WG105"
    name = "wrong-product"
    forward = """\
import numpy as np
rng = np.random.RandomState(1)
x = rng.randn(3, 3)
W = rng.randn(3, 3)
y = x @ W
loss = np.sum(y ** 2)
dy = 2 * y
"""
    wrong = "dx = dy * W.T"
    right = "dx = dy @ W.T"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "product"

    def title(self, case: Case) -> str:
        return f"`{case.variable}` uses `{case.slip.old}` where `{case.slip.new}` belongs"

    def why(self, case: Case) -> str:
        return "`*` multiplies entry by entry, `@` sums over the inner axis, an outer product keeps both axes"
