"""Frames around boxes that belong together, where nothing foreign stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from whygrad.report import Circuit, Frame

TITLE = 14
"""Room for the title of a frame, above its boxes."""
_CLEAR = 8
"""A wire that passes a frame level stays this far from its edge."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Rectangle) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def with_room_for(self, other: Rectangle) -> Rectangle:
        return Rectangle(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def framed(
    circuit: Circuit, places: Sequence[Rectangle], bends: Sequence[tuple[str, str, Rectangle]], pad: int
) -> list[tuple[Frame, Rectangle]]:
    """The frames that can be drawn, outer ones first, each around the places of its boxes.

    `bends` are the places where long wires pass, with the boxes that they join.

    Inputs and constants that only members read may stand within; another box there, or a wire along an edge
    or through the title that the frame cannot be grown to avoid, and there is no frame.
    """
    number = {box.key: k for k, box in enumerate(circuit.boxes)}
    users: dict[str, set[str]] = {}
    for wire in circuit.wires:
        users.setdefault(wire.source, set()).add(wire.target)
    found: list[tuple[Frame, Rectangle]] = []
    for frame in sorted(circuit.frames, key=lambda f: len(f.members)):  # inner ones first
        members = set(frame.members)
        inside = [r for f, r in found if set(f.members) <= members]
        inside += [place for source, target, place in bends if {source, target} <= members]
        hull = _around([places[number[key]] for key in frame.members] + inside, pad)
        leaves = [box.key for box in circuit.boxes if box.kind in ("input", "constant")]
        own = members | {key for key in leaves if users.get(key, set()) <= members}
        leaf_places = [places[number[key]] for key in sorted(own - members)]
        hull = _whole(_off_wires(hull, [place for _, _, place in bends]), leaf_places, pad)
        foreign = [place for place, box in zip(places, circuit.boxes, strict=True) if box.key not in own]
        if not any(hull.meets(place) for place in foreign):
            found.append((frame, hull))
    return found[::-1]


def _whole(hull: Rectangle, leaves: Sequence[Rectangle], pad: int) -> Rectangle:
    """The frame with all of each input that it touches: none is within by half."""
    apart = [place for place in leaves if not hull.meets(place)]
    while len(apart) < len(leaves):  # what has grown may touch the next
        hull = hull.with_room_for(_around([place for place in leaves if place not in apart], pad))
        leaves, apart = apart, [place for place in apart if not hull.meets(place)]
    return hull


def _off_wires(hull: Rectangle, level: Sequence[Rectangle]) -> Rectangle:
    """The frame made so high that no level wire runs along its edges or through its title."""
    passing = [wire for wire in level if wire.left < hull.right and hull.left < wire.right]
    top, bottom = hull.top, hull.bottom
    for wire in sorted(passing, key=lambda w: -w.top):  # from below upwards, so that one pass is enough
        if top - _CLEAR < wire.bottom and wire.top < top + TITLE + _CLEAR:
            top = wire.top - TITLE - _CLEAR
    for wire in sorted(passing, key=lambda w: w.bottom):
        if bottom - _CLEAR < wire.bottom and wire.top < bottom + _CLEAR:
            bottom = wire.bottom + _CLEAR
    return replace(hull, top=top, bottom=bottom)


def _around(places: Sequence[Rectangle], pad: int) -> Rectangle:
    return Rectangle(
        min(p.left for p in places) - pad,
        min(p.top for p in places) - pad - TITLE,
        max(p.right for p in places) + pad,
        max(p.bottom for p in places) + pad,
    )
