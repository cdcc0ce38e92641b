"""A sum in which several terms each lack a slope of their own: no edit of one term makes the sum right.

What the terms may be is worked out term by term, and which of them together give the wanted sum is found by
meeting in the middle, so that no product of all possibilities is tried.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.sayings import as_array
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip, Solution

MOST_TERMS = 6
MOST_OF_TERM = 40
MOST_SUMS = 70_000
COST = 1.1
CLOSE = 1e-9


class _Way(NamedTuple):
    """One way to write a term: an operand with a factor more; as it stands where there is no slip."""

    patches: tuple[tuple[int, int, str], ...]
    slip: Slip | None
    share: float
    """The term's value, weighted and summed up: one number, so that sums are found by search."""


def termwise(text: str, bench: Bench, material: Material) -> Iterator[Solution]:
    """Texts of a sum with a slope put into several of its terms, judged by the bench."""
    try:
        f = Fragment(text)
    except SyntaxError:
        return
    want = as_array(bench.wants[0]) if bench.wants else None
    terms = list(_terms(f.value, 1)) if f.value is not None else []
    if want is None or not 2 <= len(terms) <= MOST_TERMS:
        return
    weights = np.random.RandomState(7).uniform(0.5, 1.5, np.shape(want))
    ways = [_ways(f, node, sign * weights, bench, material) for node, sign in terms]
    middle = len(ways) // 2
    halves = [
        [*itertools.product(*half)]
        for half in (ways[:middle], ways[middle:])
        if 0 < math.prod(map(len, half)) <= MOST_SUMS
    ]
    if len(halves) < 2:
        return
    first, second = (np.array([sum(w.share for w in way) for way in half]) for half in halves)
    goal = float(np.sum(want * weights))
    order = np.argsort(first)
    near = CLOSE * max(1.0, abs(goal), float(np.max(np.abs(first))))
    low = np.searchsorted(first[order], goal - second - near)
    high = np.searchsorted(first[order], goal - second + near)
    found = [
        (*halves[0][order[i]], *halves[1][k]) for k in range(len(second)) for i in range(low[k], high[k])
    ]
    for chosen in sorted(found, key=lambda way: sum(w.slip is not None for w in way))[:8]:
        slips = tuple(w.slip for w in chosen if w.slip is not None)
        made = f.patched(*(patch for w in chosen for patch in w.patches))
        if len(slips) > 1 and bench.judge(made).right:
            yield Solution(made, slips)
            return


def _terms(node: ast.expr, sign: int) -> Iterator[tuple[ast.expr, int]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from _terms(node.left, sign)
        yield from _terms(node.right, sign if isinstance(node.op, ast.Add) else -sign)
    else:
        yield node, sign


def _ways(f: Fragment, node: ast.expr, weights: NDArray[np.float64], bench: Bench, m: Material) -> list[_Way]:
    """A term as it stands, and with each slope behind each of its operands; empty where it has no value."""
    start, end = f.extent(node)
    text, shape = f.text[start:end], weights.shape
    value = as_array(bench.value(text, 0))
    if value is None or value.shape != shape:
        return []
    found = [_Way((), None, float(np.sum(weights * value)))]
    inside = {ast.unparse(n): n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)}
    for name, operand in inside.items():
        if not m.shapes.get(name) or f.is_called(operand):
            continue
        for slope in _slopes(name, m):
            low, high = f.extent(operand)
            more = f"{name} * {slope}"
            parent = f.parents.get(operand)
            more = f"({more})" if isinstance(parent, ast.BinOp | ast.Attribute | ast.UnaryOp) else more
            made = as_array(bench.value(text[: low - start] + more + text[high - start :], 0))
            if made is not None and made.shape == shape and len(found) < MOST_OF_TERM:
                slip = Slip("factor", name, f"{name} * {slope}", low, COST)
                found.append(_Way(((low, high, more),), slip, float(np.sum(weights * made))))
    return found


def _slopes(name: str, m: Material) -> Iterator[str]:
    """Slopes of the gates that have the shape of an operand, those of the user's own functions too."""
    likely = [n for n, s in m.shapes.items() if s == m.shapes[name] and n != name and n not in m.gradients]
    for gate in (n for n in likely if n.replace(".", "").replace("_", "").isalnum()):
        yield from (f"{gate} * (1 - {gate})", f"(1 - {gate} ** 2)")
        yield from (
            f"{function}({gate})" for function in m.functions if not function.startswith(("np.", "math."))
        )
