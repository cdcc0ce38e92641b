"""The edits of a check result, for whoever makes them: a command, a caller in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Edits = dict[int, tuple[str, str]]
"""Line -> (as it stands, what replaces it)."""


def edits_of(result: Mapping[str, Any], verified_only: bool = True) -> Edits:
    """The edits of all findings; by default those that were run and found right, and no others.

    An edit that shares a line with one that was not verified is left out: they were combined into one.
    """
    edits: Edits = {}
    unsure: set[int] = set()
    for finding in result["findings"]:
        repair = finding.get("repair") or {"edits": ()}
        for edit in repair["edits"]:
            edits[edit["line"]] = edit["before"], edit["after"]
            if verified_only and not was_run(finding):
                unsure.add(edit["line"])
    return {line: edit for line, edit in edits.items() if line not in unsure}


def was_run(finding: Mapping[str, Any]) -> bool:
    """Was the repair of a finding run, and found right?"""
    repair = finding.get("repair") or {}
    return finding["certainty"] == "verified" and bool(repair.get("verified_points"))
