"""The gradient of an array in parts: by entry, by row, by path, and by example of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whygrad.differentiation import differentiate
from whygrad.errors import WhygradError
from whygrad.execution.interpreter import execute
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.numbers import FEW, about, number_text, value_text
from whygrad.explanation.routes import Routes, find_routes, largest_entries, norm
from whygrad.explanation.telling import g, tell
from whygrad.report import Block, Section, Table, Words

MOST = 5
"""Entries, rows, paths and examples that are told one by one."""
MOST_EXAMPLES = 512
"""Batches beyond this are not taken apart."""
REDUCTIONS = {"sum", "mean"}


def parts(ledger: Ledger, row: int) -> Iterator[Block]:
    """Sections for the gradient of an array; nothing for a single number."""
    gradient = np.asarray(ledger.gradient(row), float)
    if gradient.ndim == 0 or gradient.size < 2:
        return
    blocks = [*_entries(gradient), *_rows(gradient)]
    if blocks:
        yield Section("By entry and by row", tuple(blocks))
    by_path = tuple(_paths(ledger, row))
    if by_path:
        yield Section("By path", by_path)
    by_example = tuple(_examples(ledger, row))
    if by_example:
        yield Section("By example of the batch", by_example)


def _entries(gradient: NDArray[np.float64]) -> Iterator[Block]:
    if gradient.size <= FEW:
        return
    largest = largest_entries(gradient, MOST)
    shown = ", ".join(f"{g(value)} at {list(place)}" for place, value in largest)
    zeros = int(np.sum(gradient == 0))
    none = f" {zeros} of {gradient.size} entries are exactly 0." if zeros else ""
    yield tell(
        f"Its norm is {g(norm(gradient))}, over {gradient.size} entries. The largest: {shown}; the other "
        f"{gradient.size - len(largest)} together have the norm "
        f"{g(_rest(gradient, [place for place, _ in largest]))}.{none}"
    )


def _rest(gradient: NDArray[np.float64], places: list[tuple[int, ...]]) -> float:
    left = gradient.copy()
    for place in places:
        left[place] = 0.0
    return norm(left)


def _rows(gradient: NDArray[np.float64]) -> Iterator[Block]:
    if gradient.ndim < 2 or len(gradient) < 2:
        return
    norms = [norm(part) for part in gradient]
    order = sorted(range(len(norms)), key=lambda k: -norms[k])[:MOST]
    shown = ", ".join(f"[{k}] {g(norms[k])}" for k in order)
    left = len(norms) - len(order)
    others = f"; the other {left} at most {g(sorted(norms)[left - 1])}" if left else ""
    yield tell(f"By row, as norms: {shown}{others}.")


# -- by path --


def _paths(ledger: Ledger, row: int) -> Iterator[Block]:
    """What comes along each path, and that it adds up."""
    try:
        routes = find_routes(ledger, row, MOST)
    except (WhygradError, TypeError, ValueError, IndexError):  # a rule that only symbols can run
        return
    if routes.total < 2 or not routes.shown:
        return
    ways = f"{routes.total} paths lead" if routes.total < 10**9 else f"About {about(routes.total)} paths lead"
    yield tell(
        f"{ways} from `{ledger.label(row)}` to `{ledger.label(ledger.output)}`. What each sends back is an "
        f"array like `{ledger.label(row)}`; their sum is the gradient."
    )
    yield Table(("path", "norm", "what it sends back"), tuple(_cells(ledger, row, routes)), "lrl")


def _cells(ledger: Ledger, row: int, routes: Routes) -> Iterator[tuple[Words, ...]]:
    for route in routes.shown:
        names = [ledger.label(row), *(ledger.label(step[0]) for step in reversed(route.steps))]
        text = " -> ".join(names if len(names) <= 14 else [*names[:6], "...", *names[-6:]])
        yield (
            Words(text, "name"),
            Words(number_text(route.norm), "gradient"),
            Words(value_text(route.contribution)),
        )
    if routes.others:
        label = f"the other {routes.others if routes.others < 10**9 else about(routes.others)}"
        yield (
            Words(label, "dim"),
            Words(number_text(norm(routes.rest)), "gradient"),
            Words(value_text(routes.rest)),
        )
    gradient = ledger.gradient(row)
    yield (
        Words("in all", "strong"),
        Words(number_text(norm(gradient)), "gradient"),
        Words(value_text(gradient)),
    )


# -- by example --


def _examples(ledger: Ledger, row: int) -> Iterator[Block]:
    at = batch_row(ledger, row)
    if at is None:
        return
    shares = by_example(ledger, row, at)
    if shares is None:
        return
    norms = [norm(share) for share in shares]
    order = sorted(range(len(norms)), key=lambda k: -norms[k])[:MOST]
    label, count = ledger.label(at), len(norms)
    yield tell(
        f"The {count} examples meet in `{ledger.label(_reader(ledger, at))} = "
        f"{ledger.formula(_reader(ledger, at))}`. The part of the gradient that comes back through example k "
        f"is that through `{label}[k]`; the {count} parts add up to the gradient."
    )
    cells = [
        (Words(f"[{k}]"), Words(number_text(norms[k]), "gradient"), Words(value_text(shares[k])))
        for k in order
    ]
    if count > len(order):
        rest = sum(shares[k] for k in range(count) if k not in order)
        cells.append(
            (Words(f"the other {count - len(order)}", "dim"), Words(number_text(norm(rest)), "gradient"),
             Words(value_text(rest)))
        )  # fmt: skip
    total = sum(shares)
    cells.append(
        (Words("in all", "strong"), Words(number_text(norm(total)), "gradient"), Words(value_text(total)))
    )
    yield Table(("example", "norm", "part of the gradient"), tuple(cells), "lrl")


def batch_row(ledger: Ledger, target: int) -> int | None:
    """The array whose entries (or rows) belong to one example each: a reduction near the output adds it up.

    An input with as many rows must say that there is a batch, and the target must not be that input.
    """
    graph = ledger.graph
    lengths = {
        graph.abstract(row).shape[0] for row in graph.inputs if graph.abstract(row).shape and row != target
    }
    shape = graph.abstract(target).shape
    for row, arg in ledger.edges:
        source = graph.args(row)[arg]
        have, result = graph.abstract(source).shape, graph.abstract(row).shape
        if graph.op(row).name in REDUCTIONS and have and result[:1] != have[:1] and source > target:
            count = have[0]
            return (
                source if count in lengths and 1 < count <= MOST_EXAMPLES and shape[:1] != (count,) else None
            )
    return None


def _reader(ledger: Ledger, row: int) -> int:
    return ledger.uses(row)[0].row


def by_example(ledger: Ledger, row: int, at: int) -> list[Any] | None:
    """What comes back to `row` through each entry, along the first axis, of the array at row `at`."""
    graph = ledger.graph
    try:
        derivative = differentiate(graph, outputs=[at], wrt=[row], seeds=[None])
        upstream = np.asarray(ledger.gradient(at), float)
        known = [ledger.run[k] for k in range(len(graph))]
        shares = []
        for k in range(len(upstream)):
            seed = np.zeros_like(upstream)
            seed[k] = upstream[k]
            shares.append(np.asarray(execute(derivative.graph, [seed], known=known).outputs[0], float))
        return shares
    except (WhygradError, TypeError, ValueError, IndexError):
        return None
