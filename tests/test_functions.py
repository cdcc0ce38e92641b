"""Functions of a file to explain: at values that are given, made by the file, or neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from whygrad.cli import main
from whygrad.errors import UsageError
from whygrad.functions import has_functions_only, subject_of_file, values_of

LOSS = """\
import numpy as np
def loss(w, x, y):
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""
NET = """\
import numpy as np
W = np.ones((3, 2)) * 0.5
def make_inputs():
    return {"x": np.linspace(-1, 1, 12).reshape(4, 3), "y": np.ones((4, 2))}
def net(x, W):
    return np.tanh(x @ W)
def loss(x, W, y):
    return np.mean((net(x, W) - y) ** 2)
"""


def written(folder: Path, text: str) -> str:
    path = folder / "file.py"
    path.write_text(text)
    return str(path)


def test_values_come_from_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, NET)
    subject, (note,) = subject_of_file(path, "", "")
    assert has_functions_only(path) and "its function `loss`" in note
    x, y = np.linspace(-1, 1, 12).reshape(4, 3), np.ones((4, 2))
    h = np.tanh(x @ (np.ones((3, 2)) * 0.5))
    entries = subject.ledger()
    gradient = entries.gradient(next(r for r in subject.graph.inputs if subject.graph.name(r) == "W"))
    np.testing.assert_allclose(gradient, x.T @ (2 * (h - y) * (1 - h**2) / 8), rtol=1e-12)


def test_values_are_given(tmp_path: Path) -> None:
    path = written(tmp_path, LOSS)
    subject, _ = subject_of_file(path, "loss", "w=[1, -2], x=[[1, 2], [3, 4]], y=[0, 1]")
    assert [np.shape(value) for value in subject.inputs] == [(2,), (2, 2), (2,)]


def test_values_that_nobody_gave_are_found_and_said(tmp_path: Path) -> None:
    subject, (said,) = subject_of_file(written(tmp_path, LOSS), "", "w=randn(3)")
    shapes = [np.shape(value) for value in subject.inputs]
    assert shapes[0] == (3,) and shapes[1][-1] == 3
    assert "example inputs that were found: x = randn(" in said and "w =" not in said


def test_a_function_that_does_not_run_is_told_with_a_way_out(tmp_path: Path) -> None:
    path = written(tmp_path, "def loss(w, x, y):\n    return (w @ x).no_such_thing(y)\n")
    with pytest.raises(UsageError, match="with which `loss` runs") as caught:
        subject_of_file(path, "", "w=randn(3)")
    assert caught.value.hint == f'whygrad show {path}:loss --at "w=randn(3), x=randn(3), y=randn(3)"'


def test_several_functions_are_told_with_a_way_out(tmp_path: Path) -> None:
    path = written(tmp_path, LOSS + "def other(x):\n    return x.sum()\n")
    with pytest.raises(UsageError, match="2 functions that may be meant: loss, other") as caught:
        subject_of_file(path, "", "")
    assert caught.value.hint == f"whygrad show {path}:other"


@pytest.mark.parametrize("at", ["import os", "1, 2", "**w", "w="])
def test_what_is_no_value_is_refused(at: str) -> None:
    with pytest.raises(UsageError, match="does not give values by name"):
        values_of(at)


def test_a_parameter_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="loss has no parameter `q`"):
        subject_of_file(written(tmp_path, LOSS), "loss", "q=1")


@pytest.mark.parametrize("ending", ["html", "svg"])
def test_the_command_draws_a_function(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    path, out = written(tmp_path, NET), tmp_path / f"out.{ending}"
    assert main(["show", path, "--out", str(out)]) == 0
    assert main(["show", f"{path}:net", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "its function `loss`" in said and "its function `net`" in said and out.stat().st_size > 1000


def test_the_command_explains_a_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, LOSS)
    at = "w=[1, -2], x=[[1, 2], [3, 4]], y=[0, 1]"
    assert main(["explain", f"{path}:loss", "--at", at, "--why", "w"]) == 0
    p = 1 / (1 + np.exp(-np.array([[1, 2], [3, 4]]) @ [1, -2]))
    gradient = np.array([[1, 2], [3, 4]]).T @ (p - [0, 1]) / 2
    assert f"{gradient[0]:.4g}" in capsys.readouterr().out
