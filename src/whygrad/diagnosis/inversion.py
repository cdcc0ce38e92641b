"""What an earlier line should have made, worked back from the gradient that the lines behind it lead to.

Lines behind it are often linear in it, entry by entry: a sum goes on, a product with what arrives. Then two
runs of them tell slope and start, and what was wanted is the only value that gives the true gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.diagnosis.blocks import BlockBench
from whygrad.diagnosis.meaning import Meaning
from whygrad.diagnosis.sayings import Array, as_array

TURNED = 0.5
"""Half way between what a line makes and what it makes shifted: linear lines give half way as well."""


def wanted_of(bench: BlockBench, text: str, name: str) -> Meaning | None:
    """The values of a name with which the rest of a block gives what is wanted; None where none is told."""
    made = [as_array(value) for value in bench.made(text, name)]
    wants = [as_array(want) for want in bench.wants]
    if not made or any(
        m is None or w is None or m.shape != w.shape for m, w in zip(made, wants, strict=False)
    ):
        return None
    now = [m for m in made if m is not None]
    start, shifted, between = (_run(bench, name, [m + by for m in now]) for by in (0.0, 1.0, TURNED))
    if start is None or shifted is None or between is None:
        return None
    found: list[Value] = []
    for m, w, a, b, c in zip(now, wants, start, shifted, between, strict=True):
        slope = b - a
        linear = np.allclose(c - a, TURNED * slope, rtol=1e-7, atol=1e-12)
        if w is None or a.shape != m.shape or not linear or not np.all(np.abs(slope) > 1e-9):
            return None
        found.append(_like(m, m + (w - a) / slope))
    # Where entries depend on each other this is no answer, which running tells.
    return Meaning("", tuple(found)) if bench.holds(name, found) else None


def _run(bench: BlockBench, name: str, values: Sequence[Array]) -> list[Array] | None:
    """What the rest of the block makes of other values of a name."""
    found = [as_array(value) for value in bench.led_to(name, values)]
    return [f for f in found if f is not None] if found and all(f is not None for f in found) else None


def _like(made: Array, value: Array) -> Value:
    return float(value) if made.ndim == 0 else value


def may_be_inverted(node: ast.stmt) -> bool:
    """Does a statement bind one name, so that its value can be another one?"""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    return isinstance(target or getattr(node, "target", None), ast.Name)
