"""What a check found, put beside the true numbers: the user's gradients at their rows, findings at lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.diagnosis.findings import CheckResult, Edit, Finding, Variable
from whygrad.explanation.circuit import short_text
from whygrad.explanation.ledger import Ledger
from whygrad.graph import Graph
from whygrad.page.plainly import stated
from whygrad.source import Source

Json = dict[str, Any]


def with_check(
    document: Json,
    entries: Ledger,
    result: CheckResult,
    source: Source,
    edits: Sequence[Edit],
    claimed: Mapping[str, Any],
) -> Json:
    """The document with the check, over the file as it stands: spans lead to lines of that.

    `entries` are those of the document, `edits` are what was changed before the file was run, `claimed` are
    the numbers that its backward pass has.
    """
    places = _places(entries.graph)
    return {
        **document,
        "source": {"name": source.filename, "text": source.text},
        "rows": _respanned(document["rows"], edits, len(source.lines)),
        "check": {
            "status": result.status,
            "repaired": bool(edits),
            "claims": [
                claim
                for variable in result.variables
                for claim in _claims(entries, variable, places, claimed)
            ],
            "findings": [_finding(finding, places) for finding in result.findings],
        },
    }


def _places(graph: Graph) -> dict[str, list[int]]:
    """Rows by name; those of a list's entries also by the name of the list."""
    found: dict[str, list[int]] = {}
    for row in range(len(graph)):
        name = graph.name(row)
        if name:
            found[name] = [row]  # the last value of a name is the one whose gradient is meant
            stem = name.partition("[")[0]
            if stem != name and row in graph.inputs:
                found.setdefault(stem, []).append(row)
    return found


def _claims(
    entries: Ledger, variable: Variable, places: Mapping[str, list[int]], claimed: Mapping[str, Any]
) -> Iterator[Json]:
    """A gradient of the user's at its row, or its entries at theirs where they can be told apart."""
    rows = places.get(variable.of, [])
    if variable.name not in claimed or not rows:
        return
    value = _array(claimed[variable.name])
    parts = value.ravel() if value is not None and len(rows) > 1 and value.size == len(rows) else None
    for k, row in enumerate(rows):
        part = value if parts is None else parts[k]
        yield {
            "name": variable.name if parts is None else f"{variable.name}[{k}]",
            "of": variable.of,
            "row": row,
            "text": "no number" if part is None else short_text(part),
            **({} if part is None or not np.ndim(part) else {"value": stated(part)}),
            "line": variable.line,
            "verdict": _verdict(entries, variable, row, part),
        }


def _verdict(entries: Ledger, variable: Variable, row: int, part: Any) -> str:
    """That of the check; what was wrong only because of an earlier line may be right once that is mended."""
    truth = entries.gradient(row)
    if variable.verdict != "inherited" or truth is None or np.shape(truth) != np.shape(part):
        return variable.verdict
    return "right" if np.allclose(part, truth, rtol=1e-9, atol=1e-12) else "inherited"


def _array(value: Any) -> Any:
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        return None


def _finding(finding: Finding, places: Mapping[str, list[int]]) -> Json:
    edit = next((e for e in (finding.repair.edits if finding.repair else ()) if e.line == finding.line), None)
    return {
        "code": finding.code,
        "title": finding.title,
        "why": finding.why,
        "variable": finding.variable,
        "line": finding.line,
        "column": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
        "certainty": finding.certainty,
        "before": edit.before if edit else "",
        "after": edit.after if edit else "",
        "rows": places.get(finding.of) or places.get(finding.variable) or [],
    }


def _respanned(rows: Sequence[Json], edits: Sequence[Edit], last: int) -> list[Json]:
    """Spans of the text that ran as spans of the file: of an edited line the whole of it.

    What runs below the file (a driver that calls its functions) has no place in it.
    """
    after = {edit.line: edit.after.count("\n") + 1 for edit in edits}
    longest = max((row["span"][2] for row in rows if "span" in row), default=0)
    lines = [line for line in range(1, longest + 1) for _ in range(after.get(line, 1))]
    widths = {edit.line: len(edit.before) + 1 for edit in edits}

    def moved(span: list[int]) -> list[int]:
        first, last = lines[span[0] - 1], lines[span[2] - 1]
        begin = 1 if first in after else span[1]
        return [first, begin, last, widths[last] if last in after else span[3]]

    moved_rows = [{**row, "span": moved(row["span"])} if "span" in row else row for row in rows]
    return [{k: v for k, v in row.items() if k != "span" or v[2] <= last} for row in moved_rows]
