"""Operations in the manner of PyTorch's Function: static methods with a context."""

import ast
import textwrap

import pytest

from whygrad.checking.contexts import Context, context_line
from whygrad.checking.measurement import measure
from whygrad.checking.units import Outline
from whygrad.source import Source

OPS = """
import numpy as np
KIND
class Op:
    @classmethod
    def apply(cls, *tensors):
        ctx = Saved()
        return cls.forward(ctx, *tensors)

class Product(Op):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a @ b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved_tensors
        return grad_output @ b.T, GRAD

class Softplus(Op):
    def forward(box, x):
        box.slope = 1 / (1 + np.exp(-x))
        return np.log1p(np.exp(x))

    def backward(box, g):
        return g * box.slope
"""
OPS = OPS.replace("def forward(box", "@staticmethod\n    def forward(box")
OPS = OPS.replace("def backward(box", "@staticmethod\n    def backward(box")
SAVED = """
class Saved:
    def __init__(self):
        self.kept = ()
    def save_for_backward(self, *values):
        self.kept = values
    @property
    def saved_tensors(self):
        return self.kept
"""


def program(grad, kind="", annotation=""):
    text = OPS.replace("GRAD", grad).replace("KIND", kind)
    return text.replace("(ctx, a, b)", f"(ctx{annotation}, a, b)").replace(
        "(ctx, grad", f"(ctx{annotation}, grad"
    )


@pytest.mark.parametrize("kind, annotation", [("", ""), (SAVED, ": Saved"), (SAVED, ": 'Saved'")])
def test_a_context_carries_values_from_one_pass_to_the_other(kind, annotation):
    source = Source("ops.py", program("a.T @ grad_output", kind, annotation))
    found = measure(source)
    assert found.verdict == "right" and {c.of for c in found.finals} == {"a", "b"}
    wrong = Source("ops.py", program("grad_output.T @ a", kind, annotation))
    assert measure(wrong).failure is not None or measure(wrong).verdict == "wrong"


def methods(text, name):
    return Outline.of(ast.parse(textwrap.dedent(text))).classes[name]


def test_what_is_saved_in_tells_a_context_by_any_name():
    found = methods(program("None"), "Softplus")
    assert [name for name, _ in found["forward"].parameters] == ["x"]
    assert [name for name, _ in found["backward"].parameters] == ["g"]


def test_what_is_computed_with_is_no_context():
    text = """
        class Scale:
            @staticmethod
            def forward(x, factor):
                return x.T * factor
            @staticmethod
            def backward(x, g):
                return g * x
    """
    assert [n for n, _ in methods(text, "Scale")["forward"].parameters] == ["x", "factor"]


def test_the_class_that_a_context_is_annotated_with_is_made_where_it_can_be():
    forward = methods(program("None", SAVED, ": Saved"), "Product")["forward"]
    assert context_line(forward, {"Saved": Context}).endswith("= Saved()")
    assert "Context()" in context_line(forward, {})
    assert "Context()" in context_line(forward, {"Saved": range})
