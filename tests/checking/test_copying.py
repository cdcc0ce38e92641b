"""Copies of operands: what names share stays shared, nodes of a graph do not bring the graph along."""

import collections
import copy

import numpy as np
import pytest
from tests.counting import steps

from whygrad.checking.copying import duplicate, duplicated


class Node:
    def __init__(self, data, children=()):
        self.data, self.grad, self.children = data, np.zeros(2), set(children)


class Slotted:
    __slots__ = ("__hidden", "data", "next")

    def __init__(self, data):
        self.data, self.__hidden = data, [data]

    def hidden(self):
        return self.__hidden


class Layer:
    def __init__(self):
        self.W, self.cache = np.ones((2, 2)), {}


class Network:
    def __init__(self):
        self.layers = [Layer(), Layer()]
        self.alias = self.layers[0].W


class Custom(Node):
    def __deepcopy__(self, memo):
        return Custom(self.data + 1)


def test_names_that_share_an_array_go_on_sharing_it():
    a = np.arange(3.0)
    made = duplicated({"a": a, "b": a, "c": [a, (a, {"k": a})], "view": a[1:]})
    assert made["a"] is made["b"] is made["c"][0] is made["c"][1][0] is made["c"][1][1]["k"]
    assert made["a"] is not a and np.array_equal(made["a"], a)
    assert np.array_equal(made["view"], a[1:])


def test_a_node_is_copied_where_it_is_named_and_the_rest_of_the_graph_is_shared():
    first = Node(1.0)
    second = Node(2.0, [first])
    third = Node(3.0, [second])
    made = duplicated({"out": third, "self": second})
    assert made["out"] is not third and made["self"] is not second
    assert made["out"].children == {made["self"]}  # the same node under two names is one copy
    assert made["self"].children == {first}  # shared
    made["self"].grad += 1.0
    assert not second.grad.any()


def test_objects_in_objects_of_other_classes_are_copied_whole():
    network = Network()
    made = duplicate(network)
    made.layers[1].W += 1.0
    made.layers[0].cache["x"] = 1.0
    assert np.array_equal(network.layers[1].W, np.ones((2, 2))) and not network.layers[0].cache
    assert made.alias is made.layers[0].W


def test_slots_and_circles_are_copied():
    a = Slotted(np.zeros(2))
    a.next = [a]
    made = duplicate(a)
    assert made is not a and made.next[0] is made and made.data is not a.data
    assert made.hidden()[0] is made.data


@pytest.mark.parametrize(
    "value",
    [
        collections.OrderedDict(a=[1.0]),
        collections.deque([1.0, 2.0]),
        collections.defaultdict(list, a=[1.0]),
        np.array([None, 1.0], dtype=object),
        np.float32(2.0),
        {1.0, 2.0},
        (1.0, [2.0]),
        range(3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_values_are_copied_as_deepcopy_copies_them(value):
    ours, theirs = duplicate(value), copy.deepcopy(value)
    assert type(ours) is type(theirs) and repr(ours) == repr(theirs)


def test_a_generator_of_random_numbers_goes_on_by_itself():
    value = np.random.RandomState(3)
    ours = duplicate(value)
    expected = copy.deepcopy(value).rand()
    assert ours.rand() == expected == value.rand()


def test_a_class_that_says_how_it_is_copied_is_asked():
    assert duplicate(Custom(1.0)).data == 2.0


def test_what_cannot_be_copied_is_said():
    with pytest.raises(TypeError):
        duplicated({"g": (n for n in range(3))})


def test_the_cost_of_a_node_does_not_grow_with_its_graph():
    def chain(length):
        node = Node(0.0)
        for _ in range(length):
            node = Node(0.0, [node])
        return node

    short, long = chain(3), chain(3000)
    assert steps(lambda: duplicate(long)) <= 2 * steps(lambda: duplicate(short))
