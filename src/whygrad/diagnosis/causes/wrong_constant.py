"""A constant factor is missing or wrong: 2, 1/2, 1/N, or another number."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class WrongConstant(Cause):
    """A constant factor is missing or wrong: 2, 1/2, 1/N, or another number.

    What happened: the gradient is off by a constant, or one of its terms is.
    Why: the derivative of x**2 is 2x; a mean of N terms gives each of them 1/N; a loss of 1/2 e**2
    cancels the 2.
    Fix: use the factor that the forward pass asks for.
    """

    code = "WG205"
    name = "wrong-constant"
    forward = """\
import numpy as np
x = np.array([[0.3, -0.8], [1.1, 0.4], [0.2, 0.9]])
w = np.array([1.5, -0.5])
t = np.array([1.0, 0.0, 2.0])
e = x @ w - t
loss = np.mean(e ** 2)
N = 3
"""
    wrong = "dw = 2 * e @ x"
    right = "dw = 2 * e @ x / N"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "constant" and case.where != "forward"

    def title(self, case: Case) -> str:
        ratio = case.facts.get("constant_ratio")
        if isinstance(ratio, float):
            return f"`{case.variable}` is {ratio:.6g} times the true gradient: a constant factor is wrong"
        return f"a constant of `{case.variable}` is wrong: `{case.slip.old}` where `{case.slip.new}` belongs"

    def why(self, case: Case) -> str:
        if case.slip.new.rstrip("0123456789.").endswith("/ ") or "/ " in case.added:
            return (
                "the forward pass takes a mean, which gives every term the factor 1/N: "
                f"`{case.added}` is missing"
            )
        return (
            f"the derivative has `{case.slip.new}` where `{case.slip.old}` stands (a square "
            "brings a factor 2, a mean of N "
            "terms 1/N, a loss of one half cancels a 2)"
        )
