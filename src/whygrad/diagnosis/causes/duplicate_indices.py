"""An indexed `+=` loses the contributions of repeated indices."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class DuplicateIndices(Cause):
    """An indexed `+=` loses the contributions of repeated indices.

    What happened: `a[ids] += g` writes each place once, even if `ids` names it twice.
    Why: NumPy computes `a[ids] + g` first and writes it back; of repeated places the last one stays.
    Fix: `np.add.at(a, ids, g)` adds every contribution.
    """

    code = "WG303"
    name = "duplicate-indices"
    forward = """\
import numpy as np
C = np.array([[0.3, -0.8], [1.1, 0.2], [0.5, 0.9]])
ids = np.array([1, 1, 0])
up = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
s = np.sum(C[ids] * up)
dC = np.zeros_like(C)
"""
    wrong = "dC[ids] += up"
    right = "np.add.at(dC, ids, up)"

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "add-at"

    def title(self, case: Case) -> str:
        return f"repeated indices lose contributions to `{case.variable}`"

    def why(self, case: Case) -> str:
        return (
            "an indexed `+=` writes each place once, so of repeated indices only the last contribution stays"
        )
