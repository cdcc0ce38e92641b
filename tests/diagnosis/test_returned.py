"""Gradients that a function returns without a name."""

import ast

from whygrad.checking.evidence import Claim
from whygrad.checking.programs import Program, Returned
from whygrad.diagnosis import check_program
from whygrad.diagnosis.returned import returned_part
from whygrad.source import Source

CLASS = """\
import numpy as np


def make_inputs():
    return dict(x=np.array([0.7, -0.9, 1.8]), grad=np.array([0.5, -1.2, 0.9]))


class Swish:
    def forward(self, x):
        self.x = x
        self.sig = 1 / (1 + np.exp(-x))
        return x * self.sig

    def backward(self, grad):
        slope = self.sig + self.x * self.sig * (1 - self.sig)
        return {}
"""


def part(text: str, path: str) -> str | None:
    program = Program(Source("x.py", ""), returned=(Returned("dx", path, "f"),))
    node = ast.parse(f"def f():\n    {text}").body[0].body[0]  # type: ignore[attr-defined]
    found = returned_part(node, program, Claim("dx", "x", "final", 2))
    return None if found is None else ast.unparse(found)


def test_the_part_that_gives_a_gradient() -> None:
    assert part("return g * s", "__r") == "g * s"
    assert part("return a, g @ w", "__r[1]") == "g @ w"
    assert part("return {'dx': g * s}", "__r['dx']") == "g * s"
    assert part("return bend(g)[0]", "__r") == "bend(g)[0]"
    assert part("return dx", "__r") is None, "a name is made elsewhere"
    assert part("return self.grads['x']", "__r") is None, "so is what an object keeps"


def test_a_returned_expression_is_searched_by_its_value() -> None:
    finding = check_program(Source("swish.py", CLASS.format("self.sig * slope"))).findings[0]
    assert finding.line == 16 and finding.repair is not None
    assert finding.repair.edits[0].after.strip() == "return grad * slope"
