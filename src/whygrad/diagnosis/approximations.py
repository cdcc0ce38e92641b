"""Gradients that are near the true ones everywhere, and that no edit explains: approximations of them.

A derivative of the exact function stands beside an approximation of it (a GELU by tanh, an exponential by a
few terms), or the other way round. A slip that small would have been found: what it needs stands in the file.
"""

from __future__ import annotations

import ast
import itertools

import numpy as np

from whygrad.checking.comparison import same_layout
from whygrad.checking.evidence import Claim, Evidence
from whygrad.checking.values import vector
from whygrad.source import tree_of

ALIKE = 0.02
NEAR, FAR = 5e-3, 0.1
"""Of the largest entry: how far off an approximation may be at most points, and at any one."""


def leave_open(evidence: Evidence) -> bool:
    """Let the wrong gradients be undecided if each is near the truth at each point; say whether they are."""
    wrong = [claim for claim in evidence.finals if claim.verdict in ("wrong", "inherited")]
    distances = [_distances(claim) for claim in wrong]
    if not distances or any(np.median(d) > NEAR or max(d) > FAR for d in distances):
        return False
    if _has_near_constants(evidence.program.text):
        return False
    for claim, far in zip(wrong, distances, strict=True):
        claim.reason = (
            f"it is not quite the gradient, off by {max(far):.1g} of the largest entry at most, and no slip "
            "explains that: likely one of the two passes is an approximation of the other's function"
        )
    for claim in evidence.claims:
        if claim.verdict in ("wrong", "inherited"):
            claim.verdict, claim.mismatch = "undecided", None
    return True


def _has_near_constants(text: str) -> bool:
    """Are there two numbers of which one looks like the other, mistyped: 0.0447 beside 0.044715?"""
    nodes = ast.walk(tree_of(text))
    numbers = sorted({abs(n.value) for n in nodes if isinstance(n, ast.Constant) and type(n.value) is float})
    return any(0 < above - below <= ALIKE * above for below, above in itertools.pairwise(numbers))


def _distances(claim: Claim) -> list[float]:
    """How far a claim is off at each point, next to the largest entry of the truth there."""
    far: list[float] = []
    for got, want in zip(claim.values, claim.truth, strict=True):
        ours, true = vector(got), vector(want)
        if ours is None or true is None or not same_layout(got, want):
            return [np.inf]
        if not (np.isfinite(true).all() and np.isfinite(ours).all()):
            return [np.inf]  # nan is near nothing
        far.append(float(np.abs(ours - true).max(initial=0.0)) / float(np.abs(true).max(initial=1e-300)))
    return far or [np.inf]
