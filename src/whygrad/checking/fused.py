"""Softmax layers that hand on what arrives: their derivative is fused with that of a loss further on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Claim
from whygrad.checking.measured import Measured
from whygrad.checking.observing import follow

_FUSED = re.compile(r"(?i)soft_?max(?!.*(loss|cost|entropy|error))")


def doubt_fused(claims: Sequence[Claim], forward: str, upstream: str, measured: Sequence[Measured]) -> None:
    """Leave open what a softmax hands on unchanged: with `p - y` from the loss it is right."""
    if not upstream or not _FUSED.search(forward):
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
