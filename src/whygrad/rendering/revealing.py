"""How much of a check result is told: the line alone, the cause too, or all (`--reveal`).

Works on the JSON object that `whygrad check --format json` prints, so every format tells as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args

Reveal = Literal["line", "cause", "repair"]
LEVELS: tuple[Reveal, ...] = get_args(Reveal)
HIDDEN_CODE, HIDDEN_CAUSE = "WG299", "not-revealed"
"""The code that says of a gradient only that it is wrong."""

_OF_THE_REPAIR: Mapping[str, Any] = {"repair": None, "alternatives": []}
_OF_THE_CAUSE: Mapping[str, Any] = {
    **_OF_THE_REPAIR, "code": HIDDEN_CODE, "cause": HIDDEN_CAUSE, "why": "", "right_parts": [],
    "column": 1, "end_column": 1, "certainty": "evidence-only", "evidence": {},
}  # fmt: skip
NOT_ASKED_FOR = "missing-import"
"""Supplied and said; it is nothing that a learner should have to find."""


def revealed(result: Mapping[str, Any], level: Reveal) -> dict[str, Any]:
    """The result with no more told than `level` allows, and `revealed` saying so.

    `line`: one finding for each line at fault, which names the variable and nothing more. `cause`: the code,
    the reason, the numbers and what is right, without any edit. `repair`: everything.
    """
    told = {**result, "revealed": level}
    if level == "cause":
        told["findings"] = [{**finding, **_OF_THE_REPAIR} for finding in result["findings"]]
    elif level == "line":
        known = {variable["name"] for variable in result["variables"]}
        told["findings"] = list(_lines_alone(result["findings"], known))
        told["notes"] = []
    return told


def _lines_alone(findings: Iterable[Mapping[str, Any]], known: set[str]) -> Iterator[dict[str, Any]]:
    seen = set()
    for finding in findings:
        if finding["line"] in seen and finding["cause"] != NOT_ASKED_FOR:
            continue
        if finding["cause"] == NOT_ASKED_FOR:
            yield dict(finding)
            continue
        seen.add(finding["line"])
        yield {**finding, **_OF_THE_CAUSE, "end_line": finding["line"], "title": _bare(finding, known)}


def _bare(finding: Mapping[str, Any], known: set[str]) -> str:
    if finding["where"] == "backward" and finding["variable"] in known:
        return f"the gradient `{finding['variable']}` is wrong, and this line is at fault"
    if finding["where"] == "forward":
        return "this line of the forward pass is at fault"
    return "this line is at fault"
