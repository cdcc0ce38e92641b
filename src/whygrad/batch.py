"""A file of many units: each pair, class or loss is checked by itself, and one result is made of all.

The process that has loaded everything forks one copy for each unit, so many at a time as there are
processors. A unit that crashes, hangs or cannot be understood says so, and the others go on.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from whygrad.checking.engines import engines_in
from whygrad.checking.evidence import Hints
from whygrad.checking.forms import ENGINE
from whygrad.checking.handed import SHARED
from whygrad.checking.rounds import opened_main
from whygrad.checking.slicing import rebound
from whygrad.checking.units import Found, Outline, units_in
from whygrad.dependence import Result, Unit, covered, reconcile
from whygrad.diagnosis import CheckResult, check_program
from whygrad.diagnosis.files import check_opened
from whygrad.diagnosis.findings import facts_of
from whygrad.errors import DefectError, LimitError, ScriptError, UsageError, WhygradError
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, tree_of
from whygrad.tracing.scripts import unbound_names

NO_TIME = "there was no time to search for repairs"
RESERVE = 2.0
"""Seconds of the limit that are kept for telling what was found."""
MOST = 3
"""So many times the limit a whole file may take, if its units keep to theirs."""

SHARE = 0.5
"""Of the limit, what the script may take where units stand beside it."""

Progress = Callable[[Mapping[str, Any]], None]
Tell = Callable[[CheckResult], None]


def check_whole(
    source: Source, hints: Hints, seconds: float, progress: Progress, tell: Tell = lambda _: None
) -> Result:
    """Check everything in a file; the object that `whygrad check --format json` prints.

    Where there is one thing to check, `tell` is told what is known of it before the search for repairs.

    Raises what `check_program` raises where there is just one thing to check.
    """
    until = time.monotonic() + MOST * seconds - RESERVE
    outline = None if _is_aimed(hints) else _outline(source)
    if outline is None:
        return check_program(source, hints, tell).to_json()
    units = [_unit(found, hints) for found in units_in(outline)]
    main: list[Result] = []
    ran: set[str] = set()
    if outline.has_gradients or outline.maker(hints):
        main = _main(source, hints, bool(units), seconds, until, progress, tell)
        if main:
            ran = covered(source, main[0]["functions"])
            # Where nothing explains what the script shows, the layers that it uses are asked themselves.
            known = main[0]["status"] != "wrong" or edits_of(main[0])
            units = [unit for unit in units if not (known and unit.owners <= ran)]
    elif units and (opened := check_opened(source, hints)) is not None:
        main = [opened.to_json()]
    if not units or (len(units) == 1 and not main):
        alone = units[0].hints if units and outline.has_gradients else hints
        return main[0] if main else check_program(source, alone, tell).to_json()
    progress({"done": 0, "of": len(units), "unit": units[0].name})
    for fact in (opened_main, rebound, unbound_names):
        fact(source.text)  # known before the copies are made, it is known to all of them
    results = list(_checked(source, units, max(1.0, seconds - RESERVE), until, progress))
    inside = [unit.owners <= ran for unit in units]
    if not any(edits_of(result) for result, own in zip(results, inside, strict=True) if own):
        results = [result for result, own in zip(results, inside, strict=True) if not own]
        units = [unit for unit, own in zip(units, inside, strict=True) if not own]
        if main and not units:
            return main[0]
    if not main and all(result["status"] == "error" for result in results):
        # Operations that get their inputs from the engine they belong to are exercised through it.
        engines = [_engine(outline, name, hints) for name in engines_in(outline.classes)]
        units += engines
        results += _checked(source, engines, max(1.0, seconds - RESERVE), until, progress)
    whole = [Unit(", ".join(m["functions"]) or "the script", 1, hints, ran=frozenset(ran)) for m in main]
    units = [*whole, *units]
    results = main + results

    def judge(text: Source, some: Sequence[Unit]) -> list[Result]:
        return list(_checked(text, some, max(1.0, seconds - RESERVE), until, lambda _: None))

    reconcile(source, units, results, judge)
    return merged(source.filename, units, results)


def _main(
    source: Source,
    hints: Hints,
    beside_units: bool,
    seconds: float,
    until: float,
    progress: Progress,
    tell: Tell,
) -> list[Result]:
    """The result of the script, or of the unit with example inputs; none where the units are to be asked.

    Training that wants files which are not there, or that goes on for hours, hides no layers. A script at
    which we fail ourselves is told: what stands beside it says nothing of it.
    """
    if not beside_units:
        return [check_program(source, hints, tell).to_json()]
    unit = Unit("the script", 1, hints)
    found = next(_checked(source, [unit], max(1.0, SHARE * seconds), until, progress))
    error = found["error"] or {}
    if error.get("code") == UsageError.code:
        raise UsageError(error["message"], hint=error["hint"])
    failed = found["status"] == "error" and error.get("code") != DefectError.code
    return [] if failed else [found]


def _is_aimed(hints: Hints) -> bool:
    """Did the caller say which one is meant?"""
    return bool(
        hints.forward or hints.backward or hints.output or hints.gradients or hints.wrt or hints.formula
    )


def _outline(source: Source) -> Outline | None:
    try:
        return Outline.of(tree_of(source.text))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _unit(found: Found, hints: Hints) -> Unit:
    _, forward, backward = found
    assert forward is not None
    second = backward.qualname if backward else ""
    name = ", ".join(filter(None, (forward.qualname, second)))
    if backward is not None and forward.owner == backward.owner:
        name = forward.owner or name
    aimed = replace(hints, forward=forward.qualname, backward=second, makes=SHARED)
    size = sum(_size(part.node) for part in (forward, backward) if part is not None)
    return Unit(name, forward.node.lineno, aimed, size)


def _engine(outline: Outline, name: str, hints: Hints) -> Unit:
    line = min(method.node.lineno for method in outline.classes[name].values())
    return Unit(name, line, replace(hints, form=f"{ENGINE}{name}"))


def _size(node: ast.AST) -> int:
    """How much is in a function; what stands in a loop is executed, and followed, several times."""
    rounds = 3 if isinstance(node, ast.For | ast.While) else 1
    return 1 + rounds * sum(map(_size, ast.iter_child_nodes(node)))


@dataclass(eq=False)
class _Job:
    """A copy at work on one unit."""

    place: int
    pid: int
    pipe: int
    until: float
    answer: bytearray = field(default_factory=bytearray)


def _checked(
    source: Source, units: Sequence[Unit], seconds: float, until: float, progress: Progress
) -> Iterator[Result]:
    """The results of all units, in their order; each has so many seconds.

    The largest begin first: were one of them the last, the other processors would wait for it.
    """
    if not hasattr(os, "fork"):
        for unit in units:
            yield _answer(source, unit)
        return
    results: dict[int, Result] = {}
    running: list[_Job] = []
    waiting = sorted(range(len(units)), key=lambda place: -units[place].size)
    while running or waiting:
        while waiting and len(running) < (os.cpu_count() or 1):
            place = waiting.pop(0)
            if time.monotonic() > until - 0.5:
                results[place] = _late()
                continue
            now = time.monotonic()
            share = _share(until - now, len(waiting) + len(running) + 1)
            running.append(_started(source, units[place], place, min(until, now + min(seconds, share))))
        for job in _finished(running) if running else ():
            results[job.place] = _read(job)
            progress({"done": len(results), "of": len(units), "unit": units[job.place].name})
    for place in range(len(units)):
        yield results[place]


FAIR = 2.0
"""So many times its share of the time that is left a unit may take: then none is left without."""


def _share(left: float, jobs: int) -> float:
    """Seconds for a unit, where so many are to be done in the seconds that are left."""
    return max(1.0, FAIR * left * (os.cpu_count() or 1) / jobs)


def _started(source: Source, unit: Unit, place: int, until: float) -> _Job:
    reader, writer = os.pipe()
    FORKING.append(True)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reader)
            with os.fdopen(writer, "wb") as stream:

                def tell(known: CheckResult) -> None:
                    stream.write(_line(known.to_json()))
                    stream.flush()
                    if unit.verdict_only:
                        os._exit(0)

                stream.write(_line(_answer(source, unit, tell)))
            status = 0
        finally:
            os._exit(status)
    FORKING.pop()
    os.close(writer)
    return _Job(place, pid, reader, until)


FORKING: list[bool] = []
"""Not empty while whygrad itself forks, as against the user's script."""


def _finished(running: list[_Job]) -> list[_Job]:
    """Wait for jobs to say something; those that have ended or are out of time leave the list."""
    soonest = min(job.until for job in running)
    ready, _, _ = select.select([job.pipe for job in running], [], [], max(0.0, soonest - time.monotonic()))
    ended = []
    for job in running:
        if job.pipe in ready:
            chunk = os.read(job.pipe, 1 << 16)
            job.answer += chunk
            if chunk:
                continue
        elif time.monotonic() < job.until:
            continue
        else:
            with contextlib.suppress(OSError):
                os.kill(job.pid, signal.SIGKILL)
        ended.append(job)
    for job in ended:
        running.remove(job)
    return ended


def _read(job: _Job) -> Result:
    os.close(job.pipe)
    _, status = os.waitpid(job.pid, 0)
    lines = bytes(job.answer).split(b"\n")[:-1]  # what follows the last one was cut off
    if not lines:
        return _died(status)
    found: Result = json.loads(lines[-1])
    if status:
        found["notes"] = [*found["notes"], NO_TIME]
    return found


def _line(result: Result) -> bytes:
    return json.dumps(result, allow_nan=False).encode() + b"\n"


def _died(status: int) -> Result:
    number = os.waitstatus_to_exitcode(status)
    error: WhygradError = ScriptError(
        f"it ended the Python process that ran it (status {number})",
        hint="run it by itself, and remove what ends the process",
    )
    if number == -signal.SIGKILL:
        error = LimitError(
            "it did not end in time, or asked for too much memory",
            hint="check it alone: --forward and --backward name it, --time-limit gives it more time",
        )
    return _failed(error)


def _late() -> Result:
    return _failed(
        LimitError(
            "there was no time left for it",
            hint="give the file more time: --time-limit 120; or name one unit with --forward and --backward",
        )
    )


def _answer(source: Source, unit: Unit, tell: Tell = lambda _: None) -> Result:
    try:
        return check_program(source, unit.hints, tell).to_json()
    except WhygradError as error:
        return _failed(error)
    except MemoryError:
        return _failed(
            LimitError("it asked for more memory than it may have", hint="make its arrays smaller")
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if os.environ.get("WHYGRAD_DEBUG"):
            raise
        return _failed(DefectError.of(error, f"on {unit.name}"))


def _failed(error: WhygradError) -> Result:
    return {"status": "error", "output": "", "variables": [], "findings": [], "notes": [],
            "error": facts_of(error), "assumed": {}, "functions": []}  # fmt: skip


def merged(file: str, units: Sequence[Unit], results: Sequence[Result]) -> Result:
    """One result for a file: the worst status of what could be checked; findings in the order of the units.

    What several units share (a helper function) is told once; the later units inherit its mistake.
    """
    findings: list[Result] = []
    variables: list[Result] = []
    listed: list[Result] = []
    seen: set[tuple[Any, ...]] = set()
    for unit, result in zip(units, results, strict=True):
        new = [f for f in result["findings"] if _key(f) not in seen and not f.get("shared")]
        seen |= {_key(f) for f in new}
        edited = {e["line"] for f in findings for e in _edits(f)}
        new = [f for f in new if not {e["line"] for e in _edits(f)} & edited]
        inherits = bool(result["findings"]) and not new
        findings += [{**finding, "unit": unit.name} for finding in new]
        for variable in result["variables"]:
            verdict = "inherited" if inherits and variable["verdict"] == "wrong" else variable["verdict"]
            variables.append({**variable, "verdict": verdict, "unit": unit.name})
        listed.append(
            {
                "unit": unit.name, "line": unit.line, "status": result["status"], "findings": len(new),
                "variables": [v["name"] for v in result["variables"]], "error": result["error"],
                "notes": result.get("notes", []), "assumed": result.get("assumed", {}),
                "inherits": inherits,
            }
        )  # fmt: skip
    status = _status([r["status"] for r in results])
    notes = [f"{u['unit']}: {note}" for u in listed for note in u["notes"]]
    return {
        "version": 1, "file": file, "status": status, "output": "", "variables": variables,
        "findings": findings, "notes": notes, "error": _no_unit(listed) if status == "error" else None,
        "assumed": {}, "units": listed,
    }  # fmt: skip


def _status(statuses: Sequence[str]) -> str:
    if "wrong" in statuses:
        return "wrong"
    if all(status == "error" for status in statuses):
        return "error"
    return "right" if all(status == "right" for status in statuses) else "undecided"


def _no_unit(listed: Sequence[Result]) -> Result:
    """Why none of many units could be checked."""
    first = next(u for u in listed if u["error"])
    said = (
        f"none of the {len(listed)} units could be checked; of `{first['unit']}`: {first['error']['message']}"
    )
    return {**first["error"], "message": said}


def _edits(finding: Result) -> list[Result]:
    return list((finding.get("repair") or {}).get("edits", ()))


def _key(finding: Result) -> tuple[Any, ...]:
    edits = tuple((e["line"], e["after"]) for e in _edits(finding))
    return finding["line"], finding["column"], finding["code"], edits
