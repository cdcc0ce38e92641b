"""A user's script as something to explain: its forward pass at its own numbers, repaired as `check` would."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from whygrad.checking.engines import engines_in
from whygrad.checking.evidence import Failure, Hints, Point
from whygrad.checking.forms import arrange, arrangements
from whygrad.checking.observing import Observation
from whygrad.checking.programs import Program
from whygrad.checking.roles import recognise
from whygrad.checking.truth import output_rows
from whygrad.checking.units import Outline, units_in
from whygrad.checking.values import is_numeric
from whygrad.checking.variables import dependencies, variables
from whygrad.diagnosis import CheckResult, Edit, check_program
from whygrad.diagnosis.findings import Finding
from whygrad.errors import NoGradientError, ScriptError, UsageError
from whygrad.explanation.subjects import Subject
from whygrad.graph import Graph, GraphBuilder
from whygrad.ops import OPS, infer
from whygrad.source import Source, read_source


@dataclass(frozen=True, eq=False)
class Reading:
    """A script as it was read: what is explained, and what `check` said of it."""

    subject: Subject
    notes: tuple[str, ...]
    source: Source
    """The file as it stands."""
    edits: tuple[Edit, ...]
    """What was changed before it was run."""
    result: CheckResult | None
    """None where nothing in it looks like a gradient."""
    program: Program

    def claimed(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """What the backward pass as written has for each gradient, after a forward pass as repaired."""
        if self.result is None:
            return {}
        before = [f for f in self.result.findings if f.where != "backward"]
        text = edited(self.source, edits_of(before))
        namespace = self.program.run(Point("given", overrides=dict(point)), text=text)
        found: dict[str, Any] = {}
        if isinstance(namespace, Failure):
            return found
        for variable in self.result.variables:
            try:
                found[variable.name] = self.program.value(variable.name, namespace)
            except LookupError:
                continue
        return found


def subject_of_script(path: str, point: Mapping[str, Any]) -> tuple[Subject, tuple[str, ...]]:
    """The forward pass of a script, and what had to be done to get it; see `read_script`."""
    reading = read_script(path, point)
    return reading.subject, reading.notes


def read_script(path: str, point: Mapping[str, Any], hints: Hints | None = None) -> Reading:
    """Read a script and follow its forward pass. `point` overrides its inputs, `hints` are those of `check`.

    Raises ScriptError where it cannot be run even as repaired, and NoGradientError where nothing in it
    depends on anything.
    """
    source = read_source(path)
    hints = hints or Hints()
    result: CheckResult | None = None
    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()
    if (seen := _without_gradients(source, hints)) is None:
        result, edits, notes = repairs(source, hints)
        program = _program(Source(path, edited(source, edits)), hints)
        names = _objective(program)
    else:
        program, names = seen.program, _guessed(*seen)
    unknown = sorted(set(point) - set(names))
    if unknown:
        raise UsageError(f"{unknown[0]} is no input of {path}", hint=f"its inputs are {', '.join(names)}")
    recording = program.record(Point("given", overrides=dict(point)), inputs=names)
    if recording.failure is not None:
        raise ScriptError(f"{path} cannot be followed: {recording.failure}", hint=f"whygrad check {path}")
    rows, seeds = output_rows(program, recording)
    output = program.objective[0][0]
    if len(rows) != 1:
        raise UsageError(
            f"{output} in {path} is {len(rows)} numbers; a gradient is that of one",
            hint=f"explain one of them: add a line `{output}_0 = {output}[0]`" if rows else None,
        )
    notes += _others(source, program, hints)
    graph, note = _weighted(recording.graph.with_outputs(rows), seeds[0], *program.objective[0])
    values = [recording.values[row] for row in graph.inputs]
    return Reading(Subject(f"{output} in {path}", graph, values, note), notes, source, edits, result, program)


def _others(source: Source, program: Program, hints: Hints) -> tuple[str, ...]:
    """Said where a file has more than what is shown of it."""
    if program.form == "script" or hints.forward:
        return ()
    units = units_in(Outline.of(ast.parse(source.text)))
    found = [(forward.qualname, backward) for _, forward, backward in units if forward]
    if len(found) < 2:
        return ()
    other, backward = next((unit for unit in found if unit[0] != program.forward_function), found[0])
    other += f" --backward {backward.qualname}" if backward else ""
    return (
        f"{source.filename} has {len(found)} forward passes; this is `{program.forward_function}`. "
        f"For another: whygrad check {source.filename} --forward {other} --page page.html\n",
    )


def _weighted(graph: Graph, seed: Any, output: str, upstream: str) -> tuple[Graph, str]:
    """The graph whose output is one number: what the upstream gradient of a layer makes of its output."""
    if np.all(np.equal(seed, 1)):
        return graph, ""
    builder = GraphBuilder.extending(graph)
    (row,) = graph.outputs
    weights = builder.constant(np.asarray(seed, float) if np.ndim(seed) else float(seed))
    shapes = [builder.abstract(row), builder.abstract(weights)]
    product = builder.add(OPS["multiply"], (row, weights), infer(OPS["multiply"], shapes, {}))
    total = builder.add(OPS["sum"], (product,), infer(OPS["sum"], [builder.abstract(product)], {}))
    note = (
        f"{output} is multiplied by the upstream gradient {upstream} and added up: the gradients here are "
        f"those that a backward pass with {upstream} returns."
    )
    return builder.freeze(graph.inputs, [total]), note


def repairs(source: Source, hints: Hints) -> tuple[CheckResult | None, tuple[Edit, ...], tuple[str, ...]]:
    """What `check` says, its repairs, and a sentence for each reason to change the text."""
    try:
        result = check_program(source, hints)
    except NoGradientError:  # a forward pass alone can be explained as it stands
        return None, (), ()
    edits = edits_of(result.findings)
    if not edits:
        return result, (), ()
    shown = ", ".join(str(line) for line in sorted({edit.line for edit in edits}))
    told = f"{source.filename} is read as `whygrad check {source.filename}` repairs it (line {shown})\n"
    return result, edits, (told,)


def edited(source: Source, edits: Iterable[Edit]) -> str:
    """The text with edits in place."""
    lines = source.text.splitlines(keepends=True)
    for edit in edits:
        lines[edit.line - 1] = edit.after + "\n"
    return "".join(lines)


def edits_of(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """The edits of all repairs; findings on one line carry the same one."""
    found = [finding.repair for finding in findings if finding.repair is not None]
    return tuple({edit.line: edit for repair in found for edit in repair.edits}.values())


def _program(source: Source, hints: Hints) -> Program:
    program = arrange(source, hints)
    if isinstance(program, Failure):
        raise ScriptError(f"{source.filename} cannot be run: {program.message}")
    return program


class _Seen(NamedTuple):
    """A program that was run and noted at its own point."""

    program: Program
    observation: Observation


def _without_gradients(source: Source, hints: Hints) -> _Seen | None:
    """A script that computes no gradients, so that there is nothing to check: it need be run only once."""
    try:
        meant = list(islice(arrangements(source, hints), 2))
    except NoGradientError:
        return None
    program = meant[0]
    if len(meant) > 1 or isinstance(program, Failure) or program.form != "script":
        return None
    if Outline.of(ast.parse(source.text)).has_gradients or next(program.rivals, None) is not None:
        return None
    observation = program.observe()
    if isinstance(observation, Failure) or observation.failure is not None:
        return None
    try:
        recognise(program, observation)
    except NoGradientError:
        return _Seen(program, observation)
    return None


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
            hint=_instead(program.source),
        )
    output = max(outputs, key=lambda v: v.last).name
    program.objective = ((output, ""),)
    return [name for name in inputs if name in needs[output]]


def _instead(source: Source) -> str:
    """What to run for a file whose numbers are out of sight: in the objects of an engine, or not there."""
    if engines_in(Outline.of(ast.parse(source.text)).classes):
        return f"whygrad check {source.filename}  (its numbers are kept in objects of its own)"
    return "give the formula itself: whygrad explain 'sigmoid(w*x + b)' --at 'w=2, x=3, b=1'"
