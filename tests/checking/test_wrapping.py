"""Operations that an inherited `__call__` runs: it wraps arrays and keeps what the backward method reads."""

import numpy as np
import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.checking.wrapping import unwrapped
from whygrad.source import Source

CORE = """
import numpy as np

class Variable:
    def __init__(self, data):
        self.data = data
        self.grad = None
    def __mul__(self, other):
        return Variable(self.data * (other.data if isinstance(other, Variable) else other))

class Function:
    def __call__(self, *inputs):
        self.inputs = [WRAP for x in inputs]
        self.output = Variable(self.forward(*[x.data for x in self.inputs]))
        return self.output
    def forward(self, *xs):
        raise NotImplementedError

class Product(Function):
    def forward(self, a, b):
        return a * b
    def backward(self, gy):
        CHANGE
        a, b = (x.data for x in self.inputs)
        return gy * b, GRAD

class Tanh(Function):
    def forward(self, x):
        return np.tanh(x)
    def backward(self, gy):
        return self.slope() * gy
    def slope(self):
        y = self.output.data
        return 1 - y ** 2
"""
WRAPS = "x if isinstance(x, Variable) else Variable(x)"


def program(grad="gy * a", wrap=WRAPS, change="pass"):
    return CORE.replace("GRAD", grad).replace("WRAP", wrap).replace("CHANGE", change)


def of(text, name):
    return measure(Source("core.py", text), Hints(forward=f"{name}.forward", backward=f"{name}.backward"))


@pytest.mark.parametrize("wrap", [WRAPS, "x"])
def test_the_object_is_called_for_what_its_backward_method_reads(wrap):
    """Also where it must be given values of its own kind."""
    assert of(program(wrap=wrap), "Product").verdict == "right"
    assert of(program("gy * b", wrap), "Product").verdict == "wrong"


def test_what_a_method_of_the_backward_pass_reads_is_set_as_well():
    assert of(program(), "Tanh").verdict == "right"
    assert of(program().replace("1 - y ** 2", "1 - y"), "Tanh").verdict == "wrong"


def test_a_gradient_that_would_be_changed_in_place_is_given_as_the_framework_gives_it():
    found = of(
        program("gy * a * 0.5", change="gy *= 2.0").replace("return gy * b,", "return gy * b * 0.5,"),
        "Product",
    )
    assert found.verdict == "right"


def test_values_are_taken_out_of_what_holds_them():
    class Held:
        data = np.ones(2)

    first, (second, third) = unwrapped((Held(), [np.zeros(1), 2.0]))
    assert first is Held.data and second.shape == (1,) and third == 2.0
    assert unwrapped(None) is None
