"""Why a gradient is zero, not finite, very large or small, or not there at all: the place and the cause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from whygrad.differentiation.fitting import differentiable
from whygrad.errors import WhygradError
from whygrad.execution.authors import Author
from whygrad.explanation.ledger import EdgeEntry, Ledger
from whygrad.explanation.nonfinite import blame_in
from whygrad.explanation.nonfinite import sentence as told_author
from whygrad.explanation.numbers import number_text
from whygrad.explanation.paths import Step
from whygrad.explanation.routes import find_routes, norm
from whygrad.explanation.telling import tell
from whygrad.gates import Grouping
from whygrad.graph import Graph
from whygrad.report import Block
from whygrad.source import site

LARGE, SMALL = 100.0, 1e-3
"""Beyond these the factors of a gradient are told."""
MOST = 4
"""Causes of one kind that are told."""

INSTEAD = {
    "log": "keep its argument above 0: `np.log(np.maximum(x, 1e-12))`",
    "log2": "keep its argument above 0: `np.log2(np.maximum(x, 1e-12))`",
    "log10": "keep its argument above 0: `np.log10(np.maximum(x, 1e-12))`",
    "divide": "keep the denominator away from 0: `a / (b + 1e-12)`, or choose by `np.where` before dividing",
    "reciprocal": "keep its argument away from 0: `1 / (x + 1e-12)`",
    "sqrt": "keep its argument above 0: `np.sqrt(x + 1e-12)`",
    "power": "keep its base above 0: `np.maximum(x, 1e-12) ** p`",
    "exp": "subtract the largest entry before exp: `np.exp(x - np.max(x))`, or use `np.logaddexp`",
    "subtract": "do not let both sides become infinite: subtract the largest entry before exp",
    "multiply": "do not let 0 meet infinity: choose with `np.where` before the operation, not after it",
    "damped_multiply": "do not let 0 meet infinity: choose the argument with `np.where` before the operation",
    "arccos": "keep its argument within -1 and 1: `np.arccos(np.clip(x, -1 + 1e-7, 1 - 1e-7))`",
    "arcsin": "keep its argument within -1 and 1: `np.arcsin(np.clip(x, -1 + 1e-7, 1 - 1e-7))`",
    "norm": "add a small number under the root: `np.sqrt(np.sum(x**2) + 1e-12)`",
}
"""What to write in place of an operation that made a NaN or an infinity."""


def where(graph: Graph, row: int) -> str:
    """` (file.py:12)`; empty where a row has no place in a file."""
    number = graph.site_column[row]
    if not number or site(number).source.filename.startswith("<"):
        return ""
    return f" ({site(number).place.file}:{site(number).line})"


def reasons(ledger: Ledger, grouping: Grouping, row: int) -> Iterator[Block]:
    """What is to be said first of a gradient that is not an ordinary number."""
    gradient = np.asarray(ledger.gradient(row), float)
    if not np.all(np.isfinite(gradient)):
        yield from why_not_finite(ledger, grouping, row)
    elif not np.any(gradient):
        yield from why_zero(ledger, row)
    elif gradient.size and (norm(gradient) > LARGE or norm(gradient) < SMALL):
        yield from why_so_far(ledger, row)


# -- not finite --


def why_not_finite(ledger: Ledger, grouping: Grouping, row: int) -> Iterator[Block]:
    """Which operation made it, by which rule, where, and what to write instead."""
    cotangent = ledger.derivative.cotangents[row]
    authors = [a for a in blame_in(ledger).authors if cotangent in a.spoiled]
    for author in authors[:MOST]:
        yield tell(f"It is not finite because of this: {told_author(ledger, author)}.")
        advice = _instead(ledger, grouping, author.root)
        if advice:
            yield tell(f"Instead: {advice}.")


def _instead(ledger: Ledger, grouping: Grouping, author: Author) -> str:
    graph = ledger.derivative.graph
    origin = graph.origin(author.row)
    row = origin[0] if origin is not None else author.row
    gate = grouping.gate_of(row)
    if gate is not None and gate.known is not None and gate.known.stable is not None:
        stable = gate.known.stable
        return f"write the {gate.name} as `{stable.text}`; as it stands, {stable.why}"
    if graph.op(row).name == "where" or graph.op(author.row).name == "where":
        return "choose the argument with `np.where` before the operation, not its result after it"
    return INSTEAD.get(graph.op(row).name, "")


# -- zero --


def why_zero(ledger: Ledger, row: int) -> Iterator[Block]:
    """Where nothing passes: a local gradient of 0, an underflow, or contributions that cancel."""
    uses = ledger.uses(row)
    if any(np.any(edge.contribution) for edge in uses):
        terms = " + ".join(
            number_text(e.contribution) if not np.ndim(e.contribution) else "..." for e in uses
        )
        yield tell(f"Its contributions cancel each other: {terms} = 0.")
        return
    stops = _stops(ledger, row)
    for edge in stops[:MOST]:
        yield tell(_stop_text(ledger, edge))
    if len(stops) > MOST:
        yield tell(f"... and so at {len(stops) - MOST} more places.")


def _stops(ledger: Ledger, row: int) -> list[EdgeEntry]:
    """Edges on the way from a row to the output at which something arrives and nothing leaves."""
    found, seen, pending = [], {row}, [row]
    while pending:
        for edge in ledger.uses(pending.pop()):
            if np.any(edge.contribution):
                continue
            if np.any(edge.upstream):
                found.append(edge)
            elif edge.row not in seen:
                seen.add(edge.row)
                pending.append(edge.row)
    return sorted({(e.row, e.arg): e for e in found}.values(), key=lambda e: -e.row)


def _stop_text(ledger: Ledger, edge: EdgeEntry) -> str:
    name, place = ledger.label(edge.row), where(ledger.graph, edge.row)
    shown = f"`{name} = {ledger.formula(edge.row)}`{place}"
    local = edge.local
    if local is None or np.any(local):
        if local is not None and _would_underflow(local, edge.upstream):
            return (
                f"It underflows at {shown}: local and upstream gradient are both so small that their product "
                "is 0 in floating point."
            )
        return f"What arrives at {shown} is only where `{ledger.label(edge.source)}` has no part in it."
    what = f", `{edge.formula}`," if edge.formula else ""
    every = " at every entry" if np.ndim(local) else ""
    return f"Nothing passes {shown}: its local gradient by `{ledger.label(edge.source)}`{what} is 0{every}."


def _would_underflow(local: object, upstream: object) -> bool:
    """Whether both are there, at the same entries, and their product is not."""
    try:
        both = np.logical_and(np.asarray(local) != 0, np.asarray(upstream) != 0)
    except ValueError:
        return False
    return bool(np.any(both))


# -- large or small --


class Factor(NamedTuple):
    """What a line multiplies into a gradient, over all its repetitions on a path."""

    row: int
    times: int
    product: float


def why_so_far(ledger: Ledger, row: int) -> Iterator[Block]:
    """The lines that make a gradient large, or small: their factors along the weightiest path."""
    gradient = norm(ledger.gradient(row))
    factors = _factors(ledger, row)
    grows = gradient > LARGE
    telling = [f for f in factors if (f.product > 3 if grows else f.product < 1 / 3)]
    if not telling:
        return
    size = "large" if grows else "small"
    parts = [
        f"`{ledger.label(f.row)} = {ledger.formula(f.row)}`{where(ledger.graph, f.row)} multiplies by "
        + (
            f"{number_text(f.product ** (1 / f.times))} on average, {f.times} times over: "
            f"{number_text(f.product)}"
            if f.times > 1
            else number_text(f.product)
        )
        for f in telling[:MOST]
    ]
    yield tell(f"It is so {size} because of these factors on its way back: {'; '.join(parts)}.")


def _factors(ledger: Ledger, row: int) -> list[Factor]:
    """By how much each line changes the size of what goes back, the strongest first."""
    found: dict[tuple[int, str], tuple[int, int, float]] = {}
    for step in _weightiest(ledger, row):
        edge = ledger.edge(*step)
        arrived, left = norm(edge.upstream), norm(edge.contribution)
        if not (0 < arrived < math.inf and 0 < left < math.inf):
            continue
        key = (ledger.graph.site_column[edge.row], ledger.graph.op(edge.row).name)
        key = key if key[0] else (-1 - edge.row, "")
        at, times, log = found.get(key, (edge.row, 0, 0.0))
        found[key] = (at, times + 1, log + math.log(left / arrived))
    strong = sorted(found.values(), key=lambda f: -abs(f[2]))
    return [Factor(at, times, math.exp(max(-700.0, min(700.0, log)))) for at, times, log in strong]


def _weightiest(ledger: Ledger, row: int) -> Sequence[Step]:
    if ledger.is_scalar:
        best = ledger.paths(1).best(row, 1)
        return best[0].steps if best else ()
    try:
        shown = find_routes(ledger, row, 1).shown
    except (WhygradError, TypeError, ValueError, IndexError):
        return ()
    return shown[0].steps if shown else ()


# -- disconnected --


def why_disconnected(whole: Graph, out: str, output: int, name: str, rows: Sequence[int]) -> Iterator[Block]:
    """Why no gradient reaches a name: nothing uses it, the output does not need it, or the place of the cut.

    `whole` is the graph with all rows; `rows` are those that have the name.
    """
    reached = _descendants(whole, rows)
    if len(reached) == len(set(rows)):
        yield tell(f"Nothing uses `{name}`.")
        return
    if output not in reached:
        last = [r for r in sorted(reached) if r not in rows and not _is_used(whole, r, reached)]
        shown = ", ".join(f"{_named(whole, r)}{where(whole, r)}" for r in last[-MOST:])
        yield tell(f"`{out}` does not need it: `{name}` is used for {shown}, and that leads nowhere else.")
        return
    for row, arg in _cuts(whole, reached, output)[:MOST]:
        yield tell(_cut_text(whole, row, arg, name))


def _descendants(graph: Graph, rows: Sequence[int]) -> set[int]:
    found = set(rows)
    for row in range(min(rows, default=len(graph)), len(graph)):
        if any(arg in found for arg in graph.args(row)):
            found.add(row)
    return found


def _is_used(graph: Graph, row: int, within: set[int]) -> bool:
    return any(row in graph.args(other) for other in within if other > row)


def _cuts(graph: Graph, reached: set[int], output: int) -> list[Step]:
    """Edges at which real numbers that depend on the name become something that has no derivative."""
    needed = {output}
    for row in range(output, -1, -1):
        if row in needed:
            needed.update(graph.args(row))
    found = []
    for row in sorted(reached & needed):
        for k, arg in enumerate(graph.args(row)):
            if arg in reached and differentiable(graph.abstract(arg)) == 2:
                lost = differentiable(graph.abstract(row)) < 2 or graph.op(row).name == "stop_gradient"
                if lost or graph.op(row).rule is None:
                    found.append((row, k))
    return found


def _named(graph: Graph, row: int) -> str:
    if graph.name(row):
        return f"`{graph.name(row)}`"
    number = graph.site_column[row]
    text = " ".join(site(number).text.split()) if number else ""
    return f"`{text}`" if text and len(text) < 60 else f"a {graph.op(row).name}"


def _cut_text(graph: Graph, row: int, arg: int, name: str) -> str:
    op, place = graph.op(row), where(graph, row)
    shown = f"{_named(graph, row)}{place}"
    if op.name == "stop_gradient":
        return f"It is cut at {shown}: `stop_gradient` hands the value on and lets no gradient back."
    kind = np.dtype(graph.abstract(row).dtype).kind
    became = "true or false" if kind == "b" else "a whole number"
    return (
        f"It is cut at {shown}, an operation `{op.name}`: its result is {became}, which does not move when "
        f"`{name}` moves a little."
    )
