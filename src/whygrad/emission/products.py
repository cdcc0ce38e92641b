"""Parts of products as text: lengths, quotients, what is left of factors that are taken out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from whygrad.emission.pieces import ATOM, PRODUCT, UNARY, Piece, infix, written


def length(text: str) -> Piece:
    """A length, or a part of one."""
    return Piece(text, PRODUCT if " / " in text[:5] else UNARY if text.startswith("-") else ATOM)


def written_product(text: str) -> Piece:
    """A text that is a product, or a single term."""
    return Piece(text, ATOM if written(text).binding == ATOM else PRODUCT)


def quotient(above: Sequence[Piece], below: Sequence[Piece]) -> Piece:
    """Factors over divisors."""
    made = above[0]
    for p in above[1:]:
        made = infix("*", made, p)
    if len(below) > 1 and not any(re.fullmatch(r"[\d.e-]+", p.text) for p in below):
        whole = below[0]
        for p in below[1:]:
            whole = infix("*", whole, p)
        below = [whole]
    for p in below:
        made = Piece(f"{made.at(PRODUCT)} / {p.at(UNARY)}", PRODUCT)
    return made


def without(rows: Sequence[int], some: Counter[int]) -> list[int]:
    """Rows without some of them, each taken out as often as it is there."""
    left = list(rows)
    for r in some.elements():
        left.remove(r)
    return left
