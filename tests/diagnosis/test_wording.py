"""Findings say what is right, what was computed, and where."""

import numpy as np

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.wording import Step, entries, evidence_of, findings_of, right_parts


def test_the_factors_beside_a_wrong_operand_are_right() -> None:
    slip = Slip("name", "activation", "grad", 12)
    assert right_parts("dw = [1 * activation]", slip, [slip]) == ("1 *",)
    assert right_parts("dw = 1 + activation", slip, [slip]) == ()


def test_entries_that_differ() -> None:
    assert entries(np.array([1.0, 2.0]), np.array([1.0, 3.0])) == [{"entry": "[1]", "got": 2.0, "want": 3.0}]
    assert entries([3.0], [1.0, 2.0]) == [{"entry": "", "got": [3.0], "want": [1.0, 2.0]}]


def test_a_step_gives_a_finding_for_each_slip(evidence: Evidence, draft: Draft) -> None:
    text, new = "dz = dh * (1 - h)", "dz = dh * (1 - h ** 2)"
    slip = Slip("local", "h", "h ** 2", text.rindex("h"))
    claim = evidence.claim("dW")
    step = Step("backward", draft, draft.with_line(9, new), 9, 1, text, Solution(new, (slip,)), "dz", "z",
                claim, evidence, points=8)  # fmt: skip
    (found,) = findings_of(step, step.after)
    assert (found.code, found.line, found.column, found.end_column) == ("WG208", 9, 16, 17)
    assert found.repair is not None
    assert [e.after for e in found.repair.edits] == [new]
    assert evidence_of(claim, evidence)["wrong_points"] >= 1
    assert evidence_of(None, None) == {}
