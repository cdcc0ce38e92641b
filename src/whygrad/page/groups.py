"""Gates of a graph for the page: what each holds, its own derivative, and how that follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from whygrad.emission.javascript import javascript
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.links import rewrite
from whygrad.explanation.numbers import number_text
from whygrad.gates import Gate, KnownGate, derive, proof, recognise
from whygrad.graph import CONSTANT, Graph
from whygrad.page.typesetting import tex_of
from whygrad.tracing.formulas import parse_formula

Json = dict[str, Any]


def groups_of(entries: Ledger, opened: bool) -> list[Json]:
    """The groups of the page: recognised gates, open or closed at first, nested where they nest."""
    gates = gates_of(entries.graph)
    parents = [_parent(gate, gates) for gate in gates]
    return [
        _gate(entries, gate, f"g{gate.output}", None if parent is None else f"g{parent.output}", opened)
        for gate, parent in zip(gates, parents, strict=True)
    ]


def derivations_of(entries: Ledger) -> dict[str, Json]:
    """How the derivative of each kind of gate follows, by its name."""
    first: dict[str, Gate] = {}
    for gate in gates_of(entries.graph):
        if gate.known is not None and gate.known.steps:
            first.setdefault(gate.name, gate)
    return {name: _derivation(entries, gate, gate.known) for name, gate in first.items() if gate.known}


def gates_of(graph: Graph) -> list[Gate]:
    """Gates of several operations, the larger ones first; none overlaps another without lying within it."""
    return list(_nested(graph))


def own_derivative(gate: Gate) -> KnownGate | None:
    """What is known of a gate of one input that has a local gradient of its own; None of other gates."""
    known = gate.known
    return known if known and known.elementwise and not known.where and len(gate.inputs) == 1 else None


def _nested(graph: Graph) -> Iterator[Gate]:
    taken = list[set[int]]()
    found = (g for g in recognise(graph) if sum(graph.op(row) is not CONSTANT for row in g.rows) > 1)
    for gate in sorted(found, key=lambda gate: (-len(gate.rows), gate.output)):
        rows = set(gate.rows)
        if all(rows < other or rows.isdisjoint(other) for other in taken):
            taken.append(rows)
            yield gate


def _parent(gate: Gate, gates: Sequence[Gate]) -> Gate | None:
    """The smallest gate around another."""
    around = [other for other in gates if other is not gate and set(gate.rows) < set(other.rows)]
    return min(around, key=lambda other: len(other.rows), default=None)


def _gate(entries: Ledger, gate: Gate, key: str, parent: str | None, opened: bool) -> Json:
    known = gate.known
    said: Json = {
        "id": key,
        "kind": "gate",
        "label": gate.name,
        "rows": list(gate.rows),
        "inputs": list(gate.inputs),
        "outputs": [gate.output],
        "parent": parent,
        "open": opened,
        "says": known.remark if known else "",
        "template": _template(gate),
    }
    if own_derivative(gate) and known:
        said["local"] = _local(entries, gate, known)
    return said


def _template(gate: Gate) -> str:
    args = ", ".join(f"{{{k}}}" for k in range(len(gate.inputs)))
    name = r"\sigma" if gate.name == "sigmoid" else rf"\text{{{{{gate.name}}}}}"
    return rf"{name}({args})"


def _local(entries: Ledger, gate: Gate, known: KnownGate) -> Json:
    """The gate's own derivative, as a formula over the names around it and as a small program."""
    (parameter,) = gate.parameters
    rows = {parameter: gate.inputs[0], known.result: gate.output}
    labels = {name: entries.label(row) for name, row in rows.items()}
    numbers = {name: number_text(value) for name, value in gate.bound.items()}
    formula = parse_formula(rewrite(known.derivative, numbers))
    graph = formula.graph
    return {
        "formula": (text := rewrite(known.derivative, labels | numbers)),
        "tex": tex_of(text),
        "inputs": [[row, rows[name]] for row, name in zip(graph.inputs, formula.names, strict=True)],
        "code": javascript(graph, range(len(graph))),
        "result": graph.outputs[0],
    }


def _derivation(entries: Ledger, gate: Gate, known: KnownGate) -> Json:
    steps = derive(known)
    return {
        "start": known.formula,
        "result": known.result,
        "derivative": known.derivative,
        "steps": [
            {"text": s.text, "tex": tex_of(s.text), "why": s.why, "worst": s.worst} for s in steps.steps
        ],
        "points": steps.points,
        "worst": steps.worst,
        "proof": proof(entries.graph, gate),
        "stable": {"text": known.stable.text, "why": known.stable.why} if known.stable else None,
    }
