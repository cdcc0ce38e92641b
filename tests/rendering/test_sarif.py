"""The SARIF log: its structure as the standard fixes it, and what a viewer needs of each finding."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.rendering.results import TEXT, failed, finding, result, variable

from whygrad.pages import all_pages, rules_of
from whygrad.rendering.sarif import sarif_log
from whygrad.source import edited

# Object of the standard -> its properties that occur here: their kinds; `!` marks those that it requires.
STANDARD: dict[str, dict[str, Any]] = {
    "log": {"$schema": str, "version!": str, "runs!": ["run"]},
    "run": {"tool!": "tool", "columnKind": str, "invocations": ["invocation"], "artifacts": ["artifact"],
            "results": ["result"]},
    "tool": {"driver!": "component"},
    "component": {"name!": str, "version": str, "rules": ["rule"]},
    "rule": {"id!": str, "name": str, "shortDescription": "message", "fullDescription": "message",
             "help": "message"},
    "message": {"text!": str, "markdown": str},
    "invocation": {"executionSuccessful!": bool, "exitCode": int,
                   "toolExecutionNotifications": ["notification"]},
    "notification": {"message!": "message", "level": str, "locations": ["location"],
                     "descriptor": "descriptor"},
    "descriptor": {"id": str},
    "artifact": {"location": "artifactLocation"},
    "artifactLocation": {"uri": str},
    "location": {"physicalLocation": "physical"},
    "physical": {"artifactLocation": "artifactLocation", "region": "region"},
    "region": {"startLine": int, "startColumn": int, "endLine": int, "endColumn": int},
    "result": {"message!": "message", "ruleId": str, "ruleIndex": int, "level": str,
               "locations": ["location"], "partialFingerprints": dict, "properties": dict, "fixes": ["fix"]},
    "fix": {"description": "message", "artifactChanges!": ["change"]},
    "change": {"artifactLocation!": "artifactLocation", "replacements!": ["replacement"]},
    "replacement": {"deletedRegion!": "region", "insertedContent": "content"},
    "content": {"text": str},
}  # fmt: skip
LEVELS = {"error", "warning", "note", "none"}


def assert_is(kind: Any, value: Any, path: str = "log") -> None:
    """The value is an object of that kind; nothing required is missing, nothing unknown is there."""
    if isinstance(kind, list):
        assert isinstance(value, list), path
        for place, item in enumerate(value):
            assert_is(kind[0], item, f"{path}[{place}]")
    elif isinstance(kind, str):
        properties = {name.rstrip("!"): below for name, below in STANDARD[kind].items()}
        required = {name[:-1] for name in STANDARD[kind] if name.endswith("!")}
        assert required <= set(value) <= set(properties), (path, set(value))
        assert value.get("level", "none") in LEVELS, path
        for name, item in value.items():
            assert_is(properties[name], item, f"{path}.{name}")
    else:
        assert isinstance(value, kind), path


@pytest.fixture(scope="module")
def rules() -> list[dict[str, object]]:
    return rules_of(all_pages())


def log_of(rules: Any, *results: Any) -> Any:
    log = sarif_log(results, {r["file"]: TEXT for r in results}, rules, "0.1.0")
    return json.loads(json.dumps(log, allow_nan=False))


def test_the_structure_is_that_of_the_standard(rules):
    bare = finding(column=1, end_column=0, repair=None, certainty="evidence-only")
    unsure = [variable("undecided", reason="random")]
    open_ = result(status="undecided", variables=unsure, file="/other/place.py")
    log = log_of(rules, result(finding(), bare, file="a b.py"), failed(), failed(line=None), open_)
    assert_is("log", log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["artifacts"][0]["location"]["uri"] == "a%20b.py"
    assert run["artifacts"][-1]["location"]["uri"] == "file:///other/place.py"


def test_rules_carry_their_page_and_results_point_to_them(rules):
    (run,) = log_of(rules, result(finding(), finding(code="WG203")))["runs"]
    known = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in known] == ["WG203", "WG205"]
    for found in run["results"]:
        assert known[found["ruleIndex"]]["id"] == found["ruleId"]
    assert "```python" in known[0]["help"]["markdown"] and "Fix:" in known[0]["help"]["text"]


def test_every_code_can_be_a_rule(rules):
    assert len(rules) == len(all_pages())
    for one in rules:
        assert_is("rule", one)
        assert str(one["name"]).isidentifier()


def test_the_fix_gives_the_repaired_file(rules):
    (run,) = log_of(rules, result(finding()))["runs"]
    (found,) = run["results"]
    (replacement,) = found["fixes"][0]["artifactChanges"][0]["replacements"]
    region, lines = replacement["deletedRegion"], TEXT.split("\n")
    line = lines[region["startLine"] - 1]
    assert region["startLine"] == region["endLine"]
    new = (
        line[: region["startColumn"] - 1]
        + replacement["insertedContent"]["text"]
        + line[region["endColumn"] - 1 :]
    )
    lines[region["startLine"] - 1] = new
    assert "\n".join(lines) == edited(TEXT, {3: ("grad_x = x", "grad_x = 2 * x")})


def test_fingerprints_stay_when_lines_move_and_differ_between_results(rules):
    moved = finding(line=4, end_line=4)
    first = log_of(rules, result(finding(), finding()))["runs"][0]["results"]
    log = sarif_log([result(moved)], {"square.py": "\n" + TEXT}, rules, "0.1.0")
    one, two = (r["partialFingerprints"]["whygradFinding/v1"] for r in first)
    assert one != two
    assert log["runs"][0]["results"][0]["partialFingerprints"]["whygradFinding/v1"] == one


def test_a_check_that_was_not_made_is_no_success(rules):
    (run,) = log_of(rules, failed())["runs"]
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert invocation["toolExecutionNotifications"][0]["descriptor"] == {"id": "WG601"}
    assert run["results"] == []
