"""Frames around boxes that belong together: none where something foreign stands between."""

from whygrad.rendering.frames import Rectangle, framed
from whygrad.report import Box, Circuit, Frame, Wire

BOXES = (Box("w", "w", "input"), Box("a", "*", "op"), Box("b", "+", "op"), Box("c", "exp", "op"))
WIRES = (Wire("w", "a", 0), Wire("a", "b", 0), Wire("b", "c", 0))
PLACES = [
    Rectangle(0, 0, 10, 10), Rectangle(40, 0, 50, 10), Rectangle(80, 0, 90, 10), Rectangle(120, 0, 130, 10),
]  # fmt: skip


def frames(*members, places=PLACES, bends=()):
    circuit = Circuit(BOXES, WIRES, frames=tuple(Frame("".join(m), "f", tuple(m)) for m in members))
    return framed(circuit, places, bends, 5)


def test_a_frame_holds_its_boxes_and_its_title():
    ((frame, hull),) = frames("ab")
    assert frame.members == ("a", "b")
    assert (hull.left, hull.right, hull.bottom) == (35, 95, 15)
    assert hull.top < -14


def test_a_foreign_box_between_prevents_it_and_an_input_of_its_own_does_not():
    between = [*PLACES]
    between[3] = Rectangle(60, 2, 70, 8)
    assert frames("ab", places=between) == []
    between = [*PLACES]
    between[0] = Rectangle(60, 2, 70, 8)  # w feeds only a
    assert len(frames("ab", places=between)) == 1


def test_nested_frames_come_outer_first_and_do_not_touch():
    (outer, wide), (inner, narrow) = frames("abc", "ab")
    assert (outer.key, inner.key) == ("abc", "ab")
    assert wide.left < narrow.left and wide.top < narrow.top and wide.right > narrow.right


def test_long_wires_between_members_stay_within():
    ((_, hull),) = frames("abc", bends=[("a", "c", Rectangle(80, -60, 90, -56))])
    assert hull.top < -60


def test_no_level_wire_runs_along_an_edge_or_through_the_title():
    passing = [("w", "c", Rectangle(30, y - 2, 100, y + 2)) for y in (-22, -12, 14, 21)]
    ((_, hull),) = frames("ab", bends=passing)
    for _, _, wire in passing:
        assert not wire.meets(Rectangle(hull.left, hull.top - 4, hull.right, hull.top + 14))
        assert not wire.meets(Rectangle(hull.left, hull.bottom - 4, hull.right, hull.bottom + 4))


def test_a_frame_that_would_grow_over_a_foreign_box_to_avoid_a_wire_is_left_out():
    above = [*PLACES]
    above[3] = Rectangle(60, -40, 70, -22)
    assert frames("ab", places=above, bends=[("w", "c", Rectangle(30, -14, 100, -10))]) == []
