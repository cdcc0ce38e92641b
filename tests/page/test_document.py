"""What the page is told, against the engine and against text that runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from whygrad.explanation.subjects import Subject, subject_of
from whygrad.page.document import document_of
from whygrad.page.plainly import plain


def test_rows_inputs_and_gates_are_there(neuron: Subject) -> None:
    document = document_of(neuron)
    assert [row["name"] for row in document["rows"] if row["kind"] == "input"] == [
        "w0",
        "x0",
        "w1",
        "x1",
        "w2",
    ]
    assert document["point"] == [[0, 2], [1, -1], [3, -3], [4, -2], [7, -3]]
    (gate,) = document["groups"]
    assert gate["label"] == "sigmoid" and gate["local"]["formula"] == "(1 - out) * out"
    assert document["derivations"]["sigmoid"]["worst"] < 1e-12
    assert 0 < document["derivations"]["sigmoid"]["proof"] < 1e-12
    assert document_of(neuron, grouped=True)["groups"][0]["open"] is False


def test_every_scalar_result_can_be_the_output(neuron: Subject) -> None:
    program = document_of(neuron)["program"]
    assert len(program["backward"]) == 8 and program["backward"][0]["output"] == 15


def test_no_name_of_the_users_gets_into_the_program() -> None:
    subject = subject_of("evil * x + 2", (), "evil=1, x=2")
    program = document_of(subject)["program"]
    assert "evil" not in program["forward"] + "".join(one["code"] for one in program["backward"])


def test_an_operation_that_the_page_lacks_freezes_it_and_says_why() -> None:
    subject = subject_of(lambda a: np.sum(np.linalg.eigvalsh(a)), (np.diag([1.0, 2.0]),))
    document = document_of(subject)
    assert document["program"] is None and "eigh" in document["frozen"]
    assert dict(document["values"])[document["output"]] == pytest.approx(3)


def test_values_are_told_exactly() -> None:
    assert plain(0.1) == 0.1 and plain(np.float32(0.1)) == float(np.float32(0.1))
    assert plain(np.array([math.nan, math.inf, -math.inf])) == ["nan", "inf", "-inf"]
    assert plain(np.array([[True], [False]])) == [[1], [0.0]]
    assert math.copysign(1, plain(-0.0)) == -1
