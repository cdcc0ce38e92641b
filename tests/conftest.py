"""Where everything optional is installed (CI sets WHYGRAD_NO_SKIPS), a skipped test is a failure.

Property tests draw the same examples in each run, others each time with WHYGRAD_EXPLORE set. No example has
a deadline: a busy machine is no failure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from whygrad.graph import INPUT, Graph, GraphBuilder, abstract_of
from whygrad.tracing.symbols import Symbol

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None)
settings.load_profile("exploring" if os.environ.get("WHYGRAD_EXPLORE") else "repeatable")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("WHYGRAD_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and WHYGRAD_NO_SKIPS is set: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    report = yield
    if report.skipped and os.environ.get("WHYGRAD_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, and WHYGRAD_NO_SKIPS is set: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def graph_of() -> Callable[..., Graph]:
    """The graph of a function of operators and NumPy calls, for arguments like the examples."""

    def build(function: Callable[..., Any], *examples: Any) -> Graph:
        builder = GraphBuilder()
        rows = []
        for k, example in enumerate(examples):
            value = np.array(example) if isinstance(example, list) else example
            rows.append(builder.add(INPUT, (), abstract_of(value)))
            builder.name_row(rows[-1], f"x{k}")
        results = function(*(Symbol(builder, row) for row in rows))
        results = results if isinstance(results, tuple) else (results,)
        return builder.freeze(rows, [r.row for r in results])

    return build


@pytest.fixture(scope="session")
def complex_step() -> Callable[..., list[Any]]:
    """Gradients of an analytic function by the complex step, entry by entry: errors near 1e-16."""

    def gradient(function: Callable[..., Any], *args: Any, h: float = 1e-30) -> list[Any]:
        results = []
        for k, arg in enumerate(args):
            moved = np.array(arg, dtype=complex)
            slopes = np.zeros(moved.shape)
            for place in np.ndindex(moved.shape):
                moved[place] += 1j * h
                point = [*args[:k], moved[()], *args[k + 1 :]]
                slopes[place] = np.sum(np.imag(function(*point))) / h
                moved[place] -= 1j * h
            results.append(slopes[()])
        return results

    return gradient
