"""NaN and infinity have an author: (Graph, Run) to the first operation that made each of them, and from what.

Found by experiment, not by guessing: an operation is computed again with what is not finite among its
operands replaced, and where the result becomes finite it had inherited. What an author made is then mended
and the rest computed anew, so each author is shown to be one, and whatever stays bad has another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from whygrad.errors import GuardError
from whygrad.execution.interpreter import Run, execute
from whygrad.graph import Graph
from whygrad.rules import Elementwise

Entry = tuple[int, ...]
TRIED = 50
"""Of so many makers at most it is tried whether anything needed what they made: each costs a run."""
Kind = Callable[[Any], Any]
"""Which entries are looked for: `np.isnan`, or whatever is not finite."""
Replaced = Callable[[Sequence[int]], dict[int, Any]]
"""From what is left as it is to what is replaced: argument to mask."""


@dataclass(frozen=True)
class Author:
    """Where a NaN or an infinity began.

    `row` is the first row that holds it at `entry`: an operation that made `value` from `operands` (at that
    entry, of elementwise operations), or an input or constant that was given so. Of a backward row
    `graph.origin(row)` is the edge that it serves. A NaN made from an infinity (inf - inf, 0 * inf) has a
    `source`: the author of that infinity. `spoiled` are the rows that were asked about and depend on it.
    """

    row: int
    entry: Entry
    value: float
    operands: tuple[Any, ...] = ()
    source: Author | None = None
    spoiled: tuple[int, ...] = ()

    @property
    def root(self) -> Author:
        """The author to begin with: of the infinity that a NaN was made from, else this one."""
        return self if self.source is None else self.source.root


@dataclass(frozen=True)
class Blame:
    """All authors of what is not finite in the rows asked about; and operations that made a NaN or an
    infinity which reached none of them (an untaken branch of `where`, mostly): mending these changes nothing.
    """

    authors: tuple[Author, ...]
    unneeded: tuple[Author, ...]


def blame(graph: Graph, run: Run, rows: Iterable[int], forward: int = 0, most: int = 8) -> Blame:
    """Who made the NaN and the infinities in some rows (gradients and the output, mostly).

    `run` must hold all rows (`execute(..., keep=True)`). At most `most` authors are told; what was not needed
    is looked for among the first `forward` rows.
    """
    asked, values = list(rows), list(run.values)
    found: list[Author] = []
    roots: set[int] = set()
    while len(found) < most:
        bad = [row for row in asked if is_bad(values[row])]
        if not bad:
            break
        author = _Search(graph, values).author(bad[0], _first(values[bad[0]]))
        roots.add(author.root.row)
        healed = _mended(graph, values, roots)
        spoiled = [row for row in bad if healed is not None and not _same(healed[row], values[row])]
        found.append(replace(author, spoiled=tuple(spoiled or bad[:1])))
        if healed is None or not spoiled:
            return Blame(tuple(found), ())
        values = healed
    return Blame(tuple(found), tuple(islice(_unneeded(graph, values, asked, forward), most)))


def _unneeded(graph: Graph, values: Sequence[Any], rows: Sequence[int], forward: int) -> Iterator[Author]:
    bad = bytearray(is_bad(values[row]) for row in range(forward))
    makers = (row for row in range(forward) if bad[row] and not any(bad[a] for a in graph.args(row)))
    for row in islice(makers, TRIED):
        mended = _mended(graph, values, {row})
        if mended is not None and all(_same(values[r], mended[r]) for r in rows):
            entry = _first(values[row])
            yield Author(row, entry, _at(values[row], entry), _operands(graph, values, row, entry))


def is_bad(value: Any) -> bool:
    """Is a NaN or an infinity in it?"""
    array = np.asarray(value)
    return array.dtype.kind == "f" and not bool(np.all(np.isfinite(array)))


def _same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))


def _first(value: Any) -> Entry:
    """The first entry that is not finite."""
    array = np.asarray(value)
    return tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0]) if array.shape else ()


def _at(value: Any, entry: Entry) -> float:
    return float(np.asarray(value)[entry])


def _mended(graph: Graph, values: Sequence[Any], rows: set[int]) -> list[Any] | None:
    """All values, had some rows ones in place of what is not finite; None where the code would then take
    another way."""
    for row in sorted(rows):  # in order: what is computed again after an earlier one is mended again
        known = list(values[: row + 1])
        known[row] = _replaced(known[row], _not_finite(np.asarray(known[row])))
        later = [values[k] for k in graph.inputs if k > row]
        try:
            values = list(execute(graph, later, keep=True, known=known).values)
        except GuardError:
            return None
    return list(values)


def _replaced(value: Any, where: Any) -> Any:
    """A value with ones at some entries, in its own kind."""
    array = np.asarray(value)
    if not array.shape:
        return type(value)(1.0) if np.any(where) else value
    return np.where(where, np.ones((), array.dtype), array)


def _operands(graph: Graph, values: Sequence[Any], row: int, entry: Entry | None = None) -> tuple[Any, ...]:
    """What a row was made of: at one entry, where the operation works entry by entry."""
    given = [values[a] for a in graph.args(row)]
    if entry is None or not isinstance(graph.op(row).rule, Elementwise):
        return tuple(given)
    shape = graph.abstract(row).shape
    return tuple(_plain(np.broadcast_to(value, shape)[entry]) for value in given)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


class _Search:
    """One walk from a bad entry to its author."""

    def __init__(self, graph: Graph, values: Sequence[Any]) -> None:
        self.graph, self.values = graph, values

    def author(self, row: int, entry: Entry) -> Author:
        value = _at(self.values[row], entry)
        # Of a NaN only NaN is an ancestor; an infinity that it was made of has an author of its own.
        kind: Kind = np.isnan if np.isnan(value) else _not_finite
        while (culprit := self.culprit(row, entry, kind)) is not None:
            row, entry = culprit
        operands = _operands(self.graph, self.values, row, entry)
        infinite = self.culprit(row, entry, _not_finite) if kind is np.isnan else None
        source = None if infinite is None else self.author(*infinite)
        return Author(row, entry, _at(self.values[row], entry), operands, source)

    def culprit(self, row: int, entry: Entry, kind: Kind) -> tuple[int, Entry] | None:
        """The argument and its entry from which a row has what it holds at `entry`; None if it made it."""
        graph, values = self.graph, self.values
        args = list(graph.args(row))
        masks = {k: mask for k, a in enumerate(args) if np.any(mask := _marked(values[a], kind))}
        if not masks or self.spoils(row, entry, masks):
            return None
        k = self.halved(
            row, entry, list(masks), lambda some: {j: m for j, m in masks.items() if j not in some}
        )
        mask, shape = masks[k], np.shape(values[args[k]])
        if not shape or (shape == graph.abstract(row).shape and isinstance(graph.op(row).rule, Elementwise)):
            return args[k], entry if shape else ()

        def but(places: Sequence[int]) -> dict[int, Any]:
            kept = mask.copy()
            kept.reshape(-1)[list(places)] = False
            return {**masks, k: kept}

        place = self.halved(row, entry, np.flatnonzero(mask).tolist(), but)
        return args[k], tuple(int(j) for j in np.unravel_index(place, shape))

    def halved(self, row: int, entry: Entry, some: list[int], replaced: Replaced) -> int:
        """The one of `some` that, left as it is while the others are replaced, spoils the row."""
        while len(some) > 1:
            half = some[: len(some) // 2]
            some = half if self.spoils(row, entry, replaced(half)) else some[len(half) :]
        return some[0]

    def spoils(self, row: int, entry: Entry, replaced: dict[int, Any]) -> bool:
        """Is the entry still as bad when some entries of some arguments are replaced by ones?"""
        graph = self.graph
        args: list[Any] = []
        for k, a in enumerate(graph.args(row)):
            value = self.values[a]
            value = np.float64(value) if type(value) in (float, int) else value  # NumPy does not raise
            args.append(_replaced(value, replaced[k]) if k in replaced else value)
        with np.errstate(all="ignore"):
            result = _at(graph.op(row).value(*args, **graph.params(row)), entry)
        return bool(np.isnan(result) if np.isnan(_at(self.values[row], entry)) else not np.isfinite(result))


def _marked(value: Any, kind: Kind) -> Any:
    """The entries of a kind."""
    array = np.asarray(value)
    return kind(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)


def _not_finite(array: Any) -> Any:
    return np.logical_not(np.isfinite(array))
