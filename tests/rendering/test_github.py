"""Workflow commands: read back by the rules of their documentation, they say what they were given."""

from __future__ import annotations

import re

from tests.rendering.results import failed, finding, result, variable

from whygrad.rendering.github import workflow_commands


def read(command: str) -> tuple[str, dict[str, str], str]:
    """Level, properties and message of a command, as the runner undoes its escapes."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", command)
    assert match, command
    given = dict(pair.split("=", 1) for pair in match[2].split(","))
    for coded, plain in (("%3A", ":"), ("%2C", ",")):
        given = {name: value.replace(coded, plain) for name, value in given.items()}
    unquote = {name: _plain(value) for name, value in given.items()}
    return match[1], unquote, _plain(match[3])


def _plain(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_a_finding_is_an_error_at_its_place_with_the_repair():
    level, place, message = read(workflow_commands(result(finding())))
    assert level == "error"
    assert place == {"file": "square.py", "line": "3", "endLine": "3", "col": "10", "endColumn": "10",
                     "title": "whygrad WG205"}  # fmt: skip
    assert message.splitlines() == [
        "a factor `2` is missing", "why: by the power rule", "- grad_x = x", "+ grad_x = 2 * x",
    ]  # fmt: skip


def test_what_would_end_a_command_or_a_property_is_escaped():
    odd = "100%0A of `a`,\r\n:: ::error::b"
    done = workflow_commands(result(finding(title=odd), file="a,b:c%.py"))
    assert "\n" not in done
    _, place, message = read(done)
    assert message.startswith(odd) and place["file"] == "a,b:c%.py"


def test_columns_are_left_out_where_several_lines_are_meant():
    _, place, _ = read(workflow_commands(result(finding(line=2, end_line=3))))
    assert "col" not in place and place["endLine"] == "3"


def test_an_import_is_a_notice_and_so_is_what_is_undecided():
    assert read(workflow_commands(result(finding(cause="missing-import"))))[0] == "notice"
    unsure = result(status="undecided", variables=[variable("undecided", reason="random")])
    assert read(workflow_commands(unsure))[::2] == ("notice", "gradient `grad_x`: random")


def test_an_error_is_told():
    level, place, message = read(workflow_commands(failed()))
    assert (level, place["line"], place["title"]) == ("error", "2", "WG601")
    assert message == "no, 100% not:\nthis\nhelp: try"
    assert workflow_commands(result()) == ""
