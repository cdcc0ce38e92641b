"""A forward pass held against the formula that is meant."""

from whygrad.checking.evidence import Hints
from whygrad.diagnosis import check_program
from whygrad.source import Source

SCRIPT = """\
import math
w = 0.7
x = -1.2
c = 0.4
p = w * x {sign} c
y = math.tanh(p)
grad_p = 1 - y ** 2
grad_w = grad_p * x
grad_x = grad_p * w
"""
HINTS = Hints(formula="tanh(w*x + c)")


def test_the_slip_of_the_forward_pass_is_found() -> None:
    result = check_program(Source("f.py", SCRIPT.format(sign="-")), HINTS)
    assert result.status == "wrong"
    (finding,) = result.findings
    assert (finding.where, finding.line) == ("forward", 5)
    assert finding.repair is not None
    assert finding.repair.edits[0].after == "p = w * x + c"


def test_the_right_forward_pass_is_not_accused() -> None:
    result = check_program(Source("f.py", SCRIPT.format(sign="+")), HINTS)
    assert (result.status, result.findings) == ("right", ())


def test_a_forward_pass_that_is_something_else_is_said_to_be() -> None:
    hints = Hints(formula="exp(w)*x*x*x + 3")
    result = check_program(Source("f.py", SCRIPT.format(sign="+")), hints)
    assert result.status == "wrong"
    assert result.findings[0].where == "forward"
    assert result.findings[0].certainty == "evidence-only"
