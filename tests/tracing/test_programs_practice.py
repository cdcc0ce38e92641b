"""Programs of every day: solvers, layers, caches, containers, structures, random numbers.

Value against the plain run, bit for bit; gradient against differences of the plain run.
"""

# ruff: noqa: B006, B009, B010, B905, E741, F401, F811, F841, F842, N805, RUF046, RUF059, UP018, UP037  (users write all of this)
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
def conv(x):
    im = np.outer(x, x)
    k = x[:4].reshape(2, 2)
    out = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            out[i, j] = np.sum(im[i : i + 2, j : j + 2] * k)
    pool = np.array([[out[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max() for j in range(2)] for i in range(2)])
    return pool.sum() + np.maximum(out, 0).mean()


@program
def lstm(x):
    W = {g: np.outer(x, x) * (i + 1) * 0.1 for i, g in enumerate("ifog")}
    h = np.zeros(5)
    c = np.zeros(5)
    hs = {-1: h}
    sg = lambda v: 1 / (1 + np.exp(-v))
    for t in range(4):
        z = W["i"] @ h + x * t
        i = sg(z)
        f = sg(W["f"] @ h + x)
        o = sg(W["o"] @ h)
        g = np.tanh(W["g"] @ h + x)
        c = f * c + i * g
        h = o * np.tanh(c)
        hs[t] = h
    return sum(np.sum(hs[t]) for t in range(4))


@program
def softmax(x):
    s = np.outer(x, x)
    s -= s.max(axis=1, keepdims=True)
    p = np.exp(s)
    p /= p.sum(axis=1, keepdims=True)
    y = np.array([0, 1, 2, 3, 4])
    return -np.log(p[np.arange(5), y]).mean() + 0.5 * 1e-3 * np.sum(x * x)


@program
def ifexp_chain(x):
    return (
        sum((a if a > 0 else b) if -9 < a < 9 and b != 0 else 0.0 for a, b in zip(x, x[::-1]))
        + (x[0] and x[1])
        + (x[0] or x[1])
        + (not x[0])
    )


@program
def enums(x):
    class A(enum.Enum):
        RELU = 1
        TANH = 2

    acts = {A.RELU: lambda v: v * (v > 0), A.TANH: math.tanh}
    return sum(acts[a](v) for a in A for v in x)


@program
def copies(x):
    y = copy.copy(x)
    z = copy.deepcopy({"a": [x, x[0]]})
    y[0] = 5.0
    return (y * z["a"][0]).sum() + z["a"][1] + x[0]


@program
def intidx(x):
    i = int(np.argmax(x))
    j = np.argmin(x)
    k = int(abs(x[0]) * 2) % 5
    o = np.argsort(x)
    return x[i] * x[j] + x[k] + x[o][0] + x[o[::-1]][1] + x[int(round(abs(float(1.4))))] + np.eye(5)[i] @ x


@program
def cmp(x):
    n = sum(v > 0 for v in x)
    b = (x > 0).astype(float)
    c = np.count_nonzero(x > 0)
    a = np.any(x > 9) or np.all(x < 9)
    return n * x[0] + (b * x).sum() + c * x[1] + a * x[2] + bool(x[0] > 0) * x[3] + (x[0] > 0) * x[1]


@program
def lambdas(x):
    return (lambda f, n: functools.reduce(lambda a, _: f(a), range(n), x[0]))(
        lambda v: math.tanh(v) + x[1], 3
    )


@program
def curry(x):
    compose = lambda *fs: functools.reduce(lambda f, g: lambda v: f(g(v)), fs)
    return compose(np.sum, np.exp, lambda v: -(v**2))(x)


@program
def cached(x):
    @functools.lru_cache(None)
    def f(n):
        return x[0] if n == 0 else f(n - 1) * x[1] + 1

    @functools.cache
    def g(v):
        return v * v

    return f(5) + g(x[0]) + g(x[0])


@program
def abstracts(x):
    class B(abc.ABC):
        @abc.abstractmethod
        def f(s, v): ...
        def __call__(s, v):
            return s.f(v) * 2

    class C(B):
        def f(s, v):
            return v**2

    class D(C):
        pass

    return D()(x[0]) + sum(map(D(), x))


@program
def attributes(x):
    o = types.SimpleNamespace(a=x[0], b=[x[1]])
    setattr(o, "c", x[2])
    o.b[0] *= 2
    o.a += x[3]
    o.d = np.zeros(2)
    o.d[0] = o.a
    o.d += x[4]
    del o.b
    return getattr(o, "a") * o.c + getattr(o, "zz", 1.0) + vars(o)["c"] + o.d.sum() + o.__dict__["a"]


@program
def meth_ref(x):
    f = x.dot
    g = np.ndarray.sum
    h = [].append
    l = []
    ap = l.append
    for v in x:
        ap(v)
    k = "sum"
    return (
        f(x)
        + g(x)
        + sum(l)
        + getattr(x, k)()
        + getattr(np, "exp")(x[0])
        + operator.itemgetter(1)(x)
        + operator.attrgetter("T")(x)[0]
        + operator.methodcaller("sum")(x)
        + (x.__mul__(2)).sum()
        + x.__getitem__(0)
    )


@program
def numpyfun(x):
    return (
        np.add(x[0], x[1])
        + np.float64(x[2]) * np.float64(2)
        + np.array(x[3]) * 1
        + np.asarray([x[0], 1])[0]
        + np.sum([x[0], x[1]])
        + np.mean((x[0], x[1], 2.0))
        + np.max([x[0], x[1]])
        + np.dot([x[0], x[1]], [1, 2])
        + np.maximum(x[0], [1.0, -1.0]).sum()
        + np.full(3, x[4]).sum()
        + np.stack([x, x]).sum()
        + np.concatenate([[x[0]], x[1:]])[0]
        + np.where(True, x[0], x[1])
        + np.zeros(3)[0]
        + (np.ones(3) * x[0])[1]
        + np.linspace(0, x[0], 3)[1]
        + np.hstack([x[0], x]).sum()
        + np.array([[x[0], 0], [0, x[1]]]).trace()
        + np.diag([x[0], x[1]]).sum()
    )


@program
def annot(x):
    y: float = x[0]
    z: "list[float]" = [y]
    w: int

    def f(a: np.ndarray, b: float = 2.0) -> float:
        return a * b

    return f(y) + z[0]


@program
def delnone(x):
    y = None
    for v in x:
        y = v if y is None else y + v
    q = y
    del y
    return q if q is not None else 0.0


@program
def mut_default(x):
    def f(v, acc=[]):
        acc.append(v)
        return sum(acc)

    return f(x[0]) + f(x[1])


@program
def nestedf(x):
    class M:
        def __init__(s):
            s.p = {"w": x * 1.0}

        def grads(s):
            return {k: 2 * v for k, v in s.p.items()}

        def fit(s, n):
            for _ in range(n):
                g = s.grads()
                for k in s.p:
                    s.p[k] -= 0.1 * g[k]
            return s

    return M().fit(3).p["w"].sum()


@program
def varannot_unpack(x):
    pairs = [(x[i], x[i + 1]) for i in range(4)]
    t = 0
    for i, (a, b) in enumerate(pairs):
        t += a * b * i
    for (a, b), c in zip(pairs, x):
        t += a - b * c
    A = [[v] * 2 for v in x]
    A[0][1] += x[1]
    A[1:3] = [[x[0]]]
    return t + A[0][1] + A[1][0]


@program
def bitops(x):
    return (
        x[(x > 0) & (x < 2) | (x < -1)].sum()
        + x[~(x > 0)].sum()
        + ((x > 0) ^ (x > 1)).sum() * x[0]
        + (1 << 2) * x[1]
        + (7 // 2) * x[2]
        + (x[0] // 0.3)
        + x[1] % 0.4
        + divmod(x[2], 0.3)[1]
        + (-x[0])
        + (+x[1])
        + 2 ** x[2]
        + x[3].__abs__()
    )


@program
def async_free(x):
    import importlib

    mm = importlib.import_module("math")
    exec_ = mm.sin
    return exec_(x[0]) + __import__("math").cos(x[1]) + eval("2.0") * x[2]


@program
def lambda_default(x):
    return sum(f(x[0]) for f in [(lambda v, p=p: v**p) for p in (1, 2, 3)])


@program
def stat(x):
    n = len(x)
    mu = sum(x) / n
    var = sum((v - mu) ** 2 for v in x) / (n - 1)
    return math.sqrt(var) + statistics.mean([1.0, 2.0]) * x[0]


@program
def randmask(x):
    rs = np.random.RandomState(0)
    mask = (rs.rand(5) < 0.5) / 0.5
    random.seed(1)
    k = random.randrange(5)
    idx = rs.permutation(5)
    return (x * mask).sum() + x[k] + (x[idx] * np.arange(5)).sum()


@program
def np_iter(x):
    M = np.outer(x, x)
    t = 0
    for row in M:
        t = t + row[0] * row[-1]
    for i, j in np.ndindex(2, 2):
        t += M[i, j]
    for a, b in M[:2, :2]:
        t += a * b
    for c in M.T[:2]:
        t += c.sum()
    for v in np.nditer(np.arange(3.0)):
        t += v
    return t + sum(v for r_ in M.tolist() for v in r_) + M.flat[3]


@program
def power(x):
    return (
        abs(x[0]) ** x[1]
        + x[0] ** 2
        + x[0] ** 3
        + 2.0 ** x[1]
        + (x[0] ** 2) ** 0.5
        + pow(abs(x[2]), 1.5)
        + np.sqrt(abs(x[0]))
        + x[3] ** -2
        + np.power(np.abs(x), 2.2).sum()
    )


@program
def return_struct(x):
    def f():
        return {"a": (x[0], [x[1], None]), "b": "text"}

    d = f()
    (u, [v, n]) = d["a"]
    return u * v


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_a_program_as_people_write_it(f):
    agrees(f, X)
