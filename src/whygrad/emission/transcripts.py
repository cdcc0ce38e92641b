"""What was derived of a script, as statements of the script; run once as it stands before it is shown."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.emission import layout
from whygrad.emission.cotangents import ones_of
from whygrad.emission.deriving import Written
from whygrad.emission.filling import into_script
from whygrad.emission.imports import with_imports
from whygrad.emission.leaves import write
from whygrad.emission.proving import TOLERANCE, numbers
from whygrad.emission.scripts import Script, above, forward_lines
from whygrad.errors import CheckFailedError
from whygrad.source import Source

Names = Mapping[str, str]


@dataclass
class Transcript:
    """The lines of a script that come anew."""

    script: Script
    lines: list[str]
    imports: list[str]
    functions: str = ""
    """What was derived of functions that the script calls."""
    forward: list[str] = field(default_factory=list)
    """The forward pass, where it has to be another than the user's."""
    whole: bool = False
    """Whether it is, so that the user's lines above it are shown too."""
    start: list[str] = field(default_factory=list)
    """What stands above that."""
    results: dict[str, str] = field(default_factory=dict)
    """The parameters of the script, and the variables that hold their derivatives."""

    @property
    def text(self) -> str:
        """The lines; of a whole script those above it too."""
        if not self.whole:
            return "\n".join([*self.imports, *([""] if self.imports else []), *self.lines]) + "\n"
        start = self.start if self.functions else ["", *self.start]
        parts = [
            *above(self.script),
            *self.defined(),
            *start,
            *self.forward,
            *([""] if self.forward else []),
            *self.lines,
        ]
        return with_imports("\n".join(parts).rstrip() + "\n", self.imports)

    def defined(self) -> list[str]:
        """The functions that were derived, between blank lines."""
        return ["", "", *self.functions.strip("\n").split("\n"), "", ""] if self.functions else []

    def filled(self) -> str:
        """The user's file with these lines: below its comment `# backward`, or at its end."""
        source = self.script.source
        if self.whole:
            first, last = forward_lines(self.script)
            made = [*self.defined(), *self.start, *self.forward]
            lines = source.text.split("\n")
            lines[first - 1 : last] = made
            source = Source(source.filename, "\n".join(lines))
        return with_imports(into_script(source, "\n".join(self.lines)), self.imports)

    def run(self) -> dict[str, Any]:
        """The variables after the script, run on the inputs at which it was derived."""
        names = dict(self.script.namespace)
        exec("\n".join(above(self.script)), names)
        names |= copy.deepcopy(self.script.inputs)
        forward = self.forward if self.whole else [write(s) for s in self.script.body]
        exec("\n".join([*self.imports, *self.defined(), *self.start, *forward, *self.lines]), names)
        return names


def backward_of(written: Written, script: Script, wrt: Sequence[str] = ()) -> Transcript:
    """The backward lines of a script; of inputs that do not count only if they are asked for."""
    lines, held = list(written.lines), {}
    for name, text in zip(written.wanted, written.results, strict=True):
        if text != f"grad_{name}" and (name in wrt or not text.startswith(("0.0", "[0.0]", "np.zeros"))):
            lines.append(f"    grad_{name} = {text}")
            text = f"grad_{name}"
        if text.isidentifier():
            held[name] = text
    seeds = [f"    {name} = np.ones_like({script.output})" for name in written.given]
    head = f"# backward: the gradient of {script.output}" + (", all its entries added up" if seeds else "")
    lines = [head, *([written.note] if written.note else []), *dedented([*seeds, *lines])]
    forward = forward_of(written, script) if written.saves or written.pairs else []
    return Transcript(
        script, lines, list(written.imports), written.pairs, forward, bool(forward), results=held
    )


def tangent_of(written: Written, script: Script, prefix: str) -> Transcript:
    """The script with its tangents: all inputs move at once, for a start."""
    head = f"# forward mode: the tangent of {script.output} as its inputs move along these directions"
    directions = [
        line
        for name in written.wanted
        for line in layout.fitted(f"{prefix}{name} = {ones_of(script.inputs[name], name)}", 0)
    ]
    note = [written.note] if written.note else []
    start = [*note, head, *directions, ""]
    forward = dedented(written.lines)
    return Transcript(script, [], list(written.imports), written.pairs, forward, True, start)


def second_of(written: Written, script: Script, directions: Names) -> Transcript:
    """The script with the second derivatives of its output; all inputs move at once, for a start."""
    along = list(directions.values())
    what = f"the Hessian of {script.output} times these directions"
    head = f"# second derivatives: {what if along else f'that of {script.output}'}"
    given = [
        line
        for name, direction in directions.items()
        for line in layout.fitted(f"{direction} = {ones_of(script.inputs[name], name)}", 0)
    ]
    note = [written.note] if written.note else []
    lines, held = list(written.lines), {}
    for name, text in zip(written.wanted, written.results, strict=True):
        if text != f"hess_{name}":
            lines.append(f"    hess_{name} = {text}")
        held[name] = f"hess_{name}"
    start = [*note, head, *given, *([""] if given else [])]
    forward = forward_of(written, script)
    return Transcript(
        script, dedented(lines), list(written.imports), written.pairs, forward, True, start, held
    )


def confirm(transcript: Transcript, expected: Mapping[str, Any]) -> None:
    """Run a transcript: its variables must hold what the derivatives were found to be.

    Raises CheckFailedError where it does not run, or holds something else.
    """
    with np.errstate(all="ignore"):
        try:
            names = transcript.run()
        except Exception as error:
            raise defect(f"fails in the script: {type(error).__name__}: {error}") from None
    for name, variable in transcript.results.items() if not draws(transcript.script) else ():
        for want, got in numbers(expected[name], names[variable]):
            near = np.shape(want) == np.shape(got) and np.allclose(got, want, rtol=TOLERANCE, equal_nan=True)
            if not near:
                raise defect(f"gives another {variable} in the script than as a function")


def defect(what: str) -> CheckFailedError:
    """The refusal of a text of ours."""
    return CheckFailedError(
        f"the text that was written {what}",
        hint="this is a defect of whygrad, please report it; --no-check shows what was written",
    )


def values_of(written: Written, script: Script, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the derivatives of a script are, by the function that was written and checked."""
    names = dict(script.namespace)
    exec(compile(written.text, "<derived>", "exec"), names)
    found = names[written.name](*copy.deepcopy([*script.inputs.values()]), **given)
    return dict(zip(written.wanted, found if len(written.wanted) > 1 else [found], strict=True))


def draws(script: Script) -> bool:
    """Does the forward pass draw numbers, so that it may give others at the next run?"""
    words = {n.id for s in script.body for n in ast.walk(s) if isinstance(n, ast.Name)}
    words |= {n.attr for s in script.body for n in ast.walk(s) if isinstance(n, ast.Attribute)}
    return bool(words & {"random", "rng", "default_rng", "RandomState"})


def forward_of(written: Written, script: Script) -> list[str]:
    """The forward pass without the settings that stand above it already."""
    first = forward_lines(script)[0]
    known = {line for line in above(script) if line.strip()} if first > script.body[0].lineno else set()
    return [line for line in dedented(written.forward_lines) if line not in known]


def dedented(lines: Sequence[str]) -> list[str]:
    """Lines of a function as lines of a module."""
    return [line.removeprefix("    ") for line in lines]
