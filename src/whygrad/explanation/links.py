"""A path as a chain of links: gates from the output back, with local gradients in names and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.emission.expressions import expression
from whygrad.explanation.ledger import LONGEST, Ledger
from whygrad.explanation.numbers import number_text, value_text
from whygrad.explanation.paths import Step, product
from whygrad.gates import Gate, Grouping, local_gradient
from whygrad.graph import CONSTANT
from whygrad.tracing.formulas import parse_formula

MOST_LINKS = 24
"""Links of a path that are told one by one."""


@dataclass(frozen=True)
class Link:
    """One factor of a path's product: `result = formula`, and its local gradient by `source`.

    `symbols` is the local gradient in names, `numbers` the same with the values of this run; both may be
    empty. `parts` are the small links that a gate stands for.
    """

    row: int
    source: int
    result: str
    formula: str
    symbols: str
    numbers: str
    local: Any
    note: str
    gate: str = ""
    parts: tuple[Link, ...] = ()


def link_of_edge(ledger: Ledger, step: Step) -> Link:
    """The link of a single row's edge."""
    edge = ledger.edge(*step)
    op = ledger.graph.op(edge.row)
    return Link(
        edge.row,
        edge.source,
        ledger.label(edge.row),
        ledger.formula(edge.row),
        edge.formula,
        "",
        edge.local,
        op.note,
    )


def chain(ledger: Ledger, path: Sequence[Step], grouping: Grouping) -> list[Link]:
    """The links of a path from the output back; what lies within a collapsed gate is one link.

    Of a long path the middle is one link too: a reader wants the ends, and the product has to close.
    """
    if len(path) <= MOST_LINKS:
        return _chain(ledger, path, grouping)
    first, last = MOST_LINKS // 2, len(path) - MOST_LINKS // 2
    return [
        *_chain(ledger, path[:first], grouping),
        _gap(ledger, path[first:last]),
        *_chain(ledger, path[last:], grouping),
    ]


def _gap(ledger: Ledger, path: Sequence[Step]) -> Link:
    """Many links as one."""
    note = f"... {len(path)} more gates"
    local = product(ledger.local(*step) for step in path) if ledger.is_scalar else None
    source = ledger.graph.args(path[-1][0])[path[-1][1]]
    return Link(path[0][0], source, "...", "", "", "", local, note)


def _chain(ledger: Ledger, path: Sequence[Step], grouping: Grouping) -> list[Link]:
    links: list[Link] = []
    inside: list[Step] = []
    for k, step in enumerate(path):
        gate = grouping.gate_of(step[0])
        if gate is None:
            links.append(link_of_edge(ledger, step))
            continue
        inside.append(step)
        following = path[k + 1][0] if k + 1 < len(path) else None
        if following is None or grouping.gate_of(following) is not gate:
            parts = [link_of_edge(ledger, s) for s in inside]
            whole = parts[0].row == gate.output and parts[-1].source in gate.inputs
            links.extend([link_of_gate(ledger, gate, parts)] if whole else parts)
            inside = []
    return links


def link_of_gate(ledger: Ledger, gate: Gate, parts: Sequence[Link] = ()) -> Link:
    """The link of a gate of one input, by its own derivative."""
    (source,) = gate.inputs
    assert gate.known is not None
    (parameter,) = gate.parameters
    bound = {name: number_text(number) for name, number in gate.bound.items()}
    labels = {parameter: ledger.label(source), gate.known.result: ledger.label(gate.output)} | bound
    given = {parameter: ledger.run[source], gate.known.result: ledger.run[gate.output]} | dict(gate.bound)
    numbers = {name: value_text(number) for name, number in given.items()}
    return Link(
        gate.output,
        source,
        ledger.label(gate.output),
        f"{gate.name}({ledger.label(source)})",
        rewrite(gate.known.derivative, labels),
        "" if any(np.ndim(number) for number in given.values()) else rewrite(gate.known.derivative, numbers),
        local_gradient(gate, [ledger.run[source]], ledger.run[gate.output]),
        gate.known.remark,
        gate.name,
        tuple(parts),
    )


def rewrite(text: str, names: Mapping[str, str]) -> str:
    """A formula with other names (or numbers) in place of its names."""
    formula = parse_formula(text)
    rows = zip(formula.graph.inputs, formula.names, strict=True)
    leaves = {row: names.get(name, name) for row, name in rows}
    return expression(formula.graph, formula.graph.outputs[0], leaves, library="", longest=10 * LONGEST)


def shown_gates(grouping: Grouping) -> Grouping:
    """Without gates that are a single operation (relu as `maximum(0, x)`): they are shown as it."""
    graph = grouping.graph

    def is_group(gate: Gate) -> bool:
        plain = gate.known is not None and gate.known.elementwise and not gate.known.where
        return plain and len(gate.inputs) == 1 and sum(graph.op(row) is not CONSTANT for row in gate.rows) > 1

    return Grouping(graph, tuple(gate for gate in grouping.gates if is_group(gate)))
