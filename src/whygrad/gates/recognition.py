"""Known gates in a graph, found by what rows compute: any spelling that has the same values is the gate.

Every row ends many groups of rows: one for each small set of rows that cuts it off from the inputs. A group
whose inner rows are used nowhere else is run by itself at generic points, and its values are compared with
those of the known gates there. Groups that are built alike are tried once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whygrad.errors import WhygradError
from whygrad.execution.interpreter import execute
from whygrad.gates.arrays import ARRAYS
from whygrad.gates.elementwise import ELEMENTWISE
from whygrad.gates.records import Gate, KnownGate
from whygrad.gates.truth import POINTS, as_formula, cut_out, drawn, evaluate
from whygrad.graph import CONSTANT, INPUT, Graph

MOST_ROWS = 3000
"""Graphs beyond this are looked at block by block, by those who open a block."""
MOST_LEAVES, MOST_CUTS, MOST_INSIDE, MOST_ENTRIES = 4, 32, 20, 1_000_000
FEW_POINTS = POINTS[3::5]
CONFIRMING = 8
"""Further points at which a likeness must hold; kinks hide between few."""

Cut = tuple[int, ...]
Cuts = list[tuple[Cut, frozenset[int]]]
NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Meaning:
    """Which known gate a group of rows is: the parameter of each leaf, and those that are constants."""

    known: KnownGate
    parameters: tuple[str, ...]
    bound: Mapping[str, Any]


def recognise(
    graph: Graph,
    known: Iterable[KnownGate] | None = None,
    rows: Sequence[int] | None = None,
    memory: Memory | None = None,
) -> list[Gate]:
    """The known gates among the rows of a graph (by default all, if they are not too many), by output.

    One may stand within another; of those with the same output the largest is given. `memory` is what was
    found out about other rows of this graph with the same `known`.
    """
    within = range(len(graph)) if rows is None else rows
    if len(within) > MOST_ROWS:
        return []
    memory = Memory(graph) if memory is None else memory
    search = _Search(graph, tuple((*ELEMENTWISE, *ARRAYS) if known is None else known), within, memory)
    return [gate for row in within if (gate := search.gate_at(row)) is not None]


class Memory:
    """What is found out about groups of rows of a graph, kept for others that are built alike.

    Running a group beside all known gates takes milliseconds; after `most` groups no other is looked into.
    """

    def __init__(self, graph: Graph, most: int | None = None) -> None:
        self.uses, self.most = uses_of(graph), most
        self.meanings: dict[Any, Meaning | None] = {}

    @property
    def full(self) -> bool:
        return self.most is not None and len(self.meanings) >= self.most


class _Search:
    def __init__(
        self, graph: Graph, known: tuple[KnownGate, ...], rows: Iterable[int], memory: Memory
    ) -> None:
        self.graph, self.known = graph, known
        self.rows = set(rows)
        self.memory, self.uses = memory, memory.uses
        self.cuts: dict[int, Cuts] = {}
        self.fixed: set[int] = set()
        for row in sorted(self.rows):
            self.cuts[row] = self.cuts_of(row)

    def constant(self, row: int) -> bool:
        """Whether a row is the same at every point."""
        return row in self.fixed or self.graph.op(row) is CONSTANT

    def cuts_of(self, row: int) -> Cuts:
        """Small sets of rows that cut a row off from the inputs, nearest first, with what lies between."""
        if self.graph.op(row) is INPUT or self.constant(row):
            return []
        args = [a for a in dict.fromkeys(self.graph.args(row)) if not self.constant(a)]
        if not args:
            self.fixed.add(row)
            return []
        if len(args) > MOST_LEAVES:
            return []
        found: dict[Cut, frozenset[int]] = {(): frozenset({row})}
        for arg in args:
            ways = [((arg,), NOTHING), *self.cuts.get(arg, ())]
            found = dict(_joined(found, ways))
        return sorted(found.items(), key=lambda way: (len(way[0]), [-leaf for leaf in way[0]]))[:MOST_CUTS]

    def gate_at(self, row: int) -> Gate | None:
        """The largest known gate that ends in a row."""
        best: Gate | None = None
        for cut, between in sorted(self.cuts[row], key=lambda way: len(way[1])):
            if not self.closed(row, between) or (best is not None and len(between) < len(best.rows)):
                continue
            inside = self.with_constants(between)
            meaning = self.meaning(row, cut, inside)
            if meaning is None or not self.has_own_bias(cut, meaning):
                continue
            if best is not None and best.known is meaning.known and meaning.known.elementwise:
                continue  # the same with something before it that changes nothing, as adding zeros
            rows = tuple(r for r in inside if self.own(r, inside))
            name, parameters = meaning.known.name, meaning.parameters
            best = Gate(name, rows, cut, row, meaning.known, parameters, meaning.bound)
        return best

    def has_own_bias(self, cut: Cut, meaning: Meaning) -> bool:
        """A bias is given, not computed: `x + h @ W` is a residual connection, no affine gate."""
        kinds = [meaning.known.kind_of(parameter) for parameter in meaning.parameters]
        given = [not len(self.graph.args(leaf)) or self.graph.op(leaf).name == "index" for leaf in cut]
        return all(kind != "bias" or own for kind, own in zip(kinds, given, strict=True))

    def closed(self, row: int, between: frozenset[int]) -> bool:
        """Whether no row but the last is used elsewhere."""
        within = Counter(arg for one in between for arg in self.graph.args(one))
        return all(one == row or within[one] == self.uses[one] for one in between)

    def with_constants(self, between: frozenset[int]) -> list[int]:
        """The rows of a group, and those it needs that are the same at every point; ascending."""
        inside, pending = set(between), list(between)
        while pending:
            fresh = [a for a in self.graph.args(pending.pop()) if a not in inside and self.constant(a)]
            inside.update(fresh)
            pending += fresh
        return sorted(inside)

    def own(self, row: int, inside: Sequence[int]) -> bool:
        """Constants that others use too are left to all of them."""
        times = sum(list(self.graph.args(one)).count(row) for one in inside)
        return not self.constant(row) or times == self.uses[row]

    def meaning(self, row: int, cut: Cut, inside: Sequence[int]) -> Meaning | None:
        key, known = self.signature(cut, inside), self.memory.meanings
        if key not in known:
            if self.memory.full:
                return None
            known[key] = self.identify(row, cut, inside)
        return known[key]

    def signature(self, cut: Cut, inside: Sequence[int]) -> Any:
        """How a group is built: the same for the same step of every repetition."""
        graph = self.graph
        place = {leaf: ~k for k, leaf in enumerate(cut)} | {row: k for k, row in enumerate(inside)}
        kinds = tuple(graph.abstract_column[leaf] for leaf in cut)
        built = tuple(
            (
                graph.op_column[r],
                graph.params_column[r],
                graph.abstract_column[r],
                *[place[a] for a in graph.args(r)],
            )
            for r in inside
        )
        return kinds, built

    def identify(self, row: int, cut: Cut, inside: Sequence[int]) -> Meaning | None:
        abstracts = [self.graph.abstract(leaf) for leaf in (*cut, row)]
        if not abstracts[-1].is_float or sum(math.prod(a.shape) for a in abstracts) > MOST_ENTRIES:
            return None
        scalar = len(cut) == 1 and not any(self.graph.abstract(r).shape for r in (*cut, *inside))
        numbers, arrays = _constants(self.graph, inside)
        piece = _Piece(self.graph, cut, row, scalar, numbers)
        trial = piece.trial(0)
        if trial is None:
            return None
        for known in self.known:
            for found in trial.meanings(known, numbers, arrays):
                if piece.confirms(found):
                    return found
        return None


def _joined(found: dict[Cut, frozenset[int]], ways: Cuts) -> Iterator[tuple[Cut, frozenset[int]]]:
    """Each way so far together with each way of one more argument."""
    for one, inside in found.items():
        for two, behind in ways:
            cut, between = tuple(sorted({*one, *two})), inside | behind
            if len(cut) <= MOST_LEAVES and len(between) <= MOST_INSIDE and between.isdisjoint(cut):
                yield cut, between


class _Piece:
    """A group cut out of its graph, run at generic points."""

    def __init__(self, graph: Graph, cut: Cut, row: int, scalar: bool, numbers: Sequence[float]) -> None:
        self.graph, self.cut, self.row, self.scalar = graph, cut, row, scalar
        self.near = [c * side for c in (*numbers, *[-c for c in numbers]) for side in (0.999, 1.001)]
        self.positive = False

    def trial(self, turn: int) -> _Trial | None:
        """Inputs and output at a point where the output is finite; None where there is none."""
        try:
            for positive in (self.positive, True):
                self.positive = positive
                given = self.given(turn)
                points = given[0] if self.scalar else None
                value = np.asarray(execute(cut_out(self.graph, self.cut, self.row, points), given).outputs[0])
                if value.size and np.all(np.isfinite(value)):
                    return _Trial(given, value)
        except (WhygradError, ValueError, IndexError):
            pass
        return None

    def given(self, turn: int) -> list[Any]:
        """A point; after the first also numbers close to those of the group, where kinks may be."""
        random = np.random.default_rng(11 + turn)
        if self.scalar:
            points = np.concatenate([POINTS, self.near]) if turn else FEW_POINTS
            return [np.abs(points) if self.positive else points]
        given = []
        for leaf in self.cut:
            value = drawn(self.graph.abstract(leaf), random)
            if np.asarray(value).dtype.kind == "f":
                if turn:
                    chosen = random.uniform(size=np.shape(value)) < 0.3
                    value = np.where(chosen, random.choice(self.near, np.shape(value)), value)[()]
                value = np.abs(value) + 0.1 if self.positive else value
            given.append(value)
        return given

    def confirms(self, found: Meaning) -> bool:
        trials = [self.trial(turn) for turn in range(1, 2 if self.scalar else CONFIRMING)]
        return all(
            trial is not None
            and trial.equal(
                found.known, {**dict(zip(found.parameters, trial.given, strict=True)), **found.bound}
            )
            for trial in trials
        )


def _constants(graph: Graph, inside: Sequence[int]) -> tuple[list[float], list[Any]]:
    """Numbers and arrays that stand in a group: slopes, epsilons, targets."""
    numbers, arrays = [1.0], []
    for row in inside:
        if graph.op(row) is CONSTANT:
            value = graph.params(row)["value"]
            if np.ndim(value):
                if np.any(value):  # a buffer of zeros is no target
                    arrays.append(value)
            elif np.asarray(value).dtype.kind in "fiu" and value != 0:
                numbers += [abs(float(value)), 1 / abs(float(value))]
    return list(dict.fromkeys(numbers))[:12], arrays[:6]


@dataclass(frozen=True)
class _Trial:
    """A group at a generic point, to be compared with known gates."""

    given: list[Any]
    value: Any

    def meanings(
        self, known: KnownGate, numbers: Sequence[float], arrays: Sequence[Any]
    ) -> Iterator[Meaning]:
        if len(self.given) > len(known.parameters) or (known.elementwise and self.reshapes()):
            return
        orders = [o for o in permutations(known.parameters, len(self.given)) if known.parameters[0] in o]
        # Where parameters are alike (a prediction and its target), the first is what was computed last.
        for order in sorted(orders, key=lambda o: -o.index(known.parameters[0])):
            taken = dict(zip(order, self.given, strict=True))
            rest = [p for p in known.parameters if p not in taken]
            if all(_plausible(known, p, v) for p, v in taken.items()):
                for bound in _bindings(known, rest, numbers, arrays):
                    if self.equal(known, {**taken, **bound}):
                        yield Meaning(known, order, bound)

    def reshapes(self) -> bool:
        return bool(np.shape(self.given[0]) != self.value.shape)

    def agrees(self, found: Meaning) -> bool:
        return self.equal(
            found.known, dict(zip(found.parameters, self.given, strict=True)) | dict(found.bound)
        )

    def equal(self, known: KnownGate, environment: dict[str, Any]) -> bool:
        try:
            ours = np.asarray(evaluate(known.formula, as_formula(known, environment)))
        except (WhygradError, ValueError, IndexError, TypeError):
            return False
        if ours.shape != self.value.shape:
            return False
        scale = np.abs(self.value).max()
        return bool(np.all(np.abs(ours - self.value) <= 1e-10 * scale))


def _bindings(
    known: KnownGate, rest: Sequence[str], numbers: Sequence[float], arrays: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """Ways to find the other parameters among the constants of a group."""
    choices = [[a for a in arrays if _plausible(known, p, a)] for p in rest]
    choices += [list(numbers) for _ in known.constants]
    for chosen in product(*choices):
        yield dict(zip((*rest, *known.constants), chosen, strict=True))


def _plausible(known: KnownGate, parameter: str, value: Any) -> bool:
    """Whether a value can be that parameter, by its shape."""
    kind, ndim = known.kind_of(parameter), np.ndim(value)
    if kind == "stack":
        return ndim > 2 or (ndim == 2 and parameter != known.parameters[0])
    if kind in ("matrix", "vector"):
        return ndim == (2 if kind == "matrix" else 1)
    if kind == "bias":
        return ndim == 1 or (ndim == 2 and np.shape(value)[0] == 1)
    whole = np.asarray(value).dtype.kind in "iub"
    if parameter == known.parameters[0]:
        many = len(known.parameters) > 1
        return bool(not whole and (known.elementwise or ndim > 0 or many))
    return bool(kind in ("choice", "share") or not whole)


def uses_of(graph: Graph) -> NDArray[np.int64]:
    """How often each row is used: by rows, as an output, by guards."""
    uses = np.bincount(np.asarray(graph.arg_column, dtype=np.int64), minlength=len(graph))
    for row in (*graph.outputs, *[guard.row for guard in graph.guards]):
        uses[row] += 1
    return uses
