"""Shapes of gradients in the lengths that the user named: `(N, D)` after `N, D = x.shape`.

A length is named only where it was the only name with that number in every run, and the number was not
always the same: a comment must hold at all shapes, as the line beside it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.emission.activity import Activity
from whygrad.emission.layout import WIDTH
from whygrad.emission.leaves import is_array
from whygrad.emission.tree import Loop, Return, Step, assigned

GIVEN = re.compile(r"([A-Za-z_]\w*) = ")
TIMES = (2, 3, 4)
"""Gates that stand side by side in one array: `4 * H`."""


class Shapes:
    """The shapes of the gradients of one function, each said once, where the gradient is first given."""

    def __init__(self, activity: Activity, prefix: str) -> None:
        self.activity, self.prefix, self.told = activity, prefix, set[str]()
        returns = [n for n in activity.all if isinstance(n, Return)]
        self.scopes = [e.scope for n in returns for e in activity.executions(n)]
        self.lengths = [name for name in activity.counts if name.strip("_") and self._is_fixed(name)]

    def _is_fixed(self, name: str) -> bool:
        """Is a name given once, outside of loops, to a length that differs from run to run?"""
        loops = [n for n in self.activity.all if isinstance(n, Loop)]
        if any(name in assigned(loop) for loop in loops):
            return False
        given = [n for n in self.activity.all if isinstance(n, Step) and name in assigned(n)]
        values = {s.get(name) for s in self.scopes if isinstance(s.get(name), int | np.integer)}
        return len(given) <= 1 and len(values) > 1

    def beside(self, line: str, depth: int) -> str:
        """A line of a backward pass, with the shape of the gradient that it gives for the first time."""
        found = GIVEN.match(line)
        name = found[1] if found else ""
        if not name.startswith(self.prefix) or name in self.told or "  # " in line:
            return line
        self.told.add(name)
        shape = self.shape(name.removeprefix(self.prefix))
        noted = f"{line}  # {shape}"
        return noted if shape and shape not in line and 4 * depth + len(noted) <= WIDTH else line

    def shape(self, base: str) -> str:
        """The shape of a name; empty where not every axis of it has a name."""
        scopes = [s for s in self.scopes if is_array(s.get(base))]
        shapes = [s[base].shape for s in scopes]
        if len({len(shape) for shape in shapes}) != 1 or not self.activity.same_shape(base):
            return ""
        axes = [self.axis(sizes, scopes) for sizes in zip(*shapes, strict=True)]
        if "" in axes or set(axes) <= {"1"}:
            return ""
        return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"

    def axis(self, sizes: Sequence[int], scopes: Sequence[Mapping[str, Any]]) -> str:
        """The one name of an axis, or one times a small number."""
        if set(sizes) == {1}:
            return "1"
        for times in (1, *TIMES):
            named = [
                n
                for n in self.lengths
                if all(n in s and s[n] * times == size for s, size in zip(scopes, sizes, strict=True))
            ]
            if len(named) == 1:
                return named[0] if times == 1 else f"{times} * {named[0]}"
            if named:
                return ""
        return ""
