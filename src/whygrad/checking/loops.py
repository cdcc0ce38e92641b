"""What a training loop shows: predictions, the target, a loss, and the steps by which it moves weights.

A step without a name, `syn1 += l1.T.dot(l2_delta)`, becomes a claim that is as long,
`d_syn1= l1.T.dot(l2_delta)`, with the step itself behind it. Lines and columns stay where they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from whygrad.checking.naming import OWN, PLAIN_OUTPUT_WORDS, is_gradient_name
from whygrad.checking.rounds import read_in, stored_in, trains
from whygrad.checking.upstreams import TARGET_WORDS

LOSS, NUMPY = "supposed_loss", "__whygrad_np"
_SCALING = ("sign", "sqrt")
"""What is called in steps that are no multiples of gradients: of signs, of a root mean square."""
_HEAD = re.compile(r"([A-Za-z_]\w*)\s*(?:([+-])=|=\s*\1\s*([+-]))\s*")


class Plain(ast.NodeTransformer):
    """`own__w` for `self.w`."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        return ast.Name(f"{OWN}{node.attr}", node.ctx) if is_self(node.value) else node


def plain(node: ast.AST) -> ast.AST:
    """A copy in which `own__w` stands for `self.w`."""
    found: ast.AST = Plain().visit(ast.parse(ast.unparse(node)))
    return found


def is_self(node: ast.expr) -> bool:
    """Is it the object of a method?"""
    return isinstance(node, ast.Name) and node.id == "self"


def loss_of(loop: ast.stmt) -> str:
    """The variable that holds the loss of a round."""
    for name in sorted(stored_in(loop)):
        if PLAIN_OUTPUT_WORDS.search(name) and not is_gradient_name(name, set()):
            return name
    return ""


def compared_in(loop: ast.stmt) -> tuple[str, str, tuple[int, int]] | None:
    """Predictions, the target they are compared with, and the place behind the statement that has them."""
    changes = [n for n in ast.walk(loop) if isinstance(n, ast.Assign | ast.AugAssign)]
    simple = [n for n in changes if isinstance(n, ast.Assign)]
    for statement in changes:
        for node in ast.walk(statement.value):
            if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
                continue
            sides = {TARGET_WORDS.match(word(s)) is not None: s for s in (node.left, node.right)}
            if set(sides) != {True, False}:
                continue
            target, other = ast.unparse(plain(sides[True])), sides[False]
            if isinstance(other, ast.Name):
                holding = [s for s in simple if s.lineno <= statement.lineno and other.id in stored_in(s)]
                if holding:
                    return other.id, target, _end(holding[-1])
            whole = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if statement.value is node and isinstance(whole, ast.Name):
                error = whole.id
                out = f"({target} - {error})" if node.left is sides[True] else f"({error} + {target})"
                return out, target, _end(statement)
    return None


def word(node: ast.expr) -> str:
    """The name, or the attribute, that an expression is."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _end(statement: ast.stmt) -> tuple[int, int]:
    return statement.end_lineno or statement.lineno, statement.end_col_offset or 0


@dataclass(frozen=True)
class Step:
    """A statement that moves a weight, and what it is written as."""

    node: ast.Assign | ast.AugAssign
    name: str
    sign: str
    head: str
    """Up to what is added: `syn1 += `."""

    @property
    def claim(self) -> str:
        """The name of what is added, short enough to leave all columns as they are; "" where none is."""
        return next((c for c in (f"d_{self.name}", f"d{self.name}") if len(c) < len(self.head)), "")

    @property
    def new_head(self) -> str:
        return f"{self.claim.ljust(len(self.head) - 2)}= " if self.head[-1] == " " else f"{self.claim}="

    @property
    def behind(self) -> str:
        return f"; {self.name} = {self.name} {self.sign} {self.claim}"


def steps_in(loop: ast.For | ast.While, before: Collection[str], lines: Sequence[str]) -> Iterator[Step]:
    """Statements of a loop that move what was bound before it by something that the loop computes."""
    made = stored_in(loop)
    for node in ast.walk(loop):
        if not isinstance(node, ast.Assign | ast.AugAssign):
            continue
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        match = _HEAD.match(lines[node.lineno - 1], node.col_offset)
        if not match or not isinstance(target, ast.Name) or target.id not in before:
            continue
        moved = node.value
        if isinstance(node, ast.Assign):
            if not isinstance(moved, ast.BinOp) or not isinstance(moved.left, ast.Name):
                continue
            moved = moved.right
        uses = sum(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(loop))
        own = 1 if isinstance(node, ast.AugAssign) else 2
        scaled = any(isinstance(n, ast.Call) and word(n.func) in _SCALING for n in ast.walk(moved))
        if not scaled and read_in(moved) & made and uses > own:
            yield Step(node, target.id, match[2] or match[3], match[0])


def with_claims(lines: Sequence[str], steps: Sequence[Step]) -> list[str]:
    """Lines in which steps are claims, each with the step itself behind it."""
    written = list(lines)
    for step in steps:
        end, column = (step.node.end_lineno or 0) - 1, step.node.end_col_offset or 0
        written[end] = f"{written[end][:column]}{step.behind}{written[end][column:]}"
        first, start = step.node.lineno - 1, step.node.col_offset
        line = written[first]
        written[first] = f"{line[:start]}{step.new_head}{line[start + len(step.head) :]}"
    return written


def claimed(
    text: str, line: int, before: Collection[str] = ()
) -> tuple[tuple[str, ...], tuple[Step, ...]] | None:
    """The lines of a plain text with the steps of the loop on a line as claims, and those steps.

    `before` are names that are bound before the text. None where the loop does not train by such steps, all
    in one direction, or where a claim would be longer than what it stands for.
    """
    lines = text.split("\n")
    found = _loop_on(ast.parse(text).body, line, set(before)) if text.isascii() else None
    if found is None:
        return None
    steps = tuple(steps_in(*found, lines))
    if not steps or not all(s.claim for s in steps) or len({s.sign for s in steps}) > 1:
        return None
    written = with_claims(lines, steps)
    again = _loop_on(ast.parse("\n".join(written)).body, line, set(before))
    return (tuple(written), steps) if again and trains(*again) else None


def _loop_on(
    body: Sequence[ast.stmt], line: int, before: set[str]
) -> tuple[ast.For | ast.While, set[str]] | None:
    """The loop on a line, and what is bound before it."""
    for statement in body:
        if isinstance(statement, ast.For | ast.While) and statement.lineno == line:
            return statement, before
        if statement.lineno <= line <= (statement.end_lineno or 0):
            return _loop_on(getattr(statement, "body", ()), line, before)
        before |= stored_in(statement)
    return None


def said(text: str, steps: Sequence[Step]) -> str:
    """What was said of the claims, in the words of the file: `syn1 +=` for `d_syn1`."""
    for step in steps:
        text = text.replace(step.new_head, step.head).replace(step.behind, "")
        text = re.sub(rf"\b{step.claim}\b", f"{step.name} {step.sign}=", text)
    return text


def reads_itself(steps: Sequence[Step]) -> bool:
    """Does a step read what it moves, as that of a penalty does?"""
    return any(s.name in read_in(s.node.value) for s in steps if isinstance(s.node, ast.AugAssign))


def with_loss(
    lines: Sequence[str], place: tuple[int, int], loss: str, predicted: str, compared: str,
    steps: Sequence[Step],
) -> list[str]:  # fmt: skip
    """Lines with a loss of `out` and `y` behind the predictions; steps that add go against its negative."""
    written, (number, end) = list(lines), place
    names = {"np": NUMPY, "out": predicted, "y": compared}
    text = re.sub(r"\b(np|out|y)\b", lambda match: names[match[1]], loss)
    sign = "-" if steps and steps[0].sign == "+" else ""
    line = written[number - 1]
    written[number - 1] = f"{line[:end]}; import numpy as {NUMPY}; {LOSS} = {sign}({text}){line[end:]}"
    return written


def unsupposed(text: str) -> str:
    """A text without the loss that was written into it."""
    return re.sub(rf"; import numpy as {NUMPY}; {LOSS} = .*", "", text)
