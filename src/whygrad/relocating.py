"""A check result in the lines and columns of the user's file, where another text was run in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whygrad.definitions import Definitions

Result = Mapping[str, Any]


def relocated(result: Result, definitions: Definitions) -> dict[str, Any]:
    """The result with every place moved from the text that ran to the text that the user knows."""
    if not definitions.offset and not definitions.indents and definitions.shown == definitions.source.text:
        return dict(result)
    mover = _Mover(definitions)
    return {
        **result,
        "variables": [{**v, "line": mover.line(v["line"])} for v in result["variables"]],
        "findings": [mover.finding(finding) for finding in result["findings"]],
        "error": mover.error(result["error"]),
    }


class _Mover:
    def __init__(self, definitions: Definitions) -> None:
        self.offset, self.indents = definitions.offset, definitions.indents
        self.lines = definitions.shown.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def line(self, number: int) -> int:
        return max(number - self.offset, 1) if number else 0

    def finding(self, finding: Result) -> dict[str, Any]:
        last = finding["end_line"] or finding["line"]
        return {
            **finding,
            "line": self.line(finding["line"]),
            "end_line": self.line(finding["end_line"]),
            "column": finding["column"] + self.indents.get(finding["line"], 0),
            "end_column": finding["end_column"] + self.indents.get(last, 0),
            "repair": self.repair(finding["repair"]),
            "alternatives": [{**a, "repair": self.repair(a["repair"])} for a in finding["alternatives"]],
        }

    def repair(self, repair: Result | None) -> dict[str, Any] | None:
        if repair is None:
            return None
        return {**repair, "edits": [self.edit(edit) for edit in repair["edits"]]}

    def edit(self, edit: Result) -> dict[str, Any]:
        """The edit of the user's own line, indented as that is; what is put before a line stays before it."""
        number = self.line(edit["line"])
        before = self.lines[number - 1] if number <= len(self.lines) else ""
        after = edit["after"]
        if after.endswith(f"\n{edit['before']}"):
            return {
                "line": number,
                "before": before,
                "after": after[: len(after) - len(edit["before"])] + before,
            }
        blank = before[: self.indents.get(edit["line"], 0)]
        after = (
            "\n".join(blank + line if line.strip() else line for line in after.split("\n")) if after else ""
        )
        return {"line": number, "before": before, "after": after}

    def error(self, error: Result | None) -> dict[str, Any] | None:
        if error is None:
            return None
        place = error.get("place")
        if place:
            indent = self.indents.get(place["line"], 0)
            place = {
                **place, "line": self.line(place["line"]), "end_line": self.line(place["end_line"]),
                "column": place["column"] + indent, "end_column": place["end_column"] + indent,
            }  # fmt: skip
        return {**error, "line": self.line(error["line"]) if error.get("line") else None, "place": place}
