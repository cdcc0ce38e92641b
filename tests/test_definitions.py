"""Functions taken out of their place: what runs elsewhere computes the same, on the same lines."""

from __future__ import annotations

import functools
import inspect
import linecache
import math
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whygrad.definitions import Definitions, definitions_of
from whygrad.errors import UsageError
from whygrad.handover import GIVEN, provide

SCALE = 3.0
TABLE = {"w": np.array([1.0, 2.0])}
ALIAS = math.sqrt


class Layer:
    """Bases, methods and attributes."""

    def __init__(self, w: float) -> None:
        self.w = w

    def forward(self, x: float) -> float:
        return _scaled(x) * self.w


class Deeper(Layer):
    def __call__(self, x: float) -> float:
        return super().forward(x) + 1


LAYER = Deeper(0.5)


def forward(x: float) -> float:
    return _scaled(x) ** 2 + ALIAS(4.0)


def _scaled(x: float) -> float:
    return SCALE * x * float(np.sum(TABLE["w"]))


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def inner(*args: Any) -> Any:
        return function(*args)

    return inner


@logged
def decorated(x: float) -> float:
    return x**3 if x else decorated(1.0)


def run(definitions: Definitions, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The namespace of the text, run as a child runs it: with nothing but what was handed over."""
    monkeypatch.setitem(sys.modules, GIVEN, types.ModuleType(GIVEN))
    provide(definitions.given)
    namespace: dict[str, Any] = {"__name__": "elsewhere"}
    exec(compile(definitions.source.text, definitions.source.filename, "exec", dont_inherit=True), namespace)
    return namespace


def test_functions_bring_what_they_call_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = definitions_of([forward])
    namespace = run(found, monkeypatch)
    assert namespace["forward"](2.0) == forward(2.0)
    assert "pytest" not in namespace and Path(found.source.filename).resolve() == Path(__file__).resolve()
    line = inspect.getsourcelines(forward)[1]
    assert found.source.line(line) == "def forward(x: float) -> float:"
    assert not found.offset and set(found.given) <= {"TABLE", "ALIAS"}


def test_values_are_those_of_now_and_new_in_each_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "w", np.array([10.0]))
    found = definitions_of([_scaled])
    namespace = run(found, monkeypatch)
    assert namespace["_scaled"](1.0) == 30.0
    namespace["TABLE"]["w"][0] = 0.0
    assert run(found, monkeypatch)["_scaled"](1.0) == 30.0 and TABLE["w"][0] == 10.0


def test_functions_within_functions_are_taken_with_their_closure(monkeypatch: pytest.MonkeyPatch) -> None:
    factor, array = 2.5, np.arange(3.0)

    def helper(x: float) -> float:
        return x * factor

    def inner(x: float) -> float:
        total = helper(x)
        return total + float(array.sum())

    found = definitions_of([inner])
    assert run(found, monkeypatch)["inner"](2.0) == inner(2.0)
    line = inspect.getsourcelines(inner)[1]
    assert found.source.line(line) == "def inner(x: float) -> float:"
    assert found.indents[line] == found.indents[line + 1] == 4


def test_methods_bring_their_class_and_its_bases(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = run(definitions_of([LAYER.forward]), monkeypatch)
    assert namespace["Deeper"](0.5)(2.0) == LAYER(2.0)
    namespace = run(definitions_of([LAYER]), monkeypatch)
    assert namespace["Deeper"](0.5)(2.0) == LAYER(2.0)


def test_decorated_and_recursive_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = run(definitions_of([decorated]), monkeypatch)
    assert namespace["decorated"](2.0) == 8.0 and namespace["decorated"](0.0) == 1.0


def typed_in(cells: list[str]) -> dict[str, Any]:
    """Names defined in cells of a notebook, each of them a file that is only in `linecache`."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells):
        name = f"<cell {number} of {id(namespace)}>"
        linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
        exec(compile(cell, name, "exec", dont_inherit=True), namespace)
    return namespace


def test_cells_become_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [
        "import numpy as np\nfrom math import tanh as squash\nK = 2.0\nclass Box:\n    side = 4.0\n"
        "    def twice(self):\n        return 2 * self.side\n",
        "def double(x):\n    return K * x\n",
        "box = Box()\nbox.extra = np.ones(2)\ndef forward(x: 'np.ndarray'):\n"
        "    return squash(double(x)) + box.twice() + box.extra.sum()\n",
    ]
    before = typed_in(cells)
    found = definitions_of([before["forward"], before["double"]])
    assert found.source.filename.startswith("<forward, ") and found.shown == found.source.text
    assert run(found, monkeypatch)["forward"](0.3) == before["forward"](0.3)


def test_a_function_in_the_first_line_makes_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    file = tmp_path / "one.py"
    file.write_text("def f(x):\n    return x * w\nw = [3.0][0]\n")
    namespace: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec", dont_inherit=True), namespace)
    found = definitions_of([namespace["f"]])
    assert found.offset == 1 and found.shown == file.read_text()
    assert run(found, monkeypatch)["f"](2.0) == 6.0


def test_what_is_written_for_later_annotations_stays_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    text = "import math\n\ndef f(x: Unknown) -> Nothing:\n    return math.exp(x)\n"
    file = tmp_path / "late.py"
    file.write_text("from __future__ import annotations\n" + text)
    namespace: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec", dont_inherit=True), namespace)
    assert run(definitions_of([namespace["f"]]), monkeypatch)["f"](0.0) == 1.0


def test_functions_without_a_text_are_refused() -> None:
    with pytest.raises(UsageError, match="no text of its own"):
        definitions_of([lambda x: x])
    with pytest.raises(UsageError, match="source of len cannot be found"):
        definitions_of([len])


def test_names_that_mean_two_things_are_refused() -> None:
    def made(factor: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
        def one(x: float) -> float:
            return factor * x

        def two(x: float) -> float:
            return factor + x

        return one, two

    with pytest.raises(UsageError, match="mean different things by `factor`"):
        definitions_of([made(1.0)[0], made(2.0)[1]])
