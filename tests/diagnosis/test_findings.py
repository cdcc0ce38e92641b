"""Results as JSON: the fixed keys, and only values that JSON holds."""

import json

import numpy as np

from whygrad.diagnosis.findings import CheckResult, Edit, Finding, Repair, plain

KEYS = {
    "code", "cause", "title", "why", "where", "variable", "of", "line", "column", "end_line", "end_column",
    "right_parts", "certainty", "repair", "alternatives", "evidence",
}  # fmt: skip


def finding(repair: Repair | None) -> Finding:
    return Finding("WG203", "wrong-operand", "t", "w", "backward", "g", "x", 3, 1, 3, 5, repair=repair)


def test_a_finding_has_the_fixed_keys() -> None:
    repair = Repair((Edit(3, "g = a", "g = b"),), 8)
    said = finding(repair).to_json()
    assert set(said) == KEYS
    assert said["repair"] == {
        "edits": [{"line": 3, "before": "g = a", "after": "g = b"}],
        "verified_points": 8,
    }
    assert finding(None).to_json()["repair"] is None


def test_a_result_has_the_fixed_keys() -> None:
    said = CheckResult("f.py", "right").to_json()
    assert {"version", "file", "status", "output", "variables", "findings", "error"} <= set(said)
    assert said["version"] == 1
    assert said["error"] is None


def test_values_are_made_plain() -> None:
    value = {"a": np.float64(1.5), "b": np.arange(3), "c": (np.nan, np.inf), 4: np.bool_(True), "d": object}
    text = json.dumps(plain(value), allow_nan=False)
    assert json.loads(text)["b"] == [0, 1, 2]
    assert json.loads(text)["c"] == ["nan", "inf"]
