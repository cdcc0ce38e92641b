"""Inputs and readings that nobody stated must not make code wrong: where some do, others are tried."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Sequence

from whygrad.checking.evidence import Claim, Evidence
from whygrad.checking.examples.fitting import in_one_column, listed
from whygrad.checking.programs import Program
from whygrad.checking.values import vector
from whygrad.errors import NoGradientError

MOST_RIVALS = 6
SECONDS = 2.5
"""Longest processor time for rivals."""
_ONE = re.compile(r"[(,] ?1[,)]")
_MATRIX = re.compile(r"randn\((?!1,)\d+, (?!1\))\d+\)")
_VECTOR = re.compile(r"^\w+\(\d+\)$")
_ALONE = re.compile(r"\(1(, ?1)+\)")


def charitable(
    program: Program, measure: Callable[[Program, float, bool], Evidence], until: float
) -> Evidence:
    """The evidence of a program, or of the first of its rivals that is right, where it is not.

    Where none is right, it is that of the program in which the fewest gradients are wrong. `measure` takes a
    program, a time, and whether it may stop where not all is right.
    """
    refused: NoGradientError | None = None
    first: Evidence | None = None
    milder: Program | None = None
    fewest = 0
    stop = time.process_time() + SECONDS  # of the processor: on a busy machine no less is tried
    for place, rival in enumerate(itertools.chain((program,), program.rivals)):
        if place > MOST_RIVALS or (place and time.process_time() > stop):
            break
        if first is not None and not _columns(first, rival) and not _is_as_credible(first, rival):
            continue
        try:
            evidence = measure(rival, until, first is not None)
        except NoGradientError as error:
            refused = refused or error
            continue
        columns = _columns(first, rival) if first else 0
        if columns:
            assert first is not None
            if evidence.failure is None and evidence.verdict == "right":
                return _undecided(first, columns)
            continue
        if (
            evidence.failure is None
            and evidence.verdict == "right"
            and (first is None or tells(evidence.finals))
        ):
            return evidence
        wrong = sum(claim.verdict == "wrong" for claim in evidence.finals)
        if first is None:
            first, fewest = evidence, wrong
        elif evidence.failure is None and len(evidence.finals) == len(first.finals) and 0 < wrong < fewest:
            milder, fewest = rival, wrong
    if milder is not None:
        return measure(milder, until, False)
    if first is not None:
        return first
    assert refused is not None
    raise refused


def _columns(first: Evidence, rival: Program) -> int:
    """How many columns the first inputs of a loss had, where the rival has one and all are off by that."""
    if not _is_narrowed(first, rival):
        return 0
    columns = in_one_column(first.program.assumed)[1]
    wrong = [claim for claim in first.finals if claim.verdict == "wrong"]
    ratios = [c.mismatch.facts.get("constant_ratio", 0.0) if c.mismatch else 0.0 for c in wrong]
    scaled = all(min(abs(r - columns), abs(r * columns - 1)) < 1e-6 for r in ratios)
    return columns if wrong and scaled else 0


def _is_narrowed(first: Evidence, rival: Program) -> bool:
    texts = in_one_column(first.program.assumed)[0]
    return bool(texts) and rival.assumed == texts


def _undecided(evidence: Evidence, columns: int) -> Evidence:
    """The evidence of a loss whose gradient is right if there is one number for each example."""
    for claim in evidence.claims:
        if claim.verdict in ("wrong", "inherited"):
            ratio = claim.mismatch.facts.get("constant_ratio", columns) if claim.mismatch else columns
            said = f"{ratio:.3g} times" if ratio >= 1 else f"1/{columns} of"
            claim.reason = (
                f"right where each example has one number; with {columns} columns, as assumed here, "
                f"it is {said} the gradient"
            )
            claim.verdict, claim.mismatch = "undecided", None
            evidence.notes.append(f"`{claim.name}` is {claim.reason}")
    return evidence


def _is_as_credible(first: Evidence, rival: Program) -> bool:
    """Dimensions of one hide a sum or a mean over them; they are taken where more is wrong than that."""
    given = first.program.assumed
    if _is_narrowed(first, rival):
        return False
    if set(given) - set(rival.assumed):
        return False  # a penalty that is left at zero hides what becomes of it
    if any("(" in text and "(" not in rival.assumed.get(n, "(") for n, text in given.items()):
        return False  # a single index in place of many hides that some occur twice
    if any(listed(rival.assumed.get(name, text)) < listed(text) for name, text in given.items()):
        return False  # a network of one layer hides what becomes of the hidden ones
    if any(_ALONE.search(rival.assumed.get(n, "")) and _MATRIX.search(text) for n, text in given.items()):
        return False  # of a single class and a single feature nothing is left but the penalty
    narrower = [
        n for n, text in rival.assumed.items()
        if _ONE.search(text) and not _ONE.search(given.get(n, "")) and not _VECTOR.search(given.get(n, ""))
    ]  # fmt: skip
    wrong = {claim.of for claim in first.finals if claim.verdict == "wrong" and _wrong_throughout(claim)}
    return not narrower or bool(wrong & set(list(given)[:1]))


def _wrong_throughout(claim: Claim) -> bool:
    """Not in a part of its entries only: a vector of unrolled parameters holds biases, too."""
    found = claim.mismatch
    return found is None or found.wrong_entries > 0.9 * found.entries or found.got_shape != found.want_shape


def tells(claims: Sequence[Claim]) -> bool:
    """Is any gradient other than zero? A softmax over one class is constant, and any rule right for it."""
    numbers = [vector(value) for claim in claims for value in claim.truth]
    return any(n is not None and bool((abs(n) > 1e-12).any()) for n in numbers)
