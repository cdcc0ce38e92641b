"""What an example value may be: kinds of values with dimensions to be found, as `--input` has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Domain = Literal["real", "probability", "labels", "onehot", "onehot_columns", "binary", "zeros", "indices"]


@dataclass(frozen=True)
class Array:
    """An array; `dimensions` are numbers of `Dimensions`."""

    dimensions: tuple[int, ...]
    domain: Domain = "real"
    classes: int = 2
    """Labels and indices are below this number."""

    def text(self, sizes: Mapping[int, int]) -> str:
        shape = ", ".join(str(sizes[d]) for d in self.dimensions)
        if self.domain in ("labels", "indices"):
            return f"randint({self.classes}, {shape})" if shape else "1"
        if self.domain == "binary":
            return f"randint(2, {shape})" if shape else "1.0"
        if self.domain == "probability":
            return f"uniform(0.1, 0.9, {shape})" if shape else "0.4"
        maker = {"real": "randn", "zeros": "zeros"}.get(self.domain, self.domain)
        return f"{maker}({shape})" if shape else "0.7"


@dataclass(frozen=True)
class Size:
    """A whole number that is a dimension."""

    dimension: int

    def text(self, sizes: Mapping[int, int]) -> str:
        return str(sizes[self.dimension])


@dataclass(frozen=True)
class Literally:
    """A value that is written out."""

    written: str

    def text(self, sizes: Mapping[int, int]) -> str:
        return self.written


@dataclass(frozen=True)
class Items:
    """A list or a tuple."""

    items: tuple[Template, ...]
    brackets: str = "[]"

    def text(self, sizes: Mapping[int, int]) -> str:
        inner = ", ".join(item.text(sizes) for item in self.items)
        if self.brackets == "[]" and all(isinstance(item, Size) for item in self.items):
            return f"list({inner})"  # numbers in brackets are read as an array
        comma = "," if self.brackets == "()" and len(self.items) == 1 else ""
        return f"{self.brackets[0]}{inner}{comma}{self.brackets[1]}"


@dataclass(frozen=True)
class Entries:
    """A dictionary."""

    entries: Mapping[str, Template] = field(default_factory=dict)

    def text(self, sizes: Mapping[int, int]) -> str:
        inner = ", ".join(f"'{key}': {item.text(sizes)}" for key, item in self.entries.items())
        return f"{{{inner}}}"

    def with_entry(self, key: str, value: Template) -> Entries:
        return replace(self, entries={**self.entries, key: value})


Template = Array | Size | Literally | Items | Entries


def dimensions_of(template: Template) -> list[int]:
    """All dimensions within a template."""
    if isinstance(template, Array):
        return list(template.dimensions)
    if isinstance(template, Size):
        return [template.dimension]
    if isinstance(template, Items):
        return [d for item in template.items for d in dimensions_of(item)]
    if isinstance(template, Entries):
        return [d for item in template.entries.values() for d in dimensions_of(item)]
    return []
