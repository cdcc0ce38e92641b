"""Rows as JavaScript: what is written and what is refused; that it computes the same is for the browser."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from whygrad.emission.javascript import javascript, number_text, parameter, value_text
from whygrad.errors import EmissionError
from whygrad.explanation.subjects import subject_of
from whygrad.ops import OPS, Slot


def test_forward_rows_are_statements_in_order() -> None:
    graph = subject_of("exp(w*x) / 2", (), "w=1, x=2").graph
    assert (
        javascript(graph, range(len(graph)))
        == "v[2]=v[0]*v[1];\nv[3]=Math.exp(v[2]);\nv[4]=2;\nv[5]=v[3]/v[4];\n"
    )


def test_backward_rows_come_from_the_rules() -> None:
    entries = subject_of("w*x", (), "w=3, x=2").ledger()
    combined = entries.derivative.graph
    text = javascript(combined, range(len(entries.graph), len(combined)))
    assert len(re.findall(r"\$\.damped_multiply\(v\[3\],v\[[01]\]\)", text)) == 2


def test_only_numbers_operators_and_known_names_are_written() -> None:
    subject = subject_of("sin(alert) * document", (), "alert=1, document=2")
    text = javascript(subject.graph, range(len(subject.graph)))
    assert re.fullmatch(r"(v\[\d+\]=[\w.$()\[\]*+,/ -]+;\n)+", text)
    assert "alert" not in text and "document" not in text


@pytest.mark.parametrize("value", [0.1, -2.5, 1e-300, 123456789012345680.0, -0.0])
def test_numbers_are_read_back_as_the_same(value: float) -> None:
    read = float(number_text(value).strip("()"))
    assert read == value and math.copysign(1, read) == math.copysign(1, value)


def test_constants_of_arrays() -> None:
    assert value_text(np.zeros(3)) == "$.full([3],0)"
    assert value_text(np.array([1.0, np.nan])) == "$.of([2],[1,NaN])"
    assert value_text(True) == "1"
    with pytest.raises(EmissionError, match="too large"):
        value_text(np.arange(5000.0))


def test_keys_are_written_as_data() -> None:
    assert parameter((slice(1, None, -1), Ellipsis, None, Slot(0), np.int64(3))) == [
        {"slice": [1, None, -1]}, {"rest": True}, None, {"slot": 0}, 3,
    ]  # fmt: skip
    with pytest.raises(EmissionError, match="cannot be written"):
        parameter(object())


def test_an_operation_without_a_kernel_is_refused_by_name() -> None:
    graph = subject_of(lambda a: np.linalg.svd(a)[1], (np.eye(2),)).graph
    with pytest.raises(EmissionError, match="the page has no svd"):
        javascript(graph, range(len(graph)))
    assert "svd" in OPS
