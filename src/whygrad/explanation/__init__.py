"""(Graph, Run) to Report: the ledger of a gradient, and the answer to `why`."""

from __future__ import annotations

from typing import Any

from whygrad.explanation.account import account
from whygrad.explanation.ledger import Ledger, ledger
from whygrad.explanation.links import shown_gates
from whygrad.explanation.story import answer
from whygrad.explanation.subjects import At, Subject, subject_of
from whygrad.gates import group
from whygrad.report import Report, say

__all__ = ["Ledger", "Subject", "explain", "ledger", "subject_of"]


def explain(target: Any, *args: Any, why: str | None = None, at: At = None) -> Report:
    """Explain a gradient: every value, local gradient, upstream gradient, contribution and path.

    `target` is a formula such as "sigmoid(w*x + b)", a function, or a graph, with one output (of an array the
    sum is explained, and the report says so); its inputs come in order (`args`) or by name (`at`: "w=2, x=-1,
    b=3", or a mapping). With `why`, the name of an input or of an intermediate value, the report answers for
    that one, in sentences. Raises FormulaError for text outside the grammar, UsageError for an unknown name
    or an output without a gradient.
    """
    subject = subject_of(target, args, at)
    entries = subject.ledger()
    note = (say(subject.note),) if subject.note else ()
    grouping = shown_gates(group(subject.graph))
    if why is not None:
        title = f"Why is the gradient of {why} in {subject.title} what it is?"
        return Report(title, (*note, *answer(entries, grouping, why)))
    return Report(f"The gradient of {subject.title}", (*note, *account(entries, grouping)))
