"""Check a text or a file: the entry to the diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from whygrad.checking.evidence import Hints, hints_of
from whygrad.checking.opening import opened_call
from whygrad.checking.trainings import trainings_in
from whygrad.checking.units import Outline
from whygrad.diagnosis.findings import CheckResult, Repair, facts_of
from whygrad.diagnosis.large import checked
from whygrad.diagnosis.learning import Tell, check_learners, check_training
from whygrad.errors import NoGradientError, WhygradError
from whygrad.source import Source, parsed, read_source, tree_of


def check_program(source: Source, hints: Hints | None = None, tell: Tell = lambda _: None) -> CheckResult:
    """Check one file's text; `tell` is told the verdict before repairs are searched for.

    Raises ScriptError for text that is no Python, NoGradientError and UsageError where there is nothing
    to check.
    """
    try:
        tree, hints = tree_of(source.text), hints or Hints()
    except (SyntaxError, RecursionError, MemoryError):
        tree, hints = parsed(source), hints or Hints()  # it says what is wrong
    plain = not (hints.forward or hints.output or hints.gradients or hints.input or hints.given)
    if not plain:
        return checked(source, hints, tell)
    named = Outline.of(tree).has_gradients
    opened = None if named else _opened(source, hints, tell)
    if opened is not None and opened.status != "undecided":
        return opened
    try:
        if next(trainings_in(source.text), None) is not None:
            return _by_names_or_steps(source, hints, tell, named)
        return checked(source, hints, tell)
    except NoGradientError:
        if opened is None:
            raise
        return opened


def _by_names_or_steps(source: Source, hints: Hints, tell: Tell, named: bool) -> CheckResult:
    """The result of a training script without a loss: by its steps, unless `named` gradients say enough."""
    plain: CheckResult | None = None
    refused: NoGradientError | None = None
    if named:
        try:
            plain = checked(source, hints, tell)
        except NoGradientError as error:
            refused = error
        if plain is not None and plain.status != "undecided":
            return plain
    found = check_training(source, hints, tell) or plain
    if found is None and refused is not None:
        raise refused
    return found or checked(source, hints, tell)


def check_opened(source: Source, hints: Hints, tell: Tell = lambda _: None) -> CheckResult | None:
    """Check the statements of a function that trains, or of a method of a class, as those of the script.

    None where there is none, where it does not run by itself, or where its gradients cannot be decided.
    """
    found = _opened(source, hints, tell)
    return None if found is None or found.status == "undecided" else found


def _opened(source: Source, hints: Hints, tell: Tell) -> CheckResult | None:
    """What `check_opened` gives, also where not every gradient could be decided."""
    opened = opened_call(source.text)
    if not opened:
        return check_learners(source, hints, tell)
    try:
        result = checked(Source(source.filename, opened), hints, tell)
    except WhygradError:
        return None
    if result.status == "error":
        return None
    own = tuple(finding.with_repair(_own(finding.repair, source)) for finding in result.findings)
    rivals = [tuple(r for r in f.alternatives if _own(r.repair, source)) for f in own]
    return replace(
        result, findings=tuple(replace(f, alternatives=r) for f, r in zip(own, rivals, strict=True))
    )


def _own(repair: Repair | None, source: Source) -> Repair | None:
    """A repair whose lines all stand in the file as they did in the text that was checked."""
    lines = [] if repair is None else [edit.before == source.line(edit.line) for edit in repair.edits]
    return repair if all(lines) else None


def check_file(path: str, hints: Hints | Mapping[str, Any] | None = None) -> CheckResult:
    """Check a file; what cannot be checked gives a result with status `error`."""
    given = hints if isinstance(hints, Hints) else hints_of(hints or {})
    try:
        return check_program(read_source(path), given)
    except WhygradError as error:
        return CheckResult(path, "error", error=facts_of(error))
