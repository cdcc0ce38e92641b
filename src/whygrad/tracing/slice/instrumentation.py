"""Rewriting the user's syntax tree, so that every operation goes through `runtime` with its site.

Overloading alone cannot see a write into a plain buffer, a list handed to NumPy, or `math.exp`; the tree can.
The rewritten code evaluates in Python's order, keeps the user's line numbers, and does the plain thing where
nothing is traced.
"""

from __future__ import annotations

import ast
from typing import Any, cast

from whygrad.source import SiteKind, Source, new_site

RUNTIME = "__wg__"
"""Ends in underscores, so that Python does not mangle it inside classes."""

UNTOUCHED = frozenset({"super", "locals", "globals", "vars", "dir", "eval", "exec", "__import__"})
"""They look at their caller's frame."""

_BINARY = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv",
    ast.Mod: "mod", ast.Pow: "pow", ast.MatMult: "matmul", ast.BitAnd: "and_", ast.BitOr: "or_",
    ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
}  # fmt: skip
_UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}
_COMPARE = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


def instrument(tree: ast.Module, source: Source, parent: int = 0) -> ast.Module:
    """The rewritten module. Line numbers are the user's."""
    rewritten = _Rewriter(source, parent).visit(tree)
    return cast(ast.Module, ast.fix_missing_locations(rewritten))


class _Rewriter(ast.NodeTransformer):
    def __init__(self, source: Source, parent: int) -> None:
        self.source = source
        self.parents = [parent]
        self.functions = [""]
        self.temporaries = 0

    # -- sites and small pieces --

    def _site(self, node: ast.AST, kind: SiteKind = "expression", label: str = "") -> ast.expr:
        number = new_site(self.parents[-1], kind, self.source, self.source.span_of(node), label)
        return ast.copy_location(ast.Constant(number), node)

    def _runtime(self, function: str, node: ast.AST, *args: ast.expr, **more: Any) -> ast.Call:
        name = ast.Attribute(ast.Name(RUNTIME, ast.Load()), function, ast.Load())
        return ast.copy_location(ast.Call(name, list(args), more.get("keywords", [])), node)

    def _function(self, name: str) -> ast.expr:
        return ast.Attribute(ast.Name(RUNTIME, ast.Load()), name, ast.Load())

    def _temporary(self) -> str:
        self.temporaries += 1
        return f"__wg_{self.temporaries}__"

    def _text(self, node: ast.AST) -> ast.expr:
        return ast.Constant(self.source.segment(self.source.span_of(node)))

    def _within(self, site: ast.expr, body: list[ast.stmt]) -> list[ast.stmt]:
        self.parents.append(cast(int, cast(ast.Constant, site).value))
        try:
            return self._block(body)
        finally:
            self.parents.pop()

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in body:
            new = self.visit(statement)
            result.extend(new if isinstance(new, list) else [new])
        return result

    def _statement(self, node: ast.stmt) -> ast.expr:
        return self._site(node, "statement")

    # -- expressions --

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        site = self._site(node)
        function = self._function(_BINARY[type(node.op)])
        return self._runtime("binary", node, site, function, self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not) or isinstance(node.operand, ast.Constant):
            return cast(ast.expr, self.generic_visit(node))
        function = self._function(_UNARY[type(node.op)])
        return self._runtime("unary", node, self._site(node), function, self.visit(node.operand))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARE:
            return cast(ast.expr, self.generic_visit(node))  # chains end in __bool__, which guards
        function = self._function(_COMPARE[type(node.ops[0])])
        left, right = self.visit(node.left), self.visit(node.comparators[0])
        return self._runtime("binary", node, self._site(node), function, left, right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id in UNTOUCHED:
            return cast(ast.expr, self.generic_visit(node))
        site = self._site(node)
        args = [self.visit(a) for a in node.args]
        keywords = [self.visit(k) for k in node.keywords]
        if isinstance(node.func, ast.Attribute):
            owner = self.visit(node.func.value)
            name = ast.Constant(node.func.attr)
            return self._runtime("method", node, site, owner, name, *args, keywords=keywords)
        return self._runtime("call", node, site, self.visit(node.func), *args, keywords=keywords)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return cast(ast.expr, self.generic_visit(node))
        key = self._key(node.slice)
        return self._runtime("getitem", node, self._site(node), self.visit(node.value), key)

    def _key(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Slice):
            parts = [
                ast.Constant(None) if p is None else self.visit(p)
                for p in (node.lower, node.upper, node.step)
            ]
            return ast.copy_location(self._runtime("slice", node, *parts), node)
        if isinstance(node, ast.Tuple):
            return ast.copy_location(ast.Tuple([self._key(e) for e in node.elts], ast.Load()), node)
        return cast(ast.expr, self.visit(node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.ctx, ast.Load) and node.attr in ("T", "real", "flat"):
            site = self._site(node)
            return self._runtime("attribute", node, site, self.visit(node.value), ast.Constant(node.attr))
        return cast(ast.expr, self.generic_visit(node))

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        self.generic_visit(node)
        node.value = self._runtime("plain", node.value, node.value)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        site = self._site(node.test, "branch")
        self.generic_visit(node)
        node.test = self._runtime("truth", node.test, site, node.test)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        site = self._site(node.iter, "loop")
        self.generic_visit(node)
        if not node.is_async:
            node.iter = self._runtime("loop", node.iter, site, node.iter)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        node.body = self.visit(node.body)
        return node

    # -- statements --

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        return self._definition(node)

    def _definition(self, node: Any) -> ast.stmt:
        site = self._site(node, "function", node.name)
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [d and self.visit(d) for d in node.args.kw_defaults]
        self.functions.append(f"{self.functions[-1]}.{node.name}".lstrip("."))
        documented = ast.get_docstring(node, clean=False) is not None
        head, body = (node.body[:1], node.body[1:]) if documented else ([], node.body)
        node.body = head + self._within(site, body)
        self.functions.pop()
        return cast(ast.stmt, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        site = self._site(node, "class", node.name)
        self.functions.append(f"{self.functions[-1]}.{node.name}".lstrip("."))
        node.body = self._within(site, node.body)
        self.functions.pop()
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        site = self._site(node, "loop")
        node.iter = self._runtime("loop", node.iter, site, self.visit(node.iter))
        node.body = self._within(site, node.body)
        node.orelse = self._block(node.orelse)
        return node

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        site = self._site(node, "loop")
        turn = self._temporary()
        begin = ast.Assign([ast.Name(turn, ast.Store())], self._runtime("turns", node, site))
        step = ast.Expr(ast.Call(ast.Attribute(ast.Name(turn, ast.Load()), "next", ast.Load()), [], []))
        end = ast.Expr(ast.Call(ast.Attribute(ast.Name(turn, ast.Load()), "end", ast.Load()), [], []))
        test = self._site(node.test, "branch")
        node.test = self._runtime("truth", node.test, test, self.visit(node.test))
        node.body = [step, *self._within(site, node.body)]
        node.orelse = self._block(node.orelse)
        return [ast.copy_location(new, node) for new in (begin, node, end)]

    def visit_If(self, node: ast.If) -> ast.stmt:
        site = self._site(node.test, "branch")
        node.test = self._runtime("truth", node.test, site, self.visit(node.test))
        node.body = self._within(site, node.body)
        node.orelse = self._within(site, node.orelse)
        return node

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        if node.value is not None:
            site, text = self._statement(node), ast.Constant(self.functions[-1])
            node.value = self._runtime("returned", node, site, text, self.visit(node.value))
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | list[ast.stmt]:
        if node.value is None:
            return node
        return self.visit_Assign(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        site = self._statement(node)
        value = self.visit(node.value)
        if len(node.targets) == 1:
            return self._store(site, node.targets[0], value, node)
        name = self._temporary()
        first = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), node)
        stores = [
            s for target in node.targets for s in self._store(site, target, ast.Name(name, ast.Load()), node)
        ]
        return [first, *stores]

    def _store(self, site: ast.expr, target: ast.expr, value: ast.expr, node: ast.stmt) -> list[ast.stmt]:
        """Statements that bind one target to a value."""
        if isinstance(target, ast.Tuple | ast.List):
            return self._unpack(site, target, value, node)
        text = ast.Constant(self.functions[-1])
        if isinstance(target, ast.Subscript):
            owner, key = self.visit(target.value), self._key(target.slice)
            stated = self._runtime("setitem", node, site, value, owner, key, self._text(target), text)
            return [ast.copy_location(ast.Expr(stated), node)]
        spelled = self._text(target)
        bound = self._runtime("bound", node, site, spelled, value, text)
        if isinstance(target, ast.Attribute):
            target.value = self.visit(target.value)
        return [ast.copy_location(ast.Assign([target], bound), node)]

    def _unpack(self, site: ast.expr, target: Any, value: ast.expr, node: ast.stmt) -> list[ast.stmt]:
        """Python unpacks into temporaries; each is then stored as a target of its own."""
        later: list[ast.stmt] = []

        def plain(part: ast.expr) -> ast.expr:
            if isinstance(part, ast.Tuple | ast.List):
                return ast.Tuple([plain(p) for p in part.elts], ast.Store())
            if isinstance(part, ast.Starred):
                return ast.Starred(plain(part.value), ast.Store())
            name = self._temporary()
            later.extend(self._store(site, part, ast.Name(name, ast.Load()), node))
            return ast.Name(name, ast.Store())

        unpacked = self._runtime("unpacked", node, site, value)
        first = ast.copy_location(ast.Assign([plain(target)], unpacked), node)
        return [first, *later]

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        site = self._statement(node)
        function = self._function("i" + _BINARY[type(node.op)].rstrip("_"))
        where, target = ast.Constant(self.functions[-1]), node.target
        spelled = self._text(target)
        if isinstance(target, ast.Subscript):
            owner, key = self.visit(target.value), self._key(target.slice)
            stated = self._runtime(
                "augment_item", node, site, function, owner, key, self.visit(node.value), spelled, where
            )
            return [ast.copy_location(ast.Expr(stated), node)]
        first: list[ast.stmt] = []
        if isinstance(target, ast.Attribute):
            name = self._temporary()
            first = [
                ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], self.visit(target.value)), node)
            ]
            load: ast.expr = ast.Attribute(ast.Name(name, ast.Load()), target.attr, ast.Load())
            store: ast.expr = ast.Attribute(ast.Name(name, ast.Load()), target.attr, ast.Store())
        else:
            load, store = ast.Name(target.id, ast.Load()), ast.Name(target.id, ast.Store())
        new = self._runtime(
            "augment", node, site, function, ast.copy_location(load, node), self.visit(node.value)
        )
        bound = self._runtime("bound", node, site, spelled, new, where)
        return [*first, ast.copy_location(ast.Assign([store], bound), node)]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.arguments):
            return node  # annotations are nobody's computation
        return super().generic_visit(node)
