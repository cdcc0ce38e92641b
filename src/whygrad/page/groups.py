"""Gates of a graph for the page: what each holds, its own derivative, and how that follows."""

from __future__ import annotations

from typing import Any

from whygrad.emission.javascript import javascript
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.links import rewrite, shown_gates
from whygrad.gates import Gate, derive, group, proof
from whygrad.page.typesetting import tex_of
from whygrad.tracing.formulas import parse_formula


def groups_of(entries: Ledger, opened: bool) -> list[dict[str, Any]]:
    """The groups of the page: recognised gates, open or closed at first."""
    gates = shown_gates(group(entries.graph)).gates
    return [_gate(entries, gate, f"g{number}", opened) for number, gate in enumerate(gates)]


def _gate(entries: Ledger, gate: Gate, key: str, opened: bool) -> dict[str, Any]:
    return {
        "id": key,
        "kind": "gate",
        "label": gate.name,
        "rows": list(gate.rows),
        "inputs": list(gate.inputs),
        "outputs": [gate.output],
        "parent": None,
        "open": opened,
        "says": gate.known.remark,
        "template": _template(gate),
        "local": _local(entries, gate),
        "derivation": _derivation(entries, gate),
    }


def _template(gate: Gate) -> str:
    args = ", ".join(f"{{{k}}}" for k in range(len(gate.inputs)))
    name = r"\sigma" if gate.name == "sigmoid" else rf"\operatorname{{{{{gate.name}}}}}"
    return rf"{name}({args})"


def _local(entries: Ledger, gate: Gate) -> dict[str, Any]:
    """The gate's own derivative, as a formula over the names around it and as a small program."""
    known = gate.known
    labels = {known.parameters[0]: entries.label(gate.inputs[0]), known.result: entries.label(gate.output)}
    formula = parse_formula(known.derivative)
    graph = formula.graph
    given = {known.parameters[0]: gate.inputs[0], known.result: gate.output}
    return {
        "formula": (text := rewrite(known.derivative, labels)),
        "tex": tex_of(text),
        "inputs": [[row, given[name]] for row, name in zip(graph.inputs, formula.names, strict=True)],
        "code": javascript(graph, range(len(graph))),
        "result": graph.outputs[0],
    }


def _derivation(entries: Ledger, gate: Gate) -> dict[str, Any]:
    steps = derive(gate.known)
    return {
        "start": gate.known.spellings[0],
        "result": gate.known.result,
        "steps": [
            {"text": s.text, "tex": tex_of(s.text), "why": s.why, "worst": s.worst} for s in steps.steps
        ],
        "points": steps.points,
        "worst": steps.worst,
        "proof": proof(entries.graph, gate),
    }
