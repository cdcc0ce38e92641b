"""Paths: exact counts where nobody could enumerate, the weightiest first, sums that close."""

import itertools
import math

import pytest

from whygrad.explanation.paths import find_paths, product


def ladder(rungs, local=1.0):
    """Each rung is reached from the one before by two edges: 2**rungs paths from row 0 to the last row."""
    return [((row, arg), row - 1, local) for row in range(rungs, 0, -1) for arg in (0, 1)]


def test_counts_are_exact_on_a_ladder_of_fifty_rungs():
    paths = find_paths(ladder(50), 50)
    assert paths.count(0) == 2**50
    assert paths.count(49) == 2
    assert paths.count(50) == 1
    assert len(paths.best(0, 20)) == 20
    assert len({path.steps for path in paths.best(0, 20)}) == 20


def test_counts_are_exact_beyond_floating_point():
    assert find_paths(ladder(2000, 0.5), 2000).count(0) == 2**2000


@pytest.mark.parametrize("limit", [1, 3, 8])
def test_the_weightiest_paths_come_first(limit):
    edges = [((row, arg), row - 1, (-1.1, 0.7)[arg] * row) for row in (3, 2, 1) for arg in (0, 1)]
    found = find_paths(edges, 3, limit).best(0, limit)
    everything = sorted(
        (math.prod((-1.1, 0.7)[arg] * row for row, arg in zip((3, 2, 1), args, strict=True)) for args in
         itertools.product((0, 1), repeat=3)),
        key=abs, reverse=True,
    )  # fmt: skip
    assert [abs(path.product) for path in found] == pytest.approx([abs(p) for p in everything[:limit]])
    for path in found:
        assert path.product == pytest.approx(math.prod((-1.1, 0.7)[arg] * row for row, arg in path.steps))


def test_all_paths_add_up_to_the_whole():
    edges = [((row, arg), row - 1, 0.3 * row - arg) for row in (4, 3, 2, 1) for arg in (0, 1)]
    whole = math.prod(0.3 * row + 0.3 * row - 1 for row in (4, 3, 2, 1))
    assert sum(path.product for path in find_paths(edges, 4).best(0, 20)) == pytest.approx(whole)


def test_rows_without_a_way_to_the_output_have_no_paths():
    paths = find_paths([((5, 0), 1, 2.0), ((3, 0), 2, 1.0)], 5)
    assert paths.count(2) == 0
    assert paths.best(2, 5) == []
    assert paths.best(1, 5)[0].product == 2.0


def test_nothing_passes_a_local_gradient_of_zero():
    assert product([2.0, 0.0, math.inf]) == 0
    assert math.isnan(product([math.nan, 1.0]))
    edges = [((3, 0), 2, math.nan), ((3, 1), 2, 5.0), ((2, 0), 1, 1.0)]
    assert math.isnan(find_paths(edges, 3).best(1, 1)[0].product)
