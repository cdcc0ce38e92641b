"""Two slips in two statements that fill one gradient."""

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.contributions import Contribution, pairs
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.source import Source

TEXT = """\
import numpy as np


def make_inputs():
    draw = np.random.RandomState(2).randn
    return dict(mu=draw(4, 3), logvar=0.3 * draw(4, 3), W=draw(3, 5), x=draw(4, 5), eps=draw(4, 3))


def vae_loss(mu, logvar, W, x, eps):
    B = x.shape[0]
    std = np.exp(0.5 * logvar)
    z = mu + std * eps
    diff = z @ W - x
    loss = np.sum(diff ** 2) / B - 0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar)) / B
    dz = 2 * diff @ W.T / B
    dmu = dz + mu / B
    dlogvar = FIRST
    dlogvar += SECOND
    return loss, dmu, dlogvar
"""
FIRST, SECOND = "dz * 0.5 * std * eps", "0.5 * (np.exp(logvar) - 1) / B"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("dz * std * eps", "0.5 * (1 - np.exp(logvar)) / B"),
        ("dz * 0.5 * std", "0.5 * (np.exp(logvar) - 1)"),
        ("dz * 0.5 * std * mu", "0.5 * (np.exp(logvar) + 1) / B"),
    ],
)
def test_both_slips_are_found_where_they_stand(first: str, second: str) -> None:
    right = TEXT.replace("FIRST", FIRST).replace("SECOND", SECOND)
    assert not check_program(Source("vae.py", right)).findings
    text = TEXT.replace("FIRST", first).replace("SECOND", second)
    findings = check_program(Source("vae.py", text)).findings
    lines = [k for k, line in enumerate(text.split("\n"), 1) if "dlogvar =" in line or "dlogvar +=" in line]
    assert [f.line for f in findings] == lines
    assert all(f.repair is not None and [e.line for e in f.repair.edits] == lines for f in findings)


def test_pairs_add_up_to_what_is_missing() -> None:
    one, other = (
        [Variant(f"{name}{k}", Slip("sign", "", "", cost=1.0 + k)) for k in range(2)] for name in "ab"
    )
    parts = [
        Contribution(0, one, np.array([[1.0, 2.0], [3.0, 0.0]])),
        Contribution(1, other, np.array([[1.0, 1.0], [-1.0, 3.0]])),
    ]
    found = [
        [(place, variant.text) for place, variant in pair] for pair in pairs(parts, np.array([2.0, 3.0]))
    ]
    assert found == [[(0, "a0"), (1, "b0")], [(0, "a1"), (1, "b1")]]
