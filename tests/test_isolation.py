"""The parent's side: what a trace says of the place, and that errors arrive as what they were."""

from __future__ import annotations

import pytest

from whygrad import isolation
from whygrad.errors import DefectError, FormulaError, Place, UsageError, all_errors, error_of

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
