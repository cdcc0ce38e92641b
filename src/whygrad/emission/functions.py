"""The user's functions that take part: nested ones are lifted out, small ones written into their callers."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping
from typing import Any

from whygrad.errors import EmissionError

Definitions = dict[str, ast.FunctionDef]


def is_single(node: ast.FunctionDef) -> bool:
    """Is a function nothing but `return expression`, and one that takes its arguments as a whole?"""
    if len(node.body) != 1 + (ast.get_docstring(node) is not None) or not isinstance(
        node.body[-1], ast.Return
    ):
        return False
    if any(isinstance(n, ast.comprehension) for n in ast.walk(node)):
        return False  # a loop
    names = {a.arg for a in node.args.args}
    owners = [n.value for n in ast.walk(node.body[-1]) if isinstance(n, ast.Subscript)]
    return not any(isinstance(o, ast.Name) and o.id in names for o in owners)


def called(node: ast.AST) -> set[str]:
    """Names of functions that are called within a node."""
    return {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


def reached(name: str, functions: Definitions) -> list[str]:
    """A function and all that it calls, itself first."""
    order = [name]
    for each in order:
        order += [c for c in functions if c in called(functions[each]) and c not in order]
    return order


def is_recursive(name: str, functions: Definitions) -> bool:
    """Does a function call itself, perhaps by way of others?"""
    seen, pending = set[str](), [c for c in called(functions[name]) if c in functions]
    while pending:
        now = pending.pop()
        if now == name:
            return True
        if now not in seen:
            seen.add(now)
            pending += [c for c in called(functions[now]) if c in functions]
    return False


def kept(functions: Definitions, names: Iterable[str]) -> set[str]:
    """Those that keep a backward pass of their own: more than one expression, or recursive."""
    return {n for n in names if not is_single(functions[n]) or is_recursive(n, functions)}


def flattened(node: ast.FunctionDef, functions: Definitions) -> ast.FunctionDef:
    """The function without functions in it. Those of one expression are written where they are called, the
    others are added to `functions`, with what they took from around as further parameters."""
    inner = [s for s in ast.walk(node) if isinstance(s, ast.FunctionDef) and s is not node]
    lambdas = [s for s in node.body if _is_lambda(s)]
    if not inner and not lambdas:
        return node
    for each in inner:
        if each not in node.body or any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(each)):
            raise EmissionError(
                f"the function `{each.name}` in line {each.lineno}, a generator or made within a block, "
                "cannot be derived",
                hint="define it at the top of its function, and return its result",
            )
    twin = copy.deepcopy(node)
    own = bound(twin)
    small: dict[str, tuple[list[str], ast.expr]] = {}
    lifted: dict[str, tuple[list[str], int]] = {}
    body: list[ast.stmt] = []
    for statement in twin.body:
        if isinstance(statement, ast.FunctionDef) and is_single(statement):
            small[statement.name] = ([a.arg for a in statement.args.args], statement.body[-1].value)  # type: ignore[attr-defined]
        elif isinstance(statement, ast.FunctionDef):
            free = [n for n in dict.fromkeys(reads(statement)) if n in own and n not in bound(statement)]
            free = [n for n in free if n != statement.name and n not in small and n not in lifted]
            place = len(statement.args.args) - len(statement.args.defaults)
            statement.args.args[place:place] = [ast.arg(n) for n in free]
            lifted[statement.name] = free, place
            functions[statement.name] = statement
        elif _is_lambda(statement):
            made: Any = statement
            if made.value.args.defaults or made.value.args.vararg:
                raise EmissionError(
                    f"a lambda with defaults in line {statement.lineno} cannot be derived",
                    hint="hand it what it needs as arguments",
                )
            small[made.targets[0].id] = ([a.arg for a in made.value.args.args], made.value.body)
        else:
            body.append(statement)
    twin.body = body
    rewriter = _Inliner(small, lifted)
    for each in (twin, *(functions[name] for name in lifted)):
        _rewrite(each, rewriter)
    return ast.fix_missing_locations(twin)


def _rewrite(node: ast.FunctionDef, rewriter: ast.NodeTransformer) -> None:
    """Rewrite the calls in a function, and note which statements are no more what the user wrote."""
    before = {s: ast.dump(s) for s in ast.walk(node) if isinstance(s, ast.stmt)}
    node.body = [rewriter.visit(s) for s in node.body]
    for statement, text in before.items():
        if ast.dump(statement) != text:
            statement.rewritten = True  # type: ignore[attr-defined]


def _is_lambda(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda)
        and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
    )  # fmt: skip


def bound(node: ast.FunctionDef) -> set[str]:
    """Parameters and local names of a function."""
    names = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    inner = {
        t for statement in node.body for c in ast.walk(statement) if isinstance(c, ast.comprehension)
        for t in ast.walk(c.target)
    }  # fmt: skip
    for statement in node.body:
        for n in ast.walk(statement):
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n not in inner:
                names.add(n.id)
            elif isinstance(n, ast.FunctionDef):
                names.add(n.name)
    return names


def reads(node: ast.AST) -> list[str]:
    """Names that are read in a node, in order."""
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]


class _Inliner(ast.NodeTransformer):
    """Writes small functions out, and hands lifted ones what they need."""

    def __init__(
        self, small: Mapping[str, tuple[list[str], ast.expr]], lifted: Mapping[str, tuple[list[str], int]]
    ) -> None:
        self.small, self.lifted = small, lifted

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in self.lifted:
            free, place = self.lifted[name]
            names = [(n, ast.copy_location(ast.Name(n, ast.Load()), node)) for n in free]
            if len(node.args) < place:  # some arguments are given by name
                node.keywords += [ast.keyword(n, value) for n, value in names]
            else:  # before those that have defaults
                node.args[place:place] = [value for _, value in names]
        if name in self.small and not node.keywords:
            parameters, body = self.small[name]
            if len(parameters) == len(node.args):
                given = dict(zip(parameters, node.args, strict=True))
                made = Substitution(given).visit(copy.deepcopy(body))
                return self.visit(located(made, node))  # type: ignore[no-any-return]
        return node


def located(made: ast.AST, like: ast.AST) -> ast.AST:
    """An expression that stands where another stood."""
    for n in ast.walk(made):
        if isinstance(n, ast.expr):
            ast.copy_location(n, like)
    return made


class Substitution(ast.NodeTransformer):
    """Writes names as the expressions that they stand for."""

    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self.given = given

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self.given[node.id]) if node.id in self.given else node
