"""Derivatives that are given one value and no upstream gradient: of the input, or of the output."""

import textwrap

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError
from whygrad.source import Source

CASES = {
    "of the input, under another name": """
        import numpy as np
        def logistic(x):
            return 1 / (1 + np.exp(-x))
        def logistic_derivative(z):
            s = logistic(z)
            return s * (1 <<+||->> s)
    """,
    "of the output": """
        import numpy as np
        def tanh(x):
            return np.tanh(x)
        def tanh_prime(a):
            return 1 - <<a||a ** 2>>
    """,
    "of the output, without a word that tells": """
        import numpy as np
        def softplus(x):
            return np.log(1 + np.exp(x))
        def softplus_grad(value):
            return 1 - np.exp(-<<2 * ||>>value)
    """,
    "of the output, by the name of the input": """
        import numpy as np
        def sigmoid(x):
            return 1 / (1 + np.exp(-x))
        def sigmoid_derivative(x):
            return x * (1 <<+||->> x)
    """,
    "of a power, by the name of the input": """
        def square(x):
            return x ** 2
        def square_derivative(x):
            return <<3||2>> * x
    """,
    "methods of a class that keeps nothing": """
        import numpy as np
        class Swish:
            def __init__(self):
                self.beta = 1.5
            def __call__(self, z):
                return self.fn(z)
            def fn(self, z):
                return z / (1 + np.exp(-self.beta * z))
            def grad(self, x):
                s = 1 / (1 + np.exp(-self.beta * x))
                return s + <<||self.beta * >>x * s * (1 - s)
    """,
    "linear, so that what arrives may as well be a gradient": """
        class Triple:
            def forward(self, x):
                return 3 * x
            def backward(self, v):
                return <<2||3>> * v
    """,
}


def evidence(name, wrong):
    text = CASES[name]
    while "<<" in text:
        start, middle, end = text.index("<<"), text.index("||"), text.index(">>")
        text = (
            text[:start]
            + text[start + 2 : middle] * wrong
            + text[middle + 2 : end] * (not wrong)
            + text[end + 2 :]
        )
    return measure(Source("activation.py", textwrap.dedent(text)))


@pytest.mark.parametrize("name", CASES)
def test_a_right_derivative_is_right(name):
    assert evidence(name, wrong=False).verdict == "right"


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_derivative_is_wrong(name):
    assert evidence(name, wrong=True).verdict == "wrong"


def test_what_is_handed_on_unchanged_by_a_softmax_is_not_accused():
    """It is fused with the loss; or the diagonal of the Jacobian is returned: neither is a gradient."""
    for returned in ("X", "self.forward(X) * (1 - self.forward(X))"):
        text = f"""
import numpy as np
class Softmax:
    def forward(self, X):
        e = np.exp(X - np.max(X, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)
    def backward(self, X):
        return {returned}
"""
        with pytest.raises(NoGradientError, match="depends on several"):
            measure(Source("activation.py", text))


def test_a_gradient_that_arrives_is_no_output():
    """`exp` whose backward pass forgets the factor hands on what arrives: not the output, by chance."""
    text = """
import numpy as np
class Exp:
    def forward(self, x):
        self.out = np.exp(x)
        return self.out
    def backward(self, dout):
        return dout
"""
    assert measure(Source("activation.py", text)).verdict == "wrong"


def test_a_value_of_the_script_is_the_output_that_the_derivative_takes():
    text = """
import numpy as np
def logistic(x):
    return 1 / (1 + np.exp(-x))
def logistic_grad(f):
    return f * (1 - f)
x = np.array([[1, 2], [-1, -2]])
f = logistic(x)
g = logistic_grad(f)
print(g)
"""
    assert measure(Source("activation.py", text)).verdict == "right"
    assert measure(Source("activation.py", text.replace("1 - f)", "2 - f)"))).verdict == "wrong"


def test_what_layers_keep_is_kept():
    """A chain of layers stores nothing itself, and its backward pass takes what arrives, by any name."""
    text = """
import numpy as np
class Dense:
    def __init__(self, w):
        self.w = w
    def forward(self, x):
        self.x = x
        return x @ self.w
    def backward(self, d):
        self.dw = self.x.T @ d
        return d @ self.w.T
class Net:
    def __init__(self, w1, w2):
        self.layers = [Dense(w1), Dense(w2)]
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d
def make_inputs():
    rng = np.random.RandomState(93)
    return dict(x=rng.randn(4, 3), w1=rng.randn(3, 5), w2=rng.randn(5, 2))
"""
    hints = Hints(forward="Net.forward", backward="Net.backward")
    assert measure(Source("net.py", text), hints).verdict == "right"
    assert measure(Source("net.py", text.replace("d @ self", "2 * d @ self")), hints).verdict == "wrong"


@pytest.mark.parametrize(
    ("line", "verdict"), [("eta * (eta > 0)", "inherited or wrong"), ("eta * (self.seen > 0)", "right")]
)
def test_a_pass_that_forgets_what_was_kept_takes_an_upstream_gradient(line, verdict):
    text = textwrap.dedent(f"""
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(7)
            return dict(v=rng.randn(3, 4), eta=rng.randn(3, 4))
        class Ramp:
            def forward(self, v):
                self.seen = v
                return np.maximum(v, 0)
            def backward(self, eta):
                return {line}
    """)
    evidence = measure(Source("ramp.py", text))
    (claim,) = evidence.finals
    assert claim.verdict in verdict and evidence.program.objective[0][1] == "eta"


def test_a_slope_of_a_class_that_keeps_its_output_for_something_else():
    text = textwrap.dedent("""
        import numpy as np
        class Bend:
            def forward(self, v):
                self.seen = np.tanh(v)
                return self.seen
            def backward(self, v):
                return 1 - np.tanh(v) ** 2
    """)
    assert measure(Source("bend.py", text)).verdict == "right"
