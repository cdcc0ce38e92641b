"""Rewriting the user's syntax tree: every operation goes through `runtime`, with the number of its site.

Overloading alone cannot see a write into a plain buffer, a list handed to NumPy, or `math.exp`; the tree can.
Rewritten code evaluates in Python's order, keeps the user's lines and columns, and does the plain thing where
nothing is traced.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, cast

from whygrad.source import SiteKind, Source, new_site
from whygrad.tracing.memory import ATTRIBUTES

RUNTIME = "__whygrad__"
"""Ends in underscores, so that Python does not mangle it within classes."""

FRAME_BOUND = frozenset({"super", "locals", "globals", "vars", "dir", "eval", "exec", "__import__"})
"""Builtins that look at the frame of their caller: called as they stand."""

_BINARY = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv",
    ast.Mod: "mod", ast.Pow: "pow", ast.MatMult: "matmul", ast.BitAnd: "and_", ast.BitOr: "or_",
    ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
}  # fmt: skip
_UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}
_COMPARISONS = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


class Rewriter(ast.NodeTransformer):
    """Rewrites one module or function. `inputs` are names whose first binding in the module is an input."""

    def __init__(
        self, source: Source, parent: int, owners: Sequence[str] = (), inputs: Sequence[str] = ()
    ) -> None:
        self.source = source
        self.parents = [parent]
        self.owners = list(owners)
        self.inputs = set(inputs)
        self.depth = len(owners)
        self.yields = [False]
        self.temporaries = 0

    # -- sites and small pieces --

    @property
    def function(self) -> str:
        """The function that the code stands in: `Layer.backward`; empty in the module."""
        return ".".join(o.removeprefix("class ") for o in self.owners if o) if self.owners else ""

    def _site(self, node: ast.AST, kind: SiteKind = "expression", label: str = "") -> int:
        return new_site(self.parents[-1], kind, self.source, self.source.span_of(node), label)

    def _call(self, node: ast.AST, function: str, *args: Any, keywords: Any = ()) -> ast.Call:
        """A call of a function of the runtime, standing where `node` stands."""
        stated = [a if isinstance(a, ast.expr) else ast.Constant(a) for a in args]
        name = ast.Attribute(ast.Name(RUNTIME, ast.Load()), function, ast.Load())
        made = ast.Call(name, stated, list(keywords))
        for part in (made, name, name.value, *(a for a in stated if not hasattr(a, "lineno"))):
            ast.copy_location(part, node)
        return made

    def _function(self, node: ast.AST, name: str) -> ast.expr:
        return ast.copy_location(ast.Attribute(ast.Name(RUNTIME, ast.Load()), name, ast.Load()), node)

    def _temporary(self) -> str:
        self.temporaries += 1
        return f"__whygrad_{self.temporaries}__"

    def _mangled(self, name: str) -> str:
        """Python's own mangling of private names, for names that stand in texts."""
        owner = next((o for o in reversed(self.owners) if o.startswith("class ")), "")
        if not owner or not name.startswith("__") or name.endswith("__"):
            return name
        return f"_{owner.removeprefix('class ').lstrip('_')}{name}"

    def _within(self, site: int, body: list[ast.stmt]) -> list[ast.stmt]:
        self.parents.append(site)
        try:
            return self.block(body)
        finally:
            self.parents.pop()

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The rewritten statements of a block."""
        result: list[ast.stmt] = []
        for statement in body:
            self.parents.append(self._site(statement, "statement"))
            try:
                new = self.visit(statement)
            finally:
                self.parents.pop()
            result.extend(new if isinstance(new, list) else [new])
        return result

    # -- expressions --

    def visit_Name(self, node: ast.Name) -> ast.expr:
        node.id = self._mangled(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        node.attr = self._mangled(node.attr)
        made = cast(ast.Attribute, self.generic_visit(node))
        if node.attr in ATTRIBUTES and isinstance(node.ctx, ast.Load):
            return self._call(node, "attribute", self._site(node), made.value, ast.Constant(node.attr))
        return made

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        site = self._site(node)
        return self._call(node, _BINARY[type(node.op)], site, self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.operand, ast.Constant):
            return node
        if isinstance(node.op, ast.Not):
            node.operand = self._call(
                node.operand, "truth", self._site(node.operand), self.visit(node.operand)
            )
            return node
        return self._call(node, _UNARY[type(node.op)], self._site(node), self.visit(node.operand))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        names = [_COMPARISONS.get(type(op)) for op in node.ops]
        if None in names:
            return cast(ast.expr, self.generic_visit(node))  # `is` and `in` ask nothing of a derivative
        left = self.visit(node.left)
        rest = [self.visit(c) for c in node.comparators]
        if len(rest) == 1:
            return self._call(node, cast(str, names[0]), self._site(node), left, rest[0])
        parts: list[ast.expr] = []
        for k, (name, right) in enumerate(zip(names, rest, strict=True)):
            compare = cast(str, name)
            first = left if k == 0 else self._call(node, "held")
            if k < len(rest) - 1:
                parts.append(
                    self._call(
                        node, "compared", self._site(node), self._function(node, compare), first, right
                    )
                )
            else:
                parts.append(self._call(node, compare, self._site(node), first, right))
        return ast.copy_location(ast.BoolOp(ast.And(), parts), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = self.visit(node.func)
        args = [self.visit(a) for a in node.args]
        keywords = [self.visit(k) for k in node.keywords]
        if isinstance(node.func, ast.Name) and node.func.id in FRAME_BOUND:
            node.args, node.keywords = args, keywords
            return node
        return self._call(node, "call", self._site(node), function, *args, keywords=keywords)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return cast(ast.expr, self.generic_visit(node))
        owner = self.visit(node.value)
        return self._call(node, "getitem", self._site(node), owner, self._key(node.slice))

    def _key(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Slice):
            return self._call(
                node, "slice_of", *[p and self.visit(p) for p in (node.lower, node.upper, node.step)]
            )
        if isinstance(node, ast.Tuple):
            return ast.copy_location(ast.Tuple([self._key(e) for e in node.elts], ast.Load()), node)
        return cast(ast.expr, self.visit(node))

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        site = self._site(node.test, "branch")
        self.generic_visit(node)
        node.test = self._call(node.test, "truth", site, node.test)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        site = self._site(node.iter, "loop")
        self.generic_visit(node)
        if not node.is_async:
            node.iter = self._call(node.iter, "loop", site, node.iter)
        node.ifs = [self._call(test, "truth", site, test) for test in node.ifs]
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        self.generic_visit(node)
        node.value = self._call(
            node.value, "named", self._site(node), node.target.id, self.function, node.value
        )
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        self._arguments(node.args)
        self.yields.append(True)  # no statements, so no loops
        node.body = self.visit(node.body)
        self.yields.pop()
        return node

    # -- definitions --

    def _arguments(self, node: ast.arguments) -> None:
        """Defaults are computed; annotations are nobody's computation."""
        node.defaults = [self.visit(d) for d in node.defaults]
        node.kw_defaults = [d and self.visit(d) for d in node.kw_defaults]
        for each in (*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg):
            if each is not None:
                each.arg, each.annotation = self._mangled(each.arg), None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        site = self._site(node, "function", node.name)
        self._arguments(node.args)
        self.owners.append(node.name)
        self.depth += 1
        self.yields.append(_has_yield(node))
        node.returns = None
        documented = ast.get_docstring(node, clean=False) is not None
        node.body = node.body[:documented] + self._within(site, node.body[documented:])
        if not node.body:
            node.body = [ast.copy_location(ast.Pass(), node)]
        self.yields.pop()
        self.depth -= 1
        self.owners.pop()
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        self.owners.append(f"class {node.name}")
        self.depth += 1
        node.body = self._within(self._site(node, "class", node.name), node.body)
        self.depth -= 1
        self.owners.pop()
        return node

    # -- statements --

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        site = self._site(node, "loop")
        node.iter = self._call(node.iter, "loop", site, self.visit(node.iter))
        node.target = self.visit(node.target)
        return self._looped(node, site)

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        site = self._site(node, "loop")
        node.test = self._call(node.test, "truth", self._site(node.test, "branch"), self.visit(node.test))
        return self._looped(node, site)

    def _looped(self, node: Any, site: int) -> list[ast.stmt]:
        """Say when an iteration begins and when the loop is over; generators may stop in between."""
        inputs, self.inputs = self.inputs, set()  # bound again and again: no place for an input
        node.body = self._within(site, node.body)
        node.orelse = self.block(node.orelse)
        self.inputs = inputs
        if self.yields[-1]:
            return [node]
        node.body.insert(0, ast.copy_location(ast.Expr(self._call(node, "turn", site)), node))
        return [node, ast.copy_location(ast.Expr(self._call(node, "done", site)), node)]

    def visit_If(self, node: ast.If) -> ast.stmt:
        site = self._site(node.test, "branch")
        node.test = self._call(node.test, "truth", site, self.visit(node.test))
        node.body = self._within(site, node.body)
        node.orelse = self._within(site, node.orelse)
        return node

    def visit_With(self, node: ast.With) -> ast.stmt:
        node.items = [self.visit(item) for item in node.items]
        node.body = self.block(node.body)
        return node

    def visit_Try(self, node: ast.Try) -> ast.stmt:
        for handler in node.handlers:
            handler.type = handler.type and self.visit(handler.type)
            handler.body = self.block(handler.body)
        node.body, node.orelse, node.finalbody = (
            self.block(body) for body in (node.body, node.orelse, node.finalbody)
        )
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        site = self._site(node.test, "branch")
        self.generic_visit(node)
        node.test = self._call(node.test, "truth", site, node.test)
        return node

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        """Patterns look at classes, so it is said when they are tried, and when they are not."""
        node.subject = self._call(node.subject, "matching", self.visit(node.subject))
        for case in node.cases:
            if case.guard is not None:
                held = self._call(case.guard, "matching", self.visit(case.guard))
                case.guard = ast.copy_location(
                    ast.BoolOp(ast.And(), [self._call(case.guard, "matched"), held]), case.guard
                )
            over = ast.copy_location(ast.Expr(self._call(node, "matched")), node)
            case.body = [over, *self.block(case.body)]
        return [node, ast.copy_location(ast.Expr(self._call(node, "matched")), node)]

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        if node.value is not None:
            value = self.visit(node.value)
            node.value = self._call(node, "noted", self.parents[-1], "return", "return", self.function, value)
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.stmt:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | list[ast.stmt]:
        if node.value is None:
            return node
        annotated = self.depth and isinstance(node.target, ast.Name) and self.owners[-1].startswith("class ")
        if annotated:  # a field of a dataclass needs its annotation
            node.value = self.visit(node.value)
            return node
        return self.visit_Assign(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        value = self.visit(node.value)
        if len(node.targets) == 1:
            return self._store(node.targets[0], value, node)
        name = self._temporary()
        first = self._bind(node, ast.Name(name, ast.Store()), value)
        return [first, *[s for t in node.targets for s in self._store(t, ast.Name(name, ast.Load()), node)]]

    def _bind(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> ast.stmt:
        return ast.copy_location(ast.Assign([ast.copy_location(target, node)], value), node)

    def _store(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> list[ast.stmt]:
        """Statements that store a value in one target."""
        site = self.parents[-1]
        if isinstance(target, ast.Tuple | ast.List):
            return self._unpack(target, value, node)
        if isinstance(target, ast.Name):
            taken = self.depth == 0 and target.id in self.inputs
            if taken:
                self.inputs.discard(target.id)
                value = self._call(node, "taken", site, target.id, value)
            named = self._call(node, "named", site, target.id, self.function, value)
            return [self._bind(node, self.visit(target), named)]
        text, root = ast.unparse(target), _root(target)
        noted = self._call(node, "noted", site, text, root, self.function, value)
        if isinstance(target, ast.Subscript):
            owner, key = self.visit(target.value), self._key(target.slice)
            stored = self._call(node, "setitem", site, noted, owner, key)
            return [ast.copy_location(ast.Expr(stored), node)]
        return [self._bind(node, self.visit(target), noted)]

    def _unpack(self, target: Any, value: ast.expr, node: ast.stmt) -> list[ast.stmt]:
        """Python unpacks into temporaries; each is then stored as a target of its own, in order."""
        later: list[ast.stmt] = []

        def temporary(part: ast.expr) -> ast.expr:
            if isinstance(part, ast.Tuple | ast.List):
                return ast.Tuple([temporary(p) for p in part.elts], ast.Store())
            if isinstance(part, ast.Starred):
                return ast.Starred(temporary(part.value), ast.Store())
            name = self._temporary()
            later.extend(self._store(part, ast.Name(name, ast.Load()), node))
            return ast.Name(name, ast.Store())

        value = self._call(node, "unpacked", self.parents[-1], value)
        return [self._bind(node, temporary(target), value), *later]

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        site, target, name = self.parents[-1], node.target, _BINARY[type(node.op)]
        value = self.visit(node.value)
        if isinstance(target, ast.Name):
            target.id = self._mangled(target.id)
            old = ast.copy_location(ast.Name(target.id, ast.Load()), node)
            new = self._call(node, f"i{name.rstrip('_')}", site, old, value)
            named = self._call(node, "named", site, target.id, self.function, new)
            return [self._bind(node, ast.Name(target.id, ast.Store()), named)]
        text, root, owner = ast.unparse(target), _root(target), self.visit(target.value)
        if isinstance(target, ast.Subscript):
            place = self._call(node, "current_item", site, owner, self._key(target.slice))
            changed = "changed_item"
        else:
            place = self._call(node, "current_attribute", owner, self._mangled(target.attr))
            changed = "changed_attribute"
        new = self._call(node, changed, site, self._function(node, name), place, value)
        noted = self._call(node, "noted", site, text, root, self.function, new)
        return [ast.copy_location(ast.Expr(noted), node)]


def _root(node: ast.AST) -> str:
    """`dW` of `dW[f]`, `self` of `self.grads['W']`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _has_yield(node: ast.AST) -> bool:
    """Is it a generator? (What functions within it do does not count.)"""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.AsyncFunctionDef) and _has_yield(child):
            return True
    return False
