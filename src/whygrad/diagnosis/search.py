"""Search for the text that a value should have been written as: best first, by one slip, then by two.

A `Judge` says whether a text is right, and how much of it is. Lists are searched entry by entry, so that many
slips in one line are found as many small searches.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Value
from whygrad.checking.values import shape_of
from whygrad.diagnosis.allowance import Allowance
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.structures import split

MOST_RIVALS = 12
SIMPLE = 1.5
"""Cost up to which a solution is one plain slip."""


class Score(NamedTuple):
    """Is a text right, and which share of it is (1 for all)?"""

    right: bool
    progress: float


Judge = Callable[[str], Score]
WRONG = Score(False, -1.0)


@lru_cache(maxsize=16384)
def _code(text: str) -> CodeType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(text.strip(), "<candidate>", "eval")
    except (SyntaxError, ValueError):
        return None


_ALLOCATES = re.compile(r"\b(?:ones|zeros|empty|full)\(([^()]*\*[^()]*)[,)]")


def repeats_a_shape(text: str, space: Mapping[str, Any]) -> bool:
    """`np.ones(shape * n)`: an array of n times as many axes, which may be as large as the memory."""
    sizes = (size for found in _ALLOCATES.findall(text) for size in found.split("*"))
    return any(isinstance(space.get(size.strip()), tuple | list) for size in sizes)


@dataclass(eq=False)
class Bench:
    """Evaluates expressions in recorded environments and compares them with what is wanted there."""

    environments: Sequence[Mapping[str, Value]]
    wants: Sequence[Value]
    shared: Mapping[str, Any] = field(default_factory=dict)
    spread: bool = False
    """Does a value that is broadcast to the wanted shape do as well (`d *= weights[:, None]`)?"""
    spaces: list[dict[str, Any]] = field(init=False)
    tried: int = 0

    def __post_init__(self) -> None:
        self.spaces = [{**self.shared, **environment} for environment in self.environments]

    def value(self, text: str, k: int) -> Value:
        """Value of an expression in the k-th environment; None where it raises."""
        code = _code(text)
        if code is None or repeats_a_shape(text, self.spaces[k]):
            return None
        try:
            with np.errstate(all="ignore"):
                return eval(code, self.spaces[k])
        except Exception:
            return None

    def judge(self, text: str) -> Score:
        self.tried += 1
        progress = WRONG
        for k, want in enumerate(self.wants):
            got = self.value(text, k)
            if got is None:
                return Score(False, min(progress.progress, 0.0))
            found = compare(_spread(got, want) if self.spread else got, want)
            if not found.agrees:
                share = (
                    0.1 + 0.9 * float(1 - np.mean(found.wrong)) if found.same_shape else likeness(got, want)
                )
                return Score(False, share if k == 0 else min(share, progress.progress))
            progress = Score(True, 1.0)
        return progress

    def entry(self, i: int) -> Bench:
        """The bench for one entry of a list."""
        return Bench(self.environments, [_entry(want, i) for want in self.wants], self.shared)


def _spread(got: Value, want: Value) -> Value:
    try:
        return np.broadcast_to(np.asarray(got, dtype=float), np.shape(want))
    except (TypeError, ValueError):
        return got


def likeness(got: Value, want: Value) -> float:
    """How near a shape is to another, from 0 to 0.08: the share of axes that agree."""
    try:
        mine, true = shape_of(got), shape_of(want)
    except RecursionError:  # a list that was put into itself
        return 0.0
    if len(mine) != len(true) or not true:
        return 0.0
    equal = [bool(a == b) for a, b in zip(mine, true, strict=True)]
    return 0.08 * sum(equal) / len(true)


def _entry(value: Value, i: int) -> Value:
    return value[i] if isinstance(value, list | tuple | np.ndarray) else value


class Searcher:
    """Looks for solutions within a time limit."""

    def __init__(self, material: Material, seconds: float = 0.6) -> None:
        self.material = material
        self.allowance = Allowance(seconds)

    def late(self) -> bool:
        return self.allowance.is_spent()

    def singles(self, text: str, judge: Judge) -> tuple[list[Solution], list[tuple[float, Solution]]]:
        """Solutions by one slip; and the near misses with the progress they make."""
        right, near = [], []
        for variant in variants(text, self.material):
            if self.late():
                break
            score = judge(variant.text)
            solution = Solution(variant.text, (variant.slip,))
            if score.right:
                right.append(solution)
            else:
                near.append((score.progress, solution))
        right.sort(key=lambda s: s.cost)
        return right, near

    def pairs(self, near: list[tuple[float, Solution]], judge: Judge, base: float) -> list[Solution]:
        """Solutions by two slips, tried from the near misses that helped most."""
        found: list[Solution] = []
        near = sorted(near, key=lambda item: (-max(item[0], base), item[1].cost))
        for progress, first in near:
            # One whose slip made an entry wrong that was right is no way to go.
            if self.late() or progress < min(base, 0.0):
                break
            for variant in variants(first.text, self.material):
                if judge(variant.text).right:
                    found.append(Solution(variant.text, (*first.slips, variant.slip)))
            if found:
                break
        return sorted(found, key=lambda s: s.cost)[:MOST_RIVALS]

    def expression(self, text: str, bench: Bench, deep: bool = True) -> list[Solution]:
        """Solutions for an expression, cheapest first; empty where none was found in time."""
        now = bench.judge(text)
        if now.right:
            return [Solution(text, ())]
        right, near = self.singles(text, bench.judge)
        by_entry = self.entries(text, bench)
        if right or by_entry or not deep:
            return sorted([*right, *by_entry], key=lambda s: s.cost)[:MOST_RIVALS]
        return self.pairs(near, bench.judge, now.progress)

    def entries(self, text: str, bench: Bench) -> list[Solution]:
        """Solve a list display entry by entry, splitting a sum into entries first where that fits."""
        fragment = Fragment(text)
        display = _display(fragment)
        if display is None:
            return []
        want = bench.wants[0]
        count = shape_of(want)[0] if shape_of(want) else 0
        slips: tuple[Slip, ...] = ()
        if len(display.elts) == 1 and count > 1:
            terms = fragment.terms(display.elts[0])
            if len(terms) != count:
                return []
            start = fragment.extent(display)[0]
            old, text = fragment.segment(display), split(fragment, terms)
            fragment = Fragment(text)
            display = _display(fragment)
            if display is None:
                return []
            slips = (Slip("split", old, fragment.segment(display), start),)
        if len(display.elts) != count or not count:
            return []
        return self._each(fragment, display, slips, bench)

    def _each(
        self, fragment: Fragment, display: ast.List | ast.Tuple, slips: tuple[Slip, ...], bench: Bench
    ) -> list[Solution]:
        patches = []
        for i, node in enumerate(display.elts):
            start, end = fragment.extent(node)
            found = self.expression(fragment.text[start:end], bench.entry(i))
            if not found:
                return []
            chosen = min(found, key=lambda s: s.cost - 0.2 * len(_kinds(s.slips) & _kinds(slips)))
            slips += tuple(_moved(slip, start) for slip in chosen.slips)
            patches.append((start, end, chosen.text))
        return [Solution(fragment.patched(*patches), _merged(slips))] if slips else []


def _kinds(slips: Sequence[Slip]) -> set[tuple[str, str, str]]:
    return {(slip.kind, slip.old, slip.new) for slip in slips}


def _moved(slip: Slip, by: int) -> Slip:
    return Slip(slip.kind, slip.old, slip.new, slip.start + by, slip.cost)


def _merged(slips: Sequence[Slip]) -> tuple[Slip, ...]:
    """The same slip in several entries is one slip."""
    kept: dict[tuple[str, str, str], Slip] = {}
    for slip in slips:
        kept.setdefault((slip.kind, slip.old, slip.new), slip)
    return tuple(kept.values())


def _display(fragment: Fragment) -> ast.List | ast.Tuple | None:
    """The list of an expression `[...]` or `np.array([...])`."""
    value = fragment.value
    if isinstance(value, ast.Call) and len(value.args) == 1 and isinstance(value.func, ast.Attribute):
        value = value.args[0] if value.func.attr in ("array", "asarray", "stack") else None
    return value if isinstance(value, ast.List | ast.Tuple) else None


def numeric_leaves(values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """Quantities by the text that gives them, with the entries of short lists and arrays of numbers."""
    for name, value in values.items():
        yield name, value
        shape = shape_of(value)
        if len(shape) == 1 and isinstance(shape[0], int) and shape[0] <= 6 and isinstance(value, list):
            for i in range(shape[0]):
                yield f"{name}[{i}]", value[i]
