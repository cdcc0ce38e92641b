"""What tracing leaves in the table: rows, guards, names, sites; what it refuses; threads and nesting."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from whygrad.errors import GuardError, NoRuleError, TraceError
from whygrad.execution import execute
from whygrad.source import site
from whygrad.tracing import Traced, trace_function

X = np.array([0.5, -1.5, 2.0, 3.25])


def rewritten_loop(x, n):
    out = np.zeros(n)
    for i in range(n):
        out[i] = x[i] * 2.0
    return np.sum(out)


def test_rows_of_a_loop_of_writes_grow_with_its_length():
    sizes = [
        len(trace_function(rewritten_loop, (np.ones(n), n), argnums=[0]).graph) for n in (100, 1000, 10_000)
    ]
    assert sizes[2] - sizes[1] == 10 * (sizes[1] - sizes[0])
    assert sizes[0] < 2 * 100 + 10
    trace = trace_function(rewritten_loop, (np.ones(10_000), 10_000), argnums=[0])
    assert trace.graph.nbytes < 64 * len(trace.graph)


def test_a_long_scalar_loop_does_not_recurse():
    def chain(x):
        for _ in range(20_000):
            x = x * 0.999 + 0.1
        return x

    trace = trace_function(chain, (1.5,))
    assert trace.output == chain(1.5)
    assert len(trace.graph) == 40_003


def test_a_recurrence_reads_the_rows_that_it_wrote():
    def recurrence(x):
        h = np.zeros(50)
        h[0] = x
        for t in range(1, 50):
            h[t] = 0.5 * h[t - 1] + x
        return h[-1]

    graph = trace_function(recurrence, (0.3,)).graph
    assert {node.op.name for node in graph} == {"input", "constant", "multiply", "add"}


def test_guards_hold_the_branches_taken():
    def branch(x):
        return x * 2 if x > 0 else x * 3

    graph = trace_function(branch, (1.5,)).graph
    assert execute(graph, [2.5]).outputs == (5.0,)
    with pytest.raises(GuardError):
        execute(graph, [-1.0])


def test_lengths_and_ranges_are_guarded():
    def repeated(x, n):
        for _ in range(n):
            x = x * 2
        return x

    trace = trace_function(repeated, (1.5, 3))
    assert trace.output == 12.0
    assert [(g.expected, type(g.expected)) for g in trace.graph.guards] == [(3, int)]


def test_an_index_that_depends_on_values_is_a_row():
    def largest(x):
        return x[np.argmax(x)]

    graph = trace_function(largest, (X,)).graph
    assert execute(graph, [X[::-1].copy()]).outputs == (3.25,)


def test_names_sites_and_instances():
    def named(w):
        total = 0.0
        for k in range(2):
            product = w[k] * 3.0
            total = total + product
        return total

    graph = trace_function(named, ([1.5, 2.5],)).graph
    rows = [node for node in graph if node.name == "product"]
    assert [node.name for node in graph][:2] == ["w[0]", "w[1]"]
    assert [site(node.site).text for node in rows] == ["w[k] * 3.0"] * 2
    loops = [graph.instance(node.instance) for node in rows]
    assert [loop.ordinal for loop in loops] == [0, 1]
    assert site(loops[0].site).kind == "loop"
    assert loops[0].parent == loops[1].parent


def test_what_would_lose_the_derivative_is_refused_by_name_and_place():
    def spectral(x):
        y = x * 2
        return np.fft.fft(y).real.sum()

    with pytest.raises(NoRuleError, match="fft") as caught:
        trace_function(spectral, (X,))
    assert caught.value.place is not None
    lines = Path(caught.value.place.file).read_text(encoding="utf-8").splitlines()
    assert "np.fft.fft(y)" in lines[caught.value.place.line - 1]
    with pytest.raises(TraceError):
        trace_function(lambda x: round(x, 2) * x, (1.5,))


def test_functions_without_source_fall_back_on_overloading():
    names: dict[str, object] = {"np": np}
    exec("def f(x):\n    return np.sum(x * x) + x[0] ** 2 + np.sin(x)[1]", names)
    f = names["f"]
    assert trace_function(f, (X,)).output == f(X)  # type: ignore[operator]
    exec("import math\ndef g(x):\n    return math.exp(x)", names)
    with pytest.raises(TraceError, match=r"float\(\)"):
        trace_function(names["g"], (1.5,))  # type: ignore[arg-type]


def test_tracebacks_name_the_users_line():
    def failing(x):
        y = x * 2
        return [y, y][int(y) + 5]

    with pytest.raises(IndexError) as caught:
        trace_function(failing, (1.5,))
    frames = [entry for entry in caught.traceback if entry.name == "failing"]
    assert "int(y) + 5" in str(frames[-1].statement)


def test_traces_of_several_threads_do_not_mix():
    def work(x, n):
        for k in range(n):
            x = x * 1.01 + k
        return x

    found: dict[int, bool] = {}

    def run(n):
        trace = trace_function(work, (1.0 + n, 300 + n), argnums=[0])
        found[n] = trace.output == work(1.0 + n, 300 + n) and len(trace.graph.inputs) == 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(6), True)


def test_a_trace_within_a_trace_is_recorded_by_both():
    traces = []

    def outer(x):
        def inner(y):
            out = np.zeros(2)
            out[0] = x * y
            out[1] = out[0] * y
            return out.sum()

        trace = trace_function(inner, (x * 2,))
        traces.append(trace)
        return trace.output * x

    trace = trace_function(outer, (1.5,))
    assert trace.output == (1.5 * 3.0 + 1.5 * 9.0) * 1.5
    assert len(traces[0].graph) > 4
    assert type(traces[0].output) is Traced
    assert execute(trace.graph, [2.0]).outputs == ((2.0 * 4 + 2.0 * 16) * 2.0,)
