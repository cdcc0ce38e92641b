"""Programs of the language: lists, generators, classes, closures, branches, decorators, match statements.

Value against the plain run, bit for bit; gradient against differences of the plain run.
"""

# ruff: noqa: C414, C416, E741, F401, N805, RUF021  (users write all of this)
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
def lists(x):
    out = []
    for i, v in enumerate(x):
        out.append(v * i) if i % 2 else out.insert(0, v**2)
    out.extend([x[0], x[1]])
    out += [3.0 * x[2]]
    out.reverse()
    last = out.pop()
    out.remove(out[0])
    del out[0]
    return sum(out) + last * len(out) + out[-1]


@program
def comp(x):
    return (
        sum([a * b for a in x for b in x if a > b])
        + sum({i: v for i, v in enumerate(x)}.values())
        + np.sum([[v * w for v in x] for w in x])
    )


@program
def setsort(x):
    return sorted(x)[0] * max(x) - min(x) + sorted(list(x), key=lambda v: -v)[1] + sorted(x, reverse=True)[2]


@program
def gen(x):
    def g(n):
        a = 1.0
        for i in range(n):
            a = a * x[i] + 1
            yield a

    return sum(v * k for k, v in enumerate(g(4))) + next(g(2))


@program
def yieldfrom(x):
    def a():
        yield x[0]
        yield from (v * 2 for v in x[1:])
        return x[2]

    def b():
        z = yield from a()
        yield z**2

    return np.sum(np.array(list(b())))


@program
def sending(x):
    def acc():
        t = 0.0
        while True:
            v = yield t
            if v is None:
                return
            t += v * v

    g = acc()
    next(g)
    o = 0
    for v in x:
        o = g.send(v)
    return o


class Lay:
    n = 0

    def __init__(s, w, act=np.tanh):
        s.w = w
        s.act = act
        s.cache = {}

    def __call__(s, v):
        s.cache["v"] = v
        Lay.n += 1
        return s.act(s.w * v)

    @property
    def nrm(s):
        return np.sqrt(np.sum(s.w**2))

    @staticmethod
    def sq(v):
        return v * v

    @classmethod
    def make(cls, v):
        return cls(v)

    def __add__(s, o):
        return Lay(s.w + o.w)

    def __getitem__(s, i):
        return s.w[i]

    def __len__(s):
        return len(s.w)

    def __iter__(s):
        return iter(s.w)

    def __enter__(s):
        s.saved = s.w
        return s

    def __exit__(s, *a):
        s.w = s.saved
        return False

    def __matmul__(s, o):
        return s.w @ o

    def __eq__(s, o):
        return s is o

    __hash__ = object.__hash__


class Lay2(Lay):
    def __call__(s, v):
        return super().__call__(v) + s.nrm


@program
def classes(x):
    l = Lay.make(x) + Lay2(x * 2)
    with l as q:
        q.w = q.w * 3
        y = q(x)
    return y.sum() + l[0] + len(l) * sum(l) + Lay.sq(l.nrm) + (l @ x) + l.cache["v"][0] + sum(Lay2(x)(x))


@program
def dicts(x):
    d = {}
    for i in range(3):
        d["W" + str(i)] = x[i] * x
        d[f"b{i}"] = x[i]
    g = collections.defaultdict(float)
    for k, v in d.items():
        g[k[0]] += np.sum(v)
    d.update(W0=d["W0"] * 2)
    t = d.pop("b1")
    e = {**d, "z": t}
    c = collections.OrderedDict(a=x[0])
    c.move_to_end("a")
    return (
        g["W"] * g["b"]
        + d.get("W0").sum()
        + d.get("none", 0.0)
        + d.setdefault("q", x[3])
        + sum(v for k, v in e.items() if k.startswith("b"))
        + e["z"]
        + c["a"]
    )


@program
def closure(x):
    tot = 0.0
    cnt = [0]

    def add(v):
        nonlocal tot
        tot += v * v
        cnt[0] += 1
        return tot

    for v in x:
        add(v)
    fs = [lambda z, k=k: z * x[k] for k in range(3)]
    return tot * cnt[0] + sum(f(2.0) for f in fs)


GL = 0.0


@program
def of_the_module(x):
    global GL
    GL = x[0] * 2

    def h():
        return GL * x[1]

    v = h()
    GL = 0.0
    return v


@program
def recur(x):
    def fib(n):
        return x[n] if n < 2 else fib(n - 1) * 0.5 + fib(n - 2)

    def tree(a):
        return a[0] if len(a) == 1 else np.tanh(tree(a[: len(a) // 2]) + tree(a[len(a) // 2 :]))

    return fib(8) + tree(x)


@program
def branch(x):
    t = x[0]
    while t * t < 30:
        t = t * 1.7 + (1 if t > 0 else -1)
    if t > 5 and x[1] < 9 or not x[2]:
        y = t * x[1]
    elif t < -5:
        y = t - x[1]
    else:
        y = t
    for i in range(10):
        if i == 3:
            continue
        y += x[i % 5] * i
        if y > 1e3:
            break
    else:
        y *= 2
    return y


@program
def trying(x):
    try:
        y = x[0] * 2
        raise KeyError("a")
    except KeyError as e:
        y = y * 3 + len(e.args)
    else:
        y = 0
    finally:
        y += x[1]
    try:
        x[100]
    except IndexError:
        y *= x[2]
    try:
        math.log(-abs(x[0]))
    except ValueError:
        y += x[3]
    try:
        1 / (x[0] - x[0])
    except ZeroDivisionError:
        y += 1
    return y


@program
def contexts(x):
    @contextlib.contextmanager
    def scaled(k):
        yield x * k

    with scaled(2) as a, scaled(3) as b:
        y = a * b
    with np.errstate(all="ignore"):
        y = y + np.where(x > 0, np.log(x), 0.0)
    with contextlib.suppress(IndexError):
        x[99]
    return y.sum()


@program
def deco(x):
    def twice(f):
        @functools.wraps(f)
        def g(*a, **k):
            return f(*a, **k) * 2

        return g

    def scale(s):
        def d(f):
            return lambda *a: f(*a) * s

        return d

    @twice
    @scale(x[0])
    def h(a, b=1.0):
        return a * b

    return h(x[1]) + h(x[2])


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_a_program_as_people_write_it(f):
    agrees(f, X)
