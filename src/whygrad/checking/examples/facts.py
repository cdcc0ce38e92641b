"""What is known of one parameter of a function, by what texts say of it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

FLAGS = (
    "index", "indexed_by_number", "size", "unrolled", "divisor", "called", "iterated", "logarithm",
    "optional", "arrayed", "outer",
)  # fmt: skip


@dataclass(eq=False)
class Facts:
    """What is known of one parameter."""

    ranks: list[int] = field(default_factory=list)
    """Ranks of the arrays that it is unpacked as, by the text."""
    least_rank: int = 0
    dimensions: dict[int, str] = field(default_factory=dict)
    """Place of a dimension -> its name, by `N, D = x.shape`."""
    multiples: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Place of a dimension -> how many times a named one it is: `W[:, 3 * H : 4 * H]`, `b.shape[0] // 4`."""
    documented: tuple[str, ...] | None = None
    """Dimensions of the shape that the docstring gives."""
    made: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Names without numbers -> the shape in which the file makes them: 1, or 0 for any size."""
    keys: dict[str, ast.expr | None] = field(default_factory=dict)
    """Keys that are read from it, with the default of `get`."""
    key_parameters: dict[str, Facts] = field(default_factory=dict)
    prefixes: list[str] = field(default_factory=list)
    """Beginnings of computed keys: `W` of `params["W" + str(l)]`."""
    attributes: set[str] = field(default_factory=set)
    strings: list[str] = field(default_factory=list)
    """Words that it is compared with."""
    index: bool = False
    indexed_by_number: bool = False
    size: bool = False
    unrolled: bool = False
    """Slices of it are reshaped: a vector that holds several arrays."""
    divisor: bool = False
    """Whole numbers are divided by it: `C // G`."""
    called: bool = False
    optional: bool = False
    """It is compared with None."""
    flag: bool = False
    """It is tested as it stands: `if verbose`."""
    iterated: bool = False
    plain: bool = False
    """Its function computes with `math` and without NumPy: with numbers."""
    arrayed: bool = False
    """It is an operand of `@`, sliced, or handed to a function that is called on arrays."""
    outer: bool = False
    """It is an argument of `np.outer`, or a factor of one: a vector, or one column."""
    unpacked: int = 0
    parts: dict[str, Facts] = field(default_factory=dict)
    """What is known of the names that it is unpacked as: `W1, b1 = params`."""
    logarithm: bool = False
    default: ast.expr | None = None
    required: bool = True
    annotation: str = ""
    rows: tuple[str, ...] = ()
    """Names of the parts of each of its entries: `for W, b in layers`."""
    entries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Shapes that the docstring gives for its keys."""
    stored_as: list[str] = field(default_factory=list)
    """Attributes that hold it: `self.n = n`."""

    def learn(self, other: Facts) -> None:
        """Add what a function knows that it is handed to."""
        self.ranks += other.ranks
        self.least_rank = max(self.least_rank, other.least_rank)
        self.documented = self.documented or other.documented
        for place, multiple in other.multiples.items():
            self.reach(place, multiple)
        for key, default in other.keys.items():
            self.keys.setdefault(key, default)
        self.prefixes += other.prefixes
        self.entries.update(other.entries)
        self.attributes |= other.attributes
        self.strings += other.strings
        for name in FLAGS:
            setattr(self, name, getattr(self, name) or getattr(other, name))
        self.unpacked = self.unpacked or other.unpacked
        self.parts = self.parts or other.parts
        self.rows = self.rows or other.rows

    def reach(self, place: int, multiple: tuple[int, str]) -> None:
        """Of several slices along a dimension the one that goes farthest tells its size."""
        self.multiples[place] = max(multiple, self.multiples.get(place, (1, "")))
