"""A circuit that draws itself: as text, SVG, PNG or DOT."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whygrad.errors import UsageError
from whygrad.rendering.dot import to_dot
from whygrad.rendering.png import can_render_png, render_png
from whygrad.rendering.svg import render_svg
from whygrad.rendering.text import render_text
from whygrad.rendering.themes import Theme
from whygrad.report import Circuit, Report


@dataclass(frozen=True)
class Picture:
    """A circuit that draws itself: as text when printed, as SVG in a notebook or a file."""

    circuit: Circuit
    theme: Theme = "auto"

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None, color: bool | None = None, unicode: bool | None = None) -> str:
        """The circuit drawn with characters; the arguments are those of `render_text`."""
        return render_text(Report("", (self.circuit,)), width, color, unicode)

    def svg(self, theme: Theme | None = None) -> str:
        """The circuit as an SVG document that stands alone; `theme` is auto, light, dark or print."""
        return render_svg(self.circuit, theme=theme or self.theme)

    def png(self, theme: Theme | None = None, zoom: float = 2.0) -> bytes:
        """The circuit as a PNG picture; UsageError without the package resvg-py."""
        theme = theme or self.theme
        return render_png(self.svg("light" if theme == "auto" else theme), zoom)

    def dot(self) -> str:
        """The circuit in the language of Graphviz."""
        return to_dot(self.circuit)

    def as_file(self, name: str) -> bytes:
        """The contents of a file of this name; UsageError for an ending that says no format."""
        stem, ending = os.path.splitext(name)
        if ending.lower() not in WRITERS:
            known = ", ".join(WRITERS)
            raise UsageError(f"{name}: pictures are drawn as {known}", hint=f"{stem or 'circuit'}.svg")
        return WRITERS[ending.lower()](self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Plain text, SVG, and PNG where it can be made: an untrusted notebook shows no SVG."""
        bundle: dict[str, Any] = {"text/plain": self.text(color=False), "image/svg+xml": self.svg()}
        return bundle | ({"image/png": self.png()} if can_render_png() else {})


WRITERS: dict[str, Callable[[Picture], bytes]] = {
    ".svg": lambda picture: picture.svg().encode(),
    ".png": lambda picture: picture.png(),
    ".dot": lambda picture: picture.dot().encode(),
    ".txt": lambda picture: f"{picture.text(width=100, color=False, unicode=True)}\n".encode(),
}
