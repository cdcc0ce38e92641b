"""A seed to the text of a random program, in the manner of NumPy code as people write it.

A program is a tree of statements: a line, or a header with its body. Shapes are tracked, so that most programs
run; a few raise on purpose.
"""

from __future__ import annotations

# ruff: noqa: E501  (expressions are listed as they are written)
import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Statement = Any
"""A line, or a list: header, then statements."""
Shape = tuple[int, ...]

PREAMBLE = """\
import math
import numpy as np

class Layer:
    def __init__(self, weight):
        self.weight = weight
        self.calls = 0

    def apply(self, v):
        self.calls += 1
        return np.tanh(v * self.weight)

def squash(v, scale=0.5):
    if np.sum(v) > 1:
        return np.tanh(v) * scale
    return v * scale - 0.1

def power(v, n):
    return v if n <= 0 else np.sin(v) * power(v, n - 1)

"""
SMOOTH = ("np.tanh", "np.sin", "np.cos", "np.arctan", "squash", "np.expm1", "np.square", "np.negative", "-")
BENT = ("np.abs", "np.sign", "np.floor", "np.sqrt", "np.log1p", "np.cbrt", "np.sinc")
SCALAR = (
    "math.sin",
    "math.tanh",
    "math.exp",
    "math.atan",
    "math.fabs",
    "np.exp",
    "abs",
    "float",
    "math.cosh",
)
INPUTS: dict[str, Shape] = {"x": (4,), "A": (3, 4), "s": (), "p": ()}


@dataclass
class Program:
    """Statements of the body of `f(x, A, s, p)`; `p` is a list of three numbers."""

    seed: int
    body: list[Statement]
    result: str

    @property
    def text(self) -> str:
        lines = [
            f"def f(x, A, s, p):  # seed {self.seed}",
            *_lines(self.body, 1),
            f"    return {self.result}",
        ]
        return PREAMBLE + "\n".join(lines) + "\n"

    @property
    def inputs(self) -> tuple[Any, ...]:
        """Arguments drawn from the seed; fresh ones at each call."""
        draw = np.random.default_rng(self.seed)
        x, a = draw.normal(size=4), draw.normal(size=(3, 4))
        return x, a, float(draw.normal()), [float(v) for v in draw.normal(size=3)]


def _lines(body: list[Statement], depth: int) -> list[str]:
    found = []
    for statement in body:
        if isinstance(statement, str):
            found.append("    " * depth + statement)
        else:
            found += ["    " * depth + statement[0], *_lines(statement[1:] or ["pass"], depth + 1)]
    return found or ["    " * depth + "pass"]


@dataclass
class Writer:
    """Writes statements and knows the shape of every name."""

    draw: random.Random
    shapes: dict[str, Shape] = field(default_factory=lambda: {"x": (4,), "A": (3, 4), "s": ()})
    lists: dict[str, int] = field(default_factory=lambda: {"p": 3})
    count: int = 0

    def fresh(self, stem: str = "v") -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def name(self, shape: Shape | None = None) -> str | None:
        names = [n for n, known in self.shapes.items() if shape is None or known == shape]
        return self.draw.choice(names) if names else None

    def scalar(self, depth: int = 2) -> str:
        """An expression for a number."""
        d = self.draw
        kind = d.randrange(10) if depth else d.randrange(3)
        array = self.name((4,)) or "x"
        if kind == 0:
            return self.name(()) or "s"
        if kind == 1:
            return f"{d.choice(list(self.lists))}[{d.choice((0, 1, -1))}]"
        if kind == 2:
            return f"{array}[{d.randrange(-4, 4)}]"
        if kind == 3:
            return f"{self.name((3, 4))}[{d.randrange(3)}, {d.randrange(-4, 4)}]"
        if kind == 4:
            return f"{d.choice(SCALAR)}(np.tanh({self.scalar(depth - 1)}))"
        if kind == 5:
            return f"({self.scalar(depth - 1)} {d.choice('+-*')} {self.scalar(depth - 1)})"
        if kind == 6:
            return f"{self.scalar(depth - 1)} / (2 + math.sin({self.scalar(depth - 1)}))"
        if kind == 7:
            reduce = d.choice(("sum", "mean", "max", "min", "std", "var", "prod"))
            return f"np.{reduce}({self.array((4,), depth - 1)})"
        if kind == 8:
            return f"{array}.dot({self.array((4,), depth - 1)})"
        return f"{d.choice(('max', 'min'))}({self.scalar(depth - 1)}, {d.choice(('0.1', 's'))})"

    def array(self, shape: Shape, depth: int = 2) -> str:
        """An expression for an array of this shape."""
        d = self.draw
        kind = d.randrange(12) if depth else 0
        if kind < 2:
            return self.name(shape) or f"np.ones({shape})"
        if kind == 2:
            return f"{d.choice(SMOOTH)}({self.array(shape, depth - 1)})"
        if kind == 3:
            return f"{d.choice(BENT)}(np.abs({self.array(shape, depth - 1)}) + 0.3)"
        if kind < 6:
            return f"({self.array(shape, depth - 1)} {d.choice('+-*')} {self.array(shape, depth - 1)})"
        if kind == 6:
            return f"({self.array(shape, depth - 1)} {d.choice('+-*')} {self.scalar(depth - 1)})"
        if kind == 7:
            one, two = self.array(shape, depth - 1), self.array(shape, depth - 1)
            return d.choice((f"np.where({one} > 0.1, {one}, {two})", f"np.maximum({one}, {two})",
                             f"np.clip({one}, -0.7, 0.9)", f"np.minimum({one}, {self.scalar(depth - 1)})"))  # fmt: skip
        return self.vector(depth) if shape == (4,) else self.matrix(depth)

    def vector(self, depth: int) -> str:
        d = self.draw
        inner, matrix = self.array((4,), depth - 1), self.array((3, 4), depth - 1)
        numbers = f"{self.scalar(depth - 1)}, {self.scalar(depth - 1)}"
        return d.choice((
            f"{inner}[::-1]", f"{inner}[[0, 2, 2, 1]]", f"np.sort({inner})", f"{inner}[np.argsort({inner})]",
            f"np.cumsum({inner})", f"np.concatenate([{inner}[2:], {inner}[:2]])", f"{matrix}.sum(axis=0)",
            f"{matrix}.mean(0)", f"np.max({matrix}, axis=0)", f"np.array([{numbers}, 1, {self.scalar(0)}])",
            f"np.stack([{numbers}, *{inner}[1:3]])", f"({matrix}.T @ {matrix}[:, 1])", f"{matrix}[{d.randrange(3)}]",
            f"np.dot({matrix}[:, :3].T, {matrix})[0]", f"np.roll({inner}, 1)", f"np.append({inner}[1:], [{numbers}])[:4]",
            f"np.where({inner} > 0, {inner}, 0.0)", f"np.array([v * 0.5 for v in {inner}])", f"squash({inner})",
            f"power({inner}, 2)", f"np.repeat({inner}[:2], 2)", f"Layer({inner}).apply({inner})",
            f"np.add.accumulate({inner})", f"np.outer({inner}, {inner})[1]", f"np.prod({matrix}, axis=0)",
        ))  # fmt: skip

    def matrix(self, depth: int) -> str:
        d = self.draw
        inner, matrix = self.array((4,), depth - 1), self.array((3, 4), depth - 1)
        return d.choice((
            f"({matrix} + {inner})", f"({matrix} * {matrix}[:, [1]])", f"({matrix} - {matrix}.mean(axis=1, keepdims=True))",
            f"{matrix}.reshape(4, 3).T", f"np.outer({inner}[:3], {inner})", f"{matrix}[[0, 2, 0]]",
            f"np.vstack([{inner}, {matrix}[1:]])", f"np.tile({inner}, (3, 1))", f"({matrix} @ np.outer({inner}, {inner}))",
            f"np.sort({matrix}, axis=0)", f"np.cumsum({matrix}, axis=1)", f"({matrix} / np.sum({matrix} ** 2 + 1, axis=1)[:, None])",
            f"np.einsum('ij,j->ij', {matrix}, {inner})", f"np.broadcast_to({inner}, (3, 4))", f"np.flip({matrix}, 1)",
        ))  # fmt: skip

    def assignment(self) -> Statement:
        shape = self.draw.choice(((), (4,), (4,), (3, 4)))
        text = self.array(shape) if shape else self.scalar()
        name = self.fresh()
        self.shapes[name] = shape
        return f"{name} = {text}"

    def change(self) -> Statement:
        """Something that exists is changed where it stands."""
        d = self.draw
        vector, matrix = self.name((4,)) or "x", self.name((3, 4)) or "A"
        row, small = self.array((4,), 1), self.scalar(1)
        return d.choice((
            f"{vector}[{d.randrange(-4, 4)}] = {small}", f"{vector}[1:] *= {self.scalar(1)}", f"{vector} += {row}",
            f"{vector}[{d.randrange(4)}] += {small}", f"{matrix}[{d.randrange(3)}] = {row}", f"{matrix}[:, 1:3] -= {small}",
            f"{vector}[[0, 0, 2]] += {small}", f"np.add.at({vector}, [0, 0, 3], {small})", f"{matrix}[1, ::-1] = {row}",
            f"{vector}[{vector} > 0] = {small}", f"{vector}[{vector} > 0.2] *= 0.5", f"{matrix} *= 0.5", f"{matrix}.T[1] += {small}",
            f"p.append({small})", f"p[1] = {small}", f"np.multiply({row}, 0.5, out={vector})", f"{vector}[:2] = {vector}[2:]",
        ))  # fmt: skip

    def binding(self) -> Statement | list[Statement]:
        """A name of another kind: buffer, view, alias, list, closure, dict."""
        d, name = self.draw, self.fresh()
        kind = d.randrange(8)
        if kind == 0:
            self.shapes[name] = d.choice(((4,), (3, 4)))
            return f"{name} = np.zeros({self.shapes[name]})"
        if kind == 1:
            self.shapes[name] = (4,)
            return f"{name} = {self.name((3, 4))}[{d.randrange(3)}]"
        if kind == 2:
            shape = d.choice(((4,), (3, 4)))
            text = self.name(shape)
            self.shapes[name] = shape
            return f"{name} = {text}"
        if kind == 3:
            text = f"[{self.scalar(1)} * v for v in {self.array((4,), 1)}]"
            self.lists[name] = 4
            return f"{name} = {text}"
        if kind == 4:
            text = f"{{'a': {self.array((4,), 1)}, 'b': {self.scalar(1)}}}"
            self.shapes[name] = (4,)
            return [f"d_{name} = {text}", f"d_{name}['b'] += 1", f"{name} = d_{name}['a'] * d_{name}['b']"]
        number = self.scalar(1)
        if kind == 5:
            made = [
                f"g_{name} = lambda u, k={self.scalar(0)}: u * k + {number}",
                f"{name} = g_{name}({self.scalar(1)})",
            ]
        elif kind == 6:
            made = [f"{name}, _ = ({number}, {self.scalar(1)})"]
        else:
            pairs = f"zip({self.array((4,), 1)}, {self.array((4,), 1)})"
            made = [f"{name} = sum(v * w for v, w in {pairs})"]
        self.shapes[name] = ()
        return made

    def block(self, depth: int) -> Statement | list[Statement]:
        """A loop or a branch; the names bound within it stay within it."""
        d, outer, lists = self.draw, dict(self.shapes), dict(self.lists)
        kind, k = d.randrange(6), self.fresh("k")
        if kind == 1:
            self.shapes[k] = ()
        inner = self.statements(d.randrange(1, 4), depth - 1)
        self.shapes, self.lists = outer, lists
        if kind == 0:
            return [f"for {k} in range({d.randrange(1, 4)}):", *inner]
        if kind == 1:
            return [f"for {k} in {self.name((4,))} * 1.0:", *inner]
        if kind == 2:
            head = [f"if {self.scalar(1)} > 0.1:", *inner]
            return [["if True:", head, ["if s > 0:", self.change()]]]
        if kind == 3:
            name = self.fresh()
            self.shapes[name] = (4,)
            fill = f"{name}[{k}] = 0.5 * {name}[{k} - 1] + {self.name((4,))}[{k}]"
            return [f"{name} = np.zeros(4)", [f"for {k} in range(4):", fill]]
        if kind == 4:
            return [f"{k} = 0", [f"while {k} < 3 and {self.scalar(0)} < 5:", f"{k} += 1", *inner]]
        bad = d.choice(("x[7]", "x @ A", "1 / 0", "math.log(-1.0 - s * s)", "p[99]", "x.nothing", "x + A.T"))
        caught = "except (ValueError, IndexError, ZeroDivisionError, AttributeError):"
        return ["if True:", ["try:", *inner, f"_ = {bad}"], [caught, "s = s * 0.5"]]

    def statements(self, count: int, depth: int) -> list[Statement]:
        found: list[Statement] = []
        for _ in range(count):
            kind = self.draw.random()
            if kind < 0.4:
                found.append(self.assignment())
            elif kind < 0.65:
                found.append(self.change())
            elif kind < 0.85 or not depth:
                made = self.binding()
                found += [made] if isinstance(made, str) else made
            else:
                made = self.block(depth)
                found += [made] if made[0].__class__ is str and made[0].endswith(":") else made
        return found


def program(seed: int) -> Program:
    """The program of a seed."""
    writer = Writer(random.Random(seed))
    draw = writer.draw
    body = writer.statements(draw.randrange(2, 14), 2)
    if draw.random() < 0.1:
        body.insert(
            draw.randrange(len(body)), [f"if {writer.draw.choice(('s', 'x[0]'))} > 1.5:", "return s * x[0]"]
        )
    if draw.random() < 0.03:
        body.append(draw.choice(("x[9]", "x @ A", "math.sqrt(-1 - s * s)", "p['a']", "x.reshape(3, 3)")))
    terms = [f"np.sum(np.tanh({n}) * {draw.uniform(0.3, 1.5):.2f})" for n in writer.shapes]
    return Program(seed, body, " + ".join([*terms, "p[0] * 0.3", "sum(p)"]))
