"""Gates, calls and loops of a graph for the page: what each holds, its derivative, and how that follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from whygrad.emission.javascript import javascript
from whygrad.emission.typesetting import tex_of
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.links import rewrite
from whygrad.explanation.numbers import number_text
from whygrad.gates import Block, Blocks, Gate, KnownGate, derive, proof
from whygrad.tracing.formulas import parse_formula

Json = dict[str, Any]
COMFORT = 60
"""Drawings of up to this many boxes are opened at first."""


class Placed(NamedTuple):
    """A block of the graph with the block around it."""

    block: Block
    parent: Block | None
    rows: list[int]
    inputs: list[int]
    outputs: list[int]


def blocks_within(tree: Blocks) -> list[Placed]:
    """All blocks of a graph, outer ones first."""
    found: list[Placed] = []
    pending: list[tuple[Block, Block | None]] = [(tree.root, None)]
    for block, parent in pending:
        if parent is not None:
            rows = list(block.gate.rows) if block.gate is not None else list(tree.members(block))
            around = parent if parent is not tree.root else None
            found.append(Placed(block, around, rows, *tree.boundary(block)))
        pending.extend((part, block) for part in tree.children(block) if isinstance(part, Block))
    return found


def gates_of(tree: Blocks) -> list[tuple[str, Gate]]:
    """The gates among the blocks, each with its key."""
    return [(p.block.key, p.block.gate) for p in blocks_within(tree) if p.block.gate is not None]


def groups_of(entries: Ledger, tree: Blocks, grouped: bool) -> list[Json]:
    """The groups of the page; of a small graph all are open at first, its gates unless `grouped`."""
    graph = entries.graph
    placed = blocks_within(tree)
    small = sum(graph.arg_offsets[row + 1] > graph.arg_offsets[row] for row in range(len(graph))) <= COMFORT
    open_ = {block.key for block in tree.visible().open}
    return [_group(entries, p, (small or p.block.key in open_), grouped) for p in placed]


def derivations_of(entries: Ledger, gates: Iterable[Gate]) -> dict[str, Json]:
    """How the derivative of each kind of gate follows, by its name."""
    first: dict[str, Gate] = {}
    for gate in gates:
        if gate.known is not None and gate.known.steps:
            first.setdefault(gate.name, gate)
    return {name: _derivation(entries, gate, gate.known) for name, gate in first.items() if gate.known}


def says_of(block: Block) -> str:
    """A sentence about a block: of a known gate what is worth knowing of it."""
    return block.gate.known.remark if block.gate and block.gate.known else block.says


def own_derivative(gate: Gate) -> KnownGate | None:
    """What is known of a gate of one input that has a local gradient of its own; None of other gates."""
    known = gate.known
    return known if known and known.elementwise and not known.where and len(gate.inputs) == 1 else None


def _group(entries: Ledger, placed: Placed, open_: bool, grouped: bool) -> Json:
    block, gate = placed.block, placed.block.gate
    known = own_derivative(gate) if gate else None
    inputs = list(gate.inputs) if gate else placed.inputs
    said: Json = {
        "id": block.key,
        "kind": block.kind,
        "label": block.label,
        "rows": placed.rows,
        "inputs": inputs,
        "outputs": placed.outputs,
        "parent": placed.parent.key if placed.parent else None,
        "open": open_ and not (grouped and gate is not None),
        "says": says_of(block),
        "template": _template(block.label, len(inputs)),
        "line": block.line,
    }
    return said | ({"local": _local(entries, gate, known)} if gate and known else {})


def _template(label: str, inputs: int) -> str:
    args = ", ".join(f"{{{k}}}" for k in range(min(inputs, 6))) + (", ..." if inputs > 6 else "")
    safe = "".join(c if c.isalnum() or c in " .-()" else " " for c in label)
    name = r"\sigma" if label == "sigmoid" else rf"\text{{{{{safe}}}}}"
    return rf"{name}({args})"


def _local(entries: Ledger, gate: Gate, known: KnownGate) -> Json:
    """The gate's own derivative, as a formula over the names around it and as a small program."""
    (parameter,) = gate.parameters
    rows = {parameter: gate.inputs[0], known.result: gate.output}
    labels = {name: entries.label(row) for name, row in rows.items()}
    numbers = {name: number_text(value, 17) for name, value in gate.bound.items()}
    shown = {name: number_text(value) for name, value in gate.bound.items()}
    formula = parse_formula(rewrite(known.derivative, numbers))
    graph = formula.graph
    return {
        "formula": (text := rewrite(known.derivative, labels | shown)),
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
        "steps": [step._asdict() | {"tex": tex_of(step.text)} for step in steps.steps],
        "points": steps.points,
        "worst": steps.worst,
        "proof": proof(entries.graph, gate),
        "stable": {"text": known.stable.text, "why": known.stable.why} if known.stable else None,
    }
