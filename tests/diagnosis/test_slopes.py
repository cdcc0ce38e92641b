"""A gradient is compared with the slope of an edited forward pass."""

from whygrad.checking.measurement import measure
from whygrad.diagnosis.slopes import Slopes
from whygrad.source import Source

TEXT = """\
import math
w = 0.7
x = 1.9
p = w * x
a = 1 / 1 + math.exp(-p)
grad_w = a * (1 - a) * x
"""


def test_a_gradient_agrees_with_the_pass_that_it_is_the_slope_of() -> None:
    evidence = measure(Source("script.py", TEXT))
    claim = evidence.claim("grad_w")
    assert claim is not None
    slopes, point = Slopes(evidence.program, [claim], evidence.points), evidence.points[1]
    assert slopes.agree(TEXT.replace("1 / 1 + math.exp(-p)", "1 / (1 + math.exp(-p))"), claim, point)
    assert not slopes.agree(TEXT, claim, point)


def test_what_cannot_be_run_agrees_with_nothing() -> None:
    evidence = measure(Source("script.py", TEXT))
    claim = evidence.claim("grad_w")
    assert claim is not None
    slopes, point = Slopes(evidence.program, [claim], evidence.points), evidence.points[1]
    assert not slopes.agree(TEXT.replace("w * x", "w * nothing"), claim, point)
    assert not slopes.agree(TEXT.replace("grad_w =", "grad_v ="), claim, point)


def test_entries_of_what_holds_the_weights_are_moved_as_well() -> None:
    text = (
        "import numpy as np\n"
        "params = {'W1': np.array([[0.3, -0.8], [1.1, 0.4]]), 'b1': np.array([0.2, -0.1])}\n"
        "x = np.array([0.7, -1.2])\na = np.sin(params['W1'] @ x + params['b1'])\nloss = np.sum(a)\n"
        "grads = {}\ngrads['b1'] = 1 - a ** 2\ngrads['W1'] = np.outer(1 - a ** 2, x)\n"
    )
    evidence = measure(Source("script.py", text))
    claims = [evidence.claim(name) for name in ('grads["W1"]', 'grads["b1"]')]
    slopes, point = Slopes(evidence.program, [c for c in claims if c], evidence.points), evidence.points[1]
    for claim in claims:
        assert claim is not None
        assert slopes.agree(text.replace("np.sin", "np.tanh"), claim, point)
        assert not slopes.agree(text, claim, point)
