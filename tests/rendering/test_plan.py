"""A picture that, followed sign by sign, has the very wires of its circuit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.plan import Plan

ARMS = {
    "─": "LR", "│": "UD", "╭": "DR", "╮": "DL", "╰": "UR", "╯": "UL", "├": "UDR", "┤": "UDL", "┬": "DLR",
    "┴": "ULR", "┼": "UDLR", "●": "UDLR",
}  # fmt: skip
STEP = {"U": (-1, 0), "D": (1, 0), "L": (0, -1), "R": (0, 1)}
BACK = {"U": "D", "D": "U", "L": "R", "R": "L"}


def reached(picture, row: int, column: int) -> set[tuple[int, int]]:
    """Cells, arrived at from the left, where the wires that start at a cell end. None leads to the left."""
    found, seen, work = set(), set(), [(row, column, "R")]
    while work:
        row, column, heading = work.pop()
        if (row, column, heading) in seen:
            continue
        seen.add((row, column, heading))
        sign = picture[row][column][0]
        if sign not in ARMS or BACK[heading] not in ARMS[sign]:
            if heading == "R":
                found.add((row, column))
            continue
        leaving = heading if sign == "┼" else [arm for arm in ARMS[sign] if arm not in (BACK[heading], "L")]
        for arm in leaving:
            work.append((row + STEP[arm][0], column + STEP[arm][1], arm))
    return found


@given(st.data())
def test_the_picture_has_the_wires_of_the_circuit(circuits, data):
    plan = Plan.of(data.draw(circuits))
    if plan.tangled:
        return
    picture, placed = plan.drawn(), plan.placed
    lefts = {(placed.across[k], placed.along[k] - cells.left): k for k, cells in enumerate(plan.cells)}
    digits = {"1", "2", "3"}
    for box, cells in enumerate(plan.cells):
        for row in picture:  # operand numbers stand on wires: look through them
            row[:] = [("─", s) if t in digits and s == "dim" else (t, s) for t, s in row]
        ends = reached(picture, placed.across[box], placed.along[box] + cells.right)
        targets = {lefts[end] for end in ends if end in lefts} - {box}
        assert targets == {t for s, t in plan.pairs if s == box}
