"""Blocks of arrays written, added to and read one by one: NumPy's values, at the cost of what is written."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whygrad as wg
from whygrad.execution import execute
from whygrad.tracing import trace_function

blocks = st.one_of(
    st.integers(0, 3),
    st.builds(slice, st.integers(0, 3), st.integers(1, 5)),
    st.builds(slice, st.none(), st.none(), st.sampled_from([1, 2, -1, -2])),
    st.tuples(st.integers(0, 3), st.integers(0, 4)),
    st.tuples(st.builds(slice, st.integers(0, 2), st.integers(2, 5)), st.integers(0, 4)),
    st.tuples(st.just(slice(None)), st.builds(slice, st.integers(0, 3), st.integers(2, 6))),
    st.tuples(st.integers(0, 3), st.builds(slice, st.none(), st.none(), st.sampled_from([1, -1]))),
    st.just(np.array([0, 2, 0])),
    st.just(Ellipsis),
)
steps = st.lists(
    st.tuples(st.sampled_from(["set", "set", "add", "sub", "mul", "at", "read", "copy", "scalar"]), blocks),
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(steps)
def test_any_order_of_writes_additions_and_reads_follows_numpy(done):
    def program(x):
        o = np.zeros((4, 5))
        t = x[0]
        for n, (kind, key) in enumerate(done):
            if kind == "set":
                o[key] = x[n % 3] * (o[key] + n)
            elif kind == "scalar":
                o[key] = t
            elif kind == "add":
                o[key] += x[n % 3] * t
            elif kind == "sub":
                o[key] -= o[key] * 0.25 + x[1]
            elif kind == "mul":
                o[key] *= x[2]
            elif kind == "at":
                np.add.at(o, key, x[n % 3])
            elif kind == "read":
                t = t + np.sum(o[key]) * 0.125
            else:
                o[key] = o[key][..., ::-1] if np.ndim(o[key]) else o[key]
        return o, t

    x = np.array([0.5, -1.25, 1.5])
    wanted = program(x.copy())
    trace = trace_function(program, (x,))
    for found, value in zip(trace.output, wanted, strict=True):
        np.testing.assert_array_equal(found, value)
    run = execute(trace.graph, [x], keep=True)
    for row in range(len(trace.graph)):
        np.testing.assert_allclose(run[row], trace.values[row], rtol=1e-12, err_msg=str(trace.graph[row]))
    loss = lambda x: (lambda o, t: np.sum(o * np.arange(20.0).reshape(4, 5)) + t)(*program(x))
    h = 1e-30
    truth = [np.imag(complex_loss(program, x + 1j * h * e)) / h for e in np.eye(3)]
    np.testing.assert_allclose(wg.grad(loss)(x), truth, rtol=1e-10, atol=1e-10)


def complex_loss(program, z):
    """The loss of complex numbers: the same program on a complex buffer."""
    zeros = np.zeros
    try:
        np.zeros = lambda shape: zeros(shape, complex)
        o, t = program(z)
    finally:
        np.zeros = zeros
    return np.sum(o * np.arange(20.0).reshape(4, 5)) + t


def columns(n):
    def f(x):
        h = np.zeros((3, n))
        h[:, 0] = x
        for t in range(1, n):
            h[:, t] = np.tanh(h[:, t - 1] + x)
        return np.sum(h[:, -1])

    return f, np.ones(3)


def windows(n):
    def f(x):
        out = np.zeros(n + 2)
        for i in range(n):
            out[i : i + 3] += x * i
        return np.sum(out**2)

    return f, np.ones(3)


def scatters(n):
    def f(x):
        table = np.zeros((n, 3))
        for i in range(n):
            np.add.at(table, [i, 0], x)
        return np.sum(table**2)

    return f, np.ones(3)


def parts_of_rows(n):
    def f(x):
        out, total = np.zeros((n, 4)), 0.0
        for i in range(n):
            out[i, 1:] = x * i
            total = total + out[i, 2] + out[i, 1:3].sum()
        return total

    return f, np.ones(3)


@pytest.mark.parametrize("made", [columns, windows, scatters, parts_of_rows])
def test_loops_over_blocks_are_linear_in_rows_and_memory(made):
    """Eight times the steps: eight times the rows and bytes, not sixty-four; and so in time, generously."""
    sizes = []
    for n in (100, 800):
        f, x = made(n)
        start = time.process_time()
        trace = trace_function(f, (x,))
        seconds = time.process_time() - start
        kept = sum(np.asarray(v).nbytes for v in trace.values)
        sizes.append((len(trace.graph), kept, seconds))
    (rows, kept, seconds), (more_rows, more_kept, more_seconds) = sizes
    assert more_rows < 9 * rows
    assert more_kept < 12 * kept
    assert more_seconds < 40 * seconds


def test_additions_are_recorded_by_both_traces_of_a_nest():
    def f(x):
        out = np.zeros((2, 3))
        out[0] += x**2
        out[:, 1] -= x[0] * x[1]
        out[1] += np.sin(x)
        return np.sum(out**3)

    x, h = np.array([0.3, -0.8, 1.1]), 1e-30
    slope = lambda z: complex_slope(z)
    truth = [np.imag(slope(x + 1j * h * e)) / h for e in np.eye(3)]
    np.testing.assert_allclose(wg.hessian(f)(x), truth, rtol=1e-11, atol=1e-12)


def complex_slope(z):
    """The gradient of the function above, written out."""
    cross = np.array([0, z[0] * z[1], 0])
    upper, lower = 3 * (z**2 - cross) ** 2, 3 * (np.sin(z) - cross) ** 2
    through = -(upper[1] + lower[1])
    return upper * 2 * z + lower * np.cos(z) + through * np.array([z[1], z[0], 0])
