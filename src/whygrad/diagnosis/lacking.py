"""A whole statement that is missing behind a gradient: a change of some of its entries.

What the gradient lacks is known there, so it is said in quantities in scope (see `sayings`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.sayings import Array, Table, as_array, terms_of
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip

MOST_KEYS = 12


def lacking(name: str, tree: ast.AST, bench: Bench, material: Material) -> Iterator[tuple[str, Slip]]:
    """Statements after which a variable has the value that is wanted at the first point of a bench.

    The bench has what is in scope behind the last line that makes the variable.
    """
    got, want = as_array(bench.value(name, 0)), as_array(bench.wants[0])
    if got is None or want is None or got.shape != want.shape or not got.ndim:
        return
    table = Table(bench, material)
    for key in _keys(name, tree, bench):
        missing = _only_at(key, want - got, bench)
        for symbol, value in (("-", -missing), ("+", missing)) if missing is not None else ():
            for term, rank in terms_of(value, table):
                line = f"{name}[{key}] {symbol}= {term}"
                yield line, Slip("term", "", line, 0, 1.4 + 0.1 * rank)


def _keys(name: str, tree: ast.AST, bench: Bench) -> list[str]:
    """Texts of indices that the program uses, which say some entries of a variable: `np.arange(n), y`."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant | ast.Slice):
            found.setdefault(ast.unparse(node)[len(ast.unparse(node.value)) + 1 : -1])
    usable = [key for key in found if as_array(bench.value(f"{name}[{key}]", 0)) is not None]
    return usable[:MOST_KEYS]


def _only_at(key: str, missing: Array, bench: Bench) -> Array | None:
    """What is missing at some entries; None where it is missing elsewhere too, or everywhere."""
    marks = Bench([{**bench.spaces[0], "__missing__": missing}], [])
    part = as_array(marks.value(f"__missing__[{key}]", 0))
    if part is None or part.size >= missing.size or not np.any(part):
        return None
    rest = missing.copy()
    emptied = Bench([{**bench.spaces[0], "__missing__": rest}], [])
    emptied.value(f"__missing__.__setitem__(({key}), 0.0)", 0)
    return None if np.any(np.abs(rest) > 1e-9 * np.max(np.abs(missing))) else part
