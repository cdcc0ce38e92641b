"""Paths between arrays: what is shown and the others add up to the gradient; so do shares of examples."""

import numpy as np
import pytest

from whygrad.explanation.parts import batch_row, by_example, parts
from whygrad.explanation.routes import find_routes, largest_entries, norm
from whygrad.explanation.subjects import subject_of

RANDOM = np.random.default_rng(3)


def cross_entropy(W, x, y):
    z = x @ W
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()


def two_layers(W1, b1, W2, b2, x, y):
    h = np.tanh(x @ W1 + b1)
    return np.mean((h @ W2 + b2 - y) ** 2)


def doubling(x):
    for _ in range(15):
        x = x * np.array([1.0, 0.5]) + x
    return np.sum(x)


X = RANDOM.normal(size=(5, 3))
CASES = [
    (cross_entropy, (RANDOM.normal(size=(3, 4)), X, np.array([0, 1, 3, 2, 0]))),
    (
        two_layers,
        (RANDOM.normal(size=(3, 4)), np.zeros(4), RANDOM.normal(size=(4, 2)), np.zeros(2), X, X[:, :2]),
    ),
]


@pytest.mark.parametrize(("function", "args"), CASES)
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_the_paths_shown_and_the_others_add_up_to_the_gradient(function, args, limit):
    entries = subject_of(function, args).ledger()
    for row in entries.graph.inputs:
        if entries.gradient(row) is None:
            continue
        routes = find_routes(entries, row, limit)
        assert len(routes.shown) == min(limit, routes.total)
        total = sum(r.contribution for r in routes.shown) + routes.rest
        assert np.allclose(total, entries.gradient(row), rtol=1e-12, atol=1e-14)
        if not routes.others:
            assert norm(routes.rest) <= 1e-12 * max(1.0, norm(entries.gradient(row)))
        assert [r.norm for r in routes.shown] == sorted([r.norm for r in routes.shown], reverse=True)


def test_very_many_paths_are_counted_exactly_and_the_sum_still_closes():
    entries = subject_of(doubling, (np.array([1.0, 2.0]),)).ledger()
    routes = find_routes(entries, entries.graph.inputs[0], 4)
    assert routes.total == 2**15
    assert len(routes.shown) == 4
    shown = sum(r.contribution for r in routes.shown)
    assert np.allclose(shown + routes.rest, [2.0**15, 1.5**15])
    assert np.allclose(routes.shown[0].contribution[0], 1.0)


@pytest.mark.parametrize(("function", "args"), CASES)
def test_the_examples_of_a_batch_add_up_and_each_is_what_the_others_leave(function, args):
    subject = subject_of(function, args)
    entries = subject.ledger()
    target = entries.graph.inputs[0]
    at = batch_row(entries, target)
    assert at is not None and entries.graph.abstract(at).shape[0] == 5
    shares = by_example(entries, target, at)
    assert np.allclose(sum(shares), entries.gradient(target), rtol=1e-12)
    # Outside truth: the mean over 5 examples is a fifth of the loss of each alone.
    inputs = dict(zip([entries.graph.name(r) for r in entries.graph.inputs], args, strict=True))
    alone = {**inputs, "x": inputs["x"][2:3], "y": inputs["y"][2:3]}
    one = subject_of(function, tuple(alone.values())).ledger()
    assert np.allclose(shares[2], np.asarray(one.gradient(one.graph.inputs[0])) / 5, rtol=1e-9)


def test_the_largest_entries_come_with_their_places():
    assert largest_entries(np.array([[1.0, -7.0], [3.0, 0.0]]), 2) == [((0, 1), -7.0), ((1, 0), 3.0)]


def test_more_paths_than_a_float_can_count_are_told():
    def many(x):
        for _ in range(1100):
            x = x * np.array([0.5, 0.4]) + x * np.array([0.5, 0.4])
        return np.sum(x)

    entries = subject_of(many, (np.array([1.0, 2.0]),)).ledger()
    row = entries.graph.inputs[0]
    assert entries.paths(1).count(row) == 2**1100
    routes = find_routes(entries, row, 2)
    assert routes.total == 2**1100
    assert np.allclose(sum(r.contribution for r in routes.shown) + routes.rest, entries.gradient(row))
    told = " ".join(str(block) for block in parts(entries, row))
    assert "1.358e+331" in told
