"""The result of a check as a report: each finding at its place, what is true beside it, the repair.

Works on the JSON object that `whygrad check --format json` prints, so that whoever has only that can show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.errors import Place
from whygrad.rendering.numbers import measured
from whygrad.rendering.repairs import was_run
from whygrad.rendering.units import assumed_blocks, unit_blocks
from whygrad.rendering.verdicts import WORDS, is_engine, summary, verdict_of
from whygrad.report import (
    Block,
    Diff,
    Excerpt,
    Mark,
    Paragraph,
    Report,
    Section,
    Table,
    Words,
    say,
)

Result = Mapping[str, Any]


def report_of(result: Result, text: str, again: str = "") -> Report:
    """The report of a check result; `text` is the user's file, for the excerpts.

    `again` says how to check once more, by default with the command.
    """
    if result["status"] == "error":
        return error_report(result["error"], result["file"], text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    findings = result.get("findings", ())
    blocks: list[Block] = list(unit_blocks(result))
    for number, finding in enumerate(findings):
        later = any(_edits(f) and _edits(f) == _edits(finding) for f in findings[number + 1 :])
        if any(_numbers(f) == _numbers(finding) for f in findings[:number]):
            finding = {**finding, "evidence": {}}  # its numbers have just been shown
        blocks.append(_finding(finding, result["file"], lines, later, _is_cut(result)))
    blocks += _supplied(result)
    if result.get("variables") and not result.get("units"):
        blocks += _engine(result) if is_engine(result) else _variables(result["variables"])
    blocks += assumed_blocks(result)
    blocks += [say(Words("note: ", "hint"), note) for note in result.get("notes", ())]
    again = again or f"run: whygrad check {result['file']}"
    return Report("", (*blocks, *_closing(result, again)))


def _numbers(finding: Result) -> tuple[Any, ...]:
    return finding["line"], finding.get("variable"), (finding.get("evidence") or {}).get("entries")


def _finding(finding: Result, file: str, lines: Sequence[str], repaired_later: bool, cut: bool) -> Section:
    repair = finding.get("repair")
    notes = [*_measured(finding), *([] if cut else _without_diff(finding, repaired_later))]
    blocks: list[Block] = [_excerpt(finding, file, lines, notes)]
    if repair and not repaired_later:
        likely = "likely meant, and " if finding.get("certainty") == "likely" else "this edit, "
        blocks.append(Diff(_edits_of(repair), f"{likely}{_checked(repair)}"))
    for rival in _distinct(finding.get("alternatives") or ()):
        why = rival.get("why") or "this edit explains the numbers as well"
        repair = rival.get("repair")
        blocks.append(say(Words("or: ", "hint"), why, f" ({_checked(repair)})" if repair else ""))
        if repair:
            blocks.append(Diff(_edits_of(repair)))
    return Section(f"{finding['code']} {finding['title']}", tuple(blocks))


def _distinct(rivals: Sequence[Result]) -> list[Result]:
    """The first rival for each reason: the second spelling of the same answer only makes the reader tired."""
    return list({rival.get("why"): rival for rival in reversed(rivals)}.values())[::-1]


def _excerpt(finding: Result, file: str, lines: Sequence[str], notes: Sequence[Paragraph]) -> Excerpt:
    """The lines of a finding with one line before, its span underlined, and what was measured below."""
    first, last = finding["line"], finding.get("end_line") or finding["line"]
    numbers = [n for n in range(first - 1, last + 1) if 1 <= n <= len(lines)]
    if numbers and numbers[0] < first and not lines[numbers[0] - 1].strip():
        del numbers[0]
    if len(numbers) > 8:
        numbers = [*numbers[:5], *numbers[-2:]]
    place = Place(file, first, finding.get("column") or 1)
    marks = tuple(_marks(finding, numbers, lines))
    shown = tuple((n, lines[n - 1]) for n in numbers)
    return Excerpt(place, shown, marks, tuple(notes))


def _marks(finding: Result, numbers: Sequence[int], lines: Sequence[str]) -> Iterator[Mark]:
    first, last = finding["line"], finding.get("end_line") or finding["line"]
    for n in numbers:
        if not first <= n <= last:
            continue
        text = lines[n - 1]
        indent = len(text) - len(text.lstrip()) + 1
        start = finding.get("column") or indent if n == first else indent
        stop = finding.get("end_column") or len(text) + 1 if n == last else len(text) + 1
        if stop <= start:  # nothing is known but the line
            start, stop = indent, len(text) + 1
        if start < stop:
            yield Mark(n, start, stop)


def _measured(finding: Result) -> Iterator[Paragraph]:
    """What was computed beside what is true, and what of the line is right."""
    yield from (say(*words) for words in measured(finding))
    parts = finding.get("right_parts") or ()
    if parts:
        words: list[str | Words] = ["right here: "]
        for number, part in enumerate(parts):
            words += [", ", Words(f"`{part}`", "right")] if number else [Words(f"`{part}`", "right")]
        yield say(*words)
    if finding.get("why"):
        yield say(Words("why: ", "hint"), finding["why"])


def _edits(finding: Result) -> Any:
    return (finding.get("repair") or {}).get("edits")


def _without_diff(finding: Result, repaired_later: bool) -> Iterator[Paragraph]:
    """What is said of the repair where no diff follows."""
    if not finding.get("repair"):
        said = "no edit was found that makes this right when it is run; the numbers are what is known"
        yield say(Words("help: ", "hint"), said)
    elif repaired_later:
        yield say(Words("help: ", "hint"), "repaired below, together with the rest of the line")


def _edits_of(repair: Result) -> tuple[tuple[int, str, str], ...]:
    return tuple((e["line"], e.get("before") or "", e.get("after") or "") for e in repair["edits"])


def _checked(repair: Result) -> str:
    points = repair.get("verified_points") or 0
    return f"run and found right at {points} point{'s' if points != 1 else ''}" if points else "not run"


def _supplied(result: Result) -> Iterator[Block]:
    """Imports that were missing and are no finding of their own."""
    for item in result.get("supplied") or ():
        name, line = item if not isinstance(item, str) else (item, f"import {item}")
        if not any(f"`{name}`" in f.get("title", "") for f in result.get("findings", ())):
            yield say(Words("note: ", "hint"), f"`{name}` is used but not imported; `{line}` was supplied")


def _engine(result: Result) -> Iterator[Block]:
    """Names of a script that nobody wrote say nothing to the reader."""
    engine = result["functions"][0]
    yield say(
        Words("checked: ", "hint"), "a script of whygrad's own, in which numbers meet every operation of ",
        Words(f"`{engine}`", "name"), ", once and several times",
    )  # fmt: skip


def _variables(variables: Sequence[Result]) -> Iterator[Block]:
    rows = tuple(
        (
            Words(v["name"], "name"),
            Words(v["of"], "name"),
            Words(str(v.get("line") or ""), "dim"),
            verdict_of(v),
        )
        for v in variables
    )
    yield Table(("variable", "gradient of", "line", "verdict"), rows, "llrl")
    if any(v["verdict"] == "inherited" and verdict_of(v) == WORDS["inherited"] for v in variables):
        yield say(Words("inherited: ", "hint"), "right in itself, wrong only because of an earlier line")


def _closing(result: Result, again: str) -> Iterator[Block]:
    """What happened, in one sentence, and what to do next."""
    status, said = result["status"], summary(result)
    if status == "right":
        yield say(Words(f"✓ {said}", "right"), " at the numbers of the file and at others")
    elif status == "undecided":
        yield say(Words(f"? {said}", "hint"), "; the table says which")
    else:
        advice = list(_advice(result, again))
        yield say(Words(f"✗ {said}", "wrong"), *([". "] if advice else []), *advice)


def _advice(result: Result, again: str) -> Iterator[str]:
    findings = result.get("findings", ())
    if findings and _is_cut(result):
        yield f"Mend what is named above, then {again}"
    elif findings and all(map(was_run, findings)):
        yield f"With all edits above applied every gradient is right; then {again}"
    elif findings:
        yield f"Start with the first finding: later ones may follow from it. Then {again}"


def _is_cut(result: Result) -> bool:
    """Was less told than is known (`--reveal`)?"""
    return bool(result.get("revealed", "repair") != "repair")


def error_report(error: Result, file: str, text: str) -> Report:
    """The report of an error (`WhygradError.facts`): message, the user's line where known, and the hint."""
    blocks: list[Block] = [say(Words(error["code"], "wrong"), " ", Words(error["message"], "strong"))]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    number = error.get("line") or 0
    if 1 <= number <= len(lines) and lines[number - 1].strip():
        start, stop = _span(error.get("place") or {}, number, lines[number - 1])
        blocks.append(
            Excerpt(Place(file, number, start), ((number, lines[number - 1]),), (Mark(number, start, stop),))
        )
    if error.get("hint"):
        blocks.append(say(Words("help: ", "hint"), error["hint"]))
    return Report("", tuple(blocks))


def _span(place: Result, number: int, line: str) -> tuple[int, int]:
    """The columns to underline: those of the place if it has any, else the whole statement."""
    start, stop = place.get("column", 1), place.get("end_column", 0)
    if place.get("end_line") == number and stop > start:
        return start, stop
    if start > 1:
        return start, start + 1
    return len(line) - len(line.lstrip()) + 1, len(line) + 1
