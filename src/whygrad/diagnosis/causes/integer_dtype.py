"""A gradient is stored in an array of whole numbers."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class IntegerDtype(Cause):
    """A gradient is stored in an array of whole numbers.

    What happened: the array has an integer dtype, so what is stored in it loses its fraction.
    Why: NumPy casts what is assigned into an array to that array's dtype.
    Fix: make the array of floats.
    """

    code = "WG404"
    name = "integer-dtype"
    forward = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
s = np.sum(x ** 2) * 0.3
"""
    wrong = """\
dx = np.array([0, 0, 0])
dx[:] = 0.6 * x
"""
    right = """\
dx = np.array([0.0, 0.0, 0.0])
dx[:] = 0.6 * x
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "dtype"

    def title(self, case: Case) -> str:
        return f"`{case.variable}` holds whole numbers, so gradients lose their fraction"

    def why(self, case: Case) -> str:
        return (
            "NumPy casts what is stored in an array to that array's dtype: everything below 1 is cut off to 0"
        )
