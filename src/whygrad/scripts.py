"""A user's script as something to explain: its forward pass at its own numbers, repaired as `check` would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whygrad.checking.evidence import Failure, Hints, Point
from whygrad.checking.forms import arrange
from whygrad.checking.observing import Observation
from whygrad.checking.programs import Program
from whygrad.checking.roles import recognise
from whygrad.checking.truth import output_rows
from whygrad.checking.values import is_numeric
from whygrad.checking.variables import dependencies, variables
from whygrad.diagnosis import CheckResult, Edit, check_program
from whygrad.errors import NoGradientError, ScriptError, UsageError
from whygrad.explanation.subjects import Subject
from whygrad.source import Source, read_source


def subject_of_script(path: str, point: Mapping[str, Any]) -> tuple[Subject, tuple[str, ...]]:
    """The forward pass of a script, and what had to be done to get it. `point` overrides its inputs.

    Raises ScriptError where it cannot be run even as repaired, and NoGradientError where nothing in it
    depends on anything.
    """
    source = read_source(path)
    text, notes = repaired(source)
    program = _program(Source(path, text))
    names = _objective(program)
    unknown = sorted(set(point) - set(names))
    if unknown:
        raise UsageError(f"{unknown[0]} is no input of {path}", hint=f"its inputs are {', '.join(names)}")
    recording = program.record(Point("given", overrides=dict(point)), inputs=names)
    if recording.failure is not None:
        raise ScriptError(f"{path} cannot be followed: {recording.failure}", hint=f"whygrad check {path}")
    rows, _ = output_rows(program, recording)
    output = program.objective[0][0]
    if len(rows) != 1:
        raise UsageError(
            f"{output} in {path} is {len(rows)} numbers; a gradient is that of one",
            hint=f"explain one of them: add a line `{output}_0 = {output}[0]`" if rows else None,
        )
    graph = recording.graph.with_outputs(rows)
    title = f"{output} in {path}"
    return Subject(title, graph, [recording.values[row] for row in graph.inputs]), notes


def repaired(source: Source) -> tuple[str, tuple[str, ...]]:
    """The text with the repairs of `check` in place, and a sentence for each reason to have changed it."""
    try:
        result = check_program(source)
    except NoGradientError:  # a forward pass alone can be explained as it stands
        return source.text, ()
    edits = edits_of(result)
    if not edits:
        return source.text, ()
    lines = source.text.splitlines(keepends=True)
    for edit in edits:
        lines[edit.line - 1] = edit.after + "\n"
    shown = ", ".join(str(line) for line in sorted({edit.line for edit in edits}))
    told = f"{source.filename} is read as `whygrad check {source.filename}` repairs it (line {shown})\n"
    return "".join(lines), (told,)


def edits_of(result: CheckResult) -> list[Edit]:
    """The edits of all repairs; findings on one line carry the same one."""
    repairs = [finding.repair for finding in result.findings if finding.repair is not None]
    return list({edit.line: edit for repair in repairs for edit in repair.edits}.values())


def _program(source: Source) -> Program:
    program = arrange(source, Hints())
    if isinstance(program, Failure):
        raise ScriptError(f"{source.filename} cannot be run: {program.message}")
    return program


def _objective(program: Program) -> list[str]:
    """Set what is explained, and return the inputs: those whose gradients the script computes, else all."""
    observation = program.observe()
    if isinstance(observation, Failure) or observation.failure is not None:
        failure = observation if isinstance(observation, Failure) else observation.failure
        assert failure is not None
        raise ScriptError(
            f"{program.source.filename} raises {failure.kind} in line {failure.line}: {failure.message}",
            hint=f"whygrad check {program.source.filename}",
        )
    try:
        roles = recognise(program, observation)
    except NoGradientError:
        return _guessed(program, observation)
    program.objective = roles.objective
    return roles.roots


def _guessed(program: Program, observation: Observation) -> list[str]:
    """Without gradients to go by: the output is the last number that depends on others."""
    needs = dependencies(observation)
    found = [v for v in variables(observation).values() if is_numeric(v.value)]
    inputs = [v.name for v in found if not needs.get(v.name)]
    outputs = [v for v in found if needs.get(v.name, set()) & set(inputs)]
    if not outputs:
        raise NoGradientError(
            f"no number in {program.source.filename} depends on another one",
            hint="give the formula itself: whygrad explain 'sigmoid(w*x + b)'",
        )
    output = max(outputs, key=lambda v: v.last).name
    program.objective = ((output, ""),)
    return [name for name in inputs if name in needs[output]]
