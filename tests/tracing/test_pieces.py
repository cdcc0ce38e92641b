"""Writes: in place, through views, with `out=`, of whole arrays; also within a trace within a trace."""

from __future__ import annotations

import numpy as np
import pytest

from whygrad.errors import NoRuleError
from whygrad.execution import execute
from whygrad.tracing import trace_function

X = np.array([0.5, -1.5, 2.0, 3.25])


def ops(f, *args):
    return [node.op.name for node in trace_function(f, args).graph]


def test_updating_a_whole_array_in_place_is_one_row():
    def step(w, g):
        w -= 0.1 * g
        return w

    assert ops(step, X, X) == ["input", "input", "constant", "multiply", "subtract"]


def test_writes_to_a_buffer_are_one_row():
    def filled(x):
        out = np.zeros(4)
        for i in range(4):
            out[i] = x[i]
        return out

    assert ops(filled, X).count("assemble") == 1


def test_out_is_a_write():
    def clipped(x):
        y = x * 2
        z = y
        np.clip(y, -1, 1, out=y)
        np.add(y, x, y)
        return z, y

    trace = trace_function(clipped, (X,))
    assert [v.tolist() for v in trace.output] == [v.tolist() for v in clipped(X)]
    assert [v.tolist() for v in execute(trace.graph, [X]).outputs] == [v.tolist() for v in clipped(X)]


def test_values_of_earlier_rows_stay_what_they_were():
    def changed(x):
        y = x * 2
        v = y[1:]
        total = v.sum()
        v[0] = 100.0
        y += x
        return total, y, v

    trace = trace_function(changed, (X,))
    run = execute(trace.graph, [X], keep=True)
    for row, value in enumerate(trace.values):
        assert np.array_equal(run[row], value), str(trace.graph[row])


def test_a_plain_array_written_between_uses_is_a_new_constant():
    def used(x):
        c = np.ones(4)
        y = x * c
        c[0] = 5.0
        return y + x * c

    trace = trace_function(used, (X,))
    assert trace.output.tolist() == used(X).tolist()
    assert execute(trace.graph, [X]).outputs[0].tolist() == used(X).tolist()


def test_the_same_plain_array_is_one_constant():
    def used(x):
        c = np.ones(4)
        for _ in range(5):
            x = x * c
        return x

    assert ops(used, X).count("constant") == 1


def test_a_captured_buffer_of_an_outer_trace_is_followed():
    def outer(x):
        shared = np.zeros(2)
        shared[0] = x

        def inner(y):
            shared[1] = shared[0] * y
            return shared.sum() * y

        return trace_function(inner, (2.0,)).output

    trace = trace_function(outer, (1.5,))
    assert trace.output == (1.5 + 3.0) * 2
    assert execute(trace.graph, [2.5]).outputs == ((2.5 + 5.0) * 2,)


def test_scattered_additions_are_recorded_by_both_traces():
    def outer(x):
        def inner(y):
            table = np.zeros(3)
            np.add.at(table, [0, 0, 2], x * y)
            table *= y
            return table.sum() + table[1:][1]

        return trace_function(inner, (x * 2,)).output

    trace = trace_function(outer, (1.5,))
    assert trace.output == 4 * 1.5 * 3.0 * 3.0
    assert execute(trace.graph, [2.5]).outputs == (4 * 2.5 * 5.0 * 5.0,)


def test_views_of_another_dtype_are_refused():
    def cut(x):
        y = np.zeros(4)
        y[0] = x[0]
        return y.view(np.float32) * 1.0

    with pytest.raises(NoRuleError):
        trace_function(cut, (X,))
