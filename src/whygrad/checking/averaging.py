"""Division by the number of examples in the layers instead of the loss: a convention, not a mistake."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from whygrad.checking.evidence import Claim
from whygrad.checking.intermediates import scaled
from whygrad.checking.judging import is_zero
from whygrad.checking.values import shape_of
from whygrad.checking.variables import base_name
from whygrad.source import tree_of

_COUNT = re.compile(r"\.shape\b|\blen\(|\.size\b")
AVERAGED = "it takes the mean over the examples, as where the cost is a mean and the loss hands down no 1/N"
"""Why a gradient that is 1/N of the true one is right."""


def allow_late_means(
    claims: Sequence[Claim],
    shapes: Mapping[str, tuple[int, ...]],
    upstream: str,
    own: Collection[str],
    text: str,
    rejudge: Callable[[Claim], None],
) -> str:
    """Accept layers that take the mean over the batch where they make the gradients of their parameters.

    In Coursera's layers the arriving gradient is that of each example, and `dW = 1 / m * dZ @ A.T` averages.
    No loss stands beside such a layer to say otherwise, so this convention is right there: every parameter
    is off by the same 1/m. Where one has a slip besides, it is judged again by the mean, if its line divides
    by a number of examples. One parameter alone off is a slip. Parameters that a layer made as its `own` have
    no axis of examples, whatever their lengths; what has the gradient zero may have any factor. Returns what
    was accepted, as a note.
    """
    wrong = [c for c in claims if c.verdict == "wrong"]
    if len(wrong) == 1 and base_name(wrong[0].of) in own:
        _doubt_lone_mean(wrong[0], claims, shapes.get(upstream, ())[:1], upstream, own)
        return ""
    for m in sorted({n for n in shapes.get(upstream, ()) if n > 1}):

        def has_examples(claim: Claim, m: int = m) -> bool:
            lengths = shapes.get(claim.of) or (shape_of(claim.values[0]) if claim.values else ())
            return m in lengths and (claim.verdict == "right" or base_name(claim.of) not in own)

        off = [c for c in wrong if not has_examples(c)]
        known = [c for c in claims if c.values and not is_zero(c) and c not in off]
        if len(off) < 2 or not known or not all(map(has_examples, known)):
            continue
        averaged = [c for c in off if _is_ratio(c, 1 / m)]
        slips = [c for c in off if c not in averaged]
        shared = [c for c in known if c.verdict == "wrong" and _is_ratio(c, 1 / m)]
        if (slips or shared) and not all(_divides(c.line, text) for c in off):
            continue
        if not averaged and len({_ratio(c) for c in off}) > 1:
            continue
        for claim in off:
            take_share(claim, 1 / m)
        for claim in averaged:
            claim.verdict, claim.mismatch, claim.reason = "right", None, AVERAGED
            claim.agreements = [True] * len(claim.agreements)
            claim.right_at_given_inputs = True
        for claim in slips:
            rejudge(claim)
        names = " and ".join(f"`{c.name}`" for c in off)
        return (
            f"{names} take the mean over the {m} examples: right where the cost is a mean and `{upstream}` "
            f"is the gradient of each example; a `{upstream}` that holds the 1/{m} would be divided twice"
        )
    return ""


def take_share(claim: Claim, share: float) -> None:
    """Let a claim be a part of the gradient."""
    claim.share = share
    claim.truth = [None if true is None else scaled(true, share) for true in claim.truth]


def _ratio(claim: Claim) -> float | None:
    """How many times the true gradient a claim is at all points, rounded; None where it is no multiple."""
    ratio = claim.mismatch.facts.get("constant_ratio") if claim.mismatch else None
    return None if ratio is None else round(ratio, 9)


def _is_ratio(claim: Claim, wanted: float) -> bool:
    ratio = _ratio(claim)
    return ratio is not None and abs(ratio / wanted - 1) < 1e-6


def _divides(line: int, text: str) -> bool:
    """Does the statement on a line divide by a number of examples, or take a mean?"""
    tree = tree_of(text)
    holding = [
        s
        for s in ast.walk(tree)
        if isinstance(s, ast.Assign | ast.AugAssign | ast.Return) and s.lineno <= line <= (s.end_lineno or 0)
    ]
    nodes = [node for statement in holding for node in _walk(statement, tree)]
    if any(isinstance(n, ast.Attribute | ast.Name) and _word(n) in ("mean", "average") for n in nodes):
        return True
    counts = {
        n.id
        for s in ast.walk(tree)
        if isinstance(s, ast.Assign) and _COUNT.search(ast.unparse(s.value))
        for target in s.targets
        for n in ast.walk(target)
        if isinstance(n, ast.Name)
    }
    divisors = [n.right for n in nodes if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)]
    return any(_COUNT.search(ast.unparse(d)) or ast.unparse(d) in counts for d in divisors)


def _walk(statement: ast.AST, tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes of a statement, and of the functions of the text that it calls."""
    functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
    waiting = [statement]
    while waiting:
        for node in ast.walk(waiting.pop()):
            yield node
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called = functions.pop(node.func.id, None)
                waiting += [called] if called else []


def _word(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


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
