"""Values for the child: every kind arrives as it was, each time anew; what cannot travel is named."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from whygrad.errors import ScriptError, UsageError
from whygrad.handover import GIVEN, handed_over, provide, taken


class Pair(NamedTuple):
    first: float
    second: str


VALUES: dict[str, Any] = {
    "number": 0.1 + 0.2, "whole": 3, "truth": True, "nothing": None, "text": "train\n'\"",
    "narrow": np.float32(1) / np.float32(3), "array": np.random.RandomState(0).randn(3, 4).astype(np.float32),
    "labels": np.array([[2, 0], [1, 1]], dtype=np.int8), "mask": np.array([True, False]),
    "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "nested": {"a": (1, [np.ones(2)]), 3: None},
    "pair": Pair(1.5, "b"), "odd": [float("nan"), float("inf"), -0.0], "empty": np.zeros((0, 3)),
}  # fmt: skip


def through(values: dict[str, Any]) -> dict[str, Any]:
    with handed_over({"inputs": values}) as path:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        found = taken(path)
    assert not os.path.exists(path)
    return found["inputs"]


@pytest.mark.parametrize("name", VALUES)
def test_a_value_arrives_as_it_was(name: str) -> None:
    before, after = VALUES[name], through(VALUES)[name]
    assert type(after) is type(before) and repr(after) == repr(before)
    if isinstance(before, np.ndarray):
        assert before.dtype == after.dtype and before.flags.c_contiguous == after.flags.c_contiguous
        assert before.tobytes() == after.tobytes()


def test_a_large_array_travels_as_data() -> None:
    large = np.random.RandomState(0).randn(3_000_000)
    assert np.array_equal(through({"w": large})["w"], large)


@pytest.mark.parametrize("value", [lambda x: x, threading.Lock(), (n for n in "ab")], ids=type)
def test_what_cannot_travel_is_named(value: Any) -> None:
    with pytest.raises(UsageError, match="`odd` is a "), handed_over({"inputs": {"odd": [value]}}):
        pass


def test_what_only_this_process_knows_is_named() -> None:
    class Local:
        pass

    known = pytest.raises(UsageError, match="Local is known here only")
    with known, handed_over({"inputs": {"odd": {"k": Local()}}}):
        pass


def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "shapes_of_mine.py").write_text("class Shape:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    shape = __import__("shapes_of_mine").Shape()
    with handed_over({"inputs": {"s": shape}}) as path:
        monkeypatch.delitem(sys.modules, "shapes_of_mine")
        monkeypatch.setattr(sys, "path", [])
        with pytest.raises(ScriptError, match="value of `s` cannot be read in a fresh process"):
            taken(path)


def test_what_is_provided_is_a_copy_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, GIVEN, raising=False)
    provide({"w": [1.0]})
    given = sys.modules.pop(GIVEN)
    given.w.append(2.0)
    assert given.w == [1.0] and given.state_of_w == [1.0]
    with pytest.raises(AttributeError):
        given.v  # noqa: B018
