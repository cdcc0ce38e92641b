"""What people call: explain, show and check, as thin functions over the lower floors."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whygrad.errors import UsageError
from whygrad.explanation import explain
from whygrad.explanation.circuit import circuit_of
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.gates import group
from whygrad.rendering.svg import render_svg
from whygrad.rendering.text import render_text
from whygrad.report import Circuit, Report

__all__ = ["Drawing", "explain", "show"]


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
