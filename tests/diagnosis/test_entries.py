"""Operands of a loop: entries of lists and dictionaries, what the lines beside read, parts alike."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from whygrad.diagnosis.entries import operands_in_loop
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.suspects import Suspect, statements

LOOP = "V[:, 0] = 1\nfor t in reversed(range(3)):\n    a = g * h[t - 1] + W[:, 1:].T @ g\n    g = a + r[t]\n"


def operands(**environment: Any) -> dict[str, Any]:
    tree = ast.parse(LOOP)
    suspect: Suspect = next(s for s in statements(tree) if s.line == 3)
    return operands_in_loop(suspect, Scope([[environment]], {"np": np}), tree)


def test_entries_of_the_round_and_parts_beside() -> None:
    W, V = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    h, r = {-1: 0.5, 0: 1.5, 1: 2.5, 2: 3.5}, [4.0, 5.0, 6.0]
    found = operands(t=2, h=h, r=r, W=W, V=V, g=np.ones(2))
    assert (found["h[t]"], found["r[t]"], found["h[t - 1]"]) == (3.5, 6.0, 2.5)
    assert np.array_equal(found["W[:, 1:]"], W[:, 1:]) and np.array_equal(found["V[:, 1:]"], V[:, 1:])
    assert "r[t - 1]" not in found


def test_an_entry_that_is_not_there_is_left_out() -> None:
    found = operands(t=2, h={0: 1.0}, r=[1.0], W=np.ones((2, 2)), g=np.ones(2))
    assert not {"h[t]", "h[t - 1]", "r[t]"} & {*found}
