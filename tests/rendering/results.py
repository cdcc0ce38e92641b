"""Results of checks, in the form of `whygrad check --format json`, for the tests of what renders them."""

from __future__ import annotations

from typing import Any

TEXT = "x = 0.5\ny = x * x\ngrad_x = x\n"


def finding(**more: Any) -> dict[str, Any]:
    """A finding on the last line of TEXT."""
    repair = {"edits": [{"line": 3, "before": "grad_x = x", "after": "grad_x = 2 * x"}], "verified_points": 8}
    return {
        "code": "WG205", "cause": "wrong-constant", "title": "a factor `2` is missing",
        "why": "by the power rule", "where": "backward", "variable": "grad_x", "of": "x",
        "line": 3, "column": 10, "end_line": 3, "end_column": 11,
        "right_parts": ["x"], "certainty": "verified", "repair": repair,
        "alternatives": [{"why": "or so", "repair": repair}],
        "evidence": {"entries": [{"entry": "", "got": 0.5, "want": 1.0}]}, **more,
    }  # fmt: skip


def variable(verdict: str = "wrong", **more: Any) -> dict[str, Any]:
    """The verdict on `grad_x`."""
    return {
        "name": "grad_x", "of": "x", "line": 3, "verdict": verdict, "right_at_given_inputs": False,
        "reason": "", **more,
    }  # fmt: skip


def result(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A result with these findings; wrong, where there are any."""
    status = "wrong" if findings else "right"
    return {
        "version": 1, "file": "square.py", "status": status, "output": "y",
        "variables": [variable(status)], "findings": list(findings), "notes": ["a note"],
        "error": None, **more,
    }  # fmt: skip


def failed(**more: Any) -> dict[str, Any]:
    """A result that says that there was no check."""
    error = {"code": "WG601", "message": "no, 100% not:\nthis", "hint": "try", "line": 2, "place": None}
    return result(status="error", variables=[], notes=[], error={**error, **more})
