"""A layered layout of boxes and wires, for every drawing: standard library only, deterministic, no recursion.

The caller gives each box its extents in units of its own (pixels, character cells) and gets back where the
centre of each box is, where each rank begins and ends, and through which rows a long wire passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from whygrad.rendering.coordinates import across
from whygrad.rendering.layers import layers
from whygrad.report import Circuit, Wire


@dataclass(frozen=True, slots=True)
class Extent:
    """Room that a box needs: along the flow before and after its centre, and across the flow (total)."""

    before: int
    after: int
    across: int


@dataclass(frozen=True, slots=True)
class Layout:
    """`along` and `across` are centres of boxes; rank `r` takes `starts[r]` to `ends[r]` along the flow.

    `routes[wire]` are the places across, one for each rank that the wire passes between its two boxes.
    """

    rank: tuple[int, ...]
    along: tuple[int, ...]
    across: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    routes: tuple[tuple[int, ...], ...]
    length: int
    breadth: int


def layout(
    extents: Sequence[Extent],
    wires: Sequence[tuple[int, int]],
    *,
    gap: int,
    rank_gap: int,
    wire_room: int = 1,
) -> Layout:
    """Place boxes in ranks along the flow; wires are (source, target) with the operands of a target in order.

    Boxes are numbered in order of computation (a source before its targets, else ValueError). Boxes of a
    rank stay `gap` apart; `rank_gap` lies between ranks (see `respaced`); a wire that passes a rank takes
    `wire_room` there.
    """
    made = layers(len(extents), wires)
    total = len(made.rank)
    heights = [e.across for e in extents] + [wire_room] * (total - len(extents))
    places = across(made, heights, gap)
    top = min((p - h // 2 for p, h in zip(places, heights, strict=True)), default=0)
    places = [p - top for p in places]
    starts, ends, middles = _ranks(extents, made.rank, len(made.order), [rank_gap] * len(made.order))
    return Layout(
        rank=tuple(made.rank[: len(extents)]),
        along=tuple(middles[made.rank[box]] for box in range(len(extents))),
        across=tuple(places[: len(extents)]),
        starts=tuple(starts),
        ends=tuple(ends),
        routes=tuple(_route(made.inputs, places, len(extents), last) for last in made.last),
        length=ends[-1] if ends else 0,
        breadth=max((p + (h + 1) // 2 for p, h in zip(places, heights, strict=True)), default=0),
    )


def _ranks(
    extents: Sequence[Extent], rank: Sequence[int], count: int, rank_gap: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    before, after = [0] * count, [0] * count
    for extent, r in zip(extents, rank, strict=False):
        before[r] = max(before[r], extent.before)
        after[r] = max(after[r], extent.after)
    starts, ends, middles = [], [], []
    at = 0
    for r in range(count):
        starts.append(at)
        middles.append(at + before[r])
        ends.append(at + before[r] + after[r])
        at = ends[-1] + (rank_gap[r] if r < len(rank_gap) else 0)
    return starts, ends, middles


def _route(inputs: list[list[int]], places: list[int], boxes: int, last: int) -> tuple[int, ...]:
    """Places of the stand-ins of a wire, from its source on."""
    found = []
    while last >= boxes:
        found.append(places[last])
        last = inputs[last][0]
    return tuple(reversed(found))


def respaced(made: Layout, extents: Sequence[Extent], rank_gap: Sequence[int]) -> Layout:
    """The same layout with other gaps between its ranks."""
    starts, ends, middles = _ranks(extents, made.rank, len(made.starts), rank_gap)
    return replace(
        made,
        along=tuple(middles[r] for r in made.rank),
        starts=tuple(starts),
        ends=tuple(ends),
        length=ends[-1] if ends else 0,
    )


def wires_in_order(circuit: Circuit) -> tuple[list[Wire], list[tuple[int, int]]]:
    """The wires of a circuit by target and operand, and the same as pairs of box numbers.

    Raises ValueError for a key that no box has, and for two boxes of one key.
    """
    number = {box.key: index for index, box in enumerate(circuit.boxes)}
    if len(number) < len(circuit.boxes):
        raise ValueError("two boxes of the circuit have the same key")
    unknown = [key for w in circuit.wires for key in (w.source, w.target) if key not in number]
    if unknown:
        raise ValueError(f"a wire names the box {unknown[0]!r}, which the circuit does not have")
    wires = sorted(circuit.wires, key=lambda w: (number[w.target], w.order))
    return wires, [(number[w.source], number[w.target]) for w in wires]


def have_main_operand(count: int, pairs: Sequence[tuple[int, int]]) -> list[bool]:
    """Which boxes have one deepest operand, with which the layout tries to be in line."""
    depth, times = [0] * count, [0] * count
    for source, target in pairs:  # by target, so the depth of every source is known
        if depth[source] + 1 > depth[target]:
            depth[target], times[target] = depth[source] + 1, 1
        elif depth[source] + 1 == depth[target]:
            times[target] += 1
    return [n == 1 for n in times]


def arrivals(placed: Layout, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """For each box, the numbers of the wires that reach it, in the order across in which they come."""
    found: list[list[int]] = [[] for _ in placed.rank]
    for index, (_, target) in enumerate(pairs):
        found[target].append(index)
    for reaching in found:
        reaching.sort(key=lambda wire: last_place(placed, pairs, wire))
    return found


def last_place(placed: Layout, pairs: Sequence[tuple[int, int]], wire: int) -> int:
    """The place across from which a wire enters the gap before its target."""
    route = placed.routes[wire]
    return route[-1] if route else placed.across[pairs[wire][0]]


def spread(places: Sequence[int], centre: int, tight: bool) -> list[int]:
    """Ports for wires that come from `places` (sorted), in steps from the centre of their target.

    Steps count in halves of the distance between two ports. A wire that comes straight gets the centre,
    unless `tight` asks for as little room as possible.
    """
    straight = [k for k, place in enumerate(places) if place == centre]
    middle = 2 * straight[0] if len(straight) == 1 and not tight else len(places) - 1
    return [2 * k - middle for k in range(len(places))]


def reordered(
    circuit: Circuit,
    wires: Sequence[Wire],
    pairs: Sequence[tuple[int, int]],
    arriving: Sequence[Sequence[int]],
) -> frozenset[int]:
    """The boxes whose operands arrive in another order than they are written, where that matters."""
    found = set()
    for target, reaching in enumerate(arriving):
        box = circuit.boxes[target]
        if box.kind in ("gate", "block") or box.label in ("+", "*"):
            continue
        come = [(wires[w].order, pairs[w][0]) for w in reaching]
        if come != sorted(come):
            found.add(target)
    return frozenset(found)
