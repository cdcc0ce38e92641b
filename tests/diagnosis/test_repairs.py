"""Ways of searching, and the choice among what they find."""

import time

import pytest

from whygrad.checking.evidence import Evidence
from whygrad.checking.measurement import measure
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.repairs import Repairer
from whygrad.diagnosis.trials import Trials
from whygrad.source import Source


def repairer(evidence: Evidence, draft: Draft) -> Repairer:
    return Repairer(Trials(evidence), draft, time.process_time() + 20)


def test_the_root_is_repaired_where_it_stands(evidence: Evidence, draft: Draft) -> None:
    claim = evidence.claim("dz") or evidence.claim("dW")
    assert claim is not None
    fix = repairer(evidence, draft).repair(claim)
    assert fix is not None
    assert fix.line == 9
    assert fix.solution.text == "dz = dh * (1 - h ** 2)"
    assert fix.gained == 2
    assert fix.points >= 2


def test_what_is_right_is_not_repaired(evidence: Evidence, draft: Draft) -> None:
    claim = evidence.claim("dW")
    assert claim is not None
    fixed = draft.with_line(9, "dz = dh * (1 - h ** 2)")
    assert repairer(evidence, fixed).repair(claim) is None


def test_of_several_lines_the_one_that_was_meant_otherwise() -> None:
    lines = [
        "import numpy as np",
        "x = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7]])",
        "W = np.array([[0.2, -0.5], [0.7, 0.1], [-0.3, 0.9]])",
        "b = np.array([0.1, -0.2])",
        "z = x @ W + b",
        "h = np.maximum(0, z)",
        "loss = np.sum(h * x[:, :2])",
        "dh = 1.0 * x[:, :2]",
        "dh = dh * np.cos(z)",
        "dW = x.T @ dh",
        "db = dh.sum(axis=0)",
    ]
    source = Source("script.py", "\n".join(lines))
    evidence = measure(source)
    claim = evidence.claim("dW")
    assert claim is not None
    fix = repairer(evidence, Draft.of(source)).repair(claim)
    assert fix is not None
    assert fix.line == 9, fix.solution.text


@pytest.mark.parametrize("text", ["dz = dh * (1 - h)", "dz = dh"])
def test_the_cheapest_wins(evidence: Evidence, draft: Draft, text: str) -> None:
    changed = draft.with_line(9, text)
    claim = evidence.claim("dW")
    assert claim is not None
    fix = repairer(evidence, changed).repair(claim)
    assert fix is not None
    assert all(rival.cost >= fix.cost - 0.2 for rival in fix.rivals)


def test_a_missing_slope_belongs_where_the_derivative_is_computed_and_not_among_labels() -> None:
    lines = [
        "import numpy as np",
        "x, labels = np.array([0.4, -1.1, 0.8, 0.2]), np.array([1.0, 0.0, 1.0, 0.0])",
        "s = np.tanh(x)",
        "loss = np.sum(np.log(1 + np.exp(-(2 * labels - 1) * s)))",
        "sign = 2 * labels - 1",
        "dx = -sign / (1 + np.exp(sign * s))",
    ]
    source = Source("user.py", "\n".join(lines))
    evidence = measure(source)
    claim = evidence.claim("dx")
    assert claim is not None
    fix = repairer(evidence, Draft.of(source)).repair(claim)
    assert fix is not None
    assert fix.line == 6
