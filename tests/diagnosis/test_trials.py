"""Only running confirms an edit."""

import pytest

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.trials import Outcome, Trials


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
