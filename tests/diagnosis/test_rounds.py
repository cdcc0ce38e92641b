"""Whole checks: the learner's script, mutants of correct scripts, scripts that raise."""

import math

import numpy as np
import pytest

from whygrad.diagnosis import CheckResult, check_program
from whygrad.source import Source

SEED = """\
w = [2,-3,-3]
x = [-1, -2]

# Compute the forward pass
product = [w[0]*x[0]+w[1]*x[1]+w[2]]
activation = 1 / 1 + math.exp(-product)

grad_product = (1 - activation) * activation

grad_x = [w[0] * activation + w[2] * activation]
grad_w = [x[0] * activation + x[1] * activation + 1 * activation]
"""
SLOPE = 0.19661193324148185


def check(text: str) -> CheckResult:
    return check_program(Source("script.py", text))


def repaired(text: str, result: CheckResult) -> str:
    """The text with the edits of all findings applied."""
    lines = text.split("\n")
    for finding in result.findings:
        for edit in finding.repair.edits if finding.repair else ():
            assert text.split("\n")[edit.line - 1] == edit.before
            lines[edit.line - 1] = edit.after
    return "\n".join(lines)


def run(text: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(text, namespace)
    return namespace


class TestTheSeed:
    result = check(SEED)

    def found(self, cause: str, variable: str = "") -> bool:
        return any(
            f.cause == cause and (not variable or f.variable == variable) for f in self.result.findings
        )

    def test_every_item_is_found(self) -> None:
        assert self.result.status == "wrong"
        assert self.found("missing-import", "math")
        assert self.found("container", "product")
        assert self.found("operator-precedence", "activation")
        for gradient in ("grad_x", "grad_w"):
            assert self.found("wrong-upstream", gradient)
            assert self.found("components-summed", gradient)
        assert self.found("wrong-index", "grad_x")
        assert len(self.result.findings) == 8

    def test_order_of_execution(self) -> None:
        lines = [f.line for f in self.result.findings if f.cause != "missing-import"]
        assert lines == sorted(lines)

    def test_the_hidden_index_is_said_to_be_hidden(self) -> None:
        (finding,) = (f for f in self.result.findings if f.cause == "wrong-index")
        assert "no value at your numbers can show it because w[2] == w[1] == -3" in finding.why

    def test_what_is_right_of_the_line(self) -> None:
        (finding,) = (
            f for f in self.result.findings if f.cause == "wrong-upstream" and f.variable == "grad_w"
        )
        assert "1 *" in finding.right_parts
        assert "`1 *` is right" in finding.why

    def test_findings_on_a_line_share_its_edit(self) -> None:
        for line in (10, 11):
            edits = {f.repair.edits for f in self.result.findings if f.line == line and f.repair}
            assert len(edits) == 1

    def test_everything_is_verified(self) -> None:
        assert all(f.certainty == "verified" and f.repair for f in self.result.findings)
        serious = [f for f in self.result.findings if f.cause != "missing-import"]
        assert all(f.repair and f.repair.verified_points >= 5 for f in serious)

    def test_the_repaired_script_has_the_true_gradients(self) -> None:
        values = run(repaired(SEED, self.result))
        assert values["grad_x"] == pytest.approx([2 * SLOPE, -3 * SLOPE])
        assert values["grad_w"] == pytest.approx([-SLOPE, -2 * SLOPE, SLOPE])

    def test_checking_the_repaired_script_finds_nothing(self) -> None:
        again = check(repaired(SEED, self.result))
        assert again.status == "right"
        assert again.findings == ()

    def test_only_what_is_wrong_itself_is_called_wrong(self) -> None:
        verdicts = {v.name: v.verdict for v in self.result.variables}
        assert verdicts == {"grad_product": "inherited", "grad_x": "wrong", "grad_w": "wrong"}


NEURON = """\
import math
w = [2, -3, -1]
x = [-1, -2]
product = w[0]*x[0] + w[1]*x[1] + w[2]
activation = 1/(1 + math.exp(-product))
grad_product = (1 - activation)*activation
grad_x = [w[0]*grad_product, w[1]*grad_product]
grad_w = [x[0]*grad_product, x[1]*grad_product, 1*grad_product]
"""
NETWORK = """\
import numpy as np
rng = np.random.RandomState(3)
x = rng.randn(5, 4)
t = rng.randn(5, 2)
W1 = rng.randn(4, 3)
b1 = rng.randn(3)
W2 = rng.randn(3, 2)
z = x @ W1 + b1
h = np.tanh(z)
y = h @ W2
loss = np.sum((y - t) ** 2) / 5
dy = 2 * (y - t) / 5
dW2 = h.T @ dy
dh = dy @ W2.T
dz = dh * (1 - h ** 2)
dW1 = x.T @ dz
db1 = np.sum(dz, axis=0)
"""
LAYER = """\
import numpy as np

def make_inputs():
    rng = np.random.RandomState(0)
    return dict(x=rng.randn(4, 3), w=rng.randn(3, 2), dout=rng.randn(4, 2))

def forward(x, w):
    a = np.maximum(x, 0)
    out = a @ w
    return out, (x, w, a)

def backward(dout, cache):
    x, w, a = cache
    dw = a.T @ dout
    da = dout @ w.T
    dx = da * (x > 0)
    return dx, dw
"""
MUTANTS = [
    (NEURON, "w[1]*grad_product]", "w[0]*grad_product]", 7),
    (NEURON, "x[1]*grad_product", "-x[1]*grad_product", 8),
    (NEURON, "1*grad_product", "2*grad_product", 8),
    (NEURON, "(1 - activation)*activation", "(1 - product)*activation", 6),
    (NEURON, "(1 - activation)*activation", "1 - activation*activation", 6),
    (NEURON, "x[0]*grad_product, x[1]*grad_product", "x[1]*grad_product, x[0]*grad_product", 8),
    (NETWORK, "dh * (1 - h ** 2)", "dh * (1 + h ** 2)", 15),
    (NETWORK, "dh * (1 - h ** 2)", "dh * (1 - z ** 2)", 15),
    (NETWORK, "dh * (1 - h ** 2)", "dh", 15),
    (NETWORK, "h.T @ dy", "z.T @ dy", 13),
    (NETWORK, "dy @ W2.T", "-dy @ W2.T", 14),
    (NETWORK, "np.sum(dz, axis=0)", "np.sum(dz, axis=1)", 17),
    (NETWORK, "np.sum(dz, axis=0)", "dz", 17),
    (NETWORK, "np.sum(dz, axis=0)", "np.mean(dz, axis=0)", 17),
    (NETWORK, "x.T @ dz", "x.T @ dh", 16),
    (NETWORK, "x.T @ dz", "(x.T @ dz).T", 16),
    (LAYER, "dw = a.T @ dout", "dw = x.T @ dout", 14),
    (LAYER, "da * (x > 0)", "da * (x < 0)", 16),
    (LAYER, "da * (x > 0)", "da", 16),
    (LAYER, "da = dout @ w.T", "da = 2 * dout @ w.T", 15),
]


@pytest.mark.parametrize("text", [NEURON, NETWORK, LAYER], ids=["neuron", "network", "layer"])
def test_the_innocent_are_not_accused(text: str) -> None:
    result = check(text)
    assert (result.status, result.findings) == ("right", ())


@pytest.mark.parametrize(("text", "right", "wrong", "line"), MUTANTS, ids=[f"{m[3]}-{m[2]}" for m in MUTANTS])
def test_a_mutant_is_found_placed_and_repaired(text: str, right: str, wrong: str, line: int) -> None:
    mutant = text.replace(right, wrong, 1)
    assert mutant != text
    result = check(mutant)
    assert result.status == "wrong"
    assert result.findings[0].line == line
    again = check(repaired(mutant, result))
    assert (again.status, again.findings) == ("right", ())


RAISING = [
    (NEURON.replace("product = w[0]*x[0] + w[1]*x[1] + w[2]", "product = [w[0]*x[0] + w[1]*x[1] + w[2]]"), 4),
    (NETWORK.replace("x.T @ dz", "x @ dz"), 16),
    (NETWORK.replace("np.sum(dz, axis=0)", "np.sum(dzz, axis=0)"), 17),
    (NETWORK.replace("dy @ W2.T", "W2.T @ dy"), 14),
]


@pytest.mark.parametrize(("text", "line"), RAISING, ids=["list", "shapes", "typo", "order"])
def test_an_exception_is_got_past(text: str, line: int) -> None:
    with pytest.raises((TypeError, ValueError, NameError)):
        run(text)
    result = check(text)
    assert result.status == "wrong"
    assert result.findings[0].line == line
    assert check(repaired(text, result)).status == "right"


def test_a_script_beyond_repair_is_an_error() -> None:
    result = check("x = 1.0\ny = x * 2\nraise RuntimeError('no')\ngrad_x = 2.0\n")
    assert result.status == "error"
    assert result.error is not None
    assert "RuntimeError" in result.error["message"]
    assert result.error["line"] == 3


def test_numbers_in_json_are_plain() -> None:
    import json

    text = json.dumps(check(NETWORK.replace("x.T @ dz", "x.T @ dh")).to_json())
    assert "NaN" not in text
    assert math.isfinite(len(text)) and np.isfinite(len(text))
