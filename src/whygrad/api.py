"""What people call: explain, show and check, as thin functions over the lower floors."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from whygrad.definitions import definitions_of
from whygrad.diagnosis.findings import CheckResult
from whygrad.errors import UsageError
from whygrad.explanation import explain
from whygrad.explanation.circuit import circuit_of
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.gates import group
from whygrad.isolation import CHILD, DEFAULT_SECONDS, ask
from whygrad.rendering.svg import render_svg
from whygrad.rendering.text import render_text
from whygrad.report import Circuit, Report

__all__ = ["Drawing", "check", "explain", "show"]


def check(
    forward: str | os.PathLike[str] | Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    *inputs: Any,
    time_limit: float = DEFAULT_SECONDS,
    **hints: Any,
) -> CheckResult:
    """Check a file, or a forward and its backward function with example inputs of the forward one.

    Runs in a child process, at most `time_limit` seconds. Of functions, their text and what it refers to in
    their file is run there. `hints` are those of the command by the names of `checking.evidence.Hints`
    (`output="loss"`, `wrt=("x", "w")`, `gradients={"gx": "x"}`, `formula="sigmoid(w*x)"` ...). Raises
    UsageError for what cannot be checked, ScriptError for what cannot be run, NoGradientError where no
    gradient is found, LimitError past a limit.
    """
    if os.environ.get(CHILD):
        note = "called by a file that is itself being checked: nothing was done"
        return CheckResult(getattr(forward, "__name__", str(forward)), "undecided", notes=(note,))
    request: dict[str, Any] = {"task": "check", "hints": hints}
    if callable(forward):
        request |= _of_functions(forward, backward, inputs, hints)
    elif backward is not None or inputs:
        raise UsageError(
            "a file is checked alone", hint="wg.check('layer.py'), or wg.check(forward, backward, x)"
        )
    else:
        request["path"] = os.fspath(forward)
    return CheckResult.from_json(ask(request, time_limit)["result"])


def _of_functions(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None,
    inputs: tuple[Any, ...],
    hints: dict[str, Any],
) -> dict[str, Any]:
    functions = [forward, *([backward] if backward else [])]
    source = definitions_of(functions)
    names = list(inspect.signature(forward).parameters)[: len(inputs)]
    given = {name: _literal(name, value) for name, value in zip(names, inputs, strict=True)}
    roles = {"forward": forward.__qualname__, "input": given}
    if backward:
        roles["backward"] = backward.__qualname__
    return {"path": source.filename, "text": source.text, "hints": {**roles, **hints}}


def _literal(name: str, value: Any) -> str:
    """An example input in the language of `--input`, exactly."""
    plain = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(plain, int | float | list):
        raise UsageError(
            f"the example for {name} is a {type(value).__name__}, not a number, list or array",
            hint="write a function that returns the inputs, and give its name: inputs='make_inputs'",
        )
    return repr(plain)


@dataclass(frozen=True)
class Drawing:
    """A circuit that draws itself: as text when printed, as SVG in a notebook or a file."""

    circuit: Circuit

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None, color: bool | None = None, unicode: bool | None = None) -> str:
        """The circuit drawn with characters; the arguments are those of `render_text`."""
        return render_text(Report("", (self.circuit,)), width, color, unicode)

    def svg(self) -> str:
        """The circuit as an SVG document that stands alone."""
        return render_svg(self.circuit)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the circuit to a file; UsageError unless its name ends in .svg."""
        name = os.fspath(path)
        if not name.lower().endswith(".svg"):
            raise UsageError(f"{name}: only .svg pictures are drawn", hint=f"{os.path.splitext(name)[0]}.svg")
        with open(name, "w", encoding="utf-8") as stream:
            stream.write(self.svg())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.text(color=False), "image/svg+xml": self.svg()}


def show(
    target: Any, *args: Any, at: str | Mapping[str, Any] | None = None, grouped: bool = False
) -> Drawing:
    """Draw the circuit of a function, graph or formula, with the values and gradients at a point.

    The arguments are those of `explain`; `grouped` draws each gate, such as the sigmoid, as one box. Raises
    UsageError where the output is not a single number or the drawing would be too large.
    """
    return drawing_of(subject_of(target, args, at), grouped)


def drawing_of(subject: Subject, grouped: bool = False) -> Drawing:
    """The drawing of what is already at hand."""
    entries = subject.ledger()
    grouping = group(subject.graph).gates if grouped else None
    caption = f"{subject.title}: values above the wires, gradients below"
    return Drawing(circuit_of(subject.graph, entries.run, entries.derivative, grouping, caption))
