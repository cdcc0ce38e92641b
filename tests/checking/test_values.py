"""Values of the user's as vectors."""

import numpy as np

from whygrad.checking.values import arranged, is_numeric, rebuild, shape_of, vector


def leaf(value: float) -> dict[str, object]:
    return {"value": value, "left": None, "right": None}


def test_what_a_container_leaves_out_counts_nowhere() -> None:
    node = {"value": 0.3, "left": leaf(0.5), "right": None}
    numbers = vector(node)
    assert numbers is not None
    assert numbers.tolist() == [0.3, 0.5]
    assert rebuild(node, 2 * numbers) == {"value": 0.6, "left": leaf(1.0), "right": None}
    assert shape_of(node) == shape_of({"value": 1.0, "left": {"value": 2.0}})


def test_a_container_of_nothing_is_not_numeric() -> None:
    assert not is_numeric({"left": None})
    assert not is_numeric([None, None])
    assert not is_numeric([None, "text", 1.0])


def test_entries_are_arranged_at_every_depth() -> None:
    like = {"a": 0.0, "b": {"c": 0.0, "d": np.zeros(2)}}
    value = {"b": {"d": np.ones(2), "c": 3.0}, "a": 4.0, "extra": 5.0}
    found = arranged(value, like)
    assert list(found) == ["a", "b", "extra"]
    assert list(found["b"]) == ["c", "d"]
    assert arranged(2.0, like) == 2.0
