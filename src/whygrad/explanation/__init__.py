"""(Graph, Run) to Report: the ledger of a gradient, and the answer to `why`."""

from __future__ import annotations

from typing import Any

from whygrad.explanation.account import account
from whygrad.explanation.gating import block_named, marked_section
from whygrad.explanation.ledger import Ledger, ledger
from whygrad.explanation.links import shown_gates
from whygrad.explanation.overview import MOST_LISTED, overview
from whygrad.explanation.story import Level, answer
from whygrad.explanation.subjects import At, Subject, subject_of
from whygrad.gates import blocks_of, group
from whygrad.graph import INPUT
from whygrad.report import Report, say

__all__ = ["Ledger", "Subject", "explain", "ledger", "subject_of"]


def explain(target: Any, *args: Any, why: str | None = None, at: At = None, level: Level = "full") -> Report:
    """Explain a gradient: every value, local gradient, upstream gradient, contribution and path.

    `target` is a formula such as "sigmoid(w*x + b)", a function, or a graph, with one output (of an array the
    sum is explained, and the report says so); its inputs come in order (`args`) or by name (`at`: "w=2, x=-1,
    b=3", or a mapping). With `why`, the name of an input or of an intermediate value, the report answers for
    that one, in sentences: one line, the steps, or (`level` "full") the whole derivation, with the reason
    where a gradient is zero, not finite, very large, very small or not there at all. Raises FormulaError for
    text outside the grammar, UsageError for an unknown name or an output without a gradient.
    """
    subject = subject_of(target, args, at)
    entries = subject.ledger()
    note = (say(subject.note),) if subject.note else ()
    grouping = shown_gates(entries, group(subject.graph))
    if why is not None and why not in entries.names.values():
        tree = blocks_of(subject.graph, ())
        block = block_named(tree, why)
        if block is not None:
            section = marked_section(entries, tree, block)
            return Report(f"What does {why} send back in {subject.title}?", (*note, *section.blocks))
    if why is not None:
        title = f"Why is the gradient of {why} in {subject.title} what it is?"
        return Report(title, (*note, *answer(entries, grouping, why, subject.whole, level)))
    many = sum(subject.graph.op(row) is not INPUT for row in entries.names) > MOST_LISTED
    told = overview(entries) if many else account(entries, grouping)
    return Report(f"The gradient of {subject.title}", (*note, *told))
