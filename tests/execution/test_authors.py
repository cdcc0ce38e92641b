"""Every NaN and infinity of a gradient is traced to what made it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.differentiation import differentiate
from whygrad.execution import execute
from whygrad.execution.authors import Author, Blame, blame
from whygrad.graph import Graph


def blamed(function: Callable[..., Any], *args: Any) -> tuple[Graph, Blame]:
    with np.errstate(all="ignore"):
        forward = wg.trace(function)(*args)
    derivative = differentiate(forward)
    run = execute(derivative.graph, args, keep=True)
    return derivative.graph, blame(derivative.graph, run, derivative.graph.outputs, len(forward))


def story(graph: Graph, author: Author) -> list[tuple[str, float]]:
    """From the root on: the operation, or that whose edge is served, and what it made."""
    source = story(graph, author.source) if author.source else []
    origin = graph.origin(author.row)
    name = graph.op(author.row).name if origin is None else f"back through {graph.op(origin[0]).name}"
    return [*source, (name, author.value)]


CASES: dict[str, tuple[Callable[..., Any], Any, list[list[tuple[str, float]]]]] = {
    "overflow": (lambda x: np.log(1 + np.exp(x)), 1000.0, [[("exp", np.inf), ("back through log", np.nan)]]),
    "zero vector": (lambda x: np.sqrt(np.sum(x**2)), np.zeros(2),
                    [[("back through sqrt", np.inf), ("back through power", np.nan)]]),
    "end of a domain": (lambda x: np.sum(np.sqrt(x)), np.array([1.0, 0.0]),
                        [[("back through sqrt", np.inf)]]),
    "outside a domain": (lambda x: np.log(x) * 2.0, -1.0, [[("back through log", np.nan)]]),
    "a quotient": (lambda x: np.sum(x / (x - 1.0)), np.array([3.0, 1.0]),
                   [[("back through divide", -np.inf), ("back through input", np.nan)],
                    [("back through divide", np.inf)]]),
    "given": (lambda x: np.sum(x * x), np.array([1.0, np.nan]), [[("input", np.nan)]]),
    "two of them": (lambda x: np.sum(np.log(x[:1])) + np.sum(np.sqrt(x[1:])), np.array([0.0, 0.0]),
                    [[("back through log", np.inf)], [("back through sqrt", np.inf)]]),
    "finite": (lambda x: np.sum(x * x), np.array([1.0, 2.0]), []),
    "in a matrix product": (lambda x: np.sum(np.log(np.exp(x) @ np.ones((2, 2)))), np.array([[1.0, 800.0]]),
                            [[("exp", np.inf), ("back through log", np.nan)]]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_author_is_found(name: str) -> None:
    function, x, expected = CASES[name]
    graph, found = blamed(function, x)
    stories = [story(graph, author) for author in found.authors]
    assert [[n for n, _ in s] for s in stories] == [[n for n, _ in s] for s in expected]
    np.testing.assert_array_equal([v for s in stories for _, v in s], [v for s in expected for _, v in s])


def test_the_entry_is_found() -> None:
    x = np.ones((3, 4))
    x[2, 1] = 0.0
    _, found = blamed(lambda x: np.sum(np.sqrt(x).T @ np.ones((3, 2))), x)
    (author,) = found.authors
    assert author.entry == (2, 1)
    _, found = blamed(lambda x: np.sum((np.log(x) * 2.0)[::-1].reshape(-1)[1:] ** 2), x)
    assert found.authors[0].root.entry == (2, 1)


def test_what_an_untaken_branch_makes_was_not_needed() -> None:
    graph, found = blamed(lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)), np.array([1.0, -1.0]))
    assert found.authors == ()
    (author,) = found.unneeded
    assert graph.op(author.row).name == "log" and author.entry == (1,)
    assert author.operands == (-1.0,) and np.isnan(author.value)


def test_a_write_of_many_is_searched_by_halves() -> None:
    def filled(x: Any) -> Any:
        y = np.zeros(len(x))
        for i in range(len(x)):
            y[i] = np.sqrt(x[i])
        return np.sum(y)

    x = np.linspace(1.0, 2.0, 300)
    x[217] = 0.0
    _, found = blamed(filled, x)
    (author,) = found.authors
    assert author.value == np.inf and author.operands == (0.5, 0.0)


def test_a_long_chain_takes_linear_time() -> None:
    def chain(x: Any) -> Any:
        y = np.log(x)
        for _ in range(20_000):
            y = y * 0.999
        return y

    start = time.perf_counter()
    graph, found = blamed(chain, -1.0)
    assert len(found.authors) == 1 and graph.op(found.authors[0].row).name in ("log", "inside")
    assert time.perf_counter() - start < 20
