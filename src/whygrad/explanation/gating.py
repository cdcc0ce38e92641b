"""A gate in the ledger: its own derivative, how that follows, its proof, and a form that is stable."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from whygrad.explanation.ledger import Ledger
from whygrad.explanation.links import Link, inner_edges, is_chain, link_of_gate
from whygrad.explanation.paths import product
from whygrad.explanation.reasons import where
from whygrad.explanation.sending import sent_back
from whygrad.explanation.story import is_number, link_text
from whygrad.explanation.telling import g, product_text, tell
from whygrad.gates import Block as Part
from whygrad.gates import Blocks, Gate, breaks_at, derive, proof
from whygrad.gates.recognition import MOST_ROWS
from whygrad.report import Block, Bullets, Section

MOST_BLOCKS = 2000


def gate_section(ledger: Ledger, gate: Gate, with_steps: bool) -> Section:
    """A group of rows as one gate: its derivative, and how it follows from the small ones."""
    links = [
        link_of_gate(ledger, gate, source)
        for source in gate.inputs
        if ledger.derivative.cotangents[source] >= 0
    ]
    blocks: list[Block] = [tell(_stands_for(ledger, gate, links))]
    if len(links) == 1 and links[0].local is not None:
        blocks += _small_product(ledger, gate, links[0].local)
    if with_steps:
        blocks += _derivation(ledger, gate)
    return Section(f"The {gate.name} gate {ledger.label(gate.output)}", tuple(blocks))


def _stands_for(ledger: Ledger, gate: Gate, links: list[Link]) -> str:
    known = gate.known
    assert known is not None
    rows = [f"`{ledger.label(row)} = {ledger.formula(row)}`" for row in gate.rows if row in ledger.names]
    text = f"`{links[0].result} = {links[0].formula}` stands for {', '.join(rows)}."
    for link in links:
        if link.local is None:
            text += f" {link.sends}"
        else:
            source = ledger.label(link.source)
            text += f" As one gate it has the local gradient {link_text(link)} by `{source}`."
    return f"{text} {known.remark}"


def _derivation(ledger: Ledger, gate: Gate) -> Iterator[Block]:
    """The steps to the derivative, what they were checked with, and what to write where the rows overflow."""
    known = gate.known
    assert known is not None
    derivation = derive(known)
    what = "" if known.elementwise else ", of what it sends back"
    yield tell(f"How that follows{what}, for `{known.result} = {known.formula}`:")
    yield Bullets(tuple(tell(f"`{s.text}`: {s.why}") for s in derivation.steps), ordered=True)
    points = f"{derivation.points} {'points' if known.elementwise else 'random points'}"
    yield tell(
        f"Each line was evaluated beside the one before it at {points}; they agree "
        f"within {derivation.worst:.1g} (relative). So do the gate and its rows, within "
        f"{proof(ledger.graph, gate):.1g}."
    )
    if known.stable is not None and breaks_at(ledger.graph, gate):
        yield tell(
            f"As these rows stand they are not finite at inputs of size 1000: {known.stable.why}. "
            f"The same without that: `{known.stable.text}`."
        )


def _small_product(ledger: Ledger, gate: Gate, whole: Any) -> Iterator[Block]:
    """The same number from the small gates, where they form a single chain."""
    locals_ = [ledger.local(*edge) for edge in inner_edges(ledger, gate)]
    if is_chain(ledger, gate) and all(map(is_number, locals_)):
        small = product(locals_)
        text = f"Gate by gate, from the output back: {product_text(locals_)} = {g(small)}."
        if not math.isclose(small, float(whole), rel_tol=1e-6, abs_tol=1e-12):
            text += " The small numbers overflow or cancel at this point; the gate's own derivative does not."
        yield tell(text)


def marked_section(ledger: Ledger, tree: Blocks, block: Part) -> Section:
    """A gate that the user marked: what it stands for, and what it sends back, read off its own rows."""
    inputs, outputs = tree.boundary(block)
    given = ", ".join(f"`{ledger.label(row)}`" for row in inputs)
    gives = ", ".join(f"`{ledger.label(row)}`" for row in outputs)
    lines: list[Block] = [
        tell(f"{block.says}{where(ledger.graph, block.last)}. It reads {given} and gives {gives}.")
    ]
    arriving = [row for row in outputs if ledger.gradient(row) is not None]
    if arriving:
        lines += sent_back(ledger, inputs, arriving, tree.members(block))
    return Section(f"The {'gate' if block.marked else 'call'} {block.label}", tuple(lines))


def block_named(tree: Blocks, name: str) -> Part | None:
    """A call, an iteration or a gate of the user's, by its name: the first that is executed."""
    pending = [tree.root]
    for block in pending:  # grows while it is walked
        if (
            name in (block.marked, block.label) and block.kind in ("call", "iteration")
        ) or name == block.marked != "":
            return block
        if block.rows <= MOST_ROWS and len(pending) < MOST_BLOCKS:
            pending += [part for part in tree.children(block) if isinstance(part, Part)]
    return None
