"""The points: the given one first, distinct values, the same in every run, within the domain."""

import numpy as np

from whygrad.checking.points import COUNT, propose

GIVEN = {"w": [2, -3, -3], "x": np.array([0.0, 0.0]), "s": 0.5}


def test_points_are_repeatable_and_generic():
    first, second = (propose(GIVEN, lambda point: True) for _ in range(2))
    assert len(first) == COUNT and first[0].label == "given" and not first[0].overrides
    for a, b in zip(first[1:], second[1:], strict=True):
        assert a.label == b.label and a.overrides["w"] == b.overrides["w"]
        assert len({*a.overrides["w"]}) == 3 and all(type(v) is float for v in a.overrides["w"])
        assert a.overrides["x"][0] != a.overrides["x"][1] and type(a.overrides["s"]) is float
    assert any(v < 0 for p in first[1:] for v in p.overrides["w"][:1])


def test_a_narrow_domain_is_respected():
    points = propose(
        {"p": np.array([0.5, 0.9])}, lambda q: bool(((q.overrides["p"] > 0) & (q.overrides["p"] < 1)).all())
    )
    assert len(points) == COUNT
    assert (
        propose({"p": 1.0}, lambda q: False) == points[:1] or len(propose({"p": 1.0}, lambda q: False)) == 1
    )
