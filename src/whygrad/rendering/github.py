"""A check result as workflow commands of GitHub Actions, which show it beside the lines of a pull request.

Form and escapes as in "Workflow commands for GitHub Actions": `::error file=...,line=...,title=...::message`,
with `%`, carriage return and line feed as `%25`, `%0D` and `%0A`, and in properties `:` and `,` as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NOTICES = {"missing-import"}
"""Causes that are said but are not wrong."""


def workflow_commands(result: Mapping[str, Any]) -> str:
    """One command for each finding, for an error, and a notice for each undecided gradient."""
    return "\n".join(_commands(result))


def _commands(result: Mapping[str, Any]) -> Iterator[str]:
    file, error = result["file"], result.get("error")
    if error:
        hint = f"\nhelp: {error['hint']}" if error.get("hint") else ""
        place = {"file": _path(file or ""), "line": error.get("line")}
        yield _command("error", {**place, "title": error["code"]}, error["message"] + hint)
    for finding in result["findings"]:
        yield _of_finding(file, finding)
    for variable in result["variables"]:
        if variable["verdict"] == "undecided":
            place = {"file": _path(file), "line": variable["line"], "title": "undecided"}
            reason = variable.get("reason") or "it could not be decided here whether it is right"
            yield _command("notice", place, f"gradient `{variable['name']}`: {reason}")


def _of_finding(file: str, finding: Mapping[str, Any]) -> str:
    lines = [finding["title"]]
    lines += [f"why: {finding['why']}"] if finding["why"] else []
    lines += _repair(finding)
    place: dict[str, Any] = {"file": _path(file), "line": finding["line"], "endLine": finding["end_line"]}
    if finding["end_line"] == finding["line"] and finding["end_column"] > finding["column"]:
        # Columns are accepted only within one line; the end is inclusive there.
        place |= {"col": finding["column"], "endColumn": finding["end_column"] - 1}
    level = "notice" if finding["cause"] in NOTICES else "error"
    return _command(level, {**place, "title": f"whygrad {finding['code']}"}, "\n".join(lines))


def _repair(finding: Mapping[str, Any]) -> Iterator[str]:
    for edit in (finding.get("repair") or {}).get("edits", ()):
        yield from (f"- {line}" for line in edit["before"].split("\n") if edit["before"])
        yield from (f"+ {line}" for line in edit["after"].split("\n") if edit["after"])


def _command(level: str, properties: Mapping[str, Any], message: str) -> str:
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _path(file: str) -> str:
    """As the repository names it: relative to the working directory where the file is below it."""
    if os.path.isabs(file):
        near = os.path.relpath(file)
        file = file if near.startswith("..") else near
    return file.replace(os.sep, "/")


def all_commands(results: Sequence[Mapping[str, Any]]) -> str:
    """The commands of several files, one a line."""
    return "\n".join(text for text in map(workflow_commands, results) if text)
