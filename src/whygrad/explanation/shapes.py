"""What happens to shapes on the way back, told: what is summed, spread or multiplied, and why."""

from __future__ import annotations

from whygrad.explanation.ledger import LONGEST, EdgeEntry, Ledger
from whygrad.explanation.locals import UPSTREAM, flow_formula

Shape = tuple[int, ...]


def stretched(source: Shape, result: Shape) -> tuple[int, ...] | None:
    """The axes of `result` over which `source` was stretched; None where it does not fit by stretching."""
    extra = len(result) - len(source)
    if extra < 0:
        return None
    if any(have not in (1, want) for have, want in zip(source, result[extra:], strict=True)):
        return None
    ones = [k + extra for k, have in enumerate(source) if have == 1 != result[k + extra]]
    return (*range(extra), *ones)


def shape_note(ledger: Ledger, edge: EdgeEntry) -> str:
    """A sentence about the shapes of one edge; empty between single numbers."""
    graph = ledger.graph
    source, result = graph.abstract(edge.source).shape, graph.abstract(edge.row).shape
    if not source and not result:
        return ""
    if edge.local is None:
        return _product(ledger, edge, source, result)
    name, out = ledger.label(edge.source), ledger.label(edge.row)
    axes = stretched(source, result)
    if axes:
        return (
            f"What arrives has the shape {result} of `{out}`; it is summed over {named_axes(axes)} because "
            f"`{name}`, of shape {source}, was stretched over {'them' if len(axes) > 1 else 'it'}."
        )
    if source != result and len(result) <= len(source):
        return (
            f"What arrives has shape {result or 'of a single number'} and is spread over the shape "
            f"{source} of `{name}`, whose entries were put together."
        ).replace("has shape of a single number", "is a single number")
    return f"All have the shape {source}." if source else ""


def named_axes(axes: tuple[int, ...]) -> str:
    """`axis 0`, `axes 0, 1`."""
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"


def _product(ledger: Ledger, edge: EdgeEntry, source: Shape, result: Shape) -> str:
    """The contribution as a formula of the upstream gradient, where there is no local gradient by entries."""
    text = contribution_formula(ledger, edge)
    name, out = ledger.label(edge.source), ledger.label(edge.row)
    if not text or text == UPSTREAM:
        return f"`{out}` has the shape {result}, `{name}` the shape {source}."
    return (
        f"With `{UPSTREAM}` for the upstream gradient of `{out}`, of shape {result}, the contribution is "
        f"`{text}`, of the shape {source} of `{name}`."
    )


def contribution_formula(ledger: Ledger, edge: EdgeEntry) -> str:
    """`x.T @ G`: what flows along an edge, over `G`, the upstream gradient."""
    flow = ledger.derivative.edges[edge.row, edge.arg].contribution
    upstream = ledger.derivative.cotangents[edge.row]
    graph, forward = ledger.derivative.graph, len(ledger.graph)
    return flow_formula(graph, ledger.run, flow, {upstream: UPSTREAM}, forward, ledger.names, LONGEST)
