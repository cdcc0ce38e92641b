"""A term is missing: a path from the variable to the output is forgotten."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingTerm(Cause):
    """A term is missing: a path from the variable to the output is forgotten.

    What happened: the variable reaches the output along several paths, and one of them is left out.
    Why: a gradient is the sum of the contributions of all paths.
    Fix: add the contribution of the path.
    """

    code = "WG301"
    name = "missing-term"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
k = np.array([1.0, 2.0, -1.0])
s = np.sum(x * k + x * x * x)
dc = 3 * x * x
"""
    wrong = "dx = dc"
    right = "dx = dc + k"

    def explains(self, case: Case) -> bool:
        return case.slip.kind in ("term", "attach")

    def title(self, case: Case) -> str:
        if case.slip.kind == "attach":
            return f"the rule is never kept with its node: `{case.slip.new}` is missing"
        return f"a term is missing from `{case.variable}`: `{case.added}`"

    def why(self, case: Case) -> str:
        if case.slip.kind == "attach":
            return "no rule is known for the result, so what the operation was given gets nothing back"
        return (
            f"`{case.of}` reaches the output along more than one path, and a gradient is the sum "
            "of the contributions "
            "of all of them"
        )
