"""A statement's derivative as text: what each leaf receives, and the few values that deserve a name first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from whygrad.emission.inverses import by_inverse
from whygrad.emission.leaves import Leaf
from whygrad.emission.local import Derived
from whygrad.emission.places import named_key
from whygrad.emission.readable import ReadableWriter
from whygrad.emission.sizes import Sizes
from whygrad.graph import CONSTANT, INPUT

PRIME = "ʹ"
"""Marks a name that is meant as it is after the statement; without it, as it was before."""
TRANSPARENT = (
    "astype",
    "copy",
    "positive",
    "inside",
    "negative",
    "broadcast_to",
    "reshape",
    "transpose",
    "index",
)
HEAVY = (
    "matmul", "dot", "outer", "einsum", "tensordot", "solve", "inv", "norm", "exp", "log", "tanh", "sqrt",
    "sin",
    "cos", "sigmoid gate", "softmax gate",
)  # fmt: skip
LINE = 66
"""Characters of an expression beyond which a part of it gets a name."""
LONG = 30
"""Characters beyond which a text is not repeated."""
PLACEHOLDER = "grad_xxxxxx"
"""About as long as the name will be."""
NOUNS = {
    "add": "sum", "subtract": "difference", "multiply": "product", "matmul": "product", "dot": "product",
    "divide": "ratio", "negative": "negative", "power": "power", "sum": "total", "index": "entries",
    "square": "square", "maximum": "max", "minimum": "min", "absolute": "abs", "stack": "parts",
}  # fmt: skip

VALUES = {
    "sum": "total",
    "max": "largest",
    "min": "smallest",
    "abs": "size",
    "damped": "part",
    "grad": "factor",
}


@dataclass(frozen=True)
class Named:
    """A line that gives a value a name."""

    name: str
    text: str
    form: str = ""
    """Of the statement's own cotangent in another form, `grad_V_flat`: its name by the operation."""


@dataclass(frozen=True)
class Phrases:
    """What is to be written for one statement."""

    lines: tuple[Named, ...]
    contributions: tuple[tuple[Leaf, str], ...]
    fresh: tuple[bool, ...]
    """For each contribution, whether its text makes a new array."""


class Phrasing:
    """Writes the phrases of one statement. `fresh_name` makes a name that is not taken."""

    def __init__(
        self,
        derived: Sequence[Derived],
        sizes: Sizes | None,
        library: str,
        seeds: Sequence[str],
        targets: Sequence[str],
        fresh_name: Callable[[str], str],
        prefix: str = "grad_",
        claim: Callable[[Leaf], str | None] = lambda leaf: None,
    ) -> None:
        derived = [by_inverse(d) for d in derived] if any(targets) else derived
        self.derived, self.sizes, self.library = derived, sizes, library
        self.first, self.graph = derived[0], derived[0].graph
        self.fresh_name, self.prefix, self.claim = fresh_name, prefix, claim
        self.names: dict[int, str] = {}
        self.places: dict[int, str] = {}
        """Texts of long places, `x[:, i : i + 2]`, that are given a name."""
        for leaf, rows, paths in zip(
            self.first.traced.leaves, self.first.leaves, self.first.traced.paths, strict=True
        ):
            for row, path in zip(rows, paths, strict=True):
                if row >= 0:
                    self.names[row] = leaf.text + path
        for row, text in zip(self.first.results, targets, strict=False):
            if row >= 0 and row not in self.names and self.graph.op(row) is not CONSTANT:
                self.names[row] = text
        for row, text in zip(self.first.seeds, seeds, strict=False):
            if row >= 0 and self.graph.op(row) is not CONSTANT:
                self.names[row] = text

    def phrases(self) -> Phrases:
        """The lines and contributions."""
        lines, made = [], set[str]()
        chosen = self.deserving()
        for row in chosen:
            del self.names[row]
        for row in chosen:
            if row in self.places:
                self.names[row] = self.fresh_name(f"{self.places[row].split('[')[0]}_part")
                lines.append(Named(self.names[row], self.places[row]))
                continue
            name = self.claimed(row) or self.fresh_name(self.noun(row))
            form = f"{self.prefix}{self.operation(row)}" if self.after_seed(row) else ""
            own = [] if self.is_buffer(row) else [Named(name, self.text(row, whole=True), form)]
            if not own or self.is_fresh(row, own[0].text):
                made.add(name)
            lines += own or self.buffer(row, name)
            self.names[row] = name
        found, fresh = [], []
        for leaf, rows in self.grouped():
            texts = [self.text(r, whole=True) for r in rows]
            if all(self.nothing(r) for r in rows):
                continue
            found.append(
                (leaf, texts[0] if len(rows) == 1 and not self.parted(leaf) else f"[{', '.join(texts)}]")
            )
            fresh.append(len(rows) > 1 or texts[0] in made or self.is_fresh(rows[0], texts[0]))
        return Phrases(tuple(lines), tuple(found), tuple(fresh))

    def is_buffer(self, row: int) -> bool:
        """Is it an array written piece by piece?"""
        return self.graph.op(row).name in ("accumulate", "assemble")

    def buffer(self, row: int, name: str) -> list[Named]:
        """The lines that fill an array piece by piece."""
        graph = self.graph
        base, *rest = graph.args(row)
        keys = graph.params(row)["keys"]
        values, dynamic = rest[: len(keys)], [self.text(r) for r in rest[len(keys) :]]
        writer = ReadableWriter(self.derived, self.names, self.library, self.sizes)
        start = f"np.zeros({writer.shape_text(row)})"
        start = start if self.nothing(base) else f"{self.text(base, whole=True)}.copy()"
        start = re.sub(r"^np\.zeros\((\w+)\.shape\)$", r"np.zeros_like(\1)", start)
        lines = [Named(name, start)]
        adds = graph.op(row).name == "accumulate"
        graphs, own = [d.graph for d in self.derived], self.first.traced.graph
        for k, value in enumerate(values):
            written, text = named_key(graphs, row, k, dynamic, self.sizes, own), self.text(value)
            if adds and dynamic and any(t in written for t in dynamic):
                lines.append(Named("", f"np.add.at({name}, ({written}), {text})"))
            else:
                lines.append(Named("", f"{name}[{written}] {'+=' if adds else '='} {text}"))
        return lines

    def claimed(self, row: int) -> str | None:
        """The name of the gradient that a row is, if it is one."""
        for leaf, rows in self.grouped():
            if rows == [row] and (name := self.claim(leaf)):
                return name
        return None

    def parted(self, leaf: Leaf) -> bool:
        """Is the leaf a list?"""
        k = self.first.traced.leaves.index(leaf)
        return self.first.traced.paths[k] != ("",)

    def is_fresh(self, row: int, text: str) -> bool:
        """Does the text of a row make a new value?"""
        if re.fullmatch(r"[\w.]+(\[[^\[\]]*\]|\.transpose\([\d, ]*\)|\.reshape\([^()]*\))*", text):
            return False  # one times a value is the value
        if text.startswith(("np.full(", "np.ones", "np.zeros", "np.broadcast_to(")):
            return not text.startswith("np.broadcast_to(")
        while self.graph.op(row).name in (
            "reshape",
            "transpose",
            "index",
            "astype",
            "broadcast_to",
            "positive",
        ):
            if row in self.names:
                return False
            row = self.graph.args(row)[0]
        return row not in self.names and self.graph.op(row) is not INPUT

    def grouped(self) -> list[tuple[Leaf, list[int]]]:
        """Each wanted leaf with the rows of its parts."""
        found: dict[int, list[int]] = {}
        for (k, _), row in zip(self.first.wanted, self.graph.outputs, strict=True):
            found.setdefault(k, []).append(row)
        return [(self.first.traced.leaves[k], rows) for k, rows in found.items()]

    def nothing(self, row: int) -> bool:
        """Is it a constant zero?"""
        return self.graph.op(row) is CONSTANT and not np.any(self.graph.params(row)["value"])

    def text(self, row: int, whole: bool = False) -> str:
        """A row as an expression; `whole`: with its full shape, as it stands alone."""
        if row in self.names:
            return self.names[row]
        writer = ReadableWriter(self.derived, self.names, self.library, self.sizes)
        text = writer.write(row).text
        return writer.full(row, text) if whole and self.is_short(writer, row) else text

    def is_short(self, writer: ReadableWriter, row: int) -> bool:
        """Would the text of a row have fewer axes, or shorter ones, than the row?"""
        return self.library == "np" and not writer.extents.is_full(row)

    def noun(self, row: int) -> str:
        """What to call a row: the cotangent of a sum is `grad_sum`."""
        source = self.first.sources.get(row)
        if source and (name := self.after_seed(row)):
            return name
        word = self.operation(row)
        return f"{self.prefix}{word}" if source else VALUES.get(word, word)

    def operation(self, row: int) -> str:
        """A word for the operation of a row, or for that of the row whose cotangent it is."""
        op = self.first.sources.get(row) or self.graph.op(row).name
        return NOUNS.get(op, re.split("[_ ]", op.removesuffix(" gate"))[0])

    def after_seed(self, row: int) -> str:
        """Of a cotangent that is the statement's own in another form: `grad_V_flat`, `grad_scores_scaled`."""
        graph, scaled, now = self.graph, False, row
        while now not in self.first.seeds:
            name, args = graph.op(now).name, graph.args(now)
            if name in ("multiply", "damped_multiply", "divide") and self.is_fixed(args[1]):
                scaled = True
            elif name not in ("reshape", "transpose", "astype"):
                return ""
            now = args[0]
        seed = self.names.get(now, "")
        if not seed.isidentifier() or now == row:
            return ""
        had, has = (len(graph.abstract(r).shape) for r in (now, row))
        if has == had:
            return f"{seed}_scaled" if scaled else ""
        return f"{seed}_flat" if has < had else f"{seed}_split"

    def is_fixed(self, row: int) -> bool:
        """Is a row a number of which no derivative is taken?"""
        graph, stack = self.graph, [row]
        moving = {r for k, _ in self.first.wanted for r in self.first.leaves[k]}
        while stack:
            r = stack.pop()
            if r in moving or r in self.first.seeds or r in self.first.results:
                return False
            stack.extend(graph.args(r))
        return graph.abstract(row).shape == ()

    def deserving(self) -> list[int]:
        """Rows used more than once that are more than a word, and those that would make a line too long."""
        chosen: list[int] = []
        while True:
            row = self._next(chosen)
            if row is None:
                return sorted(chosen)
            chosen.append(row)
            self.names[row] = PLACEHOLDER

    def _next(self, chosen: list[int]) -> int | None:
        uses, order = self._uses()
        buffers = [row for row in order if self.is_buffer(row)]
        if buffers:
            return buffers[0]
        for row in order:
            weight = self._weight(row)
            if uses[row] > 1 and (weight or len(self.text(row)) > LONG):
                name = self.graph.op(row).name
                heavy = name in HEAVY and (self.library == "np" or weight > 1 or name.endswith(" gate"))
                if heavy or weight > 1 or len(self.text(row)) > LONG:
                    return row
        return self._too_long(chosen)

    def long_place(self, row: int, text: str) -> int | None:
        """A place with a long text that is read in the text of a row."""
        for read, place in self.names.items():
            if self.graph.op(read) is INPUT and len(place) > LONG and "[" in place and place in text:
                self.places[read] = place
                return read
        return None

    def _too_long(self, chosen: Sequence[int]) -> int | None:
        """A part to be named of what would not fit on a line; None where everything fits."""
        for row in dict.fromkeys((*self.graph.outputs, *chosen)):
            if self.is_buffer(row) or row in self.places:
                continue
            named = self.names.pop(row, None)
            text = "" if self.nothing(row) else self.text(row)
            if len(text) > LINE and (place := self.long_place(row, text)) is not None:
                if named is not None:
                    self.names[row] = named
                return place
            parts = {r: len(self.text(r)) for r in self._below(row)} if len(text) > LINE else {}
            if named is not None:
                self.names[row] = named
            parts = {r: n for r, n in parts.items() if 12 < n < len(text) - 12}
            enough = [r for r, n in parts.items() if len(text) - n + 8 <= LINE]
            if parts:
                return (
                    min(enough, key=lambda r: (parts[r], r)) if enough else max(parts, key=lambda r: parts[r])
                )
        return None

    def _below(self, row: int) -> list[int]:
        """The unnamed rows that the text of a row is made of, but for views and factors."""
        found, stack = list[int](), list(self.graph.args(row))
        while stack:
            r = stack.pop()
            if r in self.names or self.graph.op(r) in (INPUT, CONSTANT) or r in found:
                continue
            if self.graph.op(r).name not in (*TRANSPARENT, "divide"):
                found.append(r)
            stack.extend(self.graph.args(r))
        return found

    def _uses(self) -> tuple[dict[int, int], list[int]]:
        """How often each unnamed row is used by what is to be written."""
        graph, uses, seen = self.graph, dict[int, int](), set[int]()
        pending = [r for r in graph.outputs if not self.nothing(r)]
        roots = list(dict.fromkeys(pending)) + [r for r in self.names if self.names[r] == PLACEHOLDER]
        for row in pending:
            uses[row] = uses.get(row, 0) + 1
        stack = list(roots)
        while stack:
            row = stack.pop()
            if row in seen:
                continue
            seen.add(row)
            for arg in graph.args(row):
                if arg in self.names:
                    continue
                uses[arg] = uses.get(arg, 0) + 1
                stack.append(arg)
        order = sorted(
            (r for r in uses if r not in self.names and graph.op(r) not in (INPUT, CONSTANT)), reverse=False
        )
        return uses, order

    def _weight(self, row: int) -> int:
        """Operations in the text of a row."""
        count, stack = 0, [row]
        while stack:
            r = stack.pop()
            if (r in self.names and r != row) or self.graph.op(r) in (INPUT, CONSTANT):
                continue
            count += self.graph.op(r).name not in TRANSPARENT
            stack.extend(self.graph.args(r))
        return count


def hug(text: str) -> str:
    """Powers of plain names and numbers as ruff writes them: `x**2`."""
    simple = r"(?:[A-Za-z_][\w.]*|\d+(?:\.\d+)?)"
    return re.sub(rf"(?<![\w.)\]])({simple}) \*\* (-?{simple})(?![\w.(\[])", r"\1**\2", text)


def scalars_only(derived: Derived) -> bool:
    """Are all rows Python numbers?"""
    graph = derived.graph
    return all(isinstance(graph.abstract(r).dtype, type) for r in range(len(graph)))
