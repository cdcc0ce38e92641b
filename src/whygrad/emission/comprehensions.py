"""Sums and lists made by comprehensions, as the loops that they are."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

from whygrad.emission.borders import TOGETHER
from whygrad.emission.entries import appended
from whygrad.emission.leaves import write
from whygrad.emission.tree import Loop, Node, Step

LENGTHS = ("np.shape", "np.size", "np.ndim")


def is_call(node: ast.AST, name: str) -> bool:
    """Is it a call of a builtin?"""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def growing(function: ast.FunctionDef, lists: Collection[str]) -> set[str]:
    """Which of the names that hold lists a function appends to, or makes by a comprehension."""
    steps = [step for n in ast.walk(function) if isinstance(n, ast.stmt) for step in appended(n, lists)]
    nodes = [n for part in (function, *steps) for n in ast.walk(part)]
    made = [n.targets[0] for n in nodes if isinstance(n, ast.Assign) and isinstance(n.value, ast.ListComp)]
    owners = [n.value for n in nodes if isinstance(n, ast.Attribute) and n.attr == "append"]
    return set(map(write, [*made, *owners]))


def is_blank(node: ast.expr) -> bool:
    """Is it a number, or a list of one number only, `[0.0] * n`: nothing that a derivative passes through?"""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return any(isinstance(side, ast.List) and is_blank(side) for side in (node.left, node.right))
    if isinstance(node, ast.ListComp):
        return is_blank(node.elt)
    if isinstance(node, ast.List):
        return bool(node.elts) and all(map(is_blank, node.elts))
    return isinstance(node, ast.Constant)


class Comprehensions(ast.NodeTransformer):
    """Takes `sum(... for ...)` and `[... for ...]` out of an expression, as loops before the statement."""

    def __init__(self, builder: Any, statement: ast.stmt) -> None:
        self.builder, self.statement = builder, statement
        self.before: list[Node] = []

    def whole(self, value: ast.expr, statement: ast.stmt) -> Any:
        """The expression without them; None if the statement was nothing but one."""
        self.take_list(value)
        alone = not isinstance(statement, ast.AugAssign) and self.puts_together(value)
        if is_blank(value) or alone:
            return value
        simple = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        if isinstance(value, ast.ListComp) and len(value.generators) == 1 and simple:
            self.collect(value, statement.targets[0].id, write(statement))  # type: ignore[attr-defined]
            return None
        return self.visit(value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.take_list(node)
        if self.puts_together(node):
            return self.named("joined", node)
        if self.of_list(node) and write(node.func) not in LENGTHS:
            array = ast.Call(ast.parse("np.array", mode="eval").body, [node.args[0]], [])
            node.args[0] = self.named(f"{write(node.args[0])}_array", array)
            return self.generic_visit(node)
        inner = node.args[0] if len(node.args) == 1 else None
        summed = is_call(node, "sum") or ast.unparse(node.func) == "np.sum"
        if isinstance(inner, ast.Name) and inner.id in self.builder.lists and is_call(node, "sum"):
            inner = ast.parse(f"[v for v in {inner.id}]", mode="eval").body
        if not summed or not isinstance(inner, ast.GeneratorExp | ast.ListComp) or len(inner.generators) != 1:
            return self.generic_visit(node)
        if node.keywords:
            return node
        name = self.builder.fresh("total")
        text = f"{name} = {write(node)}"
        self.start(name, ast.Constant(0.0))
        added = ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), inner.elt)
        self.loop(inner, added, text)
        self.before[-1].gives = name  # type: ignore[attr-defined]
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def of_list(self, node: ast.AST) -> bool:
        """Is it a call of NumPy on a list that is as long as a loop made it?"""
        if not isinstance(node, ast.Call) or not write(node.func).startswith("np.") or not node.args:
            return False
        return isinstance(node.args[0], ast.Name) and node.args[0].id in self.builder.growing

    def take_list(self, node: ast.AST) -> None:
        """Give a name to a list that is made where an array is made of it: `np.stack([... for ...])`."""
        if isinstance(node, ast.Call) and write(node.func) in TOGETHER and node.args:
            first = node.args[0]
            if isinstance(first, ast.ListComp) and len(first.generators) == 1 and not is_blank(first):
                node.args[0] = self.visit(first)
                self.builder.growing.add(write(node.args[0]))

    def puts_together(self, node: ast.AST) -> bool:
        """Does it make an array of such a list: `np.stack(outs)`?"""
        return self.of_list(node) and write(node.func) in TOGETHER  # type: ignore[attr-defined]

    def named(self, stem: str, value: ast.expr) -> ast.expr:
        """A name for an expression, as a statement before this one."""
        made = ast.Assign([ast.Name(self.builder.fresh(stem), ast.Store())], value)
        ast.fix_missing_locations(ast.copy_location(made, self.statement))
        step = Step(made, self.builder.number(), made.targets[0], value, changed=True)
        self.before.append(step)
        return ast.copy_location(ast.Name(made.targets[0].id, ast.Load()), value)  # type: ignore[attr-defined]

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        if is_blank(node):
            return node
        if len(node.generators) != 1:
            return self.generic_visit(node)
        name = self.builder.fresh("items")
        self.collect(node, name, f"{name} = {write(node)}")
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def collect(self, node: ast.ListComp, name: str, text: str) -> None:
        """`name = [...]` as a list that is appended to."""
        self.start(name, ast.List([], ast.Load()))
        owner = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
        self.loop(node, ast.Expr(ast.Call(owner, [node.elt], [])), text)

    def start(self, name: str, value: ast.expr) -> None:
        made = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), self.statement)
        self.before += self.builder.made(made)

    def loop(self, node: Any, last: ast.stmt, text: str) -> None:
        """The loop of a comprehension; its names are its own."""
        (generator,) = node.generators
        names = {n.id: n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
        given = {n: self.builder.fresh(f"{n}_k") for n in names if n in self.builder.bound}
        last.inner = True  # type: ignore[attr-defined]
        body: list[ast.stmt] = [last]
        if generator.ifs:
            test = generator.ifs[0] if len(generator.ifs) == 1 else ast.BoolOp(ast.And(), generator.ifs)
            body = [ast.If(test, body, [])]
        made = ast.For(generator.target, generator.iter, body, [], None)
        for part in (generator.target, *body):
            for n in ast.walk(part):
                if isinstance(n, ast.Name):
                    n.id = given.get(n.id, n.id)
        ast.fix_missing_locations(ast.copy_location(made, self.statement))
        *before, loop = self.builder.statement(made)
        assert isinstance(loop, Loop)
        self.before += before
        loop.instead = text
        self.before.append(loop)
