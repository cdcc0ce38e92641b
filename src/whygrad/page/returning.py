"""What a closed block of a large graph brings back to each row that it reads: the sum over its edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whygrad.explanation.ledger import Ledger
from whygrad.ops.indexing import accumulate, has_slot

MOST_ADDED = 5_000_000
"""Entries of arrays that are added for one block and one row; beyond, nothing is said."""


class Returns:
    """Sums of contributions by block, each over the edges that enter it from one row."""

    def __init__(self, entries: Ledger) -> None:
        self.entries, self.graph = entries, entries.graph

    @cached_property
    def _args(self) -> NDArray[np.int64]:
        return np.asarray(self.graph.arg_column, np.int64)

    @cached_property
    def _flows(self) -> NDArray[np.int64]:
        """For each argument in the table, the row of its contribution; -1 where none flows."""
        return self.entries.derivative.edges.contributions(self.graph.arg_offsets)

    @cached_property
    def _readers(self) -> NDArray[np.int64]:
        """For each argument in the table, the row that it is of."""
        offsets = np.asarray(self.graph.arg_offsets, np.int64)
        return np.repeat(np.arange(len(self.graph)), offsets[1:] - offsets[:-1])

    def of(self, members: range | Sequence[int], reads: Sequence[int]) -> list[tuple[int, Any]]:
        """Of rows that form a block: each row that they read, with what they bring back to it."""
        offsets = self.graph.arg_offsets
        if isinstance(members, range):
            places = np.arange(offsets[members.start], offsets[members.stop])
        else:
            pieces = [np.arange(offsets[row], offsets[row + 1]) for row in members]
            places = np.concatenate(pieces) if pieces else np.zeros(0, np.int64)
        places = places[self._flows[places] >= 0]
        told = ((read, self._sum(read, places[self._args[places] == read])) for read in reads)
        return [(read, total) for read, total in told if total is not None]

    def _sum(self, read: int, places: NDArray[np.int64]) -> Any:
        shape = self.graph.abstract(read).shape
        if not len(places) or (shape and len(places) * math.prod(shape) > MOST_ADDED):
            return None
        run = self.entries.run
        values = [run[row] for row in self._flows[places].tolist()]
        if not shape:
            return np.sum(np.asarray(values, float))
        whole = [value for value in values if np.shape(value) == shape]
        if len(whole) == len(values):
            return np.sum(whole, axis=0)
        return self._placed(shape, self._readers[places].tolist(), values)

    def _placed(self, shape: tuple[int, ...], readers: list[int], values: list[Any]) -> Any:
        """What reads `x[i]` send back, each in its place."""
        total = np.zeros(shape)
        keys, parts = [], []
        for row, value in zip(readers, values, strict=True):
            if self.graph.op(row).name != "index":
                total = total + value
            elif has_slot(self.graph.params(row)["key"]):
                return None
            else:
                keys.append(self.graph.params(row)["key"])
                parts.append(value)
        return accumulate(total, *parts, keys=keys)
