"""The one at the label is not taken off the probabilities."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingLabel(Cause):
    """The one at the label is not taken off the probabilities: `p` where `p - onehot(y)` belongs.

    What happened: the gradient of the scores is the probabilities alone; every entry is right but one of each
    row, the one at the label.
    Why: the loss is -log p[y] = log(sum(exp(s))) - s[y]. The sum gives `p` for every score, and the
    score of the label is subtracted once more.
    Fix: take 1 off at the label, before the division by N: `p - np.eye(p.shape[-1])[y]`, or on a copy
    `d[np.arange(N), y] -= 1`.
    """

    code = "WG309"
    name = "missing-label"
    forward = """\
import numpy as np
X = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7], [-0.2, 0.8, 0.9], [0.3, 0.1, -1.5]])
W = np.array([[0.2, -0.5], [-0.3, 0.8], [0.9, -0.1]])
y = np.array([0, 1, 1, 0])
e = np.exp(X @ W)
p = e / e.sum(axis=1, keepdims=True)
loss = -np.log(p[np.arange(4), y]).mean()
"""
    wrong = "dW = X.T @ (p / 4)"
    right = "dW = X.T @ ((p - np.eye(2)[y]) / 4)"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "label"

    def title(self, case: Case) -> str:
        if case.slip.old.replace(".", "").isdigit():
            return f"`{case.slip.old}` belongs at the label alone: `{case.slip.new}`"
        return f"the one at the label is missing from `{case.slip.old}`: `{case.added}`"

    def why(self, case: Case) -> str:
        return (
            "the loss is log(sum(exp(scores))) minus the score of the label: the sum gives the "
            "probabilities, and the label takes 1 off at its own entry"
        )
