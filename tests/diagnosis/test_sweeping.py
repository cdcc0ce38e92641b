"""An engine whose rules are right and whose sweep is not: its order, its start, what it adds up."""

import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

ENGINE = """
import math


class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self.prev = data, 0.0, prev
        self.push = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad
        out.push = push
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.push = push
        return out

{backward}

a0 = 0.7
b0 = -0.4

a, b = Value(a0), Value(b0)
c = a * b + a
e = c * c + c * b
loss = e.data

e.backward()
da = a.grad
db = b.grad
"""
RIGHT = """
def backward(self):
    order, seen = [], set()

    def build(v):
        if v not in seen:
            seen.add(v)
            for child in v.prev:
                build(child)
            order.append(v)
    build(self)
    self.grad = 1.0
    for v in reversed(order):
        v.push()
"""
RECURSIVE = """
def backward(self, root=True):
    if root:
        self.grad = 1.0
    self.push()
    for child in self.prev:
        child.backward(root=False)
"""
AS_IT_GOES = """
def backward(self):
    seen = set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            v.push()
            for child in v.prev:
                visit(child)
    self.grad = 1.0
    visit(self)
"""
QUEUE = """
def backward(self):
    self.grad = 1.0
    queue, seen = [self], set()
    while queue:
        v = queue.pop()
        if v in seen:
            continue
        seen.add(v)
        v.push()
        for child in v.prev:
            queue.append(child)
"""


def engine(backward: str) -> str:
    return ENGINE.replace("{backward}", textwrap.indent(backward.strip("\n"), "    "))


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + part.count("\n") + 1


CASES = {
    "each node works on its parents at once": (RECURSIVE, "child.backward(root=False)", "visiting-order"),
    "a node is worked on where it is met": (AS_IT_GOES, "            v.push()", "visiting-order"),
    "nodes are taken from a stack": (QUEUE, "\n            v.push()", "visiting-order"),
    "the list is gone through from its start": (
        RIGHT.replace("reversed(order)", "order"), "in order:", "wrong-rounds",
    ),
    "nodes are listed before their parents": (
        RIGHT.replace("            order.append(v)\n", "").replace(
            "seen.add(v)\n", "seen.add(v)\n            order.append(v)\n"
        ).replace("reversed(order)", "order"),
        "order.append(v)", "misplaced-statement",
    ),
    "the sweep begins with the value": (
        RIGHT.replace("self.grad = 1.0", "self.grad = self.data"), "self.grad = self.data", "wrong-constant",
    ),
}  # fmt: skip


def test_the_engine_is_right() -> None:
    assert check_program(Source("engine.py", engine(RIGHT))).status == "right"


@pytest.mark.parametrize("case", CASES)
def test_the_sweep_is_repaired_and_no_forward_line(case: str) -> None:
    backward, part, cause = CASES[case]
    text = engine(backward)
    result = check_program(Source("engine.py", text))
    assert result.findings[0].line == line_of(text, part)
    assert result.findings[0].cause == cause
    lines = text.split("\n")
    for edit in (e for finding in result.findings if finding.repair for e in finding.repair.edits):
        lines[edit.line - 1] = edit.after
    assert check_program(Source("engine.py", "\n".join(lines))).status == "right"


def test_what_arrives_is_added_to_what_a_node_has() -> None:
    text = """
class Node:
    def __init__(self, value, inputs=()):
        self.value, self.inputs, self.grad = value, inputs, None

    def __mul__(self, o):
        return Node(self.value * o.value, [(self, o.value), (o, self.value)])


def sweep(root, nodes):
    root.grad = 1.0
    for node in reversed(nodes):
        for parent, slope in node.inputs:
            parent.grad = slope * node.grad


a0 = 0.8
b0 = -0.35
a, b = Node(a0), Node(b0)
c = a * b
d = c * a
y = d.value
sweep(d, [c, d])
da = a.grad
db = b.grad
"""
    (finding,) = check_program(Source("engine.py", text)).findings
    assert finding.line == line_of(text, "parent.grad = slope * node.grad") and finding.repair is not None
    assert finding.repair.edits[0].after.strip() == (
        "parent.grad = slope * node.grad if parent.grad is None else parent.grad + slope * node.grad"
    )


def test_what_an_earlier_pass_left_is_cleared() -> None:
    text = engine(RIGHT).replace("e = c * c", "(a * b).backward()\ne = c * c")
    result = check_program(Source("engine.py", text))
    (finding,) = result.findings
    assert (finding.line, finding.cause) == (line_of(text, "e.backward()"), "overwritten-accumulation")
    assert finding.repair is not None
    assert finding.repair.edits[0].after == "a.grad = b.grad = 0.0\ne.backward()"
    cleared = text.replace("e.backward()", finding.repair.edits[0].after)
    assert check_program(Source("engine.py", cleared)).status == "right"
