"""A path as a chain of links: gates from the output back, with local gradients in names and numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.emission.expressions import expression
from whygrad.explanation.ledger import LONGEST, Ledger
from whygrad.explanation.locals import UPSTREAM
from whygrad.explanation.numbers import number_text, value_text
from whygrad.explanation.paths import Step, product
from whygrad.explanation.shapes import named_axes, shape_note, stretched
from whygrad.gates import Gate, Grouping, local_gradient
from whygrad.gates.arrays import COUNTS
from whygrad.gates.truth import as_formula, complete, evaluate, gradients_of
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
    shapes: str = ""
    """What happens to shapes along it, as a sentence."""
    sends: str = ""
    """Of a gate between arrays, what it sends back, as a sentence."""


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
        shapes=shape_note(ledger, edge),
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
        if gate is not None and step[1] < 0:
            links.append(link_of_gate(ledger, gate, gate.inputs[~step[1]]))
            continue
        if gate is None or not is_chain(ledger, gate):
            links.append(link_of_edge(ledger, step))
            continue
        inside.append(step)
        following = path[k + 1][0] if k + 1 < len(path) else None
        if following is None or grouping.gate_of(following) is not gate:
            parts = [link_of_edge(ledger, s) for s in inside]
            whole = parts[0].row == gate.output and parts[-1].source in gate.inputs
            links.extend([link_of_gate(ledger, gate, parts[-1].source)] if whole else parts)
            inside = []
    return links


def inner_edges(ledger: Ledger, gate: Gate) -> list[Step]:
    """The edges within a gate, from its output back."""
    rows = set(gate.rows)
    return [edge for edge in ledger.edges if edge[0] in rows]


def is_chain(ledger: Ledger, gate: Gate) -> bool:
    """Whether there is one way only through a gate, so that its small local gradients form a product."""
    edges = inner_edges(ledger, gate)
    return len({row for row, _ in edges}) == len(edges)


def link_of_gate(ledger: Ledger, gate: Gate, source: int) -> Link:
    """The link of a gate to one of its inputs, by the gate's own derivative."""
    known = gate.known
    assert known is not None
    parts = (
        [link_of_edge(ledger, step) for step in inner_edges(ledger, gate)] if is_chain(ledger, gate) else []
    )
    named = sorted(zip(gate.parameters, gate.inputs, strict=True), key=lambda p: known.parameters.index(p[0]))
    formula = f"{gate.name}({', '.join(ledger.label(row) for _, row in named)})"
    labels = names_in(ledger, gate)
    if not (known.elementwise and not known.where):
        return Link(
            gate.output, source, ledger.label(gate.output), formula, "", "", None,
            known.remark, gate.name, tuple(parts), sends=sends_back(ledger, gate, source),
        )  # fmt: skip
    (parameter,) = gate.parameters
    given = {parameter: ledger.run[source], known.result: ledger.run[gate.output]} | dict(gate.bound)
    numbers = {name: value_text(number) for name, number in given.items()}
    return Link(
        gate.output,
        source,
        ledger.label(gate.output),
        formula,
        rewrite(known.derivative, labels),
        "" if any(np.ndim(number) for number in given.values()) else rewrite(known.derivative, numbers),
        local_gradient(gate, [ledger.run[source]], ledger.run[gate.output]),
        known.remark,
        gate.name,
        tuple(parts),
    )


def names_in(ledger: Ledger, gate: Gate) -> dict[str, str]:
    """What the reader's program calls the parameters, the constants and the result of a gate."""
    assert gate.known is not None
    names = {p: ledger.label(row) for p, row in zip(gate.parameters, gate.inputs, strict=True)}
    numbers = {n: number_text(value) for n, value in gate.bound.items() if not np.ndim(value)}
    return names | {gate.known.result: ledger.label(gate.output)} | numbers


def sends_back(ledger: Ledger, gate: Gate, source: int) -> str:
    """The whole gradient of a gate by one input, as a sentence over `G`, the upstream gradient."""
    known = gate.known
    assert known is not None
    parameter = gate.parameters[gate.inputs.index(source)]
    text = dict(known.derivatives).get(parameter)
    if text is None:
        return f"Nothing is sent back to `{ledger.label(source)}`."
    if known.elementwise:
        text = f"{UPSTREAM} * ({text})"
    words = names_in(ledger, gate) | {"g": UPSTREAM}
    parts = [_part(name, formula, words) for name, formula in known.where if _uses(text, name)]
    where = f", with {', '.join(parts)}" if parts else ""
    told = f"As one gate it sends `{_renamed(text, words)}` back to `{ledger.label(source)}`{where}."
    return f"{told}{_summed(ledger, gate, source, text)}"


def _part(name: str, formula: str, words: Mapping[str, str]) -> str:
    said = COUNTS.get(formula)
    return f"`{name}` for {said}" if said else f"`{name} = {_renamed(formula, words)}`"


def _summed(ledger: Ledger, gate: Gate, source: int, text: str) -> str:
    """Said where what is sent back is larger than what it goes to, which was stretched."""
    assert gate.known is not None
    given = dict(zip(gate.parameters, (ledger.run[row] for row in gate.inputs), strict=True))
    upstream = 1.0 if gate.known.elementwise else ledger.gradient(gate.output)
    point = as_formula(gate.known, given | dict(gate.bound))
    whole = np.shape(
        evaluate(text.replace(UPSTREAM, "g"), complete(gate.known, point, ledger.run[gate.output], upstream))
    )
    shape = ledger.graph.abstract(source).shape
    axes = stretched(shape, whole)
    if not axes:
        return ""
    return (
        f" That has shape {whole}; it is summed over {named_axes(axes)} because `{ledger.label(source)}`, of "
        f"shape {shape}, was stretched over {'them' if len(axes) > 1 else 'it'}."
    )


def _renamed(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"[A-Za-z_]\w*", lambda found: words.get(found[0], found[0]), text)


def _uses(text: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None


def rewrite(text: str, names: Mapping[str, str]) -> str:
    """A formula with other names (or numbers) in place of its names."""
    formula = parse_formula(text)
    rows = zip(formula.graph.inputs, formula.names, strict=True)
    leaves = {row: names.get(name, name) for row, name in rows}
    return expression(formula.graph, formula.graph.outputs[0], leaves, library="", longest=10 * LONGEST)


def shown_gates(ledger: Ledger, grouping: Grouping) -> Grouping:
    """Without gates that are a single operation (relu as `maximum(0, x)`): they are shown as it; and without
    those whose derivative rests on what does not hold here (targets that do not add up to 1)."""
    graph = grouping.graph

    def is_group(gate: Gate) -> bool:
        return sum(graph.op(row) is not CONSTANT for row in gate.rows) > 1

    return Grouping(graph, tuple(g for g in grouping.gates if is_group(g) and agrees(ledger, g)))


def agrees(ledger: Ledger, gate: Gate) -> bool:
    """Whether a gate sends back what its rows do, wherever both are finite."""
    upstream = ledger.gradient(gate.output)
    if gate.known is None or upstream is None:
        return False
    if ledger.is_scalar and len(gate.inputs) > 1:
        return False
    given = [ledger.run[row] for row in gate.inputs]
    ours = gradients_of(gate, given, ledger.run[gate.output], upstream)
    rows = set(gate.rows)
    for parameter, source in zip(gate.parameters, gate.inputs, strict=True):
        uses = ledger.uses(source)
        inside = [edge.contribution for edge in uses if edge.row in rows]
        if inside and parameter in ours:
            sent = ledger.gradient(source) if len(inside) == len(uses) else sum(inside)
            truth, mine = np.asarray(sent, float), ours[parameter]
            if truth.shape != mine.shape:
                return False
            both = np.isfinite(truth) & np.isfinite(mine)
            scale = np.abs(truth[both]).max(initial=0.0)
            if np.any(np.abs(truth[both] - mine[both]) > 1e-6 * scale + 1e-300):
                return False
    return True
