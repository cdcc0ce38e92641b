"""The account of a large graph: calls, loops and repetitions as lines, and the gradients of its inputs."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.explanation.account import account_of_inputs, point
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.nonfinite import nonfinite
from whygrad.explanation.telling import code, grad, tell, value
from whygrad.gates import Block as Part
from whygrad.gates import Grouping, blocks_of
from whygrad.report import Block, Section, Table, Words

MOST_LISTED = 400
"""Operations beyond this are not listed one by one."""
MOST_RESULTS = 3
FEW_PATHS = 3


def overview(ledger: Ledger) -> tuple[Block, ...]:
    """What is computed, part by part, and each input's gradient by its edges and by its paths."""
    grouping = Grouping(ledger.graph, ())
    inputs = tuple(account_of_inputs(ledger, grouping, FEW_PATHS))
    return (
        point(ledger),
        *nonfinite(ledger),
        Section("What is computed, part by part", tuple(_parts(ledger))),
        Section("Inputs: each gradient by its edges and by its paths", inputs),
    )


def _parts(ledger: Ledger) -> Iterator[Block]:
    tree = blocks_of(ledger.graph)
    yield tell(
        f"These are {len(tree.operations)} operations, too many to list: calls, loops and rows that repeat "
        "are one line. Ask for one name with --why, or open the parts on the page of `whygrad show`."
    )
    cells = []
    for part in tree.visible().boxes:
        if isinstance(part, Part):
            rows = [row for row in tree.boundary(part)[1] if row in ledger.names][-MOST_RESULTS:]
            what = Words(part.says + (f" (line {part.line})" if part.line else ""))
        else:
            rows, what = [part], code(ledger.formula(part))
        if not rows or rows[0] not in ledger.names:
            continue
        for k, row in enumerate(rows):
            gradient = ledger.gradient(row)
            cells.append((
                what if k == 0 else Words(""), Words(ledger.label(row), "name"), value(ledger.run[row]),
                Words("none flows", "dim") if gradient is None else grad(gradient),
            ))  # fmt: skip
    yield Table(("part", "gives", "value", "gradient"), tuple(cells), "llrr")
