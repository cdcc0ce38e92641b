"""What a lecture is written on: rows of equations with sentences between them, in LaTeX."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.emission.leaves import is_array, is_number
from whygrad.emission.notation import Tex
from whygrad.emission.passages import Passage
from whygrad.emission.rehearsal import Rehearsal
from whygrad.emission.typesetting import Typesetter, name_tex, number_tex

ROOM = 46
"""Letters that fit on a line beside each other."""
LARGEST = (4, 6)
"""Rows and columns of a matrix that is shown with its numbers."""


@dataclass(frozen=True)
class Lesson:
    """What is told."""

    title: str
    forward: Sequence[ast.FunctionDef]
    """The user's functions, the one that is derived last."""
    output: str
    """What the gradient is of: a name, or the function's."""
    backward: Sequence[str]
    """Names of the emitted functions that hold the backward passes."""
    text: str
    given: Sequence[str]
    prefix: str
    known: frozenset[str]
    """Names of the user's."""


class Board:
    """Rows of equations, and sentences between them."""

    def __init__(self, lesson: Lesson, run: Rehearsal) -> None:
        self.lesson, self.run = lesson, run
        self.lines: list[str] = []
        self.rows: list[str] = []

    def setter(self, line: int, numbers: bool = False) -> Typesetter:
        """Writes expressions of a line; with `numbers` what is a single number is written as it is there."""

        def name(text: str) -> str | Tex | None:
            value = self.run.value(ast.parse(text, mode="eval").body, line) if numbers else None
            if value is not None and is_number(value):
                made = number_tex(float(value), 4)
                return (made[0], -1) if made[0].startswith("-") else made
            return self.bar(text)

        return Typesetter(lambda node: self.run.axes(node, line), name)

    def bar(self, name: str) -> str | None:
        """A cotangent is written with a bar over what it belongs to."""
        entry = re.fullmatch(r"(\w+)\[['\"](\w+)['\"]\]", name)
        if entry and entry[1].startswith(self.lesson.prefix):
            name = self.lesson.prefix + entry[2]
        rest = name.removeprefix(self.lesson.prefix)
        if (
            rest == name
            or not rest.isidentifier()
            or not (rest in self.lesson.known or self.lesson.prefix == "grad_")
        ):
            return None
        text = name_tex(rest)
        stem = re.fullmatch(r"([A-Za-z]|\\[a-z]+)((?:_\{.*\})?)", text)
        return rf"\bar{{{stem[1]}}}{stem[2]}" if stem else rf"\overline{{{text}}}"

    def row(self, depth: int, left: str, right: str, sign: str = "=") -> None:
        """One row of equations."""
        indent = rf"\hspace{{{2 * depth}em}}" if depth else ""
        self.rows.append(f"{indent}{left} &{sign} {right}")

    def more(self, right: str, sign: str = "=") -> None:
        """What the row above goes on with: beside it where there is room, else below."""
        last = self.rows[-1]
        if seen_width(last) + seen_width(right) < ROOM:
            self.rows[-1] = f"{last} {sign} {right}"
        else:
            self.rows.append(f"&{sign} {right}")

    def say(self, depth: int, text: str) -> None:
        """A sentence between the equations."""
        self.flush()
        indent = rf"\hspace*{{{2 * depth}em}}" if depth else ""
        self.lines += ["", f"{indent}{text}"]

    def flush(self) -> None:
        """Set the rows so far."""
        if self.rows:
            self.lines += [r"\begin{align*}", " \\\\\n".join(self.rows), r"\end{align*}"]
            self.rows = []

    def headers(self, passage: Passage) -> None:
        """What stands above the statements of a loop or a branch."""
        node, setter = passage.node, self.setter(passage.line)
        if isinstance(node, ast.For):
            run = setter.names_of_range(node.iter)
            place = run or rf"\in {setter.tex(node.iter)}"
            self.say(passage.depth, f"for ${setter.tex(node.target)} {place}$:")
        elif isinstance(node, ast.While):
            self.say(passage.depth, f"while ${setter.tex(node.test)}$:")
        elif isinstance(node, ast.If):
            self.say(passage.depth, f"if ${setter.tex(node.test)}$:")
        else:
            self.say(passage.depth, "otherwise:")

    def valued(self, value: Any) -> str:
        """A value as numbers, or as the space that it is in."""
        if is_number(value):
            return f"= {number_tex(float(value), 4)[0]}"
        if isinstance(value, list | tuple) and value and all(map(is_number, value)):
            value = np.array(value)
        if not is_array(value) or value.dtype.kind not in "fiub":
            return ""
        if value.ndim in (1, 2) and all(
            n <= m for n, m in zip(value.shape[::-1], LARGEST[::-1], strict=False)
        ):
            return f"= {matrix(np.atleast_2d(value))}"
        return rf"\in \mathbb{{R}}^{{{space(value.shape)}}}"


def seen_width(text: str) -> int:
    """About how many letters wide a formula is."""
    return len(
        re.sub(r"\\(?:text|operatorname\*?|left|right|mathrel)|\\[a-zA-Z]+|[{}_^&\\ ]", "", text)
    ) + text.count(r"\frac")


def matrix(value: Any) -> str:
    """A small matrix with its entries."""
    rows = [" & ".join(number_tex(float(v), 3)[0] for v in row) for row in value]
    inner = r" \\ ".join(rows)
    return rf"\begin{{pmatrix}} {inner} \end{{pmatrix}}"


def space(shape: Sequence[int]) -> str:
    """3 \\times 4."""
    return r" \times ".join(map(str, shape)) or "1"
