"""A script that trains in a loop and computes no loss, made one that does.

A loss that is usual is written behind the statement that makes the predictions; the steps of the loop become
claims (`loops`). Lines and columns stay where they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from whygrad.checking.loops import (
    Step,
    claimed,
    compared_in,
    loss_of,
    reads_itself,
    said,
    unsupposed,
    with_loss,
)
from whygrad.checking.supposing import SQUARES, TWO_WAYS
from whygrad.source import tree_of

_PENALTY = re.compile(r"(?i)reg(?!ress)|lambda|lambd|decay|penalt|dropout")
"""Not `l2`, which is a layer in such scripts."""


@dataclass(frozen=True)
class Training:
    """The statements of such a script, ready to be completed by a loss."""

    lines: tuple[str, ...]
    steps: tuple[Step, ...]
    place: tuple[int, int]
    """Line and column behind the predictions."""
    predicted: str
    compared: str
    penalised: bool
    name: str = ""
    output: str = ""
    kinds = ((SQUARES, "", False), (TWO_WAYS, "", False))
    """The losses that are tried; the script has its own target."""
    about = "the loop was checked in its first round"
    """What was checked, for a note."""

    @property
    def gradients(self) -> Mapping[str, str]:
        return {step.claim: step.name for step in self.steps}

    def text(self, target: str, column: bool, loss: str = "") -> str:
        """The program with a loss of `out` and `y`."""
        made = with_loss(self.lines, self.place, loss, self.predicted, self.compared, self.steps)
        return "\n".join(made if loss else self.lines)

    def restored(self, text: str) -> str:
        """What was said of the claims, in the words of the file."""
        return unsupposed(said(text, self.steps))


def trainings_in(text: str) -> Iterator[Training]:
    """The training loop of a script, if it has one that moves weights by steps without a name."""
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for loop in tree.body:
        found = compared_in(loop) if isinstance(loop, ast.For | ast.While) else None
        if found is None or loss_of(loop) or (made := claimed(text, loop.lineno)) is None:
            continue
        predicted, compared, place = found
        lines, steps = made
        penalised = _PENALTY.search(ast.unparse(loop)) is not None or reads_itself(steps)
        yield Training(lines, steps, place, predicted, compared, penalised)
        return
