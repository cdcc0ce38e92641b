"""Mutations by what functions of the forward pass leave behind: an inverse where a determinant was taken,
`n - 1` where a variance divides by that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.emission.pieces import PRODUCT

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

_DETERMINANT = re.compile(r"\b(?:np\.linalg\.)?(?:slogdet|det)\(([\w.]+)\)")
_ONE_FEWER = re.compile(r"ddof=1\b")


def leavings(f: Fragment, m: Material) -> Iterator[Variant]:
    """All mutations of this file."""
    if m.library == "np":
        yield from _inverses(f, m)
        yield from _one_fewer(f, m)


def _inverses(f: Fragment, m: Material) -> Iterator[Variant]:
    """`inv(A)` in place of `A`: the gradient of `log(det(A))` is `inv(A).T`."""
    for name in dict.fromkeys(_DETERMINANT.findall(" ".join(m.phrases))):
        for node in f.expressions():
            if f.segment(node) == name and not f.is_called(node):
                new = f"np.linalg.inv({name})"
                yield Variant(f.replaced(node, new), Slip("local", name, new, f.extent(node)[0], 1.2))


def _one_fewer(f: Fragment, m: Material) -> Iterator[Variant]:
    """`x.sum(axis=0) / (n - 1)` for `x.mean(axis=0)`, where the forward pass divides by one fewer."""
    if not _ONE_FEWER.search(" ".join(m.phrases)):
        return
    for node in f.expressions():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr != "mean":
            continue
        text, (start, end) = f.segment(node), f.extent(node)
        cut = f.extent(node.func)[1]
        summed = f"{f.text[start : cut - len('mean')]}sum{f.text[cut:end]}"
        for count in m.integers():
            new = f"{summed} / ({count} - 1)"
            yield Variant(f.replaced(node, new, PRODUCT), Slip("constant", text, new, start, 1.2))
