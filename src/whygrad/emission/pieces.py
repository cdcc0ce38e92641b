"""Pieces of expressions: text, how tightly it holds together, and the parentheses that follow from that."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from whygrad.errors import EmissionError

CHOICE, COMPARE, OR, XOR, AND, SUM, PRODUCT, UNARY, POWER, ATOM = range(10)
BINDING = {
    "<": COMPARE, "<=": COMPARE, ">": COMPARE, ">=": COMPARE, "==": COMPARE, "!=": COMPARE,
    "|": OR, "^": XOR, "&": AND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT,
    "@": PRODUCT, "**": POWER,
}  # fmt: skip


class Piece(NamedTuple):
    """Text and how tightly it holds together."""

    text: str
    binding: int

    def at(self, least: int) -> str:
        """The text, in parentheses if it holds less tightly than its place asks for."""
        return self.text if self.binding >= least else f"({self.text})"


def written(text: str) -> Piece:
    """A name of the user's; what is no single term (`a + b`) keeps parentheses where it needs them."""
    return Piece(text, ATOM if _one_term(text) else COMPARE)


def _one_term(text: str) -> bool:
    """No operator outside brackets."""
    depth = 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and c in "+-*/@%<>=&|^~ ":
            return False
    return True


def infix(symbol: str, left: Piece, right: Piece) -> Piece:
    """`left symbol right` with the parentheses that it needs and no others."""
    binding = BINDING[symbol]
    if symbol == "**":
        return Piece(f"{left.at(ATOM)} ** {right.at(UNARY)}", POWER)
    if symbol in "*" and left.text in ("1", "-1") and right.binding >= BINDING["+"]:
        return right if left.text == "1" else prefix("-", right)
    if symbol in "*/" and right.text == "1":
        return left
    if symbol in "+-" and right.text.startswith("-") and right.binding >= PRODUCT and _is_odd(right):
        return infix("-" if symbol == "+" else "+", left, Piece(right.text[1:], right.binding))
    # a + (b - c) and a * (b / c) read, and are, the same without parentheses; a - (b + c) is not.
    chained = symbol in "+*" and (symbol == "+" or not {"@", "%"} & set(right.text))
    same = chained and right.binding == binding and "//" not in right.text
    return Piece(f"{left.at(binding)} {symbol} {right.at(binding if same else binding + 1)}", binding)


def prefix(symbol: str, operand: Piece) -> Piece:
    """A sign before an operand: `-a * b` is minus the product."""
    if symbol == "-" and operand.text.startswith("-") and operand.binding >= PRODUCT and _is_odd(operand):
        return Piece(operand.text[1:], operand.binding)
    if symbol == "-" and operand.binding == PRODUCT and "@" not in operand.text and _is_odd(operand):
        return Piece(f"-{operand.text}", PRODUCT)
    if operand.binding == POWER and operand.text.startswith("("):  # as ruff writes it: -((a - b) ** 2)
        return Piece(f"{symbol}({operand.text})", UNARY)
    return Piece(f"{symbol}{operand.at(UNARY)}", UNARY)


def _is_odd(operand: Piece) -> bool:
    """May a sign move between the first factor and the whole? Not where rounding down is part of it."""
    return operand.binding > PRODUCT or not ("//" in operand.text or "%" in operand.text)


def number(value: float) -> Piece:
    """A number as people write it: 2, 0.5, np.pi is left a number."""
    value = float(value)
    if math.isinf(value) or math.isnan(value):
        return Piece(f'float("{value}")', ATOM)
    text = str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return Piece(text, UNARY if value < 0 else ATOM)


def is_number_text(text: str) -> bool:
    """Is a text a number as `number` writes it?"""
    try:
        float(text)
    except ValueError:
        return False
    return True


def literal(value: Any, library: str) -> Piece:
    """A constant: a number, or a small array; one that is the same everywhere is written as that number."""
    if isinstance(value, bool | np.bool_):
        return Piece(str(bool(value)), ATOM)
    array = np.asarray(value)
    if array.ndim == 0:
        return number(array.item())
    if array.size and np.all(array == array.flat[0]):
        # Alone it would lose its shape, but a constant array always meets an operand that has it.
        return number(array.flat[0])
    if array.size > 24:
        raise EmissionError(f"a constant array of shape {array.shape} cannot be written out")
    entries = array.astype(float).tolist() if array.dtype.kind == "f" else array.tolist()
    return Piece(f"{'np.array' if library else ''}({entries})", ATOM)
