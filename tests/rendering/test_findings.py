"""Results of a check as reports: place, numbers, reason, repair, verdicts, and what to do next."""

from __future__ import annotations

from functools import partial

import pytest
from tests.counting import steps

from whygrad.rendering.cells import width_of
from whygrad.rendering.findings import report_of
from whygrad.rendering.text import render_text

SCRIPT = """\
w = [2,-3,-3]
x = [-1, -2]

# Compute the forward pass
product = [w[0]*x[0]+w[1]*x[1]+w[2]]
activation = 1 / 1 + math.exp(-product)

grad_product = (1 - activation) * activation

grad_x = [w[0] * activation + w[2] * activation]
grad_w = [x[0] * activation + x[1] * activation + 1 * activation]
"""
LINES = SCRIPT.split("\n")


def finding(code: str, title: str, line: int, span: str, after: str | None, **more):
    before = LINES[line - 1]
    column = before.index(span) + 1
    repair = after and {"edits": [{"line": line, "before": before, "after": after}], "verified_points": 8}
    return {
        "code": code, "cause": "a-cause", "title": title, "why": "", "where": "backward", "variable": "",
        "of": "", "line": line, "column": column, "end_line": line, "end_column": column + len(span),
        "right_parts": [], "certainty": "verified", "repair": repair, "alternatives": [], "evidence": {},
        **more,
    }  # fmt: skip


def result(**more):
    verdicts = [
        ("grad_product", "product", 8, "inherited"),
        ("grad_x", "x", 10, "wrong"),
        ("grad_w", "w", 11, "wrong"),
    ]
    variables = [
        {"name": name, "of": of, "line": line, "verdict": v, "right_at_given_inputs": name == "grad_w"}
        for name, of, line, v in verdicts
    ]
    return {
        "version": 1, "file": "neuron.py", "status": "wrong", "output": "activation", "variables": variables,
        "findings": [], "error": None, **more,
    }  # fmt: skip


GRAD_X = "grad_x = [w[0] * grad_product, w[1] * grad_product]"
SUM = "w[0] * activation + w[2] * activation"
NEAR = {"got": 0.39322386, "want": 0.39322387}
SEED = result(
    notes=["compared at the numbers of the file and at 7 others"],
    supplied=[["math", "import math"]],
    findings=[
        finding("WG402", "`product` is a list of one number", 5, "[w[0]*x[0]+w[1]*x[1]+w[2]]",
                "product = w[0]*x[0]+w[1]*x[1]+w[2]", why="`-product` needs a number."),
        finding("WG401", "`1 / 1 + ...` is (1 / 1) + ...", 6, "1 / 1 + math.exp(-product)",
                "activation = 1 / (1 + math.exp(-product))", where="forward", certainty="likely",
                why="Division binds tighter than addition.",
                alternatives=[{"why": "keep the forward pass, and change `grad_product`", "repair": {
                    "edits": [{"line": 8, "before": LINES[7], "after": "grad_product = 1 - activation"}],
                    "verified_points": 1}}]),
        finding("WG203", "`activation` stands where `grad_product` belongs", 10, "activation", GRAD_X,
                variable="grad_x", why="The upstream gradient is `grad_product`.", right_parts=["w[0] *"],
                evidence={"entries": [dict(NEAR, entry=f"[{k}]") for k in range(5)]}),
        finding("WG301", "the components are added up", 10, SUM, GRAD_X, variable="grad_x"),
        finding("WG200", "the gradient of `w` is wrong", 11, "x[0] * activation", None, variable="grad_w",
                certainty="evidence-only",
                evidence={"entries": [{"entry": "", "got": [1.0, 2], "want": "(3,)"}]}),
    ],
)  # fmt: skip


def shown(facts, width: int = 100, color: bool = False, text: str = SCRIPT) -> str:
    return render_text(report_of(facts, text), width, color, True)


@pytest.mark.parametrize("width", [100, 60, 40])
def test_findings_are_as_reviewed(width, golden):
    golden(f"findings_{width}.txt", shown(SEED, width) + "\n")


@pytest.mark.parametrize("width", [20, 33, 40, 71, 120])
def test_no_line_is_wider_than_the_terminal(width):
    assert max(width_of(line) for line in shown(SEED, width).split("\n")) <= width


def test_what_is_computed_stands_beside_what_is_true_with_digits_that_differ():
    assert "grad_x[0] computed 0.39322386, true 0.39322387" in shown(SEED)
    assert "and 1 more entry differs" in shown(SEED)


def test_findings_of_one_line_share_one_repair():
    text = shown(SEED)
    assert text.count("10 + " + GRAD_X) == 1
    assert text.index("repaired below") < text.index("10 + " + GRAD_X)


def test_numbers_of_a_line_are_shown_once():
    entries = {"entries": [{"entry": "", "got": 1.0, "want": 2.0}]}
    twice = [finding(code, code, 10, SUM, GRAD_X, variable="grad_x", evidence=entries) for code in ("A", "B")]
    assert shown(result(findings=twice)).count("grad_x computed 1, true 2") == 1


def test_right_by_accident_is_said():
    assert "right at your numbers, wrong in general" in shown(SEED)


def test_without_a_repair_it_says_so():
    assert "no edit was found that makes this right" in shown(SEED)


def test_the_closing_line_says_what_to_do_next():
    assert "3 of 3 gradients of `activation` wrong, 5 findings. Start with the first finding" in shown(SEED)
    sure = result(findings=SEED["findings"][:1])
    closing = "With all edits above applied every gradient is right; then run: whygrad check neuron.py"
    assert closing in shown(sure, 200)


def test_no_edit_that_was_not_run_is_promised_to_make_all_right():
    unrun = {**SEED["findings"][0], "repair": {**SEED["findings"][0]["repair"], "verified_points": 0}}
    assert "every gradient is right" not in shown(result(findings=[unrun]), 200)


def test_a_right_result_is_short():
    right = [dict(v, verdict="right") for v in SEED["variables"]]
    text = shown(result(status="right", variables=right))
    assert text.endswith(
        "✓ all 3 gradients of `activation` are right at the numbers of the file and at others"
    )
    assert "wrong" not in text
    one = shown(result(status="right", variables=right[:1], output=""))
    assert "✓ the gradient is right" in one


def test_an_undecided_result_gives_the_reason():
    unsure = [{"name": "dx", "of": "x", "line": 3, "verdict": "undecided", "right_at_given_inputs": True,
               "reason": "the forward pass draws new random numbers"}]  # fmt: skip
    text = shown(result(status="undecided", variables=unsure))
    assert "? undecided: the forward pass draws new random numbers" in text
    assert "? not every gradient of `activation` could be decided" in text


def test_of_rivals_with_one_reason_the_first_is_shown():
    edits = [{"line": 8, "before": LINES[7], "after": f"grad_product = {k}"} for k in range(3)]
    rivals = [{"why": why, "repair": {"edits": [edit], "verified_points": 1}}
              for why, edit in zip(["a slip", "a slip", "the forward pass"], edits, strict=True)]  # fmt: skip
    text = shown(result(findings=[finding("WG203", "t", 10, SUM, GRAD_X, alternatives=rivals)]))
    assert text.count("or: ") == 2 and "grad_product = 1" not in text
    assert text.index("grad_product = 0") < text.index("grad_product = 2")


def test_an_error_shows_the_line_and_the_hint():
    error = {
        "code": "WG601",
        "message": "NameError: name 'math' is not defined",
        "hint": "import math",
        "line": 6,
    }
    text = shown(result(status="error", error=error, variables=[], output=None))
    assert text.split("\n")[0] == "WG601 NameError: name 'math' is not defined"
    assert "neuron.py:6:1" in text and "help: import math" in text
    assert "WG603" in shown(result(status="error", error={"code": "WG603", "message": "no gradient"}))


def test_strange_results_do_not_break_it():
    off = {**finding("WG203", "t", 10, SUM, GRAD_X), "line": 99, "end_line": 120, "end_column": 2}
    assert "WG203" in shown(result(findings=[off]))
    wide = {**finding("WG203", "t", 5, "product", None), "end_line": 11, "column": 0}
    assert shown(result(findings=[wide])).count("^") > 20
    assert "neuron.py" in shown(result(findings=[off]), text="")


def test_the_cost_of_showing_does_not_grow_with_the_file():
    """Findings in the first lines of a long file are shown without reading the rest of it line by line."""
    short, long = (steps(partial(shown, SEED, text=SCRIPT + "x = 1\n" * n, color=True)) for n in (0, 20_000))
    assert long < 1.5 * short + 100
