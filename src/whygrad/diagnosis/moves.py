"""Statements moved behind others: a weight that is updated before the backward pass has used it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.suspects import Suspect, reads, targets
from whygrad.source import Span


@dataclass(frozen=True, eq=False)
class Move:
    """The draft with a statement moved, placed at the reader that it was moved behind."""

    draft: Draft
    suspect: Suspect
    span: Span
    text: str
    solution: Solution


def moves(draft: Draft, suspects: Sequence[Suspect]) -> Iterator[Move]:
    """Every changing statement behind the last statement of its block that reads what it changes.

    Only blocks in which each statement has its own lines; the lines between change places, none is lost.
    """
    for reader in suspects:
        names = reads(reader.node)
        block = list(reader.block)
        place = block.index(reader.node) if reader.node in block else 0
        for changer in block[:place]:
            changed = _changed(changer) & names
            if changed and not targets(changer) & _read_between(block, changer, reader.node, changed):
                yield from _moved(draft, block, changer, reader, sorted(changed)[0])


def unreached(draft: Draft, suspects: Sequence[Suspect]) -> Iterator[Move]:
    """A `return` that stands before statements of its block, behind them: nothing there ever runs."""
    lines = draft.source.lines
    for suspect in suspects:
        block = list(suspect.block)
        if not isinstance(suspect.node, ast.Return) or suspect.node not in block[:-1]:
            continue
        low, high = suspect.node.lineno, suspect.node.end_lineno or suspect.node.lineno
        last = block[-1].end_lineno or block[-1].lineno
        if block[block.index(suspect.node) + 1].lineno <= high:
            continue
        text, moved = "\n".join(lines[low - 1 : last]), [*lines[high:last], *lines[low - 1 : high]]
        first = lines[low - 1].strip()
        solution = Solution("\n".join(moved), (Slip("unreached", first, first, 0, 0.8),))
        span = Span(low, 1, last, len(lines[last - 1]) + 1)
        here = draft.source.span_of(suspect.node)
        yield Move(draft.replaced(span, solution.text), suspect, here, text, solution)


def indentations(draft: Draft, suspects: Sequence[Suspect]) -> Iterator[Move]:
    """A statement right behind a loop as the last one of its body; a `return` in a loop behind it."""
    lines = draft.source.lines
    for suspect in suspects:
        node, block = suspect.node, list(suspect.block)
        if node not in block or node.lineno != node.end_lineno or not lines[node.lineno - 1].strip():
            continue
        place = block.index(node)
        columns: list[int] = []
        before = block[place - 1] if place else None
        while isinstance(before, ast.For | ast.While | ast.If):
            columns.append(before.body[-1].col_offset)
            before = before.body[-1]
        if suspect.in_loop and place == len(block) - 1:
            columns += [c for c in _outer_columns(draft, node) if c < node.col_offset]
        line = lines[node.lineno - 1]
        for column in columns:
            text = " " * column + line.strip()
            span = Span(node.lineno, 1, node.lineno, len(line) + 1)
            slip = Slip("indent", line.strip(), text, 0, 0.95)
            here = draft.source.span_of(node)
            yield Move(draft.replaced(span, text), suspect, here, line, Solution(text, (slip,)))


def _outer_columns(draft: Draft, node: ast.stmt) -> list[int]:
    """Columns of the loops around a statement, innermost first."""
    around = [n for n in ast.walk(draft.tree) if isinstance(n, ast.For | ast.While)
              and n.lineno < node.lineno <= (n.end_lineno or 0)]  # fmt: skip
    return sorted((n.col_offset for n in around), reverse=True)


def _changed(node: ast.stmt) -> set[str]:
    """Names that a statement updates: it reads what it assigns."""
    if isinstance(node, ast.Assign | ast.AugAssign):
        return targets(node) & reads(node)
    return set()


def _read_between(block: list[ast.stmt], first: ast.stmt, last: ast.stmt, changed: set[str]) -> set[str]:
    """Names assigned between two statements that the first one reads: it must not be moved past those."""
    between = block[block.index(first) + 1 : block.index(last) + 1]
    assigned = {name for node in between for name in targets(node)}
    return changed if assigned & reads(first) - changed else set()


def _moved(
    draft: Draft, block: list[ast.stmt], changer: ast.stmt, reader: Suspect, name: str
) -> Iterator[Move]:
    start, stop = block.index(changer), block.index(reader.node)
    later = [k for k in range(stop, len(block)) if name in reads(block[k])]
    end = block[max(later, default=stop)]
    low, high = changer.lineno, changer.end_lineno or changer.lineno
    last = end.end_lineno or end.lineno
    if any(a.lineno <= (b.end_lineno or 0) for a, b in zip(block[start + 1 :], block[start:], strict=False)):
        return
    lines = draft.source.lines
    rotated = [*lines[high:last], *lines[low - 1 : high]]
    span = Span(low, 1, last, len(lines[last - 1]) + 1)
    text = "\n".join(lines[low - 1 : last])
    solution = Solution("\n".join(rotated), (Slip("move", name, lines[low - 1].strip(), 0, 0.9),))
    here = draft.source.span_of(reader.node)
    moved = draft.replaced(span, solution.text)
    yield Move(moved, reader, Span(here.line, here.column, here.end_line, here.end_column), text, solution)
