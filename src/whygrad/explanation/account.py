"""The ledger as a report: forward values, edges, gates with derivations, inputs by edges and by paths."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.explanation.gating import gate_section, marked_section
from whygrad.explanation.ledger import EdgeEntry, Ledger
from whygrad.explanation.links import chain
from whygrad.explanation.nonfinite import nonfinite
from whygrad.explanation.numbers import number_text
from whygrad.explanation.paths import Path, Paths, product
from whygrad.explanation.shapes import contribution_formula
from whygrad.explanation.story import path_text
from whygrad.explanation.telling import code, g, grad, product_text, sum_text, tell, v, value
from whygrad.gates import Grouping, blocks_of
from whygrad.graph import INPUT
from whygrad.report import Block, Bullets, Section, Table, Words

MOST_ROWS = 60
"""Rows of a table; beyond, the report says how many are left out."""
MOST_PATHS = 20
"""Paths of one input that are written out; fewer where there are many inputs."""


def account(ledger: Ledger, grouping: Grouping) -> tuple[Block, ...]:
    """All sections of the ledger."""
    blocks: list[Block] = [point(ledger), *nonfinite(ledger)]
    blocks.append(Section("Forward: every gate and its value", tuple(_forward(ledger))))
    blocks.append(Section("Backward: every edge, from the output back", tuple(_backward(ledger))))
    seen: set[str] = set()
    for gate in grouping.gates:
        blocks.append(gate_section(ledger, gate, gate.name not in seen))
        seen.add(gate.name)
    tree = blocks_of(ledger.graph, ())
    blocks += [marked_section(ledger, tree, block) for block in tree.marked()]
    blocks.append(
        Section(
            "Inputs: each gradient by its edges and by its paths", tuple(account_of_inputs(ledger, grouping))
        )
    )
    notes = dict.fromkeys(ledger.graph.op(row).note for row, _ in ledger.edges)
    blocks.append(Section("The rules at work", (Bullets(tuple(tell(note) for note in notes if note)),)))
    return tuple(blocks)


def point(ledger: Ledger) -> Block:
    """The inputs, and what comes out."""
    inputs = [row for row in ledger.graph.inputs if row in ledger.names]
    given = ", ".join(f"`{ledger.label(row)}` = {v(ledger.run[row])}" for row in inputs[:12])
    more = ", ..." if len(inputs) > 12 else ""
    out = f"`{ledger.label(ledger.output)}` is {v(ledger.run[ledger.output])}"
    return tell(f"At {given}{more} the output {out}." if given else f"There are no inputs; the output {out}.")


def _forward(ledger: Ledger) -> Iterator[Block]:
    rows = [row for row in ledger.names if ledger.graph.op(row) is not INPUT]
    cells = []
    for entry in map(ledger.entry, rows[:MOST_ROWS]):
        gradient = Words("none flows", "dim") if entry.gradient is None else grad(entry.gradient)
        cells.append((Words(entry.name, "name"), code(entry.formula), value(entry.value), gradient))
    yield Table(("gate", "computes", "value", "gradient"), tuple(cells), "llrr")
    yield from _left_out(len(rows), "gates")


def _left_out(number: int, things: str) -> Iterator[Block]:
    if number > MOST_ROWS:
        yield tell(f"... and {number - MOST_ROWS} more {things}.")


def _backward(ledger: Ledger) -> Iterator[Block]:
    yield tell("local gradient x upstream gradient = contribution")
    columns = ("gate", "by", "local gradient", "here", "upstream", "contribution")
    shown = [ledger.edge(*edge) for edge in ledger.edges[:MOST_ROWS]]
    yield Table(columns, tuple(_edge_cells(ledger, edge) for edge in shown), "lllrrr")
    yield from _left_out(len(ledger.edges), "edges")


def _edge_cells(ledger: Ledger, edge: EdgeEntry) -> tuple[Words, ...]:
    return (
        code(f"{ledger.label(edge.row)} = {ledger.formula(edge.row)}"),
        Words(ledger.label(edge.source), "name"),
        code(edge.formula) if edge.formula else _as_a_whole(ledger, edge),
        Words("by its rule", "dim") if edge.local is None else grad(edge.local),
        grad(edge.upstream),
        grad(edge.contribution),
    )


def _as_a_whole(ledger: Ledger, edge: EdgeEntry) -> Words:
    """The contribution from the upstream gradient `G`, where no local gradient belongs to each entry."""
    text = contribution_formula(ledger, edge)
    return code(text) if text else Words(f"rule of {ledger.graph.op(edge.row).name}", "dim")


def account_of_inputs(ledger: Ledger, grouping: Grouping, most: int = MOST_PATHS) -> Iterator[Block]:
    """Each input with its gradient, as a sum over its edges and over its paths."""
    ways = ledger.paths(most)
    cells: list[tuple[Words, ...]] = []
    items: list[Block] = []
    for row in ledger.graph.inputs[:MOST_ROWS]:
        gradient = ledger.gradient(row)
        edges = ledger.uses(row)
        uses = sum_text([edge.contribution for edge in edges[:8]], [edge.place for edge in edges[:8]])
        uses += f" + {len(edges) - 8} more" if len(edges) > 8 else ""
        cells.append((
            Words(ledger.label(row), "name"),
            value(ledger.run[row]),
            grad(0.0 if gradient is None else gradient),
            Words(uses) if uses else Words("does not reach the output", "dim"), Words(str(ways.count(row))),
        ))  # fmt: skip
        items.extend(_path_items(ledger, grouping, ways, row, most))
    yield Table(("input", "value", "gradient", "sum over its edges", "paths"), tuple(cells), "lrrlr")
    yield from _left_out(len(ledger.graph.inputs), "inputs")
    if items:
        yield tell("Each path is the product of its local gradients, from the output back:")
        yield Bullets(tuple(items))


def _path_items(ledger: Ledger, grouping: Grouping, ways: Paths, row: int, most: int) -> Iterator[Block]:
    if not ledger.is_scalar or not ways.count(row):
        return
    shown = ways.best(row, max(1, min(most, MOST_ROWS // len(ledger.graph.inputs))))
    for path in shown:
        yield _path_item(ledger, grouping, row, path)
    left = ways.count(row) - len(shown)
    if ways.count(row) > 1:
        gradient, products = ledger.gradient(row), [path.product for path in shown]
        others = (
            f", and the other {left} paths add up to {number_text(gradient - sum(products))}" if left else ""
        )
        yield tell(f"`{ledger.label(row)}` in all: {sum_text(products)}{others}: {g(gradient)}")


def _path_item(ledger: Ledger, grouping: Grouping, row: int, path: Path) -> Block:
    links = chain(ledger, path.steps, Grouping(ledger.graph, ()))
    text = f"{path_text(ledger, row, links)}: {product_text([k.local for k in links])} = {g(path.product)}"
    short = chain(ledger, path.steps, grouping)
    if len(short) < len(links):
        gates = ", ".join(dict.fromkeys(link.gate for link in short if link.gate))
        factors = [link.local for link in short]
        text += f"; with {gates} as one gate: {product_text(factors)} = {g(product(factors))}"
    return tell(text)
