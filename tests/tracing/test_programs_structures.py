"""Programs of the library: partials, iterators, queues, dataclasses, linked nodes, methods of arrays.

Value against the plain run, bit for bit; gradient against differences of the plain run.
"""

# ruff: noqa: B905, C408, F401, N805, RUF007, RUF015, RUF023, RUF058  (users write all of this)
from __future__ import annotations

import abc
import collections
import contextlib
import copy
import dataclasses
import enum
import functools
import heapq
import importlib
import itertools
import math
import operator
import random
import statistics
import types

import numpy as np
import pytest
from tests.tracing.plain_runs import agrees

X = np.array([2.0406, -2.5556, 0.418, -0.5678, -0.4526])
PROGRAMS = []


def program(f):
    PROGRAMS.append(f)
    return f


@program
def partials(x):
    def f(a, b, c=1.0, *, d=2.0):
        return a * b + c * d

    g = functools.partial(f, x[0], d=x[1])
    h = functools.partial(g, x[2])
    return (
        g(2.0) + h(c=x[3]) + functools.reduce(lambda a, b: a * b + 1, x) + functools.reduce(operator.mul, x)
    )


@program
def star(x):
    def f(*a, k=1.0, **kw):
        return sum(a) * k + sum(kw.values())

    first, *mid, last = x
    (a, b), c = (x[0], x[1]), x[2]
    args = [x[0], x[1]]
    kw = dict(k=x[2], z=x[3])
    return f(*args, **kw) + first * last + sum(mid) + a * b * c + f(*x)


@program
def matching(x):
    def area(s):
        match s:
            case {"r": r_}:
                return math.pi * r_**2
            case [w, h]:
                return w * h
            case (a, b, *rest) if a > b:
                return a * sum(rest)
            case float() | np.float64():
                return s * 2
            case _:
                return x[0]

    return area({"r": x[1]}) + area([x[0], x[2]]) + area((x[4] + 10, x[1], x[2])) + area(x[3])


@program
def walrus(x):
    return [y for v in x if (y := v * v) > 0.01][-1] + (z := x[1]) * z + (w if (w := x[2]) > 0 else -w)


@program
def of_itertools(x):
    return (
        sum(a * b for a, b in itertools.combinations(x, 2))
        + sum(itertools.accumulate(x))
        + sum(a * b * c for a, b, c in itertools.product(x[:2], repeat=3))
        + sum(itertools.chain(x, [1.0]))
        + sum(itertools.islice(x, 2))
        + sum(map(operator.mul, x, x))
        + sum(itertools.starmap(lambda a, b: a * b, zip(x, x[1:])))
        + sum(v for v, _ in zip(x, itertools.count()))
        + list(itertools.takewhile(lambda v: v < 1e3, x))[0]
        + sum(sum(g) for k, g in itertools.groupby(x, key=lambda v: v > 0))
        + sum(a * b for a, b in itertools.pairwise(x))
    )


@program
def queues(x):
    d = collections.deque(maxlen=3)
    for v in x:
        d.append(v * 2)
        d.appendleft(v)
    c = collections.namedtuple("C", "a b")(x[0], x[1])
    h = []
    for v in x:
        heapq.heappush(h, (v, 1))
    return sum(d) + c.a * c.b + c._replace(a=x[2]).a + heapq.heappop(h)[0]


@dataclasses.dataclass
class Pt:
    a: float
    b: float = 1.0
    hist: list = dataclasses.field(default_factory=list)

    def __post_init__(s):
        s.c = s.a * s.b

    def step(s):
        s.hist.append(s.a)
        s.a = s.a * 0.5 + s.b
        return s


@program
def datac(x):
    p = Pt(x[0], b=x[1]).step().step()
    q = dataclasses.replace(p, a=x[2])
    return p.a + p.c + sum(p.hist) + q.c + dataclasses.astuple(q)[0] + dataclasses.asdict(q)["a"]


@program
def slots(x):
    class T:
        __slots__ = ("v", "nxt")

        def __init__(s, v, n):
            s.v = v
            s.nxt = n

    h = None
    for v in x:
        h = T(v * v, h)
    t = 0.0
    while h is not None:
        t = t * 0.5 + h.v
        h = h.nxt
    return t


@program
def methods(x):
    return (
        x.dot(x)
        + x.sum() * x.mean()
        + x.max()
        - x.min()
        + x.prod()
        + x.std()
        + x.var(ddof=1)
        + x.cumsum()[-1]
        + x.reshape(1, -1).T.ravel()[0]
        + x.copy()[1]
        + x.clip(-0.5, 0.5).sum()
        + x.round(3).sum() * 0
        + x.astype(np.float64)[2]
        + x.take([0, 1]).sum()
        + x.repeat(2).sum()
        + x.argsort()[0]
        + x.flatten()[3]
        + x.squeeze()[0]
        + x.T @ x
        + x.item(0)
        + float(x.size)
        + x.ndim
        + len(x)
        + np.linalg.norm(x)
        + x[::-1].tolist()[0]
    )


@program
def swap(x):
    y = x * 1.0
    y[0], y[1] = y[1], y[0]
    y[[2, 3]] = y[[3, 2]]
    a, b = y[0], y[1]
    a, b = b, a + b
    M = np.outer(y, y)
    M[[0, 1]] = M[[1, 0]]
    M[:, [0, 2]] = M[:, [2, 0]]
    M[0] -= M[1] * (M[0, 0] / M[1, 0])
    return a * b + M.sum() + M[0, 1]


@program
def gauss(x):
    A = np.eye(3) * 3
    b = np.zeros(3)
    for i in range(3):
        for j in range(3):
            A[i, j] += x[i] * x[(i + j) % 5]
        b[i] = x[i]
    n = 3
    for k in range(n):
        for i in range(k + 1, n):
            f = A[i, k] / A[k, k]
            A[i, k:] -= f * A[k, k:]
            b[i] -= f * b[k]
    s = np.zeros(n)
    for i in reversed(range(n)):
        s[i] = (b[i] - A[i, i + 1 :] @ s[i + 1 :]) / A[i, i]
    return s.sum()


@program
def rk4(x):
    def f(t, y):
        return np.array([y[1], -y[0] * x[0] + t * x[1]])

    y = np.array([x[2], x[3]])
    t = 0.0
    h = 0.1
    traj = [y]
    while t < 1.0 - 1e-9:
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
        traj.append(y)
    return np.array(traj).sum()


@program
def newton(x):
    z = 1.0
    for _ in range(20):
        g = z**3 - abs(x[0]) - 1
        if abs(g) < 1e-12:
            break
        z = z - g / (3 * z * z)
    return z * x[1]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_a_program_as_people_write_it(f):
    agrees(f, X)
