"""A large graph for the page: its tree of blocks, as far as the page carries it, without arithmetic.

Each node (a row drawn as a box of its own, or a block) says which rows it reads and which it makes; that is
all the page needs to draw any mixture of open and closed blocks. Values and gradients are those of the point.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whygrad.explanation.ledger import Ledger
from whygrad.gates import Block, blocks_of
from whygrad.graph import CONSTANT, INPUT
from whygrad.page.plainly import stated

Json = dict[str, Any]
MOST_NODES = 20_000
"""Boxes that a page carries, the outer ones first; blocks beyond stay closed, and say so."""


class Large:
    """The nodes of a large graph, and the rows that they speak of."""

    def __init__(self, entries: Ledger, most: int = MOST_NODES) -> None:
        self.entries, self.graph = entries, entries.graph
        self.tree = blocks_of(entries.graph, ())  # gates are looked for block by block: too slow here
        self.nodes: dict[str, Json] = {}
        self.rows: set[int] = {entries.output}
        self.top = self._carried(most)

    def _carried(self, most: int) -> list[str]:
        """Fill in the nodes breadth-first; returns the keys of the outermost."""
        pending: list[tuple[Block, str | None]] = [(self.tree.root, None)]
        top: list[str] = []
        for block, key in pending:
            if len(self.nodes) >= most:
                break
            parts = self.tree.children(block)
            keys = [str(part) if isinstance(part, int) else part.key for part in parts]
            for part, name in zip(parts, keys, strict=True):
                self.nodes[name] = self._node(part, key)
                if isinstance(part, Block):
                    pending.append((part, name))
            if key is None:
                top = keys
            else:
                self.nodes[key]["children"] = keys
        return top

    def _node(self, part: Block | int, parent: str | None) -> Json:
        if isinstance(part, int):
            reads = [a for a in self.graph.args(part) if self.graph.op(a) is not CONSTANT]
            self.rows.update((part, *reads))
            return {"row": part, "reads": reads, "makes": [part], "last": part, "parent": parent}
        reads, makes = self._boundary(part)
        self.rows.update((*reads, *makes))
        return {
            "row": makes[-1] if makes else part.last, "reads": reads, "makes": makes, "last": part.last,
            "parent": parent, "label": part.label, "kind": part.kind, "says": part.says, "line": part.line,
            "children": None,
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
        return {
            "top": self.top,
            "nodes": self.nodes,
            "open": [block.key for block in self.tree.visible().open if block.key in self.nodes],
            "rows": len(self.graph),
        }

    def numbers(self) -> Json:
        """Values and gradients of the shown rows at the point."""
        entries = self.entries
        gradients: Iterable[tuple[int, Any]] = ((row, entries.gradient(row)) for row in self.shown_rows())
        return {
            "values": [[row, stated(entries.run[row])] for row in self.shown_rows()],
            "gradients": [[row, stated(g)] for row, g in gradients if g is not None],
        }
