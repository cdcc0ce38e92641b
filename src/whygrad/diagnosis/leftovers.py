"""What an augmented assignment should have on its right-hand side."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np


def left_over(op: ast.operator, before: Any, want: Any) -> Any:
    """The operand with which `before op= operand` gives a wanted value; None for other operators."""
    with np.errstate(all="ignore"):
        if isinstance(op, ast.Add):
            return want - before
        if isinstance(op, ast.Sub):
            return before - want
        if isinstance(op, ast.Mult):
            return want / np.asarray(before)
        return before / np.asarray(want) if isinstance(op, ast.Div) else None
