"""The child's side: whatever a task raises becomes one line of strict JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from whygrad import worker
from whygrad.errors import Place, ScriptError


def raising(error: BaseException) -> Callable[[Any], Any]:
    def task(request: Any) -> Any:
        raise error

    return task


def ask(monkeypatch: pytest.MonkeyPatch, task: Callable[[Any], Any]) -> dict[str, Any]:
    monkeypatch.delenv("WHYGRAD_DEBUG", raising=False)
    monkeypatch.setitem(worker.TASKS, "check", task)
    line = worker.answer({"task": "check", "path": "folder/a.py"})
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    return json.loads(line, parse_constant=pytest.fail)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (MemoryError(), "WG604", "memory"),
        (RecursionError("deep"), "WG604", "recursed"),
        (SystemExit(3), "WG601", "SystemExit"),
        (KeyboardInterrupt(), "WG601", "KeyboardInterrupt"),
        (ZeroDivisionError("division by zero"), "WG698", "division by zero"),
    ],
)
def test_every_end_has_a_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: str, word: str
) -> None:
    said = ask(monkeypatch, raising(error))["error"]
    assert said["code"] == code and word in said["message"] and "a.py" in said["message"]


def test_an_error_of_ours_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ScriptError("this", hint="that", place=Place("a.py", 3, 5, 3, 7))
    said = ask(monkeypatch, raising(error))["error"]
    assert (said["line"], said["place"]["end_column"], said["hint"]) == (3, 7, "that")


def test_an_answer_that_is_no_json_is_a_defect_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(monkeypatch, lambda request: {"value": float("nan")})["error"]["code"] == "WG698"
    assert ask(monkeypatch, lambda request: {"value": object()})["error"]["code"] == "WG698"


def test_the_process_answers_on_standard_output_and_ends() -> None:
    request = json.dumps({"task": "none", "path": "", "seconds": 5})
    done = subprocess.run(
        [sys.executable, "-P", "-m", "whygrad.worker"],
        input=request,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["error"]["code"] == "WG698"
