"""A graph without a run as a circuit: what is computed from what, by blocks where it is large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whygrad.differentiation import Derivative
from whygrad.errors import WhygradError
from whygrad.execution.interpreter import Run
from whygrad.explanation.circuit import Drawing, Edge
from whygrad.gates.blocks import blocks_of
from whygrad.graph import CONSTANT, Graph
from whygrad.rendering.pictures import Picture
from whygrad.rendering.png import can_render_png
from whygrad.report import Box, Circuit, Wire


def structure_of(graph: Graph, caption: str = "") -> Circuit:
    """The circuit of a graph, with shapes in place of values."""
    return _Structure(graph).drawn(caption)


class _Structure(Drawing):
    def __init__(self, graph: Graph) -> None:
        constants = {r: graph.params(r)["value"] for r in range(len(graph)) if graph.op(r) is CONSTANT}
        silent = Derivative(graph, (), (), [-1] * len(graph), {}, ())  # type: ignore[arg-type]
        super().__init__(graph, Run(graph, constants), silent, blocks_of(graph, ()).visible())

    def numbers(self, row: int) -> dict[str, Any]:
        shape = self.graph.abstract(row).shape
        return {"value": "x".join(map(str, shape))} if shape else {}

    def connect(self, source: int, target: str, order: int, edges: Sequence[Edge]) -> None:
        self.wires.append(Wire(self.key(self.owner.get(source, source)), target, order))

    def draw_outputs(self) -> None:
        for number, row in enumerate(self.graph.outputs):
            name = self.graph.name(row) or f"out{number if len(self.graph.outputs) > 1 else ''}"
            self.boxes.append(Box(f"out:{number}", name, "output", name=name))
            self.wires.append(Wire(self.key(self.owner.get(row, row)), f"out:{number}", 0))


def shown(graph: Graph) -> dict[str, Any]:
    """A graph for a notebook: its rows as text, its structure as a picture."""
    bundle: dict[str, Any] = {"text/plain": str(graph)}
    try:
        picture = Picture(structure_of(graph))
        bundle["image/svg+xml"] = picture.svg()
    except WhygradError:  # more inputs than a drawing shows: the text has to do
        return bundle
    return bundle | ({"image/png": picture.png()} if can_render_png() else {})
