"""Slips in operations that are classes with two passes are found there, each by its own forward pass."""

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

TAPE = """
import numpy as np

tape = []


class Var:
    def __init__(self, data):
        self.data, self.grad = np.array(data, dtype=float), None


class Function:
    def __init__(self, *parents):
        self.parents, self.saved = parents, ()

    def save_for_backward(self, *values):
        self.saved = values

    @classmethod
    def apply(cls, *arguments):
        ctx = cls(*arguments)
        out = Var(cls.forward(ctx, *[a.data for a in arguments]))
        tape.append((ctx, out))
        return out


class Mul(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved
        return y * g, x * g


class Div(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x / y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved
        back_y = -g * x / y ** 2
        return g / y, back_y


class Log(Function):
    def forward(self, x):
        self.x = x
        return np.log(x)

    def backward(self, g):
        return g / self.x


class Sum(Function):
    def forward(self, x):
        self.shape = x.shape
        return np.array(x.sum())

    def backward(self, g):
        return np.full(self.shape, g)


def run_back(out):
    out.grad = np.ones_like(out.data)
    for ctx, result in reversed(tape):
        grads = type(ctx).backward(ctx, result.grad)
        for parent, g in zip(ctx.parents, grads if isinstance(grads, tuple) else (grads,)):
            parent.grad = g if parent.grad is None else parent.grad + g


p0 = np.array([0.2, 0.5, 0.3])
q0 = np.array([0.4, 1.9, 0.7])

p, q = Var(p0), Var(q0)
total = Sum.apply(Mul.apply(Mul.apply(p, Log.apply(Div.apply(p, q))), q))
loss = total.data

run_back(total)
grad_p = p.grad
grad_q = q.grad
"""
SLIPS = [
    ("return y * g, x * g", "return x * g, y * g"),
    ("-g * x / y ** 2", "-g * x / y"),
    ("-g * x / y ** 2", "g * x / y ** 2"),
    ("return g / self.x", "return g * self.x"),
    ("np.full(self.shape, g)", "np.full(self.shape, g) / self.shape[0]"),
]


@pytest.mark.parametrize(("right", "wrong"), SLIPS)
def test_the_pass_is_repaired_and_not_where_the_gradient_is_read(right: str, wrong: str) -> None:
    assert TAPE.count(right) == 1
    typed = TAPE.replace(right, wrong)
    result = check_program(Source("tape.py", typed))
    assert {f.line for f in result.findings} == {TAPE[: TAPE.index(right)].count("\n") + 1}
    lines = typed.split("\n")
    for edit in (edit for finding in result.findings if finding.repair for edit in finding.repair.edits):
        lines[edit.line - 1] = edit.after
    assert check_program(Source("tape.py", "\n".join(lines))).status == "right"


def test_a_tape_that_is_right_is_right() -> None:
    assert check_program(Source("tape.py", TAPE)).status == "right"


OPERATIONS = """
import numpy as np


class Op:
    def __init__(self, *args):
        self.args, self.adj = args, 0.0
        self.val = self.compute(*[a.val for a in args])

    def accumulate(self, g):
        self.adj = self.adj + g


class Leaf(Op):
    def __init__(self, val):
        self.args, self.adj, self.val = (), 0.0, np.array(val, dtype=float)


class Mul(Op):
    def compute(self, a, b):
        return a * b

    def back(self):
        a, b = self.args
        a.accumulate(self.adj * b.val)
        b.accumulate(self.adj * a.val)


class Sigmoid(Op):
    def compute(self, a):
        return 1 / (1 + np.exp(-a))

    def back(self):
        self.args[0].adj += self.adj * self.val * (1 - self.val)


class Dot(Op):
    def compute(self, a, b):
        return np.dot(a, b)

    def back(self):
        a, b = self.args
        a.accumulate(self.adj * b.val)
        b.accumulate(self.adj * a.val)


def backprop(end):
    order, marked = [], set()

    def mark(op):
        if op not in marked:
            marked.add(op)
            for a in op.args:
                mark(a)
            order.append(op)

    mark(end)
    end.adj = 1.0
    for op in order[::-1]:
        if op.args:
            op.back()


u0 = [0.5, -1.2, 0.3]
v0 = [1.0, 0.4, -0.8]
u, v = Leaf(u0), Leaf(v0)
end = Dot(Mul(Sigmoid(Mul(u, v)), u), v)
score = float(end.val)

backprop(end)
gu = u.adj
gv = v.adj
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("self.adj * self.val * (1 - self.val)", "self.val * (1 - self.val)"),
        ("self.val * (1 - self.val)", "self.args[0].val * (1 - self.args[0].val)"),
    ],
)
def test_a_pass_without_parameters_adds_to_the_operands(right: str, wrong: str) -> None:
    assert check_program(Source("ops.py", OPERATIONS)).status == "right"
    typed = OPERATIONS.replace(right, wrong)
    result = check_program(Source("ops.py", typed))
    assert {f.line for f in result.findings} == {OPERATIONS[: OPERATIONS.index(right)].count("\n") + 1}
    lines = typed.split("\n")
    for edit in (edit for finding in result.findings if finding.repair for edit in finding.repair.edits):
        lines[edit.line - 1] = edit.after
    assert check_program(Source("ops.py", "\n".join(lines))).status == "right"
