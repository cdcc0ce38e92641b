"""A check result as sentences, for screen readers and for reading aloud: no drawing, no columns, no signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.rendering.numbers import measured
from whygrad.rendering.verdicts import counted, summary
from whygrad.report import Words

Result = Mapping[str, Any]


def plain(result: Result, text: str) -> str:
    """One sentence a line: first how it stands, then each finding, then the verdict on each gradient."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_sentences(result, lines))


def _sentences(result: Result, lines: Sequence[str]) -> Iterator[str]:
    error = result.get("error")
    if error:
        where = f", line {error['line']}" if error.get("line") else ""
        yield f"File {result['file']}{where} could not be checked. {error['code']}: {error['message']}."
        if error.get("hint"):
            yield f"Help: {error['hint']}."
        return
    yield f"File {result['file']}: {summary(result)}."
    findings = result["findings"]
    for number, finding in enumerate(findings, 1):
        yield ""
        yield f"Finding {number} of {len(findings)}, line {finding['line']}, code {finding['code']}."
        yield from _finding(finding, lines)
    yield from _verdicts(result)


def _finding(finding: Result, lines: Sequence[str]) -> Iterator[str]:
    yield f"{finding['title'][:1].upper()}{finding['title'][1:]}."
    if finding["line"] <= len(lines):
        yield f"The line is: {lines[finding['line'] - 1].strip()}"
    for words in measured(finding):
        said = "".join(word.text if isinstance(word, Words) else word for word in words)
        yield f"{said[:1].upper()}{said[1:]}." if said.startswith(("at ", "and ")) else f"{said}."
    if finding["right_parts"]:
        yield f"Right in this line: {', '.join(finding['right_parts'])}"
    if finding["why"]:
        yield f"Why: {finding['why']}."
    repair = finding.get("repair")
    if repair:
        yield from _repair("Repair", repair)
    for rival in finding.get("alternatives") or ():
        if rival.get("repair"):
            yield from _repair("Or", rival["repair"])


def _repair(name: str, repair: Result) -> Iterator[str]:
    points = repair.get("verified_points") or 0
    run = f"This was run and found right at {counted(points, 'point')}." if points else "This was not run."
    for edit in repair["edits"]:
        after = [line.strip() for line in edit["after"].split("\n")]
        if not edit["after"]:
            yield f"{name}: delete line {edit['line']}."
        elif len(after) == 1:
            yield f"{name}: line {edit['line']} becomes: {after[0]}"
        else:
            yield f"{name}: line {edit['line']} becomes {len(after)} lines: {' then '.join(after)}"
        name = "and"
    yield run


def _verdicts(result: Result) -> Iterator[str]:
    if result["variables"]:
        yield ""
    for variable in result["variables"]:
        of = f", gradient of {variable['of']}," if variable["of"] else ""
        yield f"Line {variable['line']}, {variable['name']}{of} is {_verdict(variable)}."
    for note in result.get("notes", ()):
        yield f"Note: {note}."


def _verdict(variable: Result) -> str:
    verdict, reason = str(variable["verdict"]), variable.get("reason")
    if verdict in ("wrong", "inherited") and variable["right_at_given_inputs"]:
        return "right at your numbers, wrong in general"
    if verdict == "inherited":
        return "wrong only because of an earlier line"
    return f"{verdict}: {reason}" if verdict == "undecided" and reason else verdict
