"""What is not finite in a ledger, told: which operation made it, where, from what, and what it spoils."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whygrad.execution.authors import Author, Blame, blame
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.telling import g, tell, v
from whygrad.graph import CONSTANT, INPUT
from whygrad.report import Block
from whygrad.source import site

SAID = {"damped_multiply": "*"}
"""Operations of the rules, in the signs that people know."""


def blame_in(ledger: Ledger) -> Blame:
    """Who made the NaN and the infinities in the output and in the gradients of all inputs."""
    rows = [ledger.derivative.cotangents[row] for row in ledger.graph.inputs]
    rows = [row for row in rows if row >= 0]
    return blame(ledger.derivative.graph, ledger.run, [ledger.output, *rows], len(ledger.graph))


def nonfinite(ledger: Ledger) -> Iterator[Block]:
    """A paragraph for each author, and one for each NaN or infinity that nothing needed."""
    found = blame_in(ledger)
    for author in found.authors:
        yield tell(f"{_spoiled(ledger, author)}: {sentence(ledger, author)}.")
    for author in found.unneeded:
        place = f" at [{_entry(author)}]" if author.entry else ""
        yield tell(
            f"{_whereabouts(ledger, author.row)} is {v(author.value)}{place}, and nothing needed it: "
            "with a 1 in its place the output and every gradient are the same."
        )


def sentence(ledger: Ledger, author: Author) -> str:
    """How a NaN or an infinity came to be, from its root: what was computed, and where."""
    if author.source is None:
        return _made(ledger, author)
    return f"{sentence(ledger, author.source)}; then {_made(ledger, author)}"


def _made(ledger: Ledger, author: Author) -> str:
    graph = ledger.derivative.graph
    op, origin = graph.op(author.row), graph.origin(author.row)
    place = f" at [{_entry(author)}]" if author.entry else ""
    if op is INPUT or op is CONSTANT:
        return f"`{ledger.label(author.row)}` was given as {v(author.value)}{place}"
    computed = _computed(ledger, author) + place
    if origin is None:
        return f"{_whereabouts(ledger, author.row)} computes {computed}"
    if graph.op(origin[0]) is INPUT:
        return f"the contributions to `{ledger.label(origin[0])}` add up to {computed}"
    return f"going back through {_whereabouts(ledger, origin[0])}, {computed}"


def _computed(ledger: Ledger, author: Author) -> str:
    """`exp(1000) = inf`; the value alone where the operands are arrays."""
    op = ledger.derivative.graph.op(author.row)
    value = g(author.value) if author.row >= len(ledger.graph) else v(author.value)
    if op.name == "inside":  # what a rule says of an argument that has no slope
        return f"there is no slope at {v(author.operands[0])}: {value}"
    if not author.operands or any(np.ndim(x) for x in author.operands):
        return value
    texts = [v(x) for x in author.operands]
    sign = SAID.get(op.name, op.infix)
    if sign:
        return f"{f' {sign} '.join(texts) if len(texts) == 2 else sign + texts[0]} = {value}"
    return f"{op.name}({', '.join(texts)}) = {value}"


def _whereabouts(ledger: Ledger, row: int) -> str:
    """The user's own text and its place; a formula where there is none."""
    number = ledger.graph.site_column[row]
    if not number:
        return f"`{ledger.formula(row) or ledger.label(row)}`"
    record = site(number)
    text = " ".join(record.text.split())
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return f"`{shown}` ({record.place.file}:{record.place.line})"


def _spoiled(ledger: Ledger, author: Author) -> str:
    """What the author spoils: the output, gradients."""
    cotangents = ledger.derivative.cotangents
    names = [f"`{ledger.label(row)}`" for row in ledger.graph.inputs if cotangents[row] in author.spoiled]
    values = ["the output"] if ledger.output in author.spoiled else []
    gradients = [f"the gradient of {', '.join(names)}"] if names else []
    what = " and ".join([*values, *gradients]) or "A value"
    return f"{what[0].upper()}{what[1:]} {'are' if len(values + gradients) > 1 else 'is'} not finite"


def _entry(author: Author) -> str:
    return ", ".join(map(str, author.entry))
