"""What an engine lacks, or walks the wrong way round, where every rule of it is right by itself."""

import pytest

from whygrad.diagnosis.files import check_program
from whygrad.source import Source

ENGINE = """\
import math

class Value:
    def __init__(self, data, children=()):
        self.data, self.grad, self.prev, self.rule = data, 0.0, children, lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))
        def rule():
            self.grad += out.grad
            other.grad += out.grad
        out.rule = rule
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def rule():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.rule = rule
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def rule():
            self.grad += (1 - t ** 2) * out.grad
        out.rule = rule
        return out

    def backward(self):
        topo, seen = [], set()
        def build(v):
            if v not in seen:
                seen.add(v)
                for child in v.prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v.rule()
"""
GUARD = """\
        def build(v):
            if v not in seen:
                seen.add(v)
                for child in v.prev:
                    build(child)
                topo.append(v)
"""
RETURN = """\
        def build(v):
            if v in seen:
                return
            seen.add(v)
            for child in v.prev:
                build(child)
            topo.append(v)
"""
USE = """
a0 = 0.7
b0 = -1.3
a, b = Value(a0), Value(b0)
c = a * b + a
y = (c * c + b).tanh()
result = y.data
y.backward()
grad_a = a.grad
grad_b = b.grad
"""
SLIPS = {
    "unmarked": ("                seen.add(v)\n", "", "seen.add(v)"),
    "unattached": (
        "            self.grad += (1 - t ** 2) * out.grad\n        out.rule = rule\n",
        "            self.grad += (1 - t ** 2) * out.grad\n",
        "out.rule = rule",
    ),
    "forwards": ("in reversed(topo)", "in topo", "reversed(topo)"),
}


@pytest.mark.parametrize("use", ["", USE], ids=["engine alone", "with a script"])
@pytest.mark.parametrize("slip", SLIPS)
def test_what_is_missing_is_found_and_put_back(slip: str, use: str) -> None:
    right, wrong, mended = SLIPS[slip]
    text = ENGINE.replace(right, wrong) + use
    assert text != ENGINE + use
    result = check_program(Source("user.py", text))
    assert result.status == "wrong" and len(result.findings) == 1
    repair = result.findings[0].repair
    assert repair is not None and mended in "".join(edit.after for edit in repair.edits)


def test_a_guard_that_returns_lacks_its_mark_behind_it() -> None:
    text = ENGINE.replace(GUARD, RETURN)
    assert check_program(Source("user.py", text)).status == "right"
    result = check_program(Source("user.py", text.replace("            seen.add(v)\n", "")))
    repair = result.findings[0].repair
    assert repair is not None and "seen.add(v)" in "".join(edit.after for edit in repair.edits)


@pytest.mark.parametrize("use", ["", USE], ids=["engine alone", "with a script"])
def test_the_whole_engine_is_right(use: str) -> None:
    assert check_program(Source("user.py", ENGINE + use)).status == "right"
