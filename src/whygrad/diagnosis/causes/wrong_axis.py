"""A reduction runs over another axis than the one that was broadcast or reduced."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongAxis(Cause):
    """A reduction runs over another axis than the one that was broadcast or reduced.

    What happened: the axis of a sum or mean is not the one that the forward pass used, or `keepdims` differs.
    Why: what was copied along an axis gets the sum over that axis; another axis mixes other entries.
    Fix: name the axis along which the forward pass stretched or reduced.
    """

    code = "WG102"
    name = "wrong-axis"
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
    wrong = "db = np.sum(dy, axis=1)"
    right = "db = np.sum(dy, axis=0)"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "axis"

    def title(self, case: Case) -> str:
        if not case.slip.old:
            return f"`{case.variable}` is reduced without `{case.slip.new}`"
        return (
            f"`{case.variable}` is reduced with `{case.slip.old}` where "
            f"`{case.slip.new or 'no such option'}` belongs"
        )

    def why(self, case: Case) -> str:
        return (
            f"the gradient of `{case.of}` sums the contributions along the axis on which the "
            "forward pass stretched "
            "or reduced it, and has its shape"
        )
