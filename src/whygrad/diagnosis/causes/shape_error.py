"""A line raises because its operands do not fit together."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class ShapeError(Cause):
    """A line raises because its operands do not fit together.

    What happened: NumPy or Python refuses the operation on these operands.
    Why: a matrix product needs the inner lengths to agree; elementwise operations need shapes that broadcast.
    Fix: transpose, swap or sum so that the shapes fit; the edit shown was run.
    """

    code = "WG406"
    name = "shape-error"
    forward = """\
import numpy as np
rng = np.random.RandomState(0)
x = rng.randn(4, 3)
W = rng.randn(3, 2)
b = rng.randn(2)
t = rng.randn(4, 2)
y = x @ W + b
loss = np.sum((y - t) ** 2)
dy = 2 * (y - t)
"""
    wrong = "dW = x @ dy"
    right = "dW = x.T @ dy"

    def explains(self, case: Case) -> bool:
        # A name that nothing binds is no matter of shapes.
        return bool(case.exception) and not case.exception.startswith(("NameError", "UnboundLocalError"))

    def title(self, case: Case) -> str:
        return f"this line raises {case.exception.split(':')[0]}"

    def why(self, case: Case) -> str:
        old, new = case.slip.old or case.statement, case.slip.new or case.repaired
        return f"{case.exception}; with `{new}` in place of `{old}` it runs on"
