"""A gradient is stored under another name than the one that is read."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongName(Cause):
    """A gradient is stored under another name than the one that is read.

    What happened: a line assigns a name that looks like the gradient's, and nothing uses it.
    Why: Python makes a new variable of every new spelling; `dw` and `dW` are two.
    Fix: assign the name that is returned or read later.
    """

    code = "WG305"
    name = "wrong-name"
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
dW = np.zeros_like(W)
dw = x.T @ dy
dW += 0.0 * W
"""
    right = """\
dW = np.zeros_like(W)
dW = x.T @ dy
dW += 0.0 * W
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "target"

    def title(self, case: Case) -> str:
        return f"the gradient is stored in `{case.slip.old}`, but `{case.slip.new}` is the one that counts"

    def why(self, case: Case) -> str:
        return f"Python sees two names; what this line computes never reaches `{case.slip.new}`"
