from __future__ import annotations

import functools
import sys

import numpy as np
import pytest

from whygrad.tracing import trace_function
from whygrad.tracing.loading import follow, is_followed, is_users


def plain(x, y=2.0, *rest, z: float = 3.0, **more):
    """Documented."""
    return x * y + z


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs) * 2

    return wrapper


@decorated
def doubled(x):
    return x + 1


def test_the_twin_is_the_same_function():
    twin = follow(plain)
    assert is_followed(twin)
    assert follow(twin) is twin
    assert follow(plain) is twin
    assert twin(1.0, z=1.0) == plain(1.0, z=1.0)
    assert (twin.__name__, twin.__doc__, twin.__module__) == (plain.__name__, plain.__doc__, plain.__module__)
    assert twin.__code__.co_filename == plain.__code__.co_filename
    assert twin.__code__.co_firstlineno == plain.__code__.co_firstlineno


def test_cells_are_shared():
    count = 0

    def counted(x):
        nonlocal count
        count += 1
        return x * count

    assert follow(counted)(2.0) == 2.0
    assert count == 1
    count = 4
    assert follow(counted)(2.0) == 10.0


def test_libraries_stay_as_they_are():
    assert not is_users(np.testing.assert_allclose)
    assert follow(functools.wraps) is functools.wraps


def test_lambdas_of_one_line_are_told_apart():
    f, g = (lambda x: x * 2), (lambda x: x + 5)
    assert (trace_function(f, (1.5,)).output, trace_function(g, (1.5,)).output) == (3.0, 6.5)


def test_decorators_are_followed():
    graph = trace_function(doubled, (1.5,)).graph
    assert [node.op.name for node in graph] == ["input", "constant", "add", "constant", "multiply"]


def test_private_names_are_those_of_their_class():
    class Counter:
        __step = 2

        def __init__(self):
            self.__seen = 0

        def count(self, x):
            self.__seen += self.__step
            return x * self.__seen

    counter = Counter()
    assert trace_function(counter.count, (1.5,)).output == 3.0
    assert counter._Counter__seen == 2


def test_recursion_as_deep_as_the_plain_run():
    def power(x, n):
        return x if n == 0 else x * power(x, n - 1)

    depth = sys.getrecursionlimit() // 2
    before = sys.getrecursionlimit()
    assert trace_function(power, (1.0, depth), argnums=[0]).output == 1.0
    assert sys.getrecursionlimit() == before

    def endless(x):
        return endless(x)

    with pytest.raises(RecursionError):
        trace_function(endless, (1.0,))
    assert sys.getrecursionlimit() == before
