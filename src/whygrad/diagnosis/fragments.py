"""A piece of the user's text with its syntax tree: where nodes stand, and other text put in their place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from whygrad.emission.pieces import ATOM, BINDING, COMPARE, UNARY

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
    ast.FloorDiv: "//", ast.Mod: "%", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
COMPARISONS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
LOOSEST = -1


def binding_of(node: ast.AST) -> int:
    """How tightly an expression holds together; ATOM needs no parentheses anywhere."""
    if isinstance(node, ast.BinOp):
        return BINDING.get(OPERATORS.get(type(node.op), ""), LOOSEST)
    if isinstance(node, ast.UnaryOp):
        return UNARY
    if isinstance(node, ast.Compare):
        return COMPARE
    return LOOSEST if isinstance(node, ast.IfExp | ast.Lambda | ast.BoolOp | ast.Starred) else ATOM


def least_binding(parent: ast.AST | None, node: ast.AST) -> int:
    """How tightly the place of a node asks for."""
    if isinstance(parent, ast.BinOp):
        if isinstance(parent.op, ast.Pow):
            return ATOM if node is parent.left else UNARY
        own = BINDING[OPERATORS[type(parent.op)]] if type(parent.op) in OPERATORS else ATOM
        return own if node is parent.left else own + 1
    if isinstance(parent, ast.UnaryOp):
        return UNARY
    if isinstance(parent, ast.Compare):
        return COMPARE + 1
    if (isinstance(parent, ast.Attribute | ast.Subscript) and node is parent.value) or (
        isinstance(parent, ast.Call) and node is parent.func
    ):
        return ATOM
    return LOOSEST


class Fragment:
    """A statement or an expression as text. Raises SyntaxError where it is neither."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        starts, at = [], 0
        for line in text.split("\n"):
            starts.append(at)
            at += len(line) + 1
        self._starts, self._ascii = starts, text.isascii()

    @property
    def statement(self) -> ast.stmt:
        return self.tree.body[0]

    @property
    def value(self) -> ast.expr | None:
        """The expression on the right-hand side, or of an expression statement or return."""
        return getattr(self.statement, "value", None)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        row = self.text.split("\n")[line - 1].encode()
        return start + len(row[:column].decode(errors="ignore"))

    def extent(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def segment(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.extent(node)
        return self.text[start:end]

    def outer(self, node: ast.expr) -> tuple[int, int]:
        """Extent with the parentheses that stand directly around a node."""
        start, end = self.extent(node)
        return self._widened(start, end, node)

    def _widened(self, start: int, end: int, node: ast.expr) -> tuple[int, int]:
        parent = self.parents.get(node)
        # The parentheses of a call are its own, not those of its only argument.
        if isinstance(parent, ast.Call) and node is not parent.func:
            low = self.extent(parent.func)[1] + 1
        elif isinstance(parent, ast.ClassDef | ast.FunctionDef):
            return start, end
        else:
            low = 0
        while True:
            left, right = start - 1, end
            while left >= 0 and self.text[left] in " \n\t":
                left -= 1
            while right < len(self.text) and self.text[right] in " \n\t":
                right += 1
            if left < low or right >= len(self.text) or (self.text[left], self.text[right]) != ("(", ")"):
                return start, end
            start, end = left, right + 1

    def is_parenthesised(self, node: ast.expr) -> bool:
        return self.outer(node) != self.extent(node)

    def replaced(self, node: ast.expr, text: str, binding: int | None = None) -> str:
        """The text with another expression in a node's place, in parentheses where it must be."""
        start, end = self.extent(node)
        if binding is None:
            binding = -1 if "\n" in text else binding_of(ast.parse(text, mode="eval").body)
        loose = "\n" in text or binding < least_binding(self.parents.get(node), node)
        if loose and not self.is_parenthesised(node):  # what stood in a call may run over several lines
            text = f"({text})"
        return self.text[:start] + text + self.text[end:]

    def patched(self, *patches: tuple[int, int, str]) -> str:
        """The text with stretches replaced, given as (start, end, new), not overlapping."""
        text = self.text
        for start, end, new in sorted(patches, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def expressions(self) -> Iterator[ast.expr]:
        """Every expression that is read, outermost first; `*args` is none, only what it unpacks."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Starred):
                continue
            if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
                yield node

    def is_called(self, node: ast.AST) -> bool:
        parent = self.parents.get(node)
        return isinstance(parent, ast.Call) and parent.func is node

    def terms(self, node: ast.expr) -> list[ast.expr]:
        """The terms of a sum, left to right (signs of subtraction are left out); [node] where it is none."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            return [*self.terms(node.left), node.right] if not self.is_parenthesised(node.left) else [
                node.left, node.right]  # fmt: skip
        return [node]

    def factors(self, node: ast.expr) -> list[ast.expr]:
        """The factors of a product, left to right; [node] where it is none."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            left = [node.left] if self.is_parenthesised(node.left) else self.factors(node.left)
            return [*left, node.right]
        return [node]
