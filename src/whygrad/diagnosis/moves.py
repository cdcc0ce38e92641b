"""Statements moved behind others: a weight that is updated before the backward pass has used it, a value
that is read before it is made."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.suspects import Suspect, reads, targets
from whygrad.source import Span

MOVES = frozenset({"move", "late", "indent", "unreached"})
"""Kinds of slips by which a statement stands in the wrong place."""


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
        first = lines[low - 1].strip()
        yield _rotated(draft, suspect, (low, high, last), Slip("unreached", first, first, 0, 0.8))


def read_early(draft: Draft, reader: Suspect, name: str) -> Iterator[Move]:
    """A statement that reads a name which a later one of its block binds: the two change their order."""
    block = list(reader.block)
    place = block.index(reader.node) if reader.node in block else len(block)
    late = next((k for k in range(place + 1, len(block)) if name in targets(block[k])), None)
    if late is None or not _own_lines(block[place : late + 1]):
        return
    maker, between = block[late], block[place:late]
    slip = Slip("late", name, draft.source.lines[maker.lineno - 1].strip(), 0, 0.85)
    first, last = reader.node, maker.end_lineno or maker.lineno
    if not reads(maker) & {bound for node in between for bound in targets(node)}:
        yield _rotated(draft, reader, (first.lineno, maker.lineno - 1, last), slip)
    if len(between) > 1 or reads(maker) & targets(first):
        yield _rotated(draft, reader, (first.lineno, first.end_lineno or first.lineno, last), slip)


def read_unfinished(draft: Draft, suspects: Sequence[Suspect]) -> Iterator[Move]:
    """A statement that reads a value before a later one of its block has changed it, behind that one."""
    for reader in suspects:
        block = list(reader.block)
        place = block.index(reader.node) if reader.node in block else len(block)
        for k in range(place + 1, len(block)):
            changed = _changed(block[k]) & reads(reader.node) - targets(reader.node)
            if changed and not reads(block[k]) & targets(reader.node) and _own_lines(block[place : k + 1]):
                text = draft.source.lines[block[k].lineno - 1].strip()
                slip = Slip("late", sorted(changed)[0], text, 0, 0.95)
                first, last = reader.node.end_lineno or reader.line, block[k].end_lineno or block[k].lineno
                yield _rotated(draft, reader, (reader.line, first, last), slip)
                break


def swapped(draft: Draft, suspect: Suspect) -> Iterator[Move]:
    """A statement that stands right before a loop, behind it: `order.append(node)`, before its parents."""
    block = list(suspect.block)
    place = block.index(suspect.node) if suspect.node in block else len(block)
    loops = block[place + 1 : place + 2]
    if loops and isinstance(loops[0], ast.For | ast.While) and _own_lines(block[place : place + 2]):
        line = draft.source.lines[suspect.line - 1].strip()
        lines = suspect.line, suspect.node.end_lineno or suspect.line, loops[0].end_lineno or loops[0].lineno
        yield _rotated(draft, suspect, lines, Slip("behind", line, line, 0, 1.0))


def _own_lines(block: Sequence[ast.stmt]) -> bool:
    """Does each statement begin on a line of its own?"""
    return all(b.lineno > (a.end_lineno or a.lineno) for a, b in itertools.pairwise(block))


def _rotated(draft: Draft, suspect: Suspect, lines: tuple[int, int, int], slip: Slip) -> Move:
    """The draft with the lines from a first to a middle one behind those up to the last."""
    low, high, last = lines
    own = draft.source.lines
    solution = Solution("\n".join([*own[high:last], *own[low - 1 : high]]), (slip,))
    moved = draft.replaced(Span(low, 1, last, len(own[last - 1]) + 1), solution.text)
    text = "\n".join(own[low - 1 : last])
    return Move(moved, suspect, draft.source.span_of(suspect.node), text, solution)


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
    """What a statement updates, as it reads what it assigns: `self.W` of an object, not the object."""
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return set()
    return _assigned(node) & reads(node)


def _assigned(node: ast.stmt) -> set[str]:
    found = targets(node)
    return {name for name in found if not any(other.startswith(f"{name}.") for other in found)}


def _read_between(block: list[ast.stmt], first: ast.stmt, last: ast.stmt, changed: set[str]) -> set[str]:
    """Names assigned between two statements that the first one reads: it must not be moved past those."""
    between = block[block.index(first) + 1 : block.index(last) + 1]
    assigned = {name for node in between for name in _assigned(node)}
    return changed if assigned & reads(first) - changed else set()


def _moved(
    draft: Draft, block: list[ast.stmt], changer: ast.stmt, reader: Suspect, name: str
) -> Iterator[Move]:
    start, stop = block.index(changer), block.index(reader.node)
    later = [k for k in range(stop, len(block)) if name in reads(block[k])]
    end = block[max(later, default=stop)]
    if _own_lines(block[start : block.index(end) + 1]):
        low, high = changer.lineno, changer.end_lineno or changer.lineno
        slip = Slip("move", name, draft.source.lines[low - 1].strip(), 0, 0.9)
        if isinstance(end, ast.Return):
            yield from _ahead_of_return(draft, changer, end, reader, slip)
            return
        yield _rotated(draft, reader, (low, high, end.end_lineno or end.lineno), slip)


def _ahead_of_return(
    draft: Draft, changer: ast.stmt, end: ast.Return, reader: Suspect, slip: Slip
) -> Iterator[Move]:
    """The changing statement between the result, which gets a name, and its `return`."""
    names = {n.id for n in ast.walk(draft.tree) if isinstance(n, ast.Name)}
    result = next((n for n in ("result", "returned") if n not in names), "")
    if end.value is None or not result:
        return
    own, low, high = draft.source.lines, changer.lineno, changer.end_lineno or changer.lineno
    last = end.end_lineno or end.lineno
    first = own[end.lineno - 1]
    indent = first[: len(first) - len(first.lstrip())]
    kept = f"{indent}{result} = {draft.source.segment(draft.source.span_of(end.value))}"
    lines = [*own[high : end.lineno - 1], kept, *own[low - 1 : high], f"{indent}return {result}"]
    solution = Solution("\n".join(lines), (slip,))
    moved = draft.replaced(Span(low, 1, last, len(own[last - 1]) + 1), solution.text)
    yield Move(moved, reader, draft.source.span_of(reader.node), "\n".join(own[low - 1 : last]), solution)
