"""Names of intermediate gradients that were read wrongly are told from mistakes."""

from whygrad.checking.evidence import Evidence
from whygrad.checking.measurement import measure
from whygrad.source import Source

LAYER = """\
import numpy as np
rng = np.random.RandomState(1)
x = rng.randn(4, 3)
W1 = rng.randn(3, 5)
W2 = rng.randn(5, 2)
t = rng.randn(4, 2)
l1 = np.tanh(x @ W1)
l2 = np.tanh(l1 @ W2)
loss = 0.5 * np.sum((l2 - t) ** 2)
l2_delta = (l2 - t) * (1 - l2 ** 2)
l1_delta = (l2_delta @ W2.T) * (1 - l1 ** 2)
dW2 = l1.T @ l2_delta
dW1 = x.T @ l1_delta
"""


def verdicts(old: str, new: str) -> dict[str, str]:
    assert old in LAYER
    evidence = measure(Source("layer.py", LAYER.replace(old, new)))
    return {c.name: c.verdict for c in evidence.claims}


def test_what_leads_to_a_right_gradient_is_innocent() -> None:
    found = verdicts("dW1 = x.T @", "dW1 = 2 * x.T @")
    assert found["l2_delta"] != "wrong" and found["l1_delta"] != "wrong" and found["dW1"] == "wrong"


def test_what_repeats_a_mistake_above_it_is_innocent() -> None:
    found = verdicts("l2_delta = (l2 - t)", "l2_delta = 2 * (l2 - t)")
    assert found["l1_delta"] != "wrong"


def test_a_mistake_is_not_excused() -> None:
    text = LAYER.replace("l2_delta", "dz2").replace("l2 = np.tanh(l1 @ W2)", "z2 = l1 @ W2\nl2 = np.tanh(z2)")
    text = text.replace("* (1 - l2 ** 2)", "* (1 - l2)")
    claims = {c.name: c.verdict for c in measure(Source("layer.py", text)).claims}
    assert claims["dz2"] == "wrong" and claims["dW2"] == "inherited"


def test_a_wrong_name_that_leads_to_a_wrong_line_is_doubtful() -> None:
    text = """\
import numpy as np
rng = np.random.RandomState(1)
x = rng.randn(4, 6)
mu = np.mean(x, axis=1, keepdims=True)
d = x - mu
s = np.sqrt(np.mean(d ** 2, axis=1, keepdims=True))
y = d / s
g = rng.randn(4, 6)
loss = np.sum(y * g)
dy = g
mean_d = np.mean(dy, axis=1, keepdims=True)
dx = -((dy - mean_d - y * np.mean(dy * y, axis=1, keepdims=True)) / s)
"""
    evidence: Evidence = measure(Source("norm.py", text))
    claims = {c.name: c for c in evidence.claims}
    assert claims["dx"].verdict == "wrong"
    assert claims["mean_d"].verdict != "wrong" or claims["mean_d"].doubtful
