"""A list stands where a number belongs."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class Container(Cause):
    """A list stands where a number belongs.

    What happened: brackets around a single number make a list of it, and a list has no arithmetic.
    Why: `[a]` is a list with one entry; `-[a]` raises TypeError, and `2 * [a]` repeats the list.
    Fix: leave the brackets out, or take the entry with `[0]`.
    """

    code = "WG402"
    name = "container"
    forward = """\
import math
w = 0.7
x = -1.2
"""
    wrong = """\
p = [w * x]
y = math.exp(-p)
grad_w = -x * y
"""
    right = """\
p = w * x
y = math.exp(-p)
grad_w = -x * y
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "container"

    def title(self, case: Case) -> str:
        return f"`{case.variable}` is a list, where a number belongs"

    def why(self, case: Case) -> str:
        raised = f" ({case.exception})" if case.exception else ""
        return (
            f"the brackets make a list with one entry, and arithmetic on a list is not arithmetic on its "
            f"entry{raised}; without them `{case.variable}` is the number"
        )
