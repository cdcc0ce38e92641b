"""Only running confirms an edit."""

import numpy as np
import pytest

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis import check_program
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.trials import Outcome, Trials
from whygrad.source import Source


def test_an_edit_that_makes_all_right(evidence: Evidence, draft: Draft) -> None:
    trials = Trials(evidence)
    assert trials.run(draft).wrong == {"dW", "db"}
    fixed = draft.with_line(9, "dz = dh * (1 - h ** 2)")
    assert trials.run(fixed).right == {"dW", "db"}
    assert trials.judge(fixed, trials.run(draft), frozenset({"dW"})).right


def test_one_that_raises_or_helps_another_is_no_help(evidence: Evidence, draft: Draft) -> None:
    trials = Trials(evidence)
    base = trials.run(draft)
    assert trials.run(draft.with_line(9, "dz = nothing")).wrong == {"*"}
    only_b = draft.with_line(11, "db = (dh * (1 - h ** 2)).sum(axis=0)")
    assert not trials.judge(only_b, base, frozenset({"dW"})).right
    assert trials.judge(only_b, base, frozenset({"db"})).right


def test_a_text_is_run_once(evidence: Evidence, draft: Draft) -> None:
    trials = Trials(evidence)
    for full in (True, False):
        first = trials.run(draft, full=full)
        count = trials.count
        assert trials.run(draft, full=full) is first and trials.count == count


@pytest.mark.parametrize(
    ("right", "better"), [({"a", "b"}, True), ({"b"}, False), ({"a"}, False), (set(), False)]
)
def test_nothing_right_may_become_wrong(right: set[str], better: bool) -> None:
    base = Outcome(frozenset({"a"}), frozenset({"b"}))
    assert Trials.better(Outcome(frozenset(right), frozenset()), base, frozenset({"b"})) is better


HUBER = """\
import numpy as np

def make_inputs():
    return dict(v=np.array([0.2, 3.0, -1.0, 5.5]), ret=np.array([0.5, -1.0, 2.5, 5.0]), d=1.5)

def value_loss(v, ret, d):
    e = v - ret
    a = (np.abs(e) <= d).astype(float)
    b = (e > d).astype(float)
    loss = np.mean(a * e ** 2 / 2 + b * d * (np.abs(e) - d / 2))
    dv = np.clip(e, -d, d) / e.size
    return loss, dv
"""


def test_an_edit_that_is_right_at_a_few_points_by_chance_is_not_offered() -> None:
    """`np.clip(e, -a, d)` differs from the derivative for errors between -d and -1 alone."""
    (finding,) = check_program(Source("example.py", HUBER)).findings
    assert finding.repair is not None
    (edit,) = finding.repair.edits
    for after in (edit.after, *(r.repair.edits[0].after for r in finding.alternatives if r.repair)):
        space: dict = {}
        exec(HUBER.replace(edit.before, after), space)
        v, ret, h = np.array([-1.2, 0.4, -1.7, 2.0]), np.zeros(4), 1e-6
        ends = [[space["value_loss"](v + s * h * row, ret, 1.5)[0] for row in np.eye(4)] for s in (1, -1)]
        slopes = (np.array(ends[0]) - np.array(ends[1])) / (2 * h)
        np.testing.assert_allclose(space["value_loss"](v, ret, 1.5)[1], slopes, atol=1e-7)
