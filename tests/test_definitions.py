"""What of a module some functions need."""

from __future__ import annotations

import inspect

import pytest

from whygrad.definitions import definitions_of, needed_text
from whygrad.errors import UsageError

SCALE = 3.0


def forward(x: float) -> float:
    return _scaled(x) ** 2


def _scaled(x: float) -> float:
    return SCALE * x


def test_what_is_needed_stays_on_its_line() -> None:
    text = "import os\nimport math\n\nA = 1\nB = A + 1\n\n"
    text += "@print\ndef f(x):\n    return math.exp(B * x)\n\nf(1)\nprint(A)\n"
    kept = needed_text(text, {"f"})
    assert [n for n, line in enumerate(kept.split("\n"), 1) if line] == [2, 4, 5, 7, 8, 9]
    assert kept.count("\n") == text.count("\n")


def test_names_of_a_functions_own_are_not_the_modules() -> None:
    text = "def f(x):\n    w = x\n    return [w * k for k in A]\nA = [1]\nx, w, k = 1, 2, 3\n"
    assert needed_text(text, {"f"}).split("\n")[3:] == ["A = [1]", "", ""]


def test_functions_bring_what_they_call() -> None:
    source = definitions_of([forward])
    assert source.filename == __file__
    namespace: dict[str, object] = {}
    exec(compile(source.text, source.filename, "exec"), namespace)
    assert namespace["forward"](2.0) == forward(2.0)  # type: ignore[operator]
    assert "pytest" not in namespace
    line = inspect.getsourcelines(forward)[1]
    assert source.line(line).startswith("def forward")


def test_functions_without_a_place_are_refused() -> None:
    with pytest.raises(UsageError, match="top"):
        definitions_of([lambda x: x])
    with pytest.raises(UsageError, match="source"):
        definitions_of([len])
