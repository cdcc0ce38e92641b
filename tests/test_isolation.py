"""The parent's side: what a trace says of the place, and that errors arrive as what they were."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

import pytest

from whygrad import isolation
from whygrad.errors import (
    DefectError,
    FormulaError,
    LimitError,
    Place,
    ScriptError,
    UsageError,
    all_errors,
    error_of,
)

TRACE = """\
Timeout (0:00:02)!
Thread 0x0000 (most recent call first):
  File "/lib/numpy/core.py", line 10 in dot
  File "/home/me/caf\\xe9.py", line 7 in forward
  File "/home/me/caf\\xe9.py", line 12 in <module>
  File "/lib/whygrad/worker.py", line 30 in check
"""


def test_the_innermost_line_of_the_users_file_is_found() -> None:
    assert isolation._place_in(TRACE, "/home/me/café.py") == Place("/home/me/café.py", 7)
    assert isolation._place_in(TRACE, "/home/me/other.py") is None
    assert isolation._place_in(TRACE, "") is None


def test_errors_arrive_as_what_they_were() -> None:
    for kind in all_errors():
        sent = kind("message", hint="hint", place=Place("f.py", 1, 2, 1, 4))
        met = error_of(sent.facts())
        assert type(met) is kind and str(met) == str(sent) and met.place == sent.place


def test_codes_of_errors_are_unique() -> None:
    codes = [kind.code for kind in all_errors()]
    assert len(codes) == len(set(codes))
    assert {FormulaError.code, UsageError.code, DefectError.code} <= set(codes)


def test_an_error_of_the_child_is_raised_in_the_parent() -> None:
    with pytest.raises(DefectError, match="KeyError"):
        isolation.ask({"task": "none", "path": ""})


def test_the_user_keeps_the_say_about_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("MPLBACKEND", raising=False)
    environment = isolation._environment()
    assert environment["OPENBLAS_NUM_THREADS"] == "7" and environment["MPLBACKEND"] == "Agg"


RIGHT = "x = 2.0\nw = 3.0\ny = x * w\ngrad_x = w\ngrad_w = x\n"


def checked(folder: Path, text: str, seconds: float = 60) -> str:
    """The status that the check of a script tells; its folder is where it may leave traces."""
    path = folder / "script.py"
    path.write_text(text + RIGHT)
    request = {"task": "check", "path": str(path), "hints": {}}
    return str(isolation.ask(request, seconds)["result"]["status"])


WRITES = """\
import os
for number in range(3, 64):
    try:
        os.write(number, b'junk {"result": {}}\\n')
    except OSError:
        pass
"""


def test_what_a_script_writes_into_open_pipes_is_not_taken_for_the_reply(tmp_path: Path) -> None:
    assert checked(tmp_path, WRITES) == "right"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="/proc tells what was left behind")
def test_a_process_that_left_the_group_is_ended_as_well(tmp_path: Path) -> None:
    leave = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
        f"    open({str(tmp_path)!r} + f'/{{os.getpid()}}.pid', 'w')\n    time.sleep(300)\n"
    )
    assert checked(tmp_path, leave) == "right"
    time.sleep(0.2)
    left = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert left and not any(_runs(pid) for pid in left)


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_copies_of_copies_do_not_multiply(tmp_path: Path) -> None:
    fork = f"import os\nos.fork()\nopen({str(tmp_path)!r} + f'/{{os.getpid()}}.pid', 'w').close()\n"
    with contextlib.suppress(LimitError):  # a slow machine; what matters is the count
        checked(tmp_path, fork, seconds=3)
    assert len(list(tmp_path.glob("*.pid"))) < 2000


def test_a_script_that_closes_the_pipe_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"ended its process|closed the pipe"):
        checked(tmp_path, "import os\nos.closerange(0, 64)\n")
