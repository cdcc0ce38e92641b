"""The order in which a home-made engine visits its nodes, written so that each waits for all that use it.

A visit that works on a node before every node that uses it has been worked on hands on a part of its
gradient, and the rest later or never.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Function = ast.FunctionDef


@dataclass(eq=False)
class Traversal:
    """A function that visits nodes, by recursion, with a function inside it, or with a queue."""

    outer: Function
    node: str
    """What the visited node is called."""
    root: ast.expr
    """Where the visit begins."""
    work: list[ast.stmt]
    """What is done with each node."""
    parents: ast.For
    """The loop that goes on to others."""
    kept: list[ast.stmt] = field(default_factory=list)
    """Statements of the function that have nothing to do with the visit."""
    blamed: ast.stmt | None = None


def traversals(tree: ast.Module) -> Iterator[Traversal]:
    """Functions and methods that go from node to node and work on each at once."""
    bodies = [tree.body, *(c.body for c in tree.body if isinstance(c, ast.ClassDef))]
    for function in (f for body in bodies for f in body if isinstance(f, Function)):
        found = _by_itself(function) or _by_inner(function) or _by_queue(function)
        if found is not None and found.work:
            yield found


def in_order(found: Traversal, indent: int) -> str:
    """The body of the function anew: nodes are listed behind what they use, and worked on from the end."""
    taken = {n.id for n in ast.walk(found.outer) if isinstance(n, ast.Name)} | {found.node}
    order, seen, visit = (_free(name, taken) for name in ("order", "seen", "visit"))
    node = _free("node", taken - {found.node})
    loop = copy.deepcopy(found.parents)
    target = loop.target
    parent = target.elts[_place(found)] if isinstance(target, ast.Tuple) else target
    header = ast.unparse(_renamed(loop, found.node, node)).split("\n")[0]
    lines = [
        f"{order}, {seen} = [], set()",
        "",
        f"def {visit}({node}):",
        f"    if id({node}) not in {seen}:",
        f"        {seen}.add(id({node}))",
        f"        {header}",
        f"            {visit}({ast.unparse(parent)})",
        f"        {order}.append({node})",
        "",
        f"{visit}({ast.unparse(found.root)})",
    ]
    lines += [line for s in found.kept for line in ast.unparse(s).split("\n")]
    lines += [f"for {node} in reversed({order}):"]
    lines += [
        f"    {line}" for s in found.work for line in ast.unparse(_renamed(s, found.node, node)).split("\n")
    ]
    return "\n".join((" " * indent + line if line else "") for line in lines).lstrip(" ")


def _place(found: Traversal) -> int:
    """Which of the loop's variables is the next node: `parent` of `for parent, slope in node.inputs`."""
    assert isinstance(found.parents.target, ast.Tuple)
    names = [ast.unparse(e) for e in found.parents.target.elts]
    called = [n for n in ast.walk(found.parents) if isinstance(n, ast.Call)]
    for call in called:
        owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        for part in (*owner, *call.args):
            if ast.unparse(part) in names:
                return names.index(ast.unparse(part))
    return 0


def _by_itself(function: Function) -> Traversal | None:
    """A function or method that calls itself, or its like, for each parent."""
    node = function.args.args[0].arg if function.args.args else ""
    return _recursive(function, function, function.body, node, ast.Name(node, ast.Load())) if node else None


def _by_inner(function: Function) -> Traversal | None:
    """A function inside the method that calls itself, begun once."""
    for inner in (s for s in function.body if isinstance(s, Function) and s.args.args):
        begun = [s for s in function.body if _is_call_of(s, inner.name)]
        body, guards = _unguarded(inner.body)
        if len(begun) != 1 or not isinstance(begun[0], ast.Expr) or not isinstance(begun[0].value, ast.Call):
            continue
        if len(begun[0].value.args) != 1:
            continue
        found = _recursive(function, inner, body, inner.args.args[0].arg, begun[0].value.args[0])
        if found is not None:
            found.kept = [s for s in _kept(function.body) if s not in (inner, begun[0])]
            return found if guards else None
    return None


def _by_queue(function: Function) -> Traversal | None:
    """A loop that takes nodes from a list and puts their parents there."""
    for loop in (s for s in function.body if isinstance(s, ast.While)):
        taken = [s for s in loop.body if isinstance(s, ast.Assign) and _is_pop(s.value)]
        if len(taken) != 1 or not isinstance(taken[0].targets[0], ast.Name):
            continue
        node, queue = taken[0].targets[0].id, ast.unparse(taken[0].value.func.value)  # type: ignore[attr-defined]
        begun = [(s, v) for s in function.body for name, v in _bound(s) if name == queue]
        starts = [made.elts for made in (_listed(v) for _, v in begun) if made is not None]
        body, _ = _unguarded([s for s in loop.body if s is not taken[0]])
        loops = [s for s in body if isinstance(s, ast.For) and f"{queue}." in ast.unparse(s)]
        if len(starts) != 1 or len(starts[0]) != 1 or len(loops) != 1:
            continue
        work = [s for s in body if s is not loops[0] and not _keeps_book(s)]
        kept = [s for s in _kept(function.body) if s is not loop and s not in [b for b, _ in begun]]
        return Traversal(function, node, starts[0][0], work, loops[0], kept, work[0] if work else None)
    return None


def _bound(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    """Names with the values that a statement binds them to, several at once as well."""
    if not isinstance(statement, ast.Assign):
        return []
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return [(ast.unparse(t), v) for t, v in zip(target.elts, value.elts, strict=False)]
    return [(ast.unparse(target), value)]


def _listed(value: ast.expr) -> ast.List | None:
    """The list that a queue begins with: `[root]`, `deque([root])`."""
    inner = value.args[0] if isinstance(value, ast.Call) and value.args else value
    return inner if isinstance(inner, ast.List) else None


def _recursive(
    outer: Function, visiting: Function, body: Sequence[ast.stmt], node: str, root: ast.expr
) -> Traversal | None:
    loops = [s for s in body if isinstance(s, ast.For) and node in _names(s.iter)]
    if len(loops) != 1:
        return None
    calls = [s for s in loops[0].body if _is_call_of(s, visiting.name) and _hands_on_no_gradient(s)]
    if len(calls) != 1:
        return None
    rest = [s for s in loops[0].body if s is not calls[0]]
    inner = copy.deepcopy(loops[0])
    inner.body = [copy.deepcopy(s) for s in rest] or [ast.Pass()]
    flags = {a.arg for a in visiting.args.args[1:]}
    others = [s for s in body if s is not loops[0] and not _keeps_book(s) and not _is_text(s)]
    seeds = [s for s in others if (isinstance(s, ast.If) and flags & _names(s.test)) or _sets(s, node)]
    work = [*(s for s in others if s not in seeds), *([inner] if rest else [])]
    blamed = calls[0] if visiting is outer else next((s for s in others if s not in seeds), calls[0])
    return Traversal(outer, node, root, work, loops[0], seeds if visiting is outer else [], blamed)


def _unguarded(body: Sequence[ast.stmt]) -> tuple[list[ast.stmt], bool]:
    """The statements behind `if v not in seen`, or behind a return of those that were seen."""
    inside = [s for s in body if not _is_text(s)]
    if len(inside) == 1 and isinstance(inside[0], ast.If) and not inside[0].orelse:
        return inside[0].body, True
    first = inside[0] if inside else None
    if isinstance(first, ast.If) and len(first.body) == 1 and isinstance(first.body[0], _LEAVES):
        return inside[1:], True
    return list(inside), False


_LEAVES = (ast.Return, ast.Continue)


def _kept(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Statements that are neither text nor an empty list or set to begin with."""
    return [s for s in body if not _is_text(s) and not (isinstance(s, ast.Assign) and _is_container(s.value))]


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return all(map(_is_container, value.elts))
    return isinstance(value, ast.List | ast.Set | ast.Dict) or ast.unparse(value) in (
        "set()",
        "list()",
        "dict()",
    )


def _keeps_book(statement: ast.stmt) -> bool:
    """Does a statement only note that a node was seen: `seen.add(v)`?"""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add"


def _sets(statement: ast.stmt, node: str) -> bool:
    """Does a statement only give an attribute of the node a number to begin with?"""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    fixed = isinstance(statement, ast.Assign) and not isinstance(statement.value, ast.BinOp | ast.Attribute)
    return isinstance(target, ast.Attribute) and ast.unparse(target.value) == node and fixed


def _is_call_of(statement: ast.stmt, name: str) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == name


def _hands_on_no_gradient(statement: ast.stmt) -> bool:
    """Is only the next node handed on, and constants? With its share of the gradient any order is right."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    parts = [*call.args, *(k.value for k in call.keywords)] if isinstance(call, ast.Call) else []
    return all(isinstance(p, ast.Name | ast.Constant) for p in parts) and len(parts) < 3


def _is_pop(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _POPS


_POPS = ("pop", "popleft")


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)


def _renamed(statement: ast.stmt, old: str, new: str) -> ast.stmt:
    class Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            return ast.Name(new, node.ctx) if node.id == old else node

    return Rename().visit(copy.deepcopy(statement))  # type: ignore[no-any-return]
