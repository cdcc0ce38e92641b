"""What a cache can do without: arrays of which nothing but the shape is read, where another has the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from whygrad.emission.leaves import is_array
from whygrad.emission.program import Function
from whygrad.emission.saving import replaced
from whygrad.emission.tree import Return


def without_shapes(
    part: Function, cache: list[str], lines: list[str], results: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The cache, and the backward lines that read it."""
    returns = [n for n in part.nodes if isinstance(n, Return)]
    scopes = [e.scope for e in part.activity.executions(returns[0])] if len(returns) == 1 else []
    arrays = [n for n in cache if scopes and all(is_array(s.get(n)) for s in scopes)]
    for name in arrays:
        code = [line.split("#")[0] for line in (*lines, *results)]
        uses, shapes = (
            sum(len(re.findall(rf"(?<![\w.]){name}{what}\b", line)) for line in code)
            for what in ("", r"\.shape")
        )
        same = [
            n for n in arrays
            if n != name and n in cache and all(np.shape(s[n]) == np.shape(s[name]) for s in scopes)
        ]  # fmt: skip
        if not same or uses != shapes:
            continue
        change = {f"{name}.shape": f"{same[0]}.shape"}
        lines = [line if line.lstrip().startswith("#") else replaced(line, change) for line in lines]
        cache = [n for n in cache if n != name]
    return cache, lines
