"""Rules of home-made engines are judged by their own operations, and repaired where they stand."""

import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source


def text(body: str) -> str:
    return textwrap.dedent(body).lstrip("\n")


SCALARS = text("""
    import math


    class Num:
        def __init__(self, val, parts=()):
            self.val, self.adj, self.parts = val, 0.0, parts
            self.push = lambda: None

        def __mul__(self, other):
            res = Num(self.val * other.val, (self, other))

            def push():
                self.adj += other.val * res.adj
                other.adj += self.val * res.adj
            res.push = push
            return res

        def __rpow__(self, base):
            res = Num(base ** self.val, (self,))

            def push():
                self.adj += math.log(base) * res.val * res.adj
            res.push = push
            return res

        def softsign(self):
            low = 1 + abs(self.val)
            res = Num(self.val / low, (self,))

            def push():
                self.adj += res.adj / low ** 2
            res.push = push
            return res

        def run(self):
            order, seen = [], set()

            def visit(node):
                if id(node) not in seen:
                    seen.add(id(node))
                    for part in node.parts:
                        visit(part)
                    order.append(node)
            visit(self)
            self.adj = 1.0
            for node in reversed(order):
                node.push()


    p0 = 0.7
    q0 = 1.4
    p, q = Num(p0), Num(q0)
    top = (3 ** p) * q.softsign() * q
    loss = top.val

    top.run()
    grad_p, grad_q = p.adj, q.adj
""")
ARRAYS = text("""
    import numpy as np


    class Arr:
        def __init__(self, a, sources=(), rule=None):
            self.a, self.sources, self.rule = a, sources, rule
            self.grad = np.zeros_like(a)

        def plus(self, other):
            return Arr(self.a + other.a, (self, other), lambda g: (g, g.sum(axis=0)))

        def exp(self):
            e = np.exp(self.a)
            return Arr(e, (self,), lambda g: (g * e,))

        def mean(self, axis=None):
            def rule(g):
                n = self.a.size if axis is None else self.a.shape[axis]
                return (np.ones_like(self.a) * (g if axis is None else np.expand_dims(g, axis)) / n,)
            return Arr(np.mean(self.a, axis=axis), (self,), rule)


    def back(node, g):
        node.grad = node.grad + g
        for source, part in zip(node.sources, node.rule(g) if node.rule else ()):
            back(source, part)


    x0 = np.array([[0.2, -0.5, 0.9], [1.1, 0.3, -0.7], [0.4, -0.2, 0.6]])
    b0 = np.array([0.1, -0.3, 0.2])
    x, b = Arr(x0), Arr(b0)
    end = x.plus(b).exp().mean(axis=1).exp().mean()
    value = end.a

    back(end, 1.0)
    dx = x.grad
    db = b.grad
""")
EDGES = """
import math


class Node:
    def __init__(self, value, inputs=()):
        self.value, self.inputs, self.grad = value, inputs, 0.0

    def __sub__(self, o):
        return Node(self.value - o.value, [(self, 1.0), (o, -1.0)])

    def __mul__(self, o):
        return Node(self.value * o.value, [(self, o.value), (o, self.value)])

    def exp(self):
        e = math.exp(self.value)
        return Node(e, [(self, e)])


def sweep(root):
    order, done = [], set()

    def visit(node):
        if id(node) not in done:
            done.add(id(node))
            for parent, _ in node.inputs:
                visit(parent)
            order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        for parent, slope in node.inputs:
            parent.grad += slope * node.grad


a0 = 0.8
b0 = -0.35

a, b = Node(a0), Node(b0)
c = a * b
top = (c - a).exp() * c - b
y = top.value

sweep(top)
da = a.grad
db = b.grad
"""
# As in a list of operands, and beside it one of slopes; and kept with the operand.
LISTS = EDGES.replace("inputs=()):", "inputs=(), slopes=()):").replace(
    "inputs, 0.0", "[*zip(inputs, slopes)], 0.0"
)
for pair, lists in (
    ("[(self, 1.0), (o, -1.0)]", "(self, o), (1.0, -1.0)"),
    ("[(self, o.value), (o, self.value)]", "(self, o), (o.value, self.value)"),
    ("[(self, e)]", "(self,), (e,)"),
):
    LISTS = LISTS.replace(pair, lists)
SLIPS = [
    (EDGES, "(o, -1.0)", "(o, 1.0)"),
    (EDGES, "[(self, e)]", "[(self, self.value)]"),
    (LISTS, "(1.0, -1.0)", "(1.0, 1.0)"),
    (LISTS, "(o.value, self.value)", "(self.value, o.value)"),
    (SCALARS, "math.log(base) * res.val * res.adj", "base * self.val ** (base - 1) * res.adj"),
    (SCALARS, "res.adj / low ** 2", "res.adj / low"),
    (SCALARS, "other.adj += self.val * res.adj", "other.adj += other.val * res.adj"),
    (ARRAYS, "(g, g.sum(axis=0))", "(g, g)"),
    (ARRAYS, "(g if axis is None else np.expand_dims(g, axis)) / n", "g / n"),
    (ARRAYS, "lambda g: (g * e,)", "lambda g: (g,)"),
]


def line_of(whole: str, part: str) -> int:
    assert whole.count(part) == 1
    return whole[: whole.index(part)].count("\n") + 1


@pytest.mark.parametrize(("engine", "right", "wrong"), SLIPS)
def test_the_rule_is_repaired_and_not_what_uses_it(engine: str, right: str, wrong: str) -> None:
    assert check_program(Source("engine.py", engine)).status == "right"
    typed = engine.replace(right, wrong)
    found = check_program(Source("engine.py", typed)).findings
    assert {f.line for f in found} == {line_of(engine, right)}
    lines = typed.split("\n")
    for edit in (edit for finding in found if finding.repair for edit in finding.repair.edits):
        lines[edit.line - 1] = edit.after
    assert check_program(Source("engine.py", "\n".join(lines))).status == "right"


def test_two_wrong_rules_are_both_found() -> None:
    typed = SCALARS.replace("math.log(base) * res.val", "math.log(base) * self.val")
    typed = typed.replace("other.adj += self.val * res.adj", "other.adj += res.adj")
    found = check_program(Source("engine.py", typed)).findings
    assert [f.line for f in found] == [line_of(typed, "other.adj += res.adj"), line_of(typed, "* self.val *")]
    assert all(f.repair for f in found)


def test_a_sum_that_is_spread_along_the_wrong_axis_is_not_turned_by_chance() -> None:
    """A transpose would do for the square array of the script, and for no other."""
    right = "(g if axis is None else np.expand_dims(g, axis)) / n"
    (finding,) = check_program(Source("engine.py", ARRAYS.replace(right, "g / n"))).findings
    assert finding.repair is not None and right in finding.repair.edits[0].after
