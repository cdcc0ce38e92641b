"""A name is misspelt: nothing binds it."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class UnknownName(Cause):
    """A name is misspelt: nothing binds it.

    What happened: the line reads a name that was never assigned.
    Why: Python looks a name up when the line runs, and raises NameError where there is none.
    Fix: use the name that was assigned.
    """

    code = "WG405"
    name = "unknown-name"
    forward = """\
import math
weight = 0.7
x = -1.2
"""
    wrong = """\
y = math.exp(weigth * x)
grad_weight = x * y
"""
    right = """\
y = math.exp(weight * x)
grad_weight = x * y
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "typo"

    def title(self, case: Case) -> str:
        return f"no line before assigns `{case.slip.old}`; `{case.slip.new}` fits"

    def why(self, case: Case) -> str:
        return f"the script raises {case.exception or 'NameError'} here; with `{case.slip.new}` it runs on"
