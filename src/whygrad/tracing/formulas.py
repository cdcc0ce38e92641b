"""Text to Graph: a formula in Python's expression syntax becomes rows; nothing is ever evaluated as code.

`ast` reads the text, a walk over a fixed grammar writes the rows. Every name becomes an input row, in order
of appearance. Functions that are composed of smaller ones (`sigmoid`) are expanded into their rows and marked
as a group, so that they can be shown either way.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, NoReturn

import numpy as np

from whygrad.errors import FormulaError, WhygradError
from whygrad.graph import INPUT, Graph, GraphBuilder, abstract_of
from whygrad.source import Source, Span, new_site
from whygrad.tracing import symbols
from whygrad.tracing.points import arguments_of, as_real
from whygrad.tracing.points import parse_point as parse_point
from whygrad.tracing.symbols import Symbol
from whygrad.tracing.vocabulary import (
    COMPARISONS,
    COMPOSED,
    CONSTANTS,
    FUNCTIONS,
    OPERATORS,
    nearest,
    spelled,
)

MAX_LENGTH = 10_000
MAX_DEPTH = 200
FILENAME = "<formula>"


class Group(NamedTuple):
    """Rows that were written as one function: its name, rows (ascending), inputs and output."""

    name: str
    rows: tuple[int, ...]
    inputs: tuple[int, ...]
    output: int


@dataclass(frozen=True, eq=False)
class Formula:
    """A parsed formula: its graph, the names of its inputs in order, its text, its marked groups."""

    graph: Graph
    names: tuple[str, ...]
    source: Source
    groups: tuple[Group, ...] = ()

    def arguments(self, point: Mapping[str, Any]) -> list[Any]:
        """The values of the inputs, in order, taken from a point; `w=[2, 3]` also gives `w[0]` and `w[1]`.

        Raises FormulaError for a name that is missing, or that the formula does not have.
        """
        return arguments_of(self.names, point)


def parse_formula(text: str, at: Mapping[str, Any] | None = None) -> Formula:
    """Parse a formula. Names are real scalars, unless `at` gives an array (or nested list) for them.

    Raises FormulaError, with the place, for everything outside the grammar.
    """
    if not isinstance(text, str):
        raise FormulaError(f"a formula is text, this is a {type(text).__name__}")
    source = Source(FILENAME, " ".join(text.splitlines()).strip())
    tree = _read(source)
    walk = _Walk(source, tree, at or {})
    output = walk.visit(tree)
    graph = walk.builder.freeze(walk.inputs.values(), (output.row,))
    return Formula(graph, tuple(walk.inputs), source, tuple(walk.groups))


def _read(source: Source) -> ast.expr:
    text = source.text
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"this formula has {len(text)} characters, more than the {MAX_LENGTH} allowed")
    if not text:
        raise FormulaError("the formula is empty", hint='write one such as "sigmoid(w0*x0 + w1)"')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, FILENAME, mode="eval").body
    except SyntaxError as error:
        column = max(error.offset or 1, 1)
        hint = "a formula is one expression: give the right-hand side only" if "=" in text else None
        raise FormulaError(
            f"this is no formula in Python's syntax: {error.msg}",
            hint=hint,
            place=source.place(Span(1, column, 1, column + 1)),
        ) from None
    except (RecursionError, MemoryError):
        raise FormulaError("this formula is nested too deeply", hint="split it into smaller ones") from None
    except ValueError as error:  # null bytes, numbers of thousands of digits
        raise FormulaError(f"this formula cannot be read: {error}") from None


class _Walk:
    """Writes the rows of a syntax tree. Its table GRAMMAR, at the bottom, is the whole grammar."""

    def __init__(self, source: Source, tree: ast.expr, at: Mapping[str, Any]) -> None:
        self.source, self.at = source, at
        self.builder = GraphBuilder()
        self.inputs: dict[str, int] = {}
        self.scope: dict[str, Symbol] = {}
        self.groups: list[Group] = []
        self.depth = 0
        self.root = new_site(0, "statement", source, source.span_of(tree), "formula")
        self.inside: tuple[ast.Call, Source] | None = None
        """The call that is being expanded, and the text of its body."""

    def visit(self, node: ast.expr) -> Symbol:
        write = GRAMMAR.get(type(node))
        if write is None:
            self.refuse(node, f"{_NAMES.get(type(node), 'this')} has no place in a formula")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(
                node, f"this formula is nested more than {MAX_DEPTH} deep", "split it into smaller ones"
            )
        made = write(self, node)
        self.depth -= 1
        return made

    def refuse(self, node: ast.AST, message: str, hint: str | None = None) -> NoReturn:
        seen = self.inside[0] if self.inside else node
        raise FormulaError(message, hint=hint, place=self.source.place(self.source.span_of(seen)))

    def at_site(self, node: ast.AST) -> None:
        """New rows belong to this node. Inside `sigmoid(...)` the place is the call, the label our line."""
        if self.inside is None:
            span, label = self.source.span_of(node), ""
        else:
            call, body = self.inside
            span, label = self.source.span_of(call), body.segment(body.span_of(node))
        self.builder.current_site = new_site(self.root, "expression", self.source, span, label)

    def constant(self, node: ast.AST, value: float) -> Symbol:
        self.at_site(node)
        return Symbol(self.builder, self.builder.constant(value))

    def apply(self, node: ast.AST, function: Callable[..., Any], *args: Any, **params: Any) -> Symbol:
        """The row of a NumPy function's call."""
        self.at_site(node)
        try:
            return symbols.call(function, *args, **params)
        except WhygradError as error:
            self.refuse(node, error.message, error.hint)
        except (TypeError, ValueError, IndexError, ArithmeticError, StopIteration) as error:
            self.refuse(node, f"{spelled(function)} does not take these arguments: {error}")

    # --- the grammar ------------------------------------------------------------------------------------
    def number(self, node: ast.Constant) -> Symbol:
        return self.constant(node, self.real(node))

    def real(self, node: ast.Constant, sign: float = 1.0) -> float:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.refuse(
                node, f"a {type(node.value).__name__} has no place in a formula, only real numbers have"
            )
        if (isinstance(node.value, int) and abs(node.value) > 10**308) or math.isinf(node.value):
            self.refuse(node, "this number is too large")
        return sign * float(node.value)

    def name(self, node: ast.Name) -> Symbol:
        if node.id.startswith("__"):
            self.refuse(node, f"the name `{node.id}` is not allowed in a formula")
        if node.id in self.scope:
            return self.scope[node.id]
        if node.id == "pi" and "pi" not in self.at:
            return self.constant(node, math.pi)
        return self.input(node, node.id)

    def input(self, node: ast.expr, name: str) -> Symbol:
        if name not in self.inputs:
            base = name.partition("[")[0]
            for other in self.inputs:
                if other != name and base in (name, other) and other.partition("[")[0] == base:
                    self.refuse(
                        node,
                        f"`{base}` is used both whole and by its entries",
                        f"name its entries only: {base}[0], {base}[1]",
                    )
            value = as_real(name, self.at[name]) if name in self.at else 0.0
            self.at_site(node)
            self.inputs[name] = self.builder.add(INPUT, (), abstract_of(value))
            self.builder.name_row(self.inputs[name], name)
        return Symbol(self.builder, self.inputs[name])

    def subscript(self, node: ast.Subscript) -> Symbol:
        indices: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Subscript):
            keys = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
            for key in reversed(keys):
                if not isinstance(key, ast.Constant) or type(key.value) is not int:
                    self.refuse(key, "an index in a formula is a plain number, such as the 0 of w[0]")
                indices.append(str(key.value))
            base = base.value
        if not isinstance(base, ast.Name) or base.id in self.scope or base.id.startswith("__"):
            self.refuse(node, "only a name has entries in a formula, such as w[0]")
        return self.input(node, f"{base.id}[{', '.join(reversed(indices))}]")

    def unary(self, node: ast.UnaryOp) -> Symbol:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return self.constant(node, self.real(node.operand, -1.0))
        if isinstance(node.op, ast.UAdd):
            return self.visit(node.operand)
        if isinstance(node.op, ast.USub):
            return self.apply(node, np.negative, self.visit(node.operand))
        if isinstance(node.op, ast.Not):
            return self.apply(node, np.logical_not, self.visit(node.operand))
        return self.refuse(node, "`~` has no place in a formula")

    def binary(self, node: ast.BinOp) -> Symbol:
        spine: list[ast.BinOp] = []  # a + b + c + ... leans to the left: walked, not recursed into
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            spine.append(left)
            left = left.left
        made = self.visit(left)
        for part in reversed(spine):
            function = OPERATORS.get(type(part.op))
            if function is None:
                hint = "a power is written `**`" if isinstance(part.op, ast.BitXor) else None
                self.refuse(part, f"the operator `{_operator_text(part)}` has no place in a formula", hint)
            made = self.apply(part, function, made, self.visit(part.right))
        return made

    def compare(self, node: ast.Compare) -> Symbol:
        terms = [self.visit(term) for term in (node.left, *node.comparators)]
        masks: list[Symbol] = []
        for comparison, a, b in zip(node.ops, terms, terms[1:], strict=False):
            function = COMPARISONS.get(type(comparison))
            if function is None:
                self.refuse(node, "`in` and `is` have no place in a formula")
            masks.append(self.apply(node, function, a, b))
        return self.all_of(node, np.logical_and, masks)

    def logic(self, node: ast.BoolOp) -> Symbol:
        function = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return self.all_of(node, function, [self.visit(value) for value in node.values])

    def all_of(self, node: ast.expr, function: Callable[..., Any], masks: list[Symbol]) -> Symbol:
        made = masks[0]
        for mask in masks[1:]:
            made = self.apply(node, function, made, mask)
        return made

    def choice(self, node: ast.IfExp) -> Symbol:
        return self.apply(
            node, np.where, self.visit(node.test), self.visit(node.body), self.visit(node.orelse)
        )

    def named(self, node: ast.NamedExpr) -> Symbol:
        name = node.target.id
        if name.startswith("__") or name in self.scope or name in self.inputs:
            self.refuse(node.target, f"the name `{name}` cannot be given here: it has a meaning already")
        made = self.scope[name] = self.visit(node.value)
        self.builder.name_row(made.row, name)
        return made

    def array(self, node: ast.List | ast.Tuple) -> Symbol:
        if not node.elts:
            self.refuse(node, "an empty list has no place in a formula")
        return self.apply(node, np.stack, [self.visit(element) for element in node.elts])

    def attribute(self, node: ast.Attribute) -> Symbol:
        if _is_module(node.value) and node.attr in CONSTANTS:
            return self.constant(node, CONSTANTS[node.attr])
        if _is_module(node.value):
            self.refuse(node, f"`{node.attr}` is not known here", nearest(node.attr))
        hint = f"write {node.attr}(...)" if node.attr in FUNCTIONS else None
        return self.refuse(node, f"`.{node.attr}`: an attribute has no place in a formula", hint)

    def call(self, node: ast.Call) -> Symbol:
        name = self.called(node)
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self.refuse(argument, "`*` before an argument has no place in a formula")
        if name in COMPOSED:
            return self.composed(node, name)
        params: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg not in ("axis", "keepdims", "ddof"):
                self.refuse(keyword.value, f"the option `{keyword.arg}` is not known here")
            params[keyword.arg] = self.literal(keyword.value)
        return self.apply(node, FUNCTIONS[name], *(self.visit(a) for a in node.args), **params)

    def called(self, node: ast.Call) -> str:
        function = node.func
        if isinstance(function, ast.Attribute) and _is_module(function.value):
            name = function.attr
        elif isinstance(function, ast.Name):
            name = function.id
        elif isinstance(function, ast.Attribute):
            self.attribute(function)
        else:
            self.refuse(function, "only a function known by name can be called in a formula")
        if name not in FUNCTIONS and name not in COMPOSED:
            self.refuse(function, f"the function `{name}` is not known", nearest(name))
        if not node.args:
            self.refuse(node, f"`{name}` needs an argument", f"write {name}(x)")
        return name

    def composed(self, node: ast.Call, name: str) -> Symbol:
        """Expand a composed function into its rows, as one marked group."""
        record = COMPOSED[name]
        if node.keywords or len(node.args) != len(record.parameters):
            self.refuse(node, f"`{name}` takes {len(record.parameters)} argument(s) by position")
        arguments = [self.visit(argument) for argument in node.args]
        outer = self.scope, self.inside, self.depth
        self.scope = dict(zip(record.parameters, arguments, strict=True))
        outermost = self.inside[0] if self.inside else node
        self.inside = outermost, Source(f"<{name}>", record.text)
        first = len(self.builder)
        made = self.visit(_body(record.text))
        self.scope, self.inside, self.depth = outer
        rows = tuple(range(first, len(self.builder)))
        self.groups.append(Group(name, rows, tuple(dict.fromkeys(a.row for a in arguments)), made.row))
        return made

    def literal(self, node: ast.expr) -> Any:
        """A parameter: an integer, a boolean, None, or a tuple of integers."""
        if isinstance(node, ast.Tuple):
            return tuple(self.literal(element) for element in node.elts if not isinstance(element, ast.Tuple))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.literal(node.operand)
            return -value if isinstance(value, int) else self.refuse(node, "an integer is expected here")
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, int)):
            return node.value
        return self.refuse(node, "an option is a plain integer, True, False or None")


@cache
def _body(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "math")


def _operator_text(node: ast.BinOp) -> str:
    return {ast.BitXor: "^", ast.BitAnd: "&", ast.BitOr: "|", ast.LShift: "<<", ast.RShift: ">>"}.get(
        type(node.op), type(node.op).__name__
    )


_NAMES: dict[type[ast.expr], str] = {
    ast.Lambda: "a lambda", ast.ListComp: "a comprehension", ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension", ast.GeneratorExp: "a comprehension", ast.Dict: "a dictionary",
    ast.Set: "a set", ast.Await: "`await`", ast.Yield: "`yield`", ast.YieldFrom: "`yield`",
    ast.JoinedStr: "text", ast.FormattedValue: "text", ast.Starred: "`*`", ast.Slice: "a slice",
}  # fmt: skip
GRAMMAR: dict[type[ast.expr], Callable[[_Walk, Any], Symbol]] = {
    ast.Constant: _Walk.number,
    ast.Name: _Walk.name,
    ast.Subscript: _Walk.subscript,
    ast.UnaryOp: _Walk.unary,
    ast.BinOp: _Walk.binary,
    ast.Compare: _Walk.compare,
    ast.BoolOp: _Walk.logic,
    ast.IfExp: _Walk.choice,
    ast.NamedExpr: _Walk.named,
    ast.List: _Walk.array,
    ast.Tuple: _Walk.array,
    ast.Attribute: _Walk.attribute,
    ast.Call: _Walk.call,
}
