"""The display tree: what is to be shown, free of any format. Renderers make it text, SVG, HTML or JSON.

Free of NumPy, so that it runs wherever Python does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from whygrad.errors import Place

Style = Literal[
    "plain", "strong", "dim", "code", "name", "value", "gradient", "right", "wrong", "hint", "title"
]
"""`value` is a forward number (green), `gradient` a backward one (red); a renderer must mark them
by more than colour."""


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text in one style."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that flow together."""

    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is a block of its own."""

    items: tuple[Block, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. `align` has one of l, r, c for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    align: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of an excerpt with what is to be said about it. `primary` marks are drawn with carets."""

    line: int
    column: int
    end_column: int
    note: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of the user's file (number, text) with marked spans."""

    place: Place
    lines: tuple[tuple[int, str], ...]
    marks: tuple[Mark, ...] = ()
    notes: tuple[Paragraph, ...] = ()
    """What is to be said about the lines as a whole, set below them."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Edits as whole lines: (line number, before, after); an empty `after` deletes the line."""

    edits: tuple[tuple[int, str, str], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as Python text and as LaTeX."""

    text: str
    latex: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """An array as a small picture: signed cells between -1 and 1, to be multiplied by `scale`.

    Of a large array each cell stands for several entries and shows the one of largest size. A cell is NaN
    where an entry is not finite.
    """

    cells: tuple[tuple[float, ...], ...]
    scale: float
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A node of a circuit drawing. `order` of a wire into it is its operand position."""

    key: str
    label: str
    kind: Literal["input", "constant", "op", "gate", "block", "output"]
    value: str = ""
    gradient: str = ""
    name: str = ""
    note: str = ""
    """What it holds or does, in one line."""
    value_heat: Heat | None = None
    gradient_heat: Heat | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge of a circuit drawing, from a box into operand `order` of another."""

    source: str
    target: str
    order: int
    value: str = ""
    gradient: str = ""
    """Forward value carried, and contribution carried back along this wire."""
    name: str = ""
    """Of a box with several results, the one that this wire carries."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Boxes that belong together: an opened gate, call or iteration."""

    key: str
    label: str
    members: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Circuit:
    """A drawing: boxes in order of computation, and wires. `frames` are nested or apart, outer ones first."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    caption: str = ""
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a heading."""

    title: str
    blocks: tuple[Block, ...]


Block: TypeAlias = Paragraph | Heading | Bullets | Table | Excerpt | Diff | Formula | Circuit | Section


@dataclass(frozen=True, slots=True)
class Report:
    """A document: a title and blocks."""

    title: str
    blocks: tuple[Block, ...] = field(default=())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from whygrad.rendering.screens import bundle_of

        return bundle_of(self)

    def __str__(self) -> str:
        # The one upward reference of this floor: results print themselves, and printing lives above.
        from whygrad.rendering.text import render_text

        return render_text(self)


def say(*parts: str | Words) -> Paragraph:
    """A paragraph from strings and styled words: `say("the ", Words("1", "value"), " is right")`."""
    return Paragraph(tuple(Words(p) if isinstance(p, str) else p for p in parts))
