"""A traced run is the plain run, bit for bit, and its graph computes the same again."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whygrad.execution import execute
from whygrad.graph import validate
from whygrad.tracing import trace_function
from whygrad.tracing.trees import flatten

# ruff: noqa: B905, C416, C417, RUF007, RUF010, UP031  (users write all of this)

X = np.array([0.5, -1.5, 2.0, 3.25])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6
Pair = namedtuple("Pair", "left right")


def bits(value):
    """Type and bytes of every leaf."""
    leaves, tree = flatten(value)
    return tree, [
        (type(v).__name__, np.asarray(v).dtype, np.shape(v), np.asarray(v).tobytes()) for v in leaves
    ]


def neuron(w, x):
    product = w[0] * x[0] + w[1] * x[1] + w[2]
    return 1 / (1 + math.exp(-product))


def running(x):
    total = 0
    for k, v in enumerate(x):
        if v < 0:
            continue
        total += v * k
        if total > 6:
            break
    else:
        total = -total
    return total


def until(x):
    s, n = x[0], 0
    while s < 10:
        s = s * 2 + 1
        n += 1
    return s, n


def aliased(x):
    y = x
    y += 1
    z = y[1:3]
    z *= x[0]
    x[0] = y[3] ** 2
    return x, y, z, x.T @ y


def rebound(x):
    y = x[0]
    z = y
    y += 1
    return y, z


def listed(x):
    hs = [x[0]]
    for v in x[1:]:
        hs.append(np.tanh(hs[-1] + v))
    hs += [hs[0] * 2]
    return hs, np.array(hs), np.sum(hs), np.stack([hs, hs]).sum(0), sum(hs), max(hs), sorted(hs)


def comprehended(x):
    squares = [v * v for v in x if v > 0]
    table = {k: v + 1 for k, v in enumerate(squares)}
    return squares, table, sum(v for v in x), list(map(lambda v: v + 1, x)), [a * b for a, b in zip(x, x[1:])]


def generated(x):
    def halves(n):
        for v in x:
            for k in range(n):
                yield v / (k + 1)

    return sum(halves(2)), list(halves(3))


def closed(x):
    count = 0

    def scaled(v):
        nonlocal count
        count += 1
        return v * x[0] * count

    return scaled(x[1]), scaled(x[2]), count


def recursive(x):
    def power(v, n):
        return 1.0 if n == 0 else v * power(v, n - 1)

    return power(x[0], 9), power(x[1], 3)


def guarded_end(x):
    trail = []
    try:
        trail.append(x[0])
        if x[0] > 0:
            raise ValueError(f"{x[0]:.3f}")
        trail.append(x[1])
    except ValueError as error:
        trail.append(x[2] * len(str(error)))
    finally:
        trail.append(x[3])
    return trail


def chained(x):
    return [v for v in x if -1 < v <= 2 < 3], 0 < x[0] < x[2] != 5


def unpacking(x):
    a, (b, *c), d = x[0], x[1:], x[3]
    p = q = a * b
    i, c[0] = 1, p
    pair = Pair(a, b)
    x[0], x[1] = x[1], x[0]
    return a, b, c, d, p, q, i, pair.left * pair.right, x


class Layer:
    count = 0

    def __init__(self, w, b):
        self.w, self.b = w, b
        self.__seen = 0

    def __call__(self, x):
        self.__seen += 1
        Layer.count += 1
        self.out = np.maximum(self.w @ x + self.b, 0)
        return self.out

    @property
    def norm(self):
        return np.sqrt((self.w**2).sum())

    @staticmethod
    def shifted(x, by=1.0):
        return x + by

    @classmethod
    def zero(cls, x):
        return cls(np.zeros((3, 4)), x[:3])


class Deep(Layer):
    def __call__(self, x):
        return super().__call__(x) * 2


def layered(m, x):
    layer = Deep(m, 0.25)
    return layer(x), layer.norm, Layer.shifted(x), Layer.zero(x)(x), layer.out.sum()


@dataclasses.dataclass
class State:
    value: object
    steps: int = 0


def stepped(x):
    state = State(x[0])
    while state.steps < 3:
        state.value = state.value * 2 + x[state.steps]
        state.steps += 1
    return state


def buffered(x):
    out = np.zeros(5)
    out[0] = x[0]
    for i in range(1, 4):
        out[i] = out[i - 1] * x[i]
    out[-1] += out[2]
    out[1:3] *= 2
    return (
        out,
        out[::-1],
        out.sum(),
        out.copy(),
        [v for v in out],
        out.mean(),
        -out,
        out.T.dot(x.sum() * np.ones(5)),
    )


def matrices(m, x):
    h = np.empty((4, 3))
    h[0] = m[:, 0]
    for t in range(1, 4):
        h[t] = np.tanh(m @ np.ones(4) * h[t - 1])
    h[h < 0] = 0
    h[:, 1] += x[0]
    v = h.reshape(2, 6)
    v[0, 1:4] = x[1]
    h.T[2] -= 1
    return h, v, h.ravel()[3:5], h[[0, 2]], h[np.arange(3), [0, 1, 2]], h.max(axis=1, keepdims=True)


def softmax(m):
    e = np.exp(m - np.max(m, axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d = p.copy()
    d[np.arange(3), [0, 1, 1]] -= 1
    return -np.log(p[np.arange(3), [0, 1, 1]]).mean(), d, p


def scattered(m, x):
    table = np.zeros((3, 4))
    np.add.at(table, [0, 0, 2], m)
    np.subtract.at(table, 1, x)
    return table, table[0] @ x


def chosen(m, x):
    k = np.argmax(x)
    mask = (m > 0).astype(float)
    return x[k], m * mask, np.where(x > 0, x, -x), np.sort(x), x[np.argsort(x)], x[x > 0], int(x[2]) * x[0], k


def mixed_types(m):
    a = np.float32(m[0, 0]) * m.astype(np.float32)
    b = np.zeros(3, dtype=np.float32)
    b[0] = m[1, 1]
    b += m[:, 0]
    return a, b, b * 2, float(m[0, 0]), m[0, 0].item(), m[0].tolist(), np.array(m[0, 1]), divmod(m[0, 0], 0.3)


def shown(x):
    text = f"{x[0]:.2f} {x} {'%d %s' % (3, x[1])} {str(x[0])} {repr(x[1])} {x[2]!r}"
    print(text, x[0])
    return text, len(x), x.shape, isinstance(x, np.ndarray), isinstance(x[0], float), type(x[0]) is np.float64


def reduced(x):
    return (
        functools.reduce(lambda a, b: a * b + 1, x),
        math.fsum(x),
        math.floor(x[2]),
        math.log(x[0]),
        abs(x[1]),
    )


def walrus(x):
    return [y for v in x if (y := v * 2) > 0], (z := x[0]) + z


def matched(x):
    match len(x):
        case 4 if x[0] > 0:
            y = x[0] * 2
        case _:
            y = x[1]
    return y


PROGRAMS = [
    (neuron, ([2, -3, -3], [-1, -2])), (neuron, ([2.5, -3.0, -3.0], [-1.0, -2.0])),
    (running, (X,)), (running, ([1.5, -2.0, 3.0],)), (until, (X,)), (aliased, (X,)), (rebound, (X,)),
    (listed, (X,)), (listed, ([0.5, 1.5, -2.0],)), (comprehended, (X,)), (generated, (X,)), (closed, (X,)),
    (recursive, (X,)), (guarded_end, (X,)), (chained, (X,)), (unpacking, (X,)), (layered, (M, X)),
    (stepped, (X,)), (buffered, (X,)), (matrices, (M, X)), (softmax, (M,)), (scattered, (M, X)),
    (chosen, (M, X)), (mixed_types, (M,)), (shown, (X,)), (reduced, (X,)), (walrus, (X,)), (matched, (X,)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_a_traced_run_is_the_plain_run(f, args, capsys):
    wanted = f(*[np.copy(a) if isinstance(a, np.ndarray) else list(a) for a in args])
    printed = capsys.readouterr().out
    before = bits(args)
    trace = trace_function(f, args)
    assert bits(trace.output) == bits(wanted)
    assert capsys.readouterr().out == printed
    assert bits(args) == before, "the caller's arrays are not written"
    validate(trace.graph)
    assert len(trace.values) == len(trace.graph)


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_the_graph_computes_the_same_values_again(f, args):
    trace = trace_function(f, args)
    inputs = [trace.values[row] for row in trace.graph.inputs]
    run = execute(trace.graph, inputs, keep=True)
    for row, value in enumerate(trace.values):
        np.testing.assert_allclose(run[row], value, rtol=1e-12, atol=1e-300, err_msg=str(trace.graph[row]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from("wvsrtcax"), st.integers(0, 5), st.integers(0, 5)), max_size=12),
)
def test_random_writes_through_views_follow_numpy(numbers, steps):
    def program(x):
        a = np.zeros((6, 6))
        views = [a]
        for kind, i, j in steps:
            v = views[(i + j) % len(views)]
            n = x[i % len(x)]
            if kind == "w" and v.ndim == 2:
                v[i % v.shape[0], j % v.shape[1]] = n
            elif kind == "w" and v.size:
                v[i % len(v)] = n * 2
            elif kind == "v":
                views.append(v[i % max(len(v), 1) :])
            elif kind == "s":
                v[...] = n
            elif kind == "r":
                views.append(v.ravel())
            elif kind == "t":
                views.append(v.T[::-1])
            elif kind == "c":
                v += n
            elif kind == "a":
                v[: i + 1] *= n
            elif kind == "x" and v.size:
                n = n + v.sum() + v.reshape(-1)[j % v.size]
        return a, [v.sum() for v in views], views[-1] * 1.0

    given_numbers = np.array(numbers)
    trace = trace_function(program, (given_numbers,))
    assert bits(trace.output) == bits(program(given_numbers))
    run = execute(trace.graph, [given_numbers], keep=True)
    for row in range(len(trace.graph)):
        assert np.array_equal(run[row], trace.values[row]), str(trace.graph[row])
