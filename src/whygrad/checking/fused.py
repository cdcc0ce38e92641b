"""A softmax and a cross-entropy whose derivatives are fused: `p - y` in the one, nothing in the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Claim, Value
from whygrad.checking.measured import Measured
from whygrad.checking.observing import follow
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import Vector, vector

_FUSED = re.compile(r"(?i)soft_?max(?!.*(loss|cost|entropy|error))")
_ENTROPY = re.compile(r"(?i)entropy|bce|nll|likelihood|log_?loss|\bce\b")


def doubt_fused(claims: Sequence[Claim], forward: str, upstream: str, measured: Sequence[Measured]) -> None:
    """Leave open what a softmax hands on unchanged: with `p - y` from the loss it is right."""
    if not _FUSED.search(forward):
        return
    if not upstream:
        _doubt_ones(claims)
        return
    arriving = [follow(upstream, m.observation.namespace) for m in measured]
    for claim in claims:
        pairs = list(zip(claim.values, arriving, strict=True))
        if claim.verdict == "wrong" and all(compare(value, given).agrees for value, given in pairs):
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = (
                f"it is `{upstream}` as it arrives: wrong by itself, right where the loss already gives the "
                "gradient by what the softmax takes (`p - y`)"
            )


def _doubt_ones(claims: Sequence[Claim]) -> None:
    """Leave open a derivative that is 1 whatever comes in, which hands on unchanged, too."""
    for claim in claims:
        numbers = [vector(value) for value in claim.values]
        if claim.verdict == "wrong" and all(n is not None and n.size and (n == 1).all() for n in numbers):
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = (
                "it is 1 whatever comes in: no derivative of a softmax, right where the loss already gives "
                "the gradient by what the softmax takes (`p - y`)"
            )


def doubt_fused_loss(claims: Sequence[Claim], forward: str, measured: Sequence[Measured]) -> None:
    """Leave open `p - y` of a cross-entropy of probabilities: it is the gradient by what makes them."""
    if len(claims) != 1 or claims[0].verdict != "wrong" or not _ENTROPY.search(forward):
        return
    claim, factors = claims[0], set[float]()
    for value, m in zip(claim.values, measured, strict=True):
        factors.add(_factor(vector(value), m.observation.namespace, claim.of))
    if len(factors) == 1 and factors != {0.0}:
        claim.verdict, claim.mismatch = "undecided", None
        claim.reason = (
            f"`{claim.of}` less the target is the gradient by what a softmax or sigmoid takes, "
            f"which then hands it on unchanged; it is not the gradient by `{claim.of}`"
        )


def _factor(got: Vector | None, namespace: Mapping[str, Value], of: str) -> float:
    """The positive factor by which a value is that difference, or zero."""
    given = vector(namespace.get(of))
    for name, value in namespace.items():
        target = vector(value) if TARGET_WORDS.match(name.rstrip("_")) and name != of else None
        if got is None or given is None or target is None or not got.shape == given.shape == target.shape:
            continue
        apart = given - target
        factor = float(got @ apart) / float(apart @ apart or 1.0)
        if factor > 0 and np.allclose(got, factor * apart):
            return round(factor, 9)
    return 0.0
