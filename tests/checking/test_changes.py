"""What a weight is changed by is taken for its gradient only where nothing else can be meant."""

import pytest

from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError
from whygrad.source import Source

FIT = """\
import numpy as np
rng = np.random.RandomState(0)
x, t, w = rng.randn(6, 3), rng.randn(6, 2), rng.randn(3, 2)
e = np.tanh(x @ w) - t
loss = 0.5 * np.sum(e ** 2)
"""
SLOPE = "up = e * (1 - np.tanh(x @ w) ** 2)\n"


@pytest.mark.parametrize(("line", "verdict"), [("x.T @ up", "right"), ("np.dot(x.T, e)", "wrong")])
def test_the_product_that_changes_a_weight_is_its_gradient(line: str, verdict: str) -> None:
    (claim,) = measure(Source("fit.py", f"{FIT}{SLOPE}w_update = {line}\n")).finals
    assert (claim.of, claim.verdict) == ("w", verdict)


@pytest.mark.parametrize("step", ["0.3 * x.T @ up", "lr * x.T @ up", "m / (np.sqrt(v) + 1e-8)"])
def test_a_step_is_no_gradient(step: str) -> None:
    text = f"{FIT}{SLOPE}lr = 0.3\nup = x.T @ up if False else up\nm = v = x.T @ up\nw_update = {step}\n"
    with pytest.raises(NoGradientError):
        measure(Source("fit.py", text))


def test_a_variable_that_has_a_gradient_has_no_second_one() -> None:
    text = f"{FIT}{SLOPE}dw = x.T @ up\nw_update = dw + x.T @ e\nw -= w_update\n"
    assert {c.name for c in measure(Source("fit.py", text)).claims} == {"dw"}
