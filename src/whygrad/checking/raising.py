"""Backward passes that raise with inputs with which the forward pass runs."""

from __future__ import annotations

from whygrad.checking.dated import as_it_ran
from whygrad.checking.evidence import Evidence, Failure, Hints
from whygrad.checking.examples.complaints import Complaint
from whygrad.checking.programs import Program
from whygrad.errors import NoGradientError
from whygrad.source import Source


class RaisedError(NoGradientError):
    """No inputs were found with which a backward pass runs: it is wrong, or others are meant."""

    def __init__(self, error: NoGradientError, failure: Failure) -> None:
        super().__init__(error.message, hint=error.hint)
        self.failure = failure

    def evidence(self, source: Source, hints: Hints) -> Evidence:
        """What is known: where it raised. It counts if an edit makes all gradients right."""
        return Evidence(Program(source, hints=hints), failure=self.failure, refusal=self)


def told_of(
    refusal: NoGradientError,
    source: Source,
    complaint: Complaint | None,
    failed: Failure | None,
) -> NoGradientError:
    """A refusal with what can be made of it: a text that ran once, or a backward pass that raises."""
    raised = failed.exception if failed is not None else complaint
    found = as_it_ran(refusal, source, raised)
    if found is refusal and failed is not None and failed.line and failed.driver:
        return RaisedError(refusal, failed)
    return found
