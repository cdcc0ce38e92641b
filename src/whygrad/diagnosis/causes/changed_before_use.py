"""A value of the forward pass is changed before the backward pass uses it."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class ValueChangedBeforeUse(Cause):
    """A value of the forward pass is changed before the backward pass uses it.

    What happened: a variable (a weight, the input) is updated or overwritten, and then read for a gradient.
    Why: local gradients are taken at the values of the forward pass.
    Fix: use it first and change it afterwards, or change a copy.
    """

    code = "WG304"
    name = "value-changed-before-use"
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
    wrong = """\
W = W - 0.1 * (x.T @ dy)
dx = dy @ W.T
"""
    right = """\
dx = dy @ W.T
W = W - 0.1 * (x.T @ dy)
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind in ("move", "in-place", "alias")

    def title(self, case: Case) -> str:
        if case.slip.kind == "alias" and case.value is not None and case.slip.old == case.statement:
            names = case.slip.new.partition("=")[0].count(",") + 1
            done = "gives one array two names" if names > 1 else "changes an array that has another name too"
            return f"`{case.slip.old}` {done}"
        if case.slip.kind == "alias":
            return f"`{case.slip.old}` is one array under several names, and a change of one changes all"
        name = case.slip.old.partition("[")[0]
        if name == case.variable.partition("[")[0]:
            return f"`{name}` is changed here, before the backward pass has used it"
        return f"`{case.slip.old}` is changed before `{case.variable}` is computed from it"

    def why(self, case: Case) -> str:
        if case.slip.kind == "alias":
            return (
                "an assignment gives an array another name and copies nothing; who still needs it as it was "
                "finds it changed"
            )
        return (
            "local gradients are taken at the values of the forward pass, and these are gone "
            "when the line runs"
        )
