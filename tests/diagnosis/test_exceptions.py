"""An exception is got past by the edit that was meant."""

import pytest

from whygrad.checking.evidence import Failure, Hints
from whygrad.checking.programs import GIVEN, Program
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.exceptions import get_past
from whygrad.source import Source


def ways_past(text: str) -> list[str]:
    source = Source("script.py", text)
    program = Program(source, hints=Hints())
    failure = program.run(GIVEN)
    assert isinstance(failure, Failure)
    return [fix.draft.text for fix in get_past(program, Draft.of(source), failure)]


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("p = [3.0]\ny = -p\n", "[3.0]", "3.0"),
        ("grad_out = 2.0\ndx = grad_uot * 3\n", "grad_uot", "grad_out"),
        ("import numpy as np\nx = np.ones((2, 3))\nw = np.ones((2, 3))\ny = x @ w\n", "x @ w", "x @ w.T"),
        ("a = 2.0\nb = 3.0\nc = a @ b\n", "@", "*"),
        ("w = [1.0, 2.0]\ny = w[2] * 3\n", "w[2]", "w[1]"),
        ("x = 1.0\ndX = 2.0\ndy = dx + x\ndz = dx\n", "dX", "dx"),
        ("def f(cache):\n    x, y = x\n    return x\n\n\nf((1.0, 2.0))\n", "= x\n", "= cache\n"),
    ],
)
def test_the_edit_is_among_them(text: str, wrong: str, right: str) -> None:
    assert text.replace(wrong, right) in ways_past(text)


def test_what_no_edit_mends() -> None:
    assert ways_past("raise RuntimeError('stop')\n") == []


def test_no_module_stands_where_an_unknown_name_does() -> None:
    text = "import numpy as np\ngain = np.ones(2)\nstate.shape = (2,)\n"
    assert not [found for found in ways_past(text) if "np.shape = " in found]
