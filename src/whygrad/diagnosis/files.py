"""Check a text or a file: the entry to the diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from whygrad.checking.evidence import Hints
from whygrad.diagnosis.findings import CheckResult
from whygrad.diagnosis.large import checked
from whygrad.diagnosis.rounds import facts_of, hints_of
from whygrad.errors import WhygradError
from whygrad.source import Source, parsed, read_source


def check_program(
    source: Source, hints: Hints | None = None, tell: Callable[[CheckResult], None] = lambda _: None
) -> CheckResult:
    """Check one file's text; `tell` is told the verdict before repairs are searched for.

    Raises ScriptError for text that is no Python, NoGradientError and UsageError where there is nothing
    to check.
    """
    parsed(source)
    return checked(source, hints or Hints(), tell)


def check_file(path: str, hints: Hints | Mapping[str, Any] | None = None) -> CheckResult:
    """Check a file; what cannot be checked gives a result with status `error`."""
    given = hints if isinstance(hints, Hints) else hints_of(hints or {})
    try:
        return check_program(read_source(path), given)
    except WhygradError as error:
        return CheckResult(path, "error", error=facts_of(error))
