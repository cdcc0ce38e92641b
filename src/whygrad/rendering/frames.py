"""Frames around boxes that belong together, where nothing foreign stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whygrad.report import Circuit, Frame

TITLE = 14
"""Room for the title of a frame, above its boxes."""


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

    Inputs and constants that only members read may stand within; another box there, and there is no frame.
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
        touched = [places[number[key]] for key in own - members if hull.meets(places[number[key]])]
        if touched:  # all of an input is within, or none of it
            hull = _around([places[number[key]] for key in frame.members] + inside + touched, pad)
        if not any(hull.meets(place) for k, place in enumerate(places) if circuit.boxes[k].key not in own):
            found.append((frame, hull))
    return found[::-1]


def _around(places: Sequence[Rectangle], pad: int) -> Rectangle:
    return Rectangle(
        min(p.left for p in places) - pad,
        min(p.top for p in places) - pad - TITLE,
        max(p.right for p in places) + pad,
        max(p.bottom for p in places) + pad,
    )
