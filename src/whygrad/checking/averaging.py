"""Division by the number of examples in the layers instead of the loss: a convention, not a mistake."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whygrad.checking.evidence import Claim
from whygrad.checking.judging import is_zero
from whygrad.checking.values import shape_of
from whygrad.checking.variables import base_name

AVERAGED = "it takes the mean over the examples, as where the cost is a mean and the loss hands down no 1/N"
"""Why a gradient that is 1/N of the true one is right."""


def allow_late_means(
    claims: Sequence[Claim],
    shapes: Mapping[str, tuple[int, ...]],
    upstream: str,
    own: Collection[str] = (),
) -> str:
    """Accept layers that take the mean over the batch where they make the gradients of their parameters.

    In Coursera's layers the arriving gradient is that of each example, and `dW = 1 / m * dZ @ A.T` averages.
    No loss stands beside such a layer to say otherwise, so this convention is right there: every parameter
    is off by the same 1/m, and what has the axis of the m examples is right. One parameter alone off is a
    slip. Parameters that a layer made as its `own` have no axis of examples, whatever their lengths; what has
    the gradient zero may have any factor. Returns what was accepted, as a note.
    """
    wrong = [c for c in claims if c.verdict == "wrong"]
    if len(wrong) == 1 and base_name(wrong[0].of) in own:
        _doubt_lone_mean(wrong[0], claims, shapes.get(upstream, ())[:1], upstream, own)
        return ""
    batches = {n for c in claims if c.verdict == "right" for n in shapes.get(c.of, ())}
    counts = {n for n in shapes.get(upstream, ()) if n > 1 and n in batches}
    ratios = [c.mismatch.facts.get("constant_ratio") if c.mismatch else None for c in wrong]
    for m in counts:
        averaged = all(r is not None and abs(r * m - 1) < 1e-6 for r in ratios)
        lone = [c for c in wrong if base_name(c.of) not in own]
        if len(wrong) < 2 or not averaged or any(m in shapes.get(c.of, ()) for c in lone):
            continue
        right = [c for c in claims if c.verdict != "wrong" and c.values and not is_zero(c)]
        if any(m not in (shapes.get(c.of) or shape_of(c.values[0])) for c in right):
            continue
        for claim in wrong:
            claim.verdict, claim.mismatch, claim.reason = "right", None, AVERAGED
            claim.agreements = [True] * len(claim.agreements)
            claim.right_at_given_inputs = True
        names = " and ".join(f"`{c.name}`" for c in wrong)
        return (
            f"{names} take the mean over the {m} examples: right where the cost is a mean and `{upstream}` "
            f"is the gradient of each example; a `{upstream}` that holds the 1/{m} would be divided twice"
        )
    return ""


def _doubt_lone_mean(
    claim: Claim, claims: Sequence[Claim], batch: tuple[int, ...], upstream: str, own: Collection[str]
) -> None:
    """Leave open a mean in the one parameter that a layer has: no other shows whether it is meant."""
    others = [c for c in claims if base_name(c.of) in own and c is not claim]
    ratio = claim.mismatch.facts.get("constant_ratio") if claim.mismatch else None
    if others or ratio is None or not batch or batch[0] < 2 or abs(ratio * batch[0] - 1) > 1e-6:
        return
    claim.verdict, claim.mismatch = "undecided", None
    claim.reason = (
        f"the mean over the {batch[0]} examples: right where the cost is a mean and `{upstream}` is the "
        f"gradient of each example, else {batch[0]} times too small"
    )


def doubt_undivided(
    claims: Sequence[Claim], shapes: Mapping[str, tuple[int, ...]], inner: Collection[str]
) -> None:
    """Leave open what goes on from a network whose layers divide by the number of examples themselves.

    The gradient that the loss hands down is that of each example then, and so is what the first layer
    returns; the gradients `inner`, which the layers keep of their parameters, are right.
    """
    kept = [c for c in claims if c.name in inner and not is_zero(c)]
    if not kept or any(c.verdict != "right" for c in kept):
        return
    for claim in claims:
        ratio = claim.mismatch.facts.get("constant_ratio") if claim.mismatch else None
        counts = {n for n in shapes.get(claim.of, ()) if n > 1}
        if claim.verdict == "wrong" and ratio is not None and any(abs(ratio - n) < 1e-6 * n for n in counts):
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = (
                f"{ratio:.0f} times the gradient of `{claim.of}`: the layers, whose own gradients are right, "
                "divide by the number of examples themselves"
            )
