"""Two slips in two statements that fill one gradient: contributions add up, so each is weighed by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from whygrad.checking.values import vector
from whygrad.diagnosis.blocks import BlockBench
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.search import SIMPLE
from whygrad.diagnosis.slips import Variant

MOST = 400
"""Variants of one statement."""
CLOSE = 1e-9
Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Contribution:
    """One of the statements that fill a gradient, and by how much each variant of it changes the sum."""

    place: int
    variants: list[Variant]
    changes: Vector
    """A row for each variant."""


def contribution(place: int, text: str, bench: BlockBench, material: Material) -> Contribution | None:
    """The variants of a statement that change the gradient, at the first point; None where none does."""
    start = _end(bench, text)
    if start is None:
        return None
    found, rows = list[Variant](), list[Vector]()
    for variant in variants(text, material):
        end = _end(bench, variant.text) if variant.slip.cost <= SIMPLE else None
        if end is not None and end.shape == start.shape and np.isfinite(end).all() and (end != start).any():
            found.append(variant)
            rows.append(end - start)
        if len(found) >= MOST:
            break
    return Contribution(place, found, np.array(rows)) if found else None


def _end(bench: BlockBench, text: str) -> Vector | None:
    ends = bench.ends(text)
    return vector(ends[0]) if ends else None


def pairs(parts: Sequence[Contribution], missing: Vector) -> Iterator[tuple[tuple[int, Variant], ...]]:
    """Variants of two statements that together change the sum by what is missing; cheap ones first."""
    scale = float(np.max(np.abs(missing), initial=0.0))
    along = np.random.RandomState(0).uniform(0.5, 1.5, missing.size)
    found: list[tuple[float, tuple[tuple[int, Variant], ...]]] = []
    for one, other in combinations(parts, 2):
        shares = other.changes @ along
        order = np.argsort(shares)
        for row, variant in zip(one.changes, one.variants, strict=True):
            need = missing - row
            width = CLOSE * (scale + float(np.max(np.abs(row)))) * missing.size
            low, high = np.searchsorted(shares[order], [need @ along - width, need @ along + width])
            for k in order[low:high]:
                second = other.variants[k]
                if np.allclose(other.changes[k], need, rtol=1e-7, atol=CLOSE * scale):
                    cost = variant.slip.cost + second.slip.cost
                    found.append((cost, ((one.place, variant), (other.place, second))))
    yield from (pair for _, pair in sorted(found, key=lambda item: item[0]))
