"""A module is used but not imported."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class MissingImport(Cause):
    """A module is used but not imported.

    What happened: the script names a module that no line of it imports.
    Why: Python binds a module's name only where it is imported; without that the first use raises NameError.
    Fix: import it in the first line.
    """

    code = "WG403"
    name = "missing-import"
    forward = """\
w = 2.0
x = 0.5
"""
    wrong = """\
y = math.exp(w * x)
grad_w = y * x
"""
    right = """\
import math
y = math.exp(w * x)
grad_w = y * x
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "import"

    def title(self, case: Case) -> str:
        return f"`{case.slip.old}` is used but not imported"

    def why(self, case: Case) -> str:
        return (
            f"no line imports `{case.slip.old}`, so its first use would raise NameError; "
            f"`{case.slip.new}` was "
            "supplied for this check"
        )
