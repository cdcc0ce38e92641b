"""Matrix products that are taken for the right one: the factors in another order, or not transposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Add = Callable[..., int]


def products(
    add: Add, shape: Callable[[int], tuple[int, ...]], edge: Any, first: bool, names: tuple[str, str]
) -> Iterator[tuple[str, int, str, str]]:
    """Each wrong product of upstream and other factor that can be taken, by its kind, its row, its text and
    that of the right one. `first` says whether the operand stands on the left of the product."""
    upstream, other, want = edge.upstream, edge.other, shape(edge.source)
    g, o = names
    right = _right(shape(upstream), shape(other), first, g, o)
    forms = [(upstream, g), *_turned(add, shape, upstream, g)]
    others = [(other, o), *_turned(add, shape, other, o)]
    for a, left in forms:
        for b, text in others:
            for x, y, product in ((a, b, f"{left} @ {text}"), (b, a, f"{text} @ {left}")):
                if product == right or not _fits(shape(x), shape(y)):
                    continue
                row = add("matmul", x, y)
                if shape(row) in (want, want[::-1]):
                    same = (product.find(g) < product.find(o)) == (right.find(g) < right.find(o))
                    yield "not turned" if same else "other product", row, product, right
    if shape(upstream) == shape(other) == want:
        yield "elementwise", add("multiply", upstream, other), "", right


def _right(g_shape: tuple[int, ...], o_shape: tuple[int, ...], first: bool, g: str, o: str) -> str:
    """The product that comes back, as one writes it."""
    if len(o_shape) < 2 or len(g_shape) < 2:
        if len(o_shape) == 1 and len(g_shape) == 1:
            return f"np.outer({g}, {o})" if first else f"np.outer({o}, {g})"
        return f"{g} @ {o}.T" if first else f"{o}.T @ {g}"
    return f"{g} @ {o}.T" if first else f"{o}.T @ {g}"


def _turned(add: Add, shape: Callable[[int], tuple[int, ...]], row: int, name: str) -> list[tuple[int, str]]:
    return [(add("transpose", row), f"{name}.T")] if len(shape(row)) == 2 else []


def _fits(x: tuple[int, ...], y: tuple[int, ...]) -> bool:
    return 1 <= len(x) <= 2 and 1 <= len(y) <= 2 and x[-1] == y[0]
