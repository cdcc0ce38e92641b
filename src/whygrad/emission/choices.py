"""Masks as a reader wants them: `where(c, a, 0) + where(not c, b, 0)` is `where(c, a, b)`."""

from __future__ import annotations

from typing import Any

from whygrad.graph import CONSTANT, Abstract, Op
from whygrad.ops import OPS

OPPOSITE = {
    "greater": "less_equal", "less_equal": "greater", "less": "greater_equal", "greater_equal": "less",
    "equal": "not_equal", "not_equal": "equal",
}  # fmt: skip
PRODUCTS = ("multiply", "damped_multiply")


def flipped(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """not (a > b) is a <= b."""
    below = rows.written
    opposite = OPPOSITE.get(below.op(args[0]).name)
    return (OPS[opposite], list(below.args(args[0])), {}) if opposite else None


def chosen(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """Two terms of which always one is zero are a choice; also where a further term stands before them."""
    made = choice(rows, args[0], args[1], minus=op.name == "subtract")
    if made is not None:
        return OPS["where"], made, {}
    below = rows.written
    for k in (0, 1) if op.name == "add" else ():
        if below.op(args[k]).name == "add":
            for rest, term in (below.args(args[k]), below.args(args[k])[::-1]):
                made = choice(rows, term, args[1 - k])
                if made is not None:
                    return OPS["add"], [rest, put(rows, "where", made, abstract)], {}
    return None


def choice(rows: Any, left: int, right: int, minus: bool = False) -> list[int] | None:
    """Condition and values of a choice that is the sum of two terms, or their difference."""
    masks: list[int] = []
    one, other = stripped(rows, left, masks), stripped(rows, right, masks)
    if one is None or other is None or not opposed(rows, *masks):
        return None
    if minus:
        other = put(rows, "negative", [other], rows.written.abstract(other))
    if masks[1] < masks[0]:  # the condition that the user wrote stands first
        masks, one, other = masks[::-1], other, one
    return [masks[0], one, other]


def opposed(rows: Any, a: int, b: int) -> bool:
    """Is one condition the opposite of another?"""
    below = rows.written
    for one, other in ((a, b), (b, a)):
        if below.op(other).name == "logical_not" and below.args(other)[0] == one:
            return True
    return OPPOSITE.get(below.op(a).name) == below.op(b).name and list(below.args(a)) == list(below.args(b))


def stripped(rows: Any, row: int, found: list[int]) -> int | None:
    """A term without the mask in it, which is put into `found`; None where there is none."""
    below, name = rows.written, rows.written.op(row).name
    if name == "where" and rows.reals.get(below.args(row)[2]) == 0:
        found.append(below.args(row)[0])
        return int(below.args(row)[1])
    if name == "negative" and (inner := stripped(rows, below.args(row)[0], found)) is not None:
        return put(rows, name, [inner], below.abstract(inner))
    if name == "divide" and (inner := stripped(rows, below.args(row)[0], found)) is not None:
        return put(rows, name, [inner, below.args(row)[1]], below.abstract(row))
    if name not in PRODUCTS:
        return None
    left, right = below.args(row)
    for mask, rest in ((left, right), (right, left)):
        if below.op(mask).name in OPPOSITE or below.op(mask).name == "logical_not":
            found.append(mask)
            return int(rest)
    for mask, rest in ((left, right), (right, left)):
        if (inner := stripped(rows, mask, found)) is not None:
            return (
                rest
                if rows.reals.get(inner) == 1
                else put(rows, "multiply", [inner, rest], below.abstract(row))
            )
    return None


def put(rows: Any, name: str, args: list[int], abstract: Abstract) -> int:
    """A further row."""
    tables = rows.written.tables
    numbers = tables.ops.number(OPS[name]), rows.written.params_number({}), tables.abstracts.number(abstract)
    return int(rows.add(numbers, args, 0, (0, 0)))


def even(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """x * where(c, k, 0) is x * c * k for a number k."""
    below = rows.written
    for k in (1, 0):
        if below.op(args[k]).name != "where":
            continue
        c, yes, no = below.args(args[k])
        if rows.reals.get(no) == 0 and below.op(yes) is CONSTANT and yes in rows.reals:
            inner = put(rows, "multiply", [args[1 - k], c], abstract)
            return OPS["multiply"], [inner, yes], {}
    return None
