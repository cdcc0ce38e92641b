"""A circuit in the DOT language of Graphviz, for those who lay it out with their own tools."""

from __future__ import annotations

from whygrad.rendering.layout import wires_in_order
from whygrad.report import Box, Circuit

_SHAPES = {
    "input": "plaintext",
    "constant": "plaintext",
    "output": "plaintext",
    "op": "circle",
    "gate": "box",
    "block": "box3d",
}


def to_dot(circuit: Circuit) -> str:
    """The circuit as a DOT digraph, operands in order. Raises ValueError for a wire to an unknown box."""
    number = {box.key: index for index, box in enumerate(circuit.boxes)}
    wires, pairs = wires_in_order(circuit)
    lines = ["digraph circuit {", "  rankdir=LR; ordering=in; node [fontname=monospace];"]
    lines += [f"  n{number[box.key]} [{_box(box)}];" for box in circuit.boxes]
    lines += _clusters(circuit, number)
    for wire, (source, target) in zip(wires, pairs, strict=True):
        label = "\n".join(text for text in (wire.value, wire.gradient) if text)
        lines.append(f"  n{source} -> n{target} [label={_quoted(label)}];")
    return "\n".join([*lines, "}", ""])


def _clusters(circuit: Circuit, number: dict[str, int]) -> list[str]:
    """Frames as clusters, inner ones within outer ones."""
    lines: list[str] = []
    open_frames: list[set[str]] = []
    for k, frame in enumerate(circuit.frames):
        while open_frames and not set(frame.members) <= open_frames[-1]:
            open_frames.pop()
            lines.append("  }")
        own = " ".join(f"n{number[key]};" for key in frame.members)
        lines.append(f"  subgraph cluster_{k} {{ label={_quoted(frame.label)}; style=dashed; {own}")
        open_frames.append(set(frame.members))
    return [*lines, *["  }"] * len(open_frames)]


def _box(box: Box) -> str:
    label = "\n".join(dict.fromkeys(text for text in (box.label, box.name) if text)) or box.key
    tooltip = ", ".join(f"{what} {text}" for what, text in _facts(box) if text)
    return f"label={_quoted(label)}, shape={_SHAPES[box.kind]}, tooltip={_quoted(tooltip)}"


def _facts(box: Box) -> tuple[tuple[str, str], ...]:
    return ("value", box.value), ("gradient", box.gradient)


def _quoted(text: str) -> str:
    """A DOT string: quotes and backslashes escaped, line ends as `\\n`."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
