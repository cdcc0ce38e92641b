"""What people call: explain, show, check and assert_gradient, as thin functions over the lower floors."""

from __future__ import annotations

import inspect
import os
import sys
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whygrad.commands.pages import temporary_page
from whygrad.definitions import definitions_of, root_of
from whygrad.diagnosis.findings import CheckResult
from whygrad.errors import UsageError
from whygrad.explanation import explain
from whygrad.explanation.backward import backward_circuit
from whygrad.explanation.circuit import circuit_of
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.gates import blocks_of
from whygrad.handover import handed_over
from whygrad.isolation import CHILD, DEFAULT_SECONDS, ask
from whygrad.notebook import widget_of
from whygrad.page.document import document_of
from whygrad.page.html import html_of, packed
from whygrad.relocating import relocated
from whygrad.rendering.pictures import Picture
from whygrad.rendering.terminal import terminal_width
from whygrad.rendering.themes import Theme
from whygrad.source import read_source

__all__ = ["Drawing", "assert_gradient", "check", "explain", "show"]


def check(
    forward: str | os.PathLike[str] | Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    *inputs: Any,
    time_limit: float = DEFAULT_SECONDS,
    **hints: Any,
) -> CheckResult:
    """Check a file, or a forward and its backward function with example inputs of the forward one.

    Runs in a child process, at most `time_limit` seconds. Functions are taken as they are, wherever they were
    defined: at the top of a file, inside a function, as methods of an object, in a notebook; with what they
    name. Inputs are those of the forward function in order: numbers, arrays of any dtype, strings, and lists,
    tuples and dicts of them. `hints` are those of the command by the names of `checking.evidence.Hints`
    (`output="loss"`, `wrt=("x", "w")`, `gradients={"gx": "x"}`, `formula="sigmoid(w*x)"` ...). Raises
    UsageError for what cannot be checked, ScriptError for what cannot be run, NoGradientError where no
    gradient is found, LimitError past a limit.
    """
    if os.environ.get(CHILD):
        note = "called by a file that is itself being checked: nothing was done"
        return CheckResult(getattr(forward, "__name__", str(forward)), "undecided", notes=(note,))
    if callable(forward):
        return _check_functions(forward, backward, inputs, hints, time_limit)
    if backward is not None or inputs:
        raise UsageError(
            "a file is checked alone", hint="wg.check('layer.py'), or wg.check(forward, backward, x)"
        )
    if not isinstance(forward, str | os.PathLike):
        raise UsageError(
            f"a {type(forward).__name__} cannot be checked; a path or a function can",
            hint="wg.check('layer.py'), or wg.check(forward, backward, x)",
        )
    source = read_source(os.fspath(forward))
    request = {"task": "check", "path": source.filename, "hints": hints}
    return CheckResult.from_json(ask(request, time_limit)["result"], source.text)


def assert_gradient(
    forward: str | os.PathLike[str] | Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    *inputs: Any,
    time_limit: float = DEFAULT_SECONDS,
    **hints: Any,
) -> CheckResult:
    """Raise AssertionError, with the whole diagnosis as its text, unless every gradient is right.

    Takes what `check` takes and raises what it raises; returns its result. Gradients that could not be
    decided are no proof, so they fail as well.
    """
    __tracebackhide__ = True  # pytest shows the call
    result = check(forward, backward, *inputs, time_limit=time_limit, **hints)
    if result.status == "right" or os.environ.get(CHILD):
        return result
    first = f": {result.findings[0].code} {result.findings[0].title}" if result.findings else ""
    width = max(60, terminal_width() - INDENT)
    raise AssertionError(
        f"the gradient is {_SAID[result.status]}{first}\n\n{result.text(width, color=False)}"
    )


INDENT = 8
"""Columns that pytest puts before each line of a failure."""
_SAID = {"wrong": "wrong", "undecided": "not decided, so nothing is asserted", "error": "not checked"}


def _check_functions(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None,
    inputs: tuple[Any, ...],
    hints: dict[str, Any],
    time_limit: float,
) -> CheckResult:
    functions = [forward, *([backward] if backward is not None else [])]
    definitions = definitions_of(functions)
    roles = dict(zip(("forward", "backward"), map(_role, functions), strict=False))
    values = {"inputs": _named(forward, inputs), "given": definitions.given}
    with handed_over(values) as path:
        request = {
            "task": "check", "path": definitions.source.filename, "text": definitions.source.text,
            "hints": {**roles, **hints}, "values": path, "search": sys.path,
        }  # fmt: skip
        result = ask(request, time_limit)["result"]
    return CheckResult.from_json(relocated(result, definitions), definitions.shown)


def _role(function: Callable[..., Any]) -> str:
    """The name by which a function is found in its text: `forward`, `Layer.forward`."""
    thing = root_of(function)
    if isinstance(thing, type) and thing is not function:
        return f"{thing.__name__}.{getattr(function, '__name__', '__call__')}"
    return str(getattr(inspect.unwrap(thing), "__name__", function))


def _named(forward: Callable[..., Any], inputs: tuple[Any, ...]) -> dict[str, Any]:
    """The inputs by the names of the parameters; of a method, what its object has as well."""
    try:
        names = list(inspect.signature(forward).bind(*inputs).arguments)
    except TypeError as error:
        raise UsageError(
            f"the {len(inputs)} inputs do not fit `{_role(forward)}{inspect.signature(forward)}`: {error}",
            hint="give the arguments of the forward function, in order",
        ) from None
    owner = getattr(forward, "__self__", None)
    state = vars(owner) if owner is not None and hasattr(owner, "__dict__") else {}
    kept = {name: value for name, value in state.items() if not callable(value)}
    return {**kept, **dict(zip(names, inputs, strict=False))}


@dataclass(frozen=True)
class Drawing(Picture):
    """A circuit that draws itself: as text when printed, as SVG in a notebook or a file, as a page."""

    subject: Subject | None = None
    grouped: bool = False

    def document(self) -> dict[str, Any]:
        """What the page is told, as JSON can hold it: docs/page-json.md has the keys."""
        assert self.subject is not None
        return document_of(self.subject, self.grouped)

    def html(self) -> str:
        """The interactive page, as one HTML file that needs nothing else."""
        assert self.subject is not None
        return html_of(self.subject.title, packed(self.document()))

    def widget(self) -> Any:
        """The page as a widget of a notebook; UsageError without the package anywidget."""
        return widget_of(self.document())

    def open(self) -> str:
        """Write the page to a temporary file, open it in the browser, and return its path."""
        assert self.subject is not None
        path = temporary_page(self.subject.title, packed(self.document()))
        webbrowser.open(Path(path).as_uri())
        return path

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page (.html) or a picture (.svg, .png, .dot, .txt); UsageError for another ending."""
        name = os.fspath(path)
        page = os.path.splitext(name)[1].lower() == ".html"
        Path(path).write_bytes(self.html().encode() if page else self.as_file(name))


def show(
    target: Any,
    *args: Any,
    at: str | Mapping[str, Any] | None = None,
    grouped: bool = False,
    theme: Theme = "auto",
    backward: bool = False,
) -> Drawing:
    """Draw the circuit of a function, graph or formula, with the values and gradients at a point.

    The arguments are those of `explain`; `grouped` draws each gate, such as the sigmoid, as one box. Large
    graphs are drawn by their calls, loops and repeated rows. `backward` draws the backward pass as a circuit
    of its own. `theme` is auto, light, dark or print. Raises
    UsageError where the output has no gradient.
    """
    return drawing_of(subject_of(target, args, at), grouped, theme, backward)


def drawing_of(
    subject: Subject, grouped: bool = False, theme: Theme = "auto", backward: bool = False
) -> Drawing:
    """The drawing of what is already at hand."""
    entries = subject.ledger()
    if backward:
        caption = f"{subject.title}: the backward pass, from the output to the gradients of the inputs"
        return Drawing(backward_circuit(entries, caption), theme, subject, grouped)
    cut = blocks_of(subject.graph).visible()
    caption = f"{subject.title}: values above the wires, gradients below"
    circuit = circuit_of(
        subject.graph, entries.run, entries.derivative, cut if grouped else cut.with_gates_open(), caption
    )
    return Drawing(circuit, theme, subject, grouped)
