"""Hooks around every simple statement of a text: the rewriting half of observed runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from whygrad.checking.plain import call, hook_inputs
from whygrad.source import Source, Span

BEFORE, AFTER, RETURN, REPLACE = (f"__whygrad_{hook}__" for hook in ("before", "after", "return", "replace"))
LOCALS = "__whygrad_locals__"
RETURNED = "__returned__"
"""The name under which the value of a `return` statement is kept."""


@dataclass(frozen=True, eq=False)
class Watched:
    """A simple statement of the text, as the hooks know it."""

    index: int
    span: Span
    text: str
    function: str
    targets: tuple[str, ...]
    names: tuple[str, ...]
    reads: tuple[str, ...]
    loops: tuple[str, ...]
    loop_names: tuple[str, ...]
    loop_reads: tuple[str, ...]
    """Names that the enclosing loops run over."""
    shape_only: tuple[str, ...]
    """Names of `reads` of which only shape or length matter: `x.shape`, `np.zeros_like(x)`, `len(x)`."""
    kind: str
    """`bind` (assignment), `change` (augmented, or into a part), `call`, `return`."""


def target_text(node: ast.expr) -> str:
    """A target as it is written, in normal form."""
    return ast.unparse(node)


SHAPES = {"shape", "size", "ndim", "dtype"}
SHAPE_FUNCTIONS = {"len", "zeros_like", "ones_like", "empty_like", "full_like", "shape", "ndim", "size"}


def shape_reads(node: ast.AST) -> list[str]:
    """Names that a statement reads for their shape or length, once for each such read."""
    found = []
    for part in ast.walk(node):
        inner: ast.AST | None = None
        if isinstance(part, ast.Attribute) and part.attr in SHAPES:
            inner = part.value
        elif isinstance(part, ast.Call) and part.args:
            called = part.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            inner = part.args[0] if name in SHAPE_FUNCTIONS else None
        if isinstance(inner, ast.Name):
            found.append(inner.id)
    return found


def loaded(node: ast.AST, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names that a statement or an expression reads, but for those that a comprehension in it makes.

    The `b` of `[rng.randn(b) for b in sizes]` is not the `b` of the lines around it.
    """
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in hidden:
            yield node.id
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        first = node.generators[0].iter
        targets = (n for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name))
        inside = hidden | {n.id for n in targets}
        kept = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        kept += [part for g in node.generators for part in (g.iter, *g.ifs) if part is not first]
        yield from loaded(first, hidden)
        for part in kept:
            yield from loaded(part, inside)
    else:
        for child in ast.iter_child_nodes(node):
            yield from loaded(child, hidden)


def root_name(node: ast.AST) -> str:
    """`dW` of `dW[f]`, `self` of `self.grads["W"]`; empty where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _targets(statement: ast.stmt) -> tuple[str, list[ast.expr]]:
    if isinstance(statement, ast.Assign):
        found: list[ast.expr] = []
        for target in statement.targets:
            found += target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        return ("bind" if all(isinstance(t, ast.Name) for t in found) else "change"), found
    if isinstance(statement, ast.AugAssign):
        return "change", [statement.target]
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return "bind", [statement.target]
    if isinstance(statement, ast.Return) and statement.value is not None:
        return "return", []
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function, arguments = statement.value.func, statement.value.args
        changed = [function.value] if isinstance(function, ast.Attribute) else []
        written = [k.value for k in statement.value.keywords if k.arg == "out"]
        # `np.add.at(dC, ids, g)` changes its first argument, `h.append(a)` its object.
        return "call", [node for node in (*changed, *(written or arguments[:1])) if root_name(node)]
    return "", []


def _imported(tree: ast.Module) -> frozenset[str]:
    """Names of modules and of what is taken from them: `np.clip(g, -5, 5, out=g)` does not change `np`."""
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    return frozenset((a.asname or a.name).partition(".")[0] for n in imports for a in n.names)


class _Watcher:
    """Rewrites a module so that its simple statements report to the hooks."""

    def __init__(
        self, source: Source, replaced: Iterable[int], imported: frozenset[str], light: bool = False
    ) -> None:
        self.source, self.imported = source, imported
        self.light = light
        """Only the hooks that replace values."""
        self.replaced = set(replaced)
        self.statements: list[Watched] = []
        self.loop_reads: tuple[str, ...] = ()

    def block(
        self,
        body: Sequence[ast.stmt],
        function: str,
        loops: tuple[str, ...],
        names: tuple[str, ...],
        skip: bool = False,
    ) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        for statement in body:
            out += self.statement(statement, function, loops, names, skip)
        return out

    def statement(
        self, node: ast.stmt, function: str, loops: tuple[str, ...], names: tuple[str, ...], skip: bool
    ) -> list[ast.stmt]:
        if isinstance(node, ast.FunctionDef):
            inner = f"{function}.{node.name}" if function else node.name
            node.body = self.block(node.body, inner, (), ())
            return [node]
        if isinstance(node, ast.ClassDef):
            node.body = self.block(
                node.body, f"{function}.{node.name}" if function else node.name, (), (), True
            )
            return [node]
        kind, targets = _targets(node)
        if kind and not skip:
            return self.hooked(node, kind, targets, function, loops, names)
        outer_reads = self.loop_reads
        if isinstance(node, ast.For):
            self.loop_reads += tuple(loaded(node.iter))
            header = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
            inner_names = tuple(n.id for n in ast.walk(node.target) if isinstance(n, ast.Name))
            loops, names = (*loops, header), (*names, *inner_names)
        elif isinstance(node, ast.While):
            loops = (*loops, f"while {ast.unparse(node.test)}")
        for field_name in ("body", "orelse", "finalbody"):
            if getattr(node, field_name, None):
                setattr(node, field_name, self.block(getattr(node, field_name), function, loops, names, skip))
        for handler in getattr(node, "handlers", ()):
            handler.body = self.block(handler.body, function, loops, names, skip)
        self.loop_reads = outer_reads
        return [node]

    def hooked(
        self,
        node: ast.stmt,
        kind: str,
        targets: list[ast.expr],
        function: str,
        loops: tuple[str, ...],
        names: tuple[str, ...],
    ) -> list[ast.stmt]:
        index = len(self.statements)
        targets = [t for t in targets if kind != "call" or root_name(t) not in self.imported]
        roots = tuple(dict.fromkeys(name for name in map(root_name, targets) if name))
        loads = list(loaded(node))
        shaped = shape_reads(node)
        if isinstance(node, ast.AugAssign):
            loads += roots
        span = self.source.span_of(node)
        text = self.source.segment(span)
        self.statements.append(
            Watched(
                index,
                span,
                text,
                function,
                tuple(map(target_text, targets)),
                (RETURNED,) if kind == "return" else roots,
                tuple(dict.fromkeys(loads)),
                loops,
                names,
                self.loop_reads,
                tuple(name for name in dict.fromkeys(loads) if loads.count(name) == shaped.count(name)),
                kind,
            )
        )
        if self.light and index not in self.replaced:
            return [node]
        number, scope = ast.Constant(index), call(LOCALS)
        before = ast.Expr(call(BEFORE, number, scope))
        if isinstance(node, ast.Return) and node.value is not None and not self.light:
            hook = call(RETURN, number)
            _stand(hook, node)
            hook.args.append(node.value)
            node.value = hook
            out: list[ast.stmt] = [before, node]
        else:
            out = [node] if self.light else [before, node, ast.Expr(call(AFTER, number, scope))]
            if index in self.replaced:
                for name in dict.fromkeys(t.id for t in targets if isinstance(t, ast.Name)):
                    value = call(REPLACE, number, ast.Constant(name), ast.Name(name, ast.Load()))
                    out.append(ast.Assign([ast.Name(name, ast.Store())], value))
                for name in dict.fromkeys(
                    map(root_name, (t for t in targets if isinstance(t, ast.Subscript)))
                ):
                    if name:
                        # Written in place: to assign the name could make it local to a function.
                        arguments = (number, ast.Constant(name), ast.Name(name, ast.Load()))
                        out.append(ast.Expr(call(REPLACE, *arguments, ast.Constant(True))))
        for item in out:
            if item is not node:
                _stand(item, node)
        return out


def _stand(hook: ast.AST, node: ast.stmt) -> None:
    """Put a hook where its statement stands."""
    ast.fix_missing_locations(ast.copy_location(hook, node))


@lru_cache(maxsize=64)
def watched(
    text: str, filename: str, inputs: frozenset[str], replaced: frozenset[int]
) -> tuple[CodeType, tuple[Watched, ...]]:
    """Code of a text with hooks, and its watched statements."""
    source = Source(filename, text)
    tree = ast.parse(text)
    watcher = _Watcher(source, replaced, _imported(tree))
    tree.body = hook_inputs(watcher.block(tree.body, "", (), ()), set(inputs))
    return compile(tree, filename, "exec"), tuple(watcher.statements)


@lru_cache(maxsize=64)
def injected(text: str, filename: str, inputs: frozenset[str], index: int, upto: int) -> CodeType:
    """Code of the first statements of a text in which one statement alone may be given another value."""
    tree = ast.parse(text)
    watcher = _Watcher(Source(filename, text), {index}, _imported(tree), light=True)
    tree.body = hook_inputs(watcher.block(tree.body[: upto or None], "", (), ()), set(inputs))
    return compile(tree, filename, "exec")
