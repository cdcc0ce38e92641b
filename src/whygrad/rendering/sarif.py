"""Check results as a SARIF 2.1.0 log (OASIS standard): what code scanning services and editors read.

Columns count characters (`columnKind` unicodeCodePoints), end columns are exclusive, as in SARIF itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from whygrad.rendering.github import NOTICES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
Result = Mapping[str, Any]
Rule = Mapping[str, Any]


def rule(code: str, name: str, title: str, text: str, markdown: str) -> dict[str, Any]:
    """A code as a rule of the tool: a name in one word, its title, and its page twice."""
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in name.replace("_", "-").split("-")),
        "shortDescription": {"text": f"{title}."},
        "fullDescription": {"text": f"{title}."},
        "help": {"text": text, "markdown": markdown},
    }


def sarif_log(
    results: Sequence[Result], texts: Mapping[str, str], rules: Sequence[Rule], version: str
) -> Any:
    """The log object. `texts` are the files by name, `rules` those of all codes that may occur."""
    met = {code for result in results for code in _codes(result)}
    used = [one for one in rules if one["id"] in met]
    places = {one["id"]: place for place, one in enumerate(used)}
    found = [
        _result(result["file"], finding, places, texts.get(result["file"], ""))
        for result in results
        for finding in result["findings"]
    ]
    run = {
        "tool": {"driver": {"name": "whygrad", "version": version, "rules": used}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(results)],
        "artifacts": [{"location": {"uri": _uri(result["file"])}} for result in results if result["file"]],
        "results": _numbered(found),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _codes(result: Result) -> Iterator[str]:
    yield from (finding["code"] for finding in result["findings"])
    if result.get("error"):
        yield result["error"]["code"]


def _result(file: str, finding: Result, places: Mapping[str, int], text: str) -> dict[str, Any]:
    code, lines = finding["code"], text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line = lines[finding["line"] - 1] if finding["line"] <= len(lines) else ""
    place = {"artifactLocation": {"uri": _uri(file)}, "region": _region(finding)}
    said = {
        "ruleId": code,
        **({"ruleIndex": places[code]} if code in places else {}),
        "level": "note" if finding["cause"] in NOTICES else "error",
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"whygradFinding/v1": _fingerprint(code, finding, line)},
        "properties": {key: finding[key] for key in ("certainty", "variable", "of", "right_parts", "where")},
    }  # fmt: skip
    return said | ({"fixes": [_fix(file, finding)]} if finding.get("repair") else {})


def _message(finding: Result) -> str:
    why = f" Why: {finding['why']}." if finding["why"] else ""
    return f"{finding['title']}.{why}"


def _region(finding: Result) -> dict[str, int]:
    """The span; a finding without columns is about its whole line."""
    region = {"startLine": max(1, finding["line"])}
    end = max(finding["end_line"], finding["line"])
    if end > finding["line"]:
        region["endLine"] = end
    if end > finding["line"] or finding["end_column"] > finding["column"]:
        region |= {"startColumn": max(1, finding["column"]), "endColumn": max(1, finding["end_column"])}
    return region


def _fix(file: str, finding: Result) -> dict[str, Any]:
    repair = finding["repair"]
    replacements = [
        {"deletedRegion": _line_region(edit), "insertedContent": {"text": edit["after"]}}
        for edit in repair["edits"]
    ]
    points = repair.get("verified_points") or 0
    return {
        "description": {"text": f"run and found right at {points} points" if points else "not run"},
        "artifactChanges": [{"artifactLocation": {"uri": _uri(file)}, "replacements": replacements}],
    }


def _line_region(edit: Result) -> dict[str, int]:
    """The whole line, without its end; with its end where the line is deleted."""
    before = edit["before"].split("\n")
    last = edit["line"] + len(before) - 1
    if not edit["after"]:
        return {"startLine": edit["line"], "startColumn": 1, "endLine": last + 1, "endColumn": 1}
    return {"startLine": edit["line"], "startColumn": 1, "endLine": last, "endColumn": len(before[-1]) + 1}


def _fingerprint(code: str, finding: Result, line: str) -> str:
    """The same where lines moved, another where the line itself changed."""
    text = "\n".join([code, finding["variable"], finding["title"], "".join(line.split())])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _numbered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Results with an equal fingerprint are told apart by their count, as the standard advises."""
    counts: dict[tuple[str, str], int] = {}
    for result in found:
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        key = (uri, result["partialFingerprints"]["whygradFinding/v1"])
        counts[key] = counts.get(key, 0) + 1
        result["partialFingerprints"]["whygradFinding/v1"] += f":{counts[key]}"
    return found


def _invocation(results: Sequence[Result]) -> dict[str, Any]:
    failed = [result for result in results if result.get("error")]
    notes = [_undecided(r["file"], v) for r in results for v in r["variables"] if v["verdict"] == "undecided"]
    return {
        "executionSuccessful": not failed,
        "exitCode": 2 if failed else int(any(result["status"] == "wrong" for result in results)),
        "toolExecutionNotifications": [*map(_failure, failed), *notes],
    }


def _failure(result: Result) -> dict[str, Any]:
    error = result["error"]
    hint = f" Help: {error['hint']}" if error.get("hint") else ""
    said = _notification("error", f"{error['message']}.{hint}", result["file"], error.get("line") or 0)
    return said | {"descriptor": {"id": error["code"]}}


def _undecided(file: str, variable: Result) -> dict[str, Any]:
    reason = variable.get("reason") or "it could not be decided here whether it is right"
    return _notification("note", f"Gradient `{variable['name']}`: {reason}", file, variable["line"])


def _notification(level: str, text: str, file: str, line: int) -> dict[str, Any]:
    said: dict[str, Any] = {"level": level, "message": {"text": text}}
    if file:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
        if line:
            place["region"] = {"startLine": line}
        said["locations"] = [{"physicalLocation": place}]
    return said


def _uri(file: str) -> str:
    """Relative to the working directory where the file is below it; else absolute."""
    path = os.path.abspath(file)
    near = os.path.relpath(path)
    if near.startswith(".."):
        return PurePath(path).as_uri()
    return quote(near.replace(os.sep, "/"))
