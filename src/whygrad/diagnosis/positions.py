"""Mutations of where in an array a line reads or writes: two indices the other way round, a part of a matrix
on both sides, a count that is a product of sizes."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.emission.pieces import PRODUCT

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

MOST_SIZES = 5
_PART = re.compile(r"([\w.]+)(\[[^\[\]]*:[^\[\]]*\])")


def positions(f: Fragment, m: Material) -> Iterator[Variant]:
    """All mutations of this file."""
    yield from _swapped(f)
    yield from _other_entries(f, m)
    yield from _parts(f, m)
    yield from _turned(f, m)
    yield from _sizes(f, m)


def _swapped(f: Fragment) -> Iterator[Variant]:
    """`dout[n, j, i]` for `dout[n, i, j]`."""
    for node in ast.walk(f.tree):
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
            continue
        single = [p for p in node.slice.elts if not isinstance(p, ast.Slice | ast.Constant | ast.Starred)]
        for a, b in itertools.combinations(single, 2):
            first, second = f.segment(a), f.segment(b)
            if first == second:
                continue
            low, high = f.extent(node)
            text = f.patched((*f.extent(a), second), (*f.extent(b), first))
            new = text[low : high + len(text) - len(f.text)]
            yield Variant(text, Slip("index", f.segment(node), new, low, 0.95))


def _other_entries(f: Fragment, m: Material) -> Iterator[Variant]:
    """Another entry in place of an entry: `p[u]` for `q[i]`."""
    for node in f.expressions():
        text = f.segment(node)
        if not isinstance(node, ast.Subscript) or text not in m.values or f.is_called(node):
            continue
        array = text.partition("[")[0]
        for other in m.values:
            # Another entry of the same array is another index.
            if "[" not in other or '"' in other or other.partition("[")[0] == array:
                continue
            if m.shapes[other] == m.shapes[text]:
                yield Variant(f.replaced(node, other), Slip("name", text, other, f.extent(node)[0], 1.05))


def _parts(f: Fragment, m: Material) -> Iterator[Variant]:
    """A term of a part alone, `g[1:] += c * w[1:]`, where the forward pass takes that part of `w`."""
    statement = f.statement
    known = list(dict.fromkeys(_PART.findall(" ".join(m.phrases)))) if m.library == "np" else []
    for name, part in known:
        for node in f.expressions():
            new = _padded(name, part, len(m.shapes.get(name, ())))
            if new and f.segment(node) == name and not isinstance(f.parents.get(node), ast.Attribute):
                yield Variant(f.replaced(node, new), Slip("slice", name, new, f.extent(node)[0], 1.2))
    if not isinstance(statement, ast.AugAssign):
        return
    target = f.segment(statement.target)
    for name, part in known:
        read = [n for n in f.expressions() if f.segment(n) == name]
        if not read or isinstance(statement.target, ast.Subscript):
            continue
        patches = [(*f.extent(n), name + part) for n in read]
        text = f.patched((*f.extent(statement.target), target + part), *patches)
        yield Variant(text, Slip("slice", f.text, text, 0, 1.1))


def _padded(name: str, part: str, rank: int) -> str:
    """A part with zeros in the place of what is left out of it."""
    if (rank, part) == (1, "[1:]"):
        return f"np.r_[0, {name}[1:]]"
    if (rank, part) == (2, "[:, 1:]"):
        return f"np.c_[np.zeros(len({name})), {name}[:, 1:]]"
    return ""


def _turned(f: Fragment, m: Material) -> Iterator[Variant]:
    """A stack of matrices, each transposed, or not."""
    for node in f.expressions():
        text, start = f.segment(node), f.extent(node)[0]
        attribute = node.func if isinstance(node, ast.Call) else None
        if isinstance(attribute, ast.Attribute) and attribute.attr in ("transpose", "swapaxes"):
            inner = f.segment(attribute.value)
            yield Variant(f.replaced(node, inner), Slip("transpose", text, inner, start, 1.05))
        elif len(m.shapes.get(text, ())) >= 3 and not isinstance(f.parents.get(node), ast.Attribute):
            new = f"{text}.swapaxes(-1, -2)"
            yield Variant(f.replaced(node, new), Slip("transpose", text, new, start, 1.05))


def _sizes(f: Fragment, m: Material) -> Iterator[Variant]:
    """A count of all that is averaged over, `N * H * W`, where one of its sizes stands."""
    sizes = [n for n in m.integers() if "[" not in n and n not in m.in_loop]
    for node in f.expressions():
        text, parent = f.segment(node), f.parents.get(node)
        if text not in sizes or isinstance(parent, ast.Attribute | ast.Subscript | ast.Slice | ast.Tuple):
            continue
        if isinstance(parent, ast.Call | ast.keyword):
            continue
        others = [n for n in sizes if n != text][:MOST_SIZES]
        for count in (2, 1, 3):
            # `N, C, H, W`: means of images are over the last two; of equal sizes nothing else says so.
            for more in reversed(list(itertools.combinations(others, count))):
                new = " * ".join((text, *more))
                slip = Slip("constant", text, new, f.extent(node)[0], 1.15 + 0.05 * (count != 2))
                yield Variant(f.replaced(node, new, PRODUCT), slip)
