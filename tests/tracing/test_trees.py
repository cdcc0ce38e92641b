from __future__ import annotations

import dataclasses
from collections import OrderedDict, namedtuple

import pytest

from whygrad.tracing.trees import flatten, mapped, unflatten

Point = namedtuple("Point", "x y")


@dataclasses.dataclass
class Box:
    a: object
    b: object = None


VALUES = [
    1.5,
    [1.0, (2.0, {"k": 3.0, "l": [4.0]})],
    Point(1.0, [2.0]),
    Box(1.0, Box([2.0, 3.0])),
    OrderedDict(b=1.0, a=2.0),
    [None, (), {}, []],
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_was_taken_apart_is_put_together(value):
    leaves, tree = flatten(value)
    assert unflatten(tree, leaves) == value
    assert type(unflatten(tree, leaves)) is type(value)
    assert all(isinstance(leaf, float) for leaf in leaves)


def test_trees_of_one_structure_are_equal():
    assert flatten([1.0, {"a": 2.0}])[1] == flatten([3.0, {"a": 4.0}])[1]
    assert flatten([1.0])[1] != flatten((1.0,))[1]
    assert flatten({"a": 1.0})[1] != flatten({"b": 1.0})[1]


def test_leaves_are_named_as_the_user_reaches_them():
    names = []
    mapped(lambda leaf, name: names.append(name), {"W": [1.0, 2.0], "p": Point(3.0, Box(4.0))}, "params")
    assert names == ["params['W'][0]", "params['W'][1]", "params['p'].x", "params['p'].y.a"]


def test_mapping_keeps_the_structure():
    assert mapped(lambda leaf, name: leaf * 2, [1.0, Point(2.0, None)]) == [2.0, Point(4.0, None)]
