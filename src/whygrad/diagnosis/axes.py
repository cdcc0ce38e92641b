"""Reductions along another axis that is kept, all of a statement together: `(n, 1)` in place of `(d,)`."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

REDUCTIONS = ("sum", "mean", "max", "min", "var", "std", "prod", "norm")
AXES = ("0", "1", "-1")
MOST_AXES = 6


def axes(f: Fragment, m: Material) -> Iterator[Variant]:
    """Every reduction of a statement along one other axis, with `keepdims=True` or as it was.

    Who sums over rows in place of columns does so in each sum of the line, and leaves out `keepdims` in each,
    which broadcasting hides there.
    """
    calls = [node for node in f.expressions() if isinstance(node, ast.Call)]
    given = [(node, axis) for node in calls if (axis := _axis(node)) is not None]
    if m.library != "np" or not given:
        return
    groups = {f.segment(axis): [pair for pair in given if f.segment(pair[1]) == f.segment(axis)]
              for _, axis in given}  # fmt: skip
    for old, pairs in groups.items():
        for new in AXES:
            for kept in (True, False):
                if new == old or (not kept and len(pairs) < 2):
                    continue
                patches = []
                for node, axis in pairs:
                    more = kept and not any(k.arg == "keepdims" for k in node.keywords)
                    patches.append((*f.extent(axis), f"{new}, keepdims=True" if more else new))
                start = f.extent(pairs[0][0])[0]
                cost = 1.05 + 0.05 * (len(pairs) > 1)
                shown = f"axis={new}{', keepdims=True' if kept else ''}"
                yield Variant(f.patched(*patches), Slip("axis", f"axis={old}", shown, start, cost))


def several_axes(f: Fragment, m: Material) -> Iterator[Variant]:
    """A reduction along other axes, where there are more than two: `axis=(0, 2)` for `axis=(0, 1)`."""
    rank = min(max((len(shape) for shape in m.shapes.values()), default=0), MOST_AXES)
    for node in f.expressions():
        given = _given_axes(node) if isinstance(node, ast.Call) else None
        if given is None and node is f.value and isinstance(node, ast.Tuple):
            given = node  # `ax = (2, 3)`
        if given is None or rank <= 2:
            continue
        old, (start, end) = _whole_numbers(given), f.extent(given)
        if not old or min(old) < 0 <= max(old):
            continue
        places = range(-rank, 0) if min(old) < 0 else range(rank)  # counted as the author counts them
        for count in range(1, rank):
            for new in itertools.combinations(places, count):
                text = str(new[0]) if count == 1 else str(new)
                if set(new) == set(old) or len(old) == count == 1:
                    continue
                cost = 1.0 if count == len(old) else 1.1
                said = "" if given is f.value else "axis="
                slip = Slip("axis", f"{said}{f.segment(given)}", f"{said}{text}", start, cost)
                yield Variant(f.patched((start, end, text)), slip)


def _whole_numbers(given: ast.expr) -> tuple[int, ...]:
    """The axes that are written out; none where one is not a number."""
    try:
        said = ast.literal_eval(given)
    except ValueError:
        return ()
    axes = said if isinstance(said, tuple) else (said,)
    return axes if all(type(axis) is int for axis in axes) else ()


def _axis(node: ast.Call) -> ast.expr | None:
    """The axis of a reduction, if it is one number."""
    named = _given_axes(node)
    plain = named.operand if isinstance(named, ast.UnaryOp) else named
    return named if isinstance(plain, ast.Constant) and isinstance(plain.value, int) else None


def _given_axes(node: ast.Call) -> ast.expr | None:
    """What says along which axes a reduction goes: by keyword, or `x.sum(0)`."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in REDUCTIONS:
        return None
    named = next((k.value for k in node.keywords if k.arg == "axis"), None)
    library = isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy")
    if named is None and len(node.args) > library:
        named = node.args[1 if library else 0]
    return named


def reduced_terms(f: Fragment, m: Material) -> Iterator[Variant]:
    """A term that is missing from a sum: a reduction of the line, of one quantity in place of a product.

    Of `(g - x * (g * x).mean(axis=0)) / s` it is `- g.mean(axis=0)`.
    """
    if m.library != "np":
        return
    calls = [n for n in f.expressions() if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
             and n.func.attr in ("sum", "mean")]  # fmt: skip
    sums = [n for n in f.expressions() if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub)]
    names = {n.id: None for n in f.expressions() if isinstance(n, ast.Name) and m.shapes.get(n.id)}
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        library = isinstance(call.func.value, ast.Name) and call.func.value.id in ("np", "numpy")
        operand = call.args[0] if library and call.args else call.func.value
        if not isinstance(operand, ast.BinOp):
            continue
        low, high = f.outer(operand)
        first, last = f.extent(call)
        for name in names:
            term = f.text[first:low] + name + f.text[high:last]
            for total in sums:
                if any(n is call for n in ast.walk(total)) and term not in f.text:
                    old, start = f.segment(total.left), f.outer(total.left)
                    for symbol in "-+":
                        new = f"{f.text[slice(*start)]} {symbol} {term}"
                        yield Variant(f.patched((*start, new)), Slip("term", old, new, start[0], 1.2))
