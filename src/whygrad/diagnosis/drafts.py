"""The user's text while it is being repaired: a cell for each of its lines keeps line numbers known."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from whygrad.diagnosis.findings import Edit
from whygrad.source import Source, Span


@dataclass(frozen=True, eq=False)
class Draft:
    """`cells[k]` is what now stands for line k + 1 of the original; it may hold several lines."""

    original: Source
    cells: tuple[str, ...]

    @classmethod
    def of(cls, source: Source) -> Draft:
        return cls(source, tuple(source.lines))

    @cached_property
    def text(self) -> str:
        return "\n".join(self.cells)

    @cached_property
    def source(self) -> Source:
        return Source(self.original.filename, self.text)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def original_line(self, line: int) -> int:
        """The line of the user's file that a line of the draft stands for."""
        seen = 0
        for number, cell in enumerate(self.cells, 1):
            seen += cell.count("\n") + 1
            if line <= seen:
                return number
        return len(self.cells)

    def replaced(self, span: Span, text: str) -> Draft:
        """A draft in which the text of a span is another one."""
        source = self.source
        first, last = self.original_line(span.line), self.original_line(span.end_line)
        start = sum(cell.count("\n") + 1 for cell in self.cells[: first - 1]) + 1
        end = sum(cell.count("\n") + 1 for cell in self.cells[:last])
        before = source.segment(Span(start, 1, span.line, span.column))
        after = source.segment(Span(span.end_line, span.end_column, end, len(source.line(end)) + 1))
        block = f"{before}{text}{after}".split("\n")
        # Lines keep their cells while the count of lines allows; what is left over stands in the last one.
        size = last - first + 1
        cells = block if len(block) <= size else [*block[: size - 1], "\n".join(block[size - 1 :])]
        return self._with(first, [*cells, *[""] * (size - len(cells))])

    def with_more(self, node: ast.stmt, line: str, before: bool = False) -> str:
        """The text of a statement and one more behind (or before) it: on its line, if others share that."""
        text = self.source.segment(self.source.span_of(node))
        first, last = self.source.line(node.lineno), self.source.line(node.end_lineno or node.lineno)
        alone = not first[: node.col_offset].strip() and ";" not in last[self._end(node) :]
        joint = f"\n{' ' * node.col_offset}" if alone else "; "
        return joint.join((line, text) if before else (text, line))

    def _end(self, node: ast.stmt) -> int:
        return self.source.span_of(node).end_column - 1

    def _with(self, first: int, cells: Iterable[str]) -> Draft:
        new = list(self.cells)
        for k, cell in enumerate(cells):
            new[first - 1 + k] = cell
        return Draft(self.original, tuple(new))

    def with_line(self, line: int, text: str) -> Draft:
        """A draft in which a line of the original is another text."""
        return self._with(line, [text])

    def edits(self, lines: Iterable[int] | None = None) -> tuple[Edit, ...]:
        """The edits so far (of some lines), each of a whole line of the original."""
        wanted = set(range(1, len(self.cells) + 1) if lines is None else lines)
        return tuple(
            Edit(n, before, after)
            for n, (before, after) in enumerate(zip(self.original.lines, self.cells, strict=True), 1)
            if n in wanted and before != after
        )

    def changed(self, other: Draft) -> list[int]:
        """Lines in which two drafts differ."""
        return [n for n, (a, b) in enumerate(zip(self.cells, other.cells, strict=True), 1) if a != b]
