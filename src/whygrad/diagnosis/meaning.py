"""What a statement should have made: the true gradient that, put in the place of its result, makes what
follows right.

A line that reads a wrong gradient can be right in itself. Putting true gradients of the forward variables in
the place of what an earlier statement makes tells which of the two is wrong, and what was wanted there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from whygrad.checking.evidence import Evidence, Value
from whygrad.checking.naming import EXACT, best
from whygrad.diagnosis.blocks import BlockBench
from whygrad.diagnosis.leftovers import left_over
from whygrad.diagnosis.sayings import Array, as_array
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.suspects import Suspect

MOST_ROWS = 120


@dataclass(frozen=True, eq=False)
class Meaning:
    """The true gradient that a statement should make, at each point of a bench."""

    of: str
    """The forward variable; "" for a value without a name."""
    values: tuple[Value, ...]


def true_gradients(evidence: Evidence, points: Sequence[int]) -> list[Meaning]:
    """True gradients of the forward variables at some points, those computed last first."""
    return [*named_gradients(evidence, points), *unnamed_gradients(evidence, points)]


def named_gradients(evidence: Evidence, points: Sequence[int]) -> list[Meaning]:
    """Those of variables."""
    found = []
    for quantity in reversed(evidence.quantities):
        if quantity.kind == "cotangent" and all(p < len(quantity.values) for p in points):
            values = tuple(quantity.values[p] for p in points)
            # Nested lists of arrays stand for no single variable of a backward pass.
            if all(as_array(v) is not None and np.any(as_array(v)) for v in values):
                found.append(Meaning(quantity.of, values))
    return found


def own_gradients(evidence: Evidence, name: str, points: Sequence[int]) -> list[Meaning]:
    """True gradients of the forward variables that a name says it is the gradient of."""
    of = {q.of for q in evidence.quantities if q.kind == "cotangent"}
    plain = {candidate for score, candidate in best(name, sorted(of)) if score >= EXACT}
    found = [m for m in named_gradients(evidence, points) if m.of in plain]
    return [
        Meaning(m.of, tuple(by * as_array(v) for v in m.values))  # type: ignore[operator]
        for m in found
        for by in _shared_factors(evidence, points[:1])
    ]


def _shared_factors(evidence: Evidence, points: Sequence[int]) -> set[float]:
    """Factors that gradients on the way are right with, such as the size of a batch that comes off last."""
    found = {1.0}
    for claim in evidence.claims:
        if claim.role != "intermediate" or claim.verdict != "right":
            continue
        for p in points:
            got, want = as_array(claim.values[p]), as_array(claim.truth[p])
            if (
                got is not None
                and want is not None
                and got.shape == want.shape
                and want.size
                and np.all(want)
            ):
                ratio = float(got.flat[0] / want.flat[0])
                found |= {ratio} if np.allclose(got, ratio * want, rtol=1e-9) else set()
    return found


def unnamed_gradients(evidence: Evidence, points: Sequence[int]) -> Iterator[Meaning]:
    """True gradients of what the forward pass computes without a name, in short tables."""
    kept = [(evidence.derivatives[p], evidence.runs[p]) for p in points if p < len(evidence.runs)]
    if len(kept) < len(points) or any(d is None or r is None for d, r in kept):
        return
    lengths = {len(d.cotangents) for d, _ in kept}
    if len(lengths) != 1 or max(lengths) > MOST_ROWS:
        return
    for row in reversed(range(max(lengths))):
        if all(d.cotangents[row] >= 0 for d, _ in kept):
            values = tuple(
                np.broadcast_to(r[d.cotangents[row]], d.graph.abstract(row).shape) for d, r in kept
            )
            if all(v.dtype.kind == "f" and np.any(v) for v in values):
                yield Meaning("", values)


def target_name(node: ast.stmt) -> str:
    """The one name that a statement binds or changes, "" where it is another kind of target."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AugAssign):
        target = node.target
    else:
        return ""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def meanings_of(bench: BlockBench, text: str, name: str, meanings: Sequence[Meaning]) -> Iterator[Meaning]:
    """The true gradients with which the statements that follow give what they should.

    Where none does as it is, one may carry a factor that those statements take out again: each divides by the
    size of a batch.
    """
    now = bench.made(text, name)
    if not now:
        return
    shape = np.shape(now[0]) if isinstance(now[0], np.ndarray | float | int) else None
    alike = [meaning for meaning in meanings if np.shape(meaning.values[0]) == shape]
    found = [meaning for meaning in alike if bench.holds(name, meaning.values)]
    yield from found
    for meaning in alike if not found else ():
        factor = _carried(bench, name, meaning.values)
        if factor is not None:
            carried = tuple(factor * np.asarray(value) for value in meaning.values)
            if bench.holds(name, carried):
                yield Meaning(meaning.of, carried)


def _carried(bench: BlockBench, name: str, values: Sequence[Value]) -> float | None:
    """How many times a true gradient the statements that follow need, if they are linear in it."""
    nothing = tuple(np.zeros_like(np.asarray(value)) for value in values)
    ends = [bench.led_to(name, v)[:1] for v in (values, nothing)]
    want = as_array(bench.wants[0])
    made, start = (as_array(end[0]) if end else None for end in ends)
    if made is None or start is None or want is None or not made.shape == start.shape == want.shape:
        return None
    step = (made - start).ravel()
    if not np.all(np.isfinite(step)) or not step.any():
        return None
    place = int(np.argmax(np.abs(step)))
    factor = float((want - start).ravel()[place] / step[place])
    return factor if np.isfinite(factor) and factor > 0 else None


def makes_one_of(bench: BlockBench, text: str, name: str, meanings: Sequence[Meaning]) -> bool:
    """Does a statement make a true gradient as it stands, and not merely take over what was there?"""
    made = [as_array(value) for value in bench.made(text, name)]
    if not made or any(m is None for m in made):
        return False
    there = (as_array(value) for value in bench.environments[0].values())
    if any(_equal(made[0], value) for value in there):
        return False
    return any(
        all(_equal(m, as_array(v)) for m, v in zip(made, meaning.values, strict=False))
        for meaning in meanings
    )


def _equal(one: Array | None, other: Array | None) -> bool:
    """The same numbers, as far as rounding lets them be."""
    same = one is not None and other is not None and one.shape == other.shape and one.size > 0
    return same and bool(np.allclose(one, other, rtol=1e-9, atol=0))  # type: ignore[arg-type]


def value_bench(
    bench: BlockBench, suspect: Suspect, name: str, meaning: Meaning
) -> tuple[ast.expr, Bench] | None:
    """The expression of a statement with a bench of what it should be; None for a write in place."""
    node = suspect.node
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.value, Bench(bench.environments, meaning.values, bench.shared)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        wants = [_left(node.op, e, name, v)
                 for e, v in zip(bench.environments, meaning.values, strict=True)]  # fmt: skip
        if all(w is not None and np.all(np.isfinite(w)) for w in wants):
            return node.value, Bench(bench.environments, wants, bench.shared, True)
    return None


def _left(op: ast.operator, environment: Mapping[str, Value], name: str, want: Value) -> Value:
    before = environment.get(name)
    if not isinstance(before, np.ndarray | float | int) or np.shape(before) not in ((), np.shape(want)):
        return None
    return left_over(op, before, want)
