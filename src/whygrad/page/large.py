"""A large graph for the page: its tree of blocks, as far as the page carries it, without arithmetic.

Each node (a row drawn as a box of its own, or a block) says which rows it reads and which it makes; that is
all the page needs to draw any mixture of open and closed blocks. Values and gradients are those of the point.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from heapq import heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whygrad.explanation.ledger import Ledger
from whygrad.gates import Block, blocks_of
from whygrad.graph import CONSTANT, INPUT
from whygrad.page.groups import derivations_of, says_of
from whygrad.page.plainly import flows, stated
from whygrad.page.returning import Returns

Json = dict[str, Any]
MOST_NODES = 5_000
"""Boxes that a page carries, the outer ones first; blocks beyond stay closed, and say so."""

FEW_BLOCKS = 8
"""Blocks of up to this number beside each other are all filled in alike."""


class Large:
    """The nodes of a large graph, and the rows that they speak of."""

    def __init__(self, entries: Ledger, most: int = MOST_NODES) -> None:
        self.entries, self.graph = entries, entries.graph
        self.tree = blocks_of(entries.graph)
        self.nodes: dict[str, Json] = {}
        self.rows: set[int] = {entries.output}
        self.blocks: dict[str, Block] = {}
        self.top = self._carried(most)

    def _carried(self, most: int) -> list[str]:
        """Fill in the nodes; returns the keys of the outermost.

        Of what repeats the first two and the last are filled in down to their rows, before those between: so
        that a reader comes to the operations however long a loop is.
        """
        pending: list[tuple[int, int, Block, str | None]] = [(0, 0, self.tree.root, None)]
        top: list[str] = []
        while pending and len(self.nodes) < most:
            late, _, block, key = heappop(pending)
            parts = self.tree.children(block)
            blocks = [part for part in parts if isinstance(part, Block)]
            ends = {part.key for part in (*blocks[:2], *blocks[-1:])}
            keys = [str(part) if isinstance(part, int) else part.key for part in parts]
            for part, name in zip(parts, keys, strict=True):
                self.nodes[name] = self._node(part, key)
                if isinstance(part, Block):
                    rank = late if name in ends or len(blocks) <= FEW_BLOCKS else late + 1
                    heappush(pending, (rank, part.first, part, name))
            if key is None:
                top = keys
            else:
                self.nodes[key]["children"] = keys
        return top

    def _node(self, part: Block | int, parent: str | None) -> Json:
        if isinstance(part, int):
            reads = [a for a in self.graph.args(part) if self.graph.op(a) is not CONSTANT]
            self.rows.update((part, *self.graph.args(part)))
            return {"row": part, "reads": reads, "makes": [part], "last": part, "parent": parent}
        self.blocks[part.key] = part
        reads, makes = self._boundary(part)
        self.rows.update((*reads, *makes))
        return {
            "row": makes[-1] if makes else part.last, "reads": reads, "makes": makes, "last": part.last,
            "parent": parent, "label": part.label, "kind": part.kind, "says": says_of(part),
            "line": part.line, "children": None,
        }  # fmt: skip

    def _boundary(self, block: Block) -> tuple[list[int], list[int]]:
        """The rows that a block reads, and those of its own that others use."""
        if block.gate is not None:
            return self.tree.boundary(block)
        offsets = self.graph.arg_offsets
        read = np.unique(self._args[offsets[block.first] : offsets[block.last + 1]])
        outside = read[(read < block.first) | self._inputs[read]]
        own = np.arange(block.first, block.last + 1)
        made = own[(self._last_use[own] > block.last) & ~self._inputs[own] & ~self._constants[own]]
        return outside[~self._constants[outside]].tolist(), made.tolist()

    @cached_property
    def _args(self) -> NDArray[np.int64]:
        return np.asarray(self.graph.arg_column, np.int64)

    @cached_property
    def _last_use(self) -> NDArray[np.int64]:
        """The last row that reads each row; an output is read after all."""
        offsets = np.asarray(self.graph.arg_offsets, np.int64)
        counts = offsets[1:] - offsets[:-1]
        last = np.full(len(self.graph), -1, np.int64)
        last[self._args] = np.repeat(np.arange(len(self.graph)), counts)  # ascending: the last one stays
        last[list(self.graph.outputs)] = len(self.graph)
        return last

    @cached_property
    def _inputs(self) -> NDArray[np.bool_]:
        return self._is(INPUT)

    @cached_property
    def _constants(self) -> NDArray[np.bool_]:
        return self._is(CONSTANT)

    def _is(self, op: Any) -> NDArray[np.bool_]:
        numbers = [k for k, known in enumerate(self.graph.tables.ops.values) if known is op]
        return np.isin(np.asarray(self.graph.op_column), numbers)

    def shown_rows(self) -> list[int]:
        """Rows that the page speaks of, ascending: inputs, boxes, and what blocks read and make."""
        return sorted(self.rows)

    def json(self) -> Json:
        returns = Returns(self.entries)
        for key, block in self.blocks.items():
            members = range(block.first, block.last + 1) if block.gate is None else block.gate.rows
            node = self.nodes[key]
            node["brings"] = [[row, stated(total)] for row, total in returns.of(members, node["reads"])]
        return {
            "top": self.top,
            "nodes": self.nodes,
            "open": [block.key for block in self.tree.visible().open if block.key in self.nodes],
            "rows": len(self.graph),
        }

    def derivations(self) -> Json:
        """How the derivatives of the gates among its blocks follow, by their names."""
        return derivations_of(self.entries, (block.gate for block in self.blocks.values() if block.gate))

    def edges(self) -> list[tuple[int, int]]:
        """The edges between rows that are drawn as boxes of their own, and what these read."""
        rows = [node["row"] for node in self.nodes.values() if "label" not in node]
        return sorted(self.entries.derivative.edges.of_rows(rows))

    def numbers(self) -> Json:
        """Values and gradients of the shown rows, and what flows along their edges, at the point."""
        entries = self.entries
        gradients: Iterable[tuple[int, Any]] = ((row, entries.gradient(row)) for row in self.shown_rows())
        return {
            "values": [[row, stated(entries.run[row])] for row in self.shown_rows()],
            "gradients": [[row, stated(g)] for row, g in gradients if g is not None],
            "flows": flows(entries, self.edges()),
        }
