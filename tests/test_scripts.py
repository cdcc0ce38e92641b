"""Scripts as something to explain: how often they are run for it, and what is read in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from whygrad.checking.programs import Program
from whygrad.scripts import read_script

PLAIN = """\
w = 0.5
h = 0.1
for i in range(30):
    h = (w * h + 0.3) * 0.5
loss = h * h
"""
WITH_GRADIENT = "w = 0.5\nx = 2.0\nloss = w * x * x\ngrad_w = x * x\n"


@pytest.fixture
def observed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each run of a program that is noted."""
    times: list[str] = []
    observe = Program.observe

    def counted(self: Program, *args: Any, **options: Any) -> Any:
        times.append(self.form)
        return observe(self, *args, **options)

    monkeypatch.setattr(Program, "observe", counted)
    return times


def test_a_script_without_gradients_is_noted_once(tmp_path: Path, observed: list[str]) -> None:
    path = tmp_path / "plain.py"
    path.write_text(PLAIN)
    reading = read_script(str(path), {"w": 0.7})
    assert observed == ["script"]
    assert reading.result is None and reading.notes == () and reading.program.objective[0][0] == "loss"
    entries = reading.subject.ledger()
    step = 1e-20
    h = 0.1 + 0j
    for _ in range(30):
        h = ((0.7 + step * 1j) * h + 0.3) * 0.5
    (w,) = (row for row in entries.graph.inputs if entries.graph.name(row) == "w")
    assert entries.gradient(w) == pytest.approx((h * h).imag / step, rel=1e-12)


def test_a_script_with_gradients_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "checked.py"
    path.write_text(WITH_GRADIENT)
    reading = read_script(str(path), {})
    assert reading.result is not None and reading.result.status == "right"
