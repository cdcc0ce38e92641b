"""The terms of a sum, like ones put together: `x**2 + x**2 + x**2` is three times one."""

from __future__ import annotations

from typing import Protocol

from whygrad.graph import Graph

Term = tuple[bool, list[int], list[int]]
"""Sign, factors and divisors, as rows."""


GUARD = 1e-4
"""Numbers below it keep others from zero: `1 - x + 1e-8` stays, and is no `1.00000001 - x`."""


class Sums(Protocol):
    """A writer that can take sums and products apart."""

    graph: Graph

    def has_name(self, row: int) -> bool: ...
    def terms(self, row: int) -> list[Term]: ...
    def numbers(self, rows: list[int]) -> tuple[float, list[int]]: ...


def like_terms(sums: Sums, row: int) -> tuple[int, list[tuple[float, list[int], list[int]]]]:
    """How many terms a sum has, and each that is not like another: its number, factors and divisors."""
    found: dict[object, tuple[float, list[int], list[int]]] = {}
    pending, count = sums.terms(row)[::-1], 0
    while pending:
        minus, above, below = pending.pop()
        number, top = sums.numbers([f for r in above for f in squared(sums, r)])
        under, bottom = sums.numbers(below)
        inner = [r for r in top if is_sum(sums, r)]
        if inner == top and len(top) == 1 and not bottom and number == under:
            pending += [(minus != sign, over, by) for sign, over, by in sums.terms(top[0])[::-1]]
            continue
        for part in inner:  # `(x + x) * x`
            _, alike = like_terms(sums, part)
            if len(alike) == 1 and not alike[0][2]:
                number, top = number * alike[0][0], [*(r for r in top if r != part), *alike[0][1]]
        guard = not top and not bottom and abs(number / under) < GUARD
        key, count = (tuple(sorted(top)), tuple(sorted(bottom)), guard), count + 1
        times = found[key][0] if key in found else 0.0
        found[key] = times + (-number if minus else number) / under, top, bottom
    return count, list(found.values())


def is_sum(sums: Sums, row: int) -> bool:
    """Is a row a sum that has no name?"""
    return not sums.has_name(row) and sums.graph.op(row).name in ("add", "subtract")


def squared(sums: Sums, row: int) -> list[int]:
    """A factor; of a square, what is squared, twice."""
    square = not sums.has_name(row) and sums.graph.op(row).name == "square"
    return [*sums.graph.args(row)] * 2 if square else [row]
