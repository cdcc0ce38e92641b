"""Check a text whose arrays are large at smaller sizes, and confirm what was found at its own.

The whole search runs on the small text. At full size a text runs three times: once to see how large it is,
and then, with the repairs made, once plainly and once traced.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from whygrad.checking.evidence import Evidence, Failure, Hints, TooLargeError
from whygrad.checking.measurement import measure
from whygrad.checking.shrinking import Sizes, proposals
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.findings import CheckResult, Edit, Finding, Repair
from whygrad.diagnosis.reconsidering import reconsidered
from whygrad.diagnosis.rounds import Check
from whygrad.errors import WhygradError
from whygrad.source import Source

Tell = Callable[[CheckResult], None]
_CODE = re.compile(r"`[^`]+`")


def checked(source: Source, hints: Hints, tell: Tell) -> CheckResult:
    """The result of a check, at smaller sizes where the inputs hold very many numbers and these can be found.

    Raises what `Check.run` raises.
    """
    try:
        return reconsidered(source, replace(hints, large="refuse"), tell)
    except TooLargeError as error:
        failure = error.failure
    for sizes in proposals(source.text, hints):
        result = _at(sizes, source, hints, failure, tell)
        if result is not None:
            return result
    return Check(source, hints, tell).run()


def _at(
    sizes: Sizes, source: Source, hints: Hints, failure: Failure | None, tell: Tell
) -> CheckResult | None:
    """The result at small sizes; None where the text does not run as at its own, or means something else."""
    small = Source(source.filename, sizes.shrunken(source.text))
    given = replace(sizes.hints(hints), large="refuse")
    try:
        if not _is_same_end(failure, measure(small, given).failure):
            return None
        check = Check(small, given, lambda said: tell(_restored(said, source, sizes, "its own are large")))
        result = check.run()
        if result.status in ("error", "undecided"):
            return None
        if failure is not None and failure.kind == "Timeout":
            return _restored(result, source, sizes, "its own take too long")
        confirmed = measure(_with_repairs(source, check.draft, sizes), replace(hints, large="once"))
    except (WhygradError, TooLargeError):
        return None
    agrees = _agrees(result, confirmed)
    return _restored(result, source, sizes, "then run once at its own, which are large") if agrees else None


def _is_same_end(first: Failure | None, second: Failure | None) -> bool:
    """Do two runs both get to their end, or both stop in the same line for the same reason?

    A run that took too long says nothing of its end.
    """
    if first is None or second is None:
        return first is second or (first is not None and first.kind == "Timeout")
    return (first.kind, first.line) == (second.kind, second.line)


def _agrees(result: CheckResult, full: Evidence) -> bool:
    """Does one run at full size, repairs made, say the same?

    Where no repair was found for a gradient, it must be wrong there, too.
    """
    if full.failure is not None or not full.finals:
        return False
    names = {claim.name for claim in full.finals}
    unrepaired = {f.variable for f in result.findings if f.repair is None}
    if not {v.name for v in result.variables} >= names:
        return False
    return (full.verdict == "wrong") == bool(unrepaired)


def _with_repairs(source: Source, draft: Draft, sizes: Sizes) -> Source:
    """The text at full size with the edits of the small one."""
    cells = [
        own if cell == before else sizes.restored(cell)
        for own, before, cell in zip(source.lines, draft.original.lines, draft.cells, strict=True)
    ]
    return Source(source.filename, "\n".join(cells))


def _restored(result: CheckResult, source: Source, sizes: Sizes, why: str) -> CheckResult:
    """What was found at small sizes, in the words of the file."""
    note = f"judged with smaller sizes ({sizes}); {why}"
    return replace(
        result,
        findings=tuple(_restored_finding(found, source, sizes) for found in result.findings),
        notes=(*result.notes, note),
    )


def _restored_finding(found: Finding, source: Source, sizes: Sizes) -> Finding:
    def repair(made: Repair) -> Repair:
        edits = [Edit(e.line, source.line(e.line), sizes.restored(e.after)) for e in made.edits]
        return replace(made, edits=tuple(edits))

    def said(text: str) -> str:
        if found.where == "script":  # what an exception says of shapes
            return sizes.restored(text)
        return _CODE.sub(lambda code: sizes.restored(code[0]), text)

    rivals = (replace(r, why=said(r.why), repair=repair(r.repair)) for r in found.alternatives)
    return replace(
        found, title=said(found.title), why=said(found.why), repair=found.repair and repair(found.repair),
        right_parts=tuple(sizes.restored(part) for part in found.right_parts), alternatives=tuple(rivals),
    )  # fmt: skip
