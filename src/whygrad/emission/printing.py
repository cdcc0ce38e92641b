"""Backward lines as text, each group under the forward line that it answers to."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from whygrad.emission import layout
from whygrad.emission.cotangents import BranchBack, Group, LoopBack, lines_in
from whygrad.emission.leaves import write
from whygrad.emission.plan import Plan, pop
from whygrad.emission.primal import bare, otherwise
from whygrad.emission.shapes import Shapes
from whygrad.emission.tree import Node, Step
from whygrad.source import Source

AGAIN = "  # computed again, not kept"


class Printer:
    """Prints a backward pass."""

    def __init__(self, source: Source, plan: Plan, shapes: Shapes) -> None:
        self.source, self.plan, self.shapes = source, plan, shapes

    def block(self, parts: Sequence[Any], depth: int) -> list[str]:
        out: list[str] = []
        self.last = ""
        for part in parts:
            if not lines_in(part):
                continue
            if isinstance(part, Group):
                out += self.group(part, depth)
            elif isinstance(part, LoopBack):
                out += self.loop(part, depth)
            else:
                out += self.branch(part, depth)
        return out

    def group(self, part: Group, depth: int) -> list[str]:
        text = self.said(part.node) if part.node is not None else ""
        said = layout.comment(text, depth) if text and text != self.last else []
        self.last = text or self.last
        return [*said, *layout.block((self.shapes.beside(line, depth) for line in part.lines), depth)]

    def said(self, node: Node) -> str:
        """The forward line that a group answers to: the user's own text, if it is one line."""
        statement = node.node
        if isinstance(node, Step) and (node.made or node.changed):
            return f"{bare(node.target)} = {bare(node.value)}"
        if statement.lineno == statement.end_lineno and not getattr(statement, "rewritten", False):
            line = self.source.line(statement.lineno)
            text = line[statement.col_offset : statement.end_col_offset]
            if text.strip():
                return text
        if isinstance(statement, ast.Assign):
            return " = ".join(map(bare, [*statement.targets, statement.value]))
        return write(statement)

    def loop(self, part: LoopBack, depth: int) -> list[str]:
        pad, node = "    " * depth, part.node
        tape = self.plan.tape(node.number)
        inner: list[str] = []
        if tape is not None and tape.counted and tape.indexed:
            count = f"len({tape.name})" if tape.values else tape.name
            assert node.target is not None
            header = f"for {write(node.target)} in reversed(range({count})):"
        elif tape is not None and tape.counted and not tape.values:
            header = f"for _ in range({tape.name}):"
        elif tape is not None and tape.counted:
            header = f"while {tape.name}:"
        else:
            assert node.target is not None
            forth = re.fullmatch(r"reversed\((range\(.*\))\)", part.items)
            back = forth[1] if forth else f"reversed({part.items})"
            header = f"for {write(node.target)} in {back}:"
        if tape is not None and tape.values:
            inner += layout.fitted(pop(tape), depth + 1)
        again = [
            f"{write(s.target)} = {write(s.value)}{AGAIN if is_computed(s.value) else ''}"
            for s in self.plan.again.get(node.number, ())
        ]
        inner += layout.block(again, depth + 1)
        return [pad + header, *inner, *self.block(part.body, depth + 1)]

    def branch(self, part: BranchBack, depth: int) -> list[str]:
        pad = "    " * depth
        arms = []
        for name, arm in (("body", part.body), ("orelse", part.orelse)):
            tape = self.plan.tape(part.node.number, name)
            lines = self.block(arm, depth + 1)
            arms.append([*([f"{pad}    {pop(tape)}"] if tape is not None else []), *lines])
        if not arms[0]:
            return [f"{pad}if {negated(part.test)}:", *arms[1]]
        out = [f"{pad}if {part.test}:", *arms[0]]
        if not arms[1]:
            return out
        return [*out, *otherwise(arms[1], depth)]


def is_computed(value: ast.expr) -> bool:
    """Is a value more than an entry or a slice of another?"""
    at = value
    while isinstance(at, ast.Subscript | ast.Attribute):
        at = at.value
    return not isinstance(at, ast.Name | ast.Constant)


OPPOSITE = {ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "=="}


def negated(test: str) -> str:
    """The opposite of a test."""
    node = ast.parse(test, mode="eval").body
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in (ast.Eq, ast.NotEq):
        return f"{write(node.left)} {OPPOSITE[type(node.ops[0])]} {write(node.comparators[0])}"
    simple = isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
    return f"not {test}" if simple else f"not ({test})"
