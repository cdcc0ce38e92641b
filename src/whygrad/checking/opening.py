"""A function that trains, made plain: `w = train(X, y)` as the statements of `train` at module level.

What its arguments need, and their values, are written on the empty line before the function; its header
becomes a block; the call and what follows it go. Lines and columns of the function stay where they are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

from whygrad.checking.rounds import parses, trains
from whygrad.source import tree_of

_SIMPLE = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Import | ast.ImportFrom | ast.Assert
_LEAVES = ast.Return | ast.Yield | ast.YieldFrom | ast.Nonlocal | ast.Global | ast.Await


@lru_cache(maxsize=4096)
def opened_call(text: str) -> str:
    """The text with the one function that trains, and is called once, as a block; "" where there is none."""
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    for place, function in enumerate(tree.body):
        if isinstance(function, ast.FunctionDef) and _may_open(function):
            opened = _opened(text, tree, place, function)
            if opened and parses(opened):
                return opened
    return ""


def _may_open(function: ast.FunctionDef) -> bool:
    arguments = function.args
    if function.decorator_list or arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        return False
    leaves = [node for node in ast.walk(function) if isinstance(node, _LEAVES)]
    if any(node is not function.body[-1] for node in leaves):
        return False
    before = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
    return any(trains(statement, before) for statement in _with_names(function.body, before))


def _with_names(body: Sequence[ast.stmt], before: set[str]) -> Iterator[ast.stmt]:
    """The statements, each while `before` has the names that are bound ahead of it."""
    for statement in body:
        yield statement
        before |= {
            n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }


def _opened(text: str, tree: ast.Module, place: int, function: ast.FunctionDef) -> str:
    ahead: list[ast.stmt] = []
    for statement in _flat(tree.body[place + 1 :]):
        call = _call_of(statement, function.name)
        if call is not None:
            given = _bindings(function, call)
            return "" if given is None else _written(text, function, [*ahead, *given], statement.lineno)
        if not isinstance(statement, _SIMPLE):
            return ""
        ahead.append(statement)
    return ""


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements with those of `if __name__ == "__main__":` in its place; other definitions are passed by."""
    for statement in body:
        if isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test):
            yield from statement.body
        elif not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement


def _call_of(statement: ast.stmt, name: str) -> ast.Call | None:
    calls = [
        n for n in ast.walk(statement)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name
    ]  # fmt: skip
    value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    return calls[0] if calls and calls[0] is value else None


def _bindings(function: ast.FunctionDef, call: ast.Call) -> list[ast.stmt] | None:
    """`parameter = argument` for each parameter, defaults too; None where that cannot be told."""
    parameters = [a.arg for a in function.args.args]
    defaults = dict(zip(reversed(parameters), reversed(function.args.defaults), strict=False))
    keywords = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    given: dict[str, ast.expr] = {**defaults, **{a.arg: d for a, d in keywords if d is not None}}
    if len(call.args) > len(parameters) or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    given.update(zip(parameters, call.args, strict=False))
    given.update({k.arg: k.value for k in call.keywords if k.arg})
    if {*parameters, *(a.arg for a in function.args.kwonlyargs)} - given.keys():
        return None
    return [
        ast.Assign([ast.Name(name, ast.Store())], value, lineno=0)
        for name, value in given.items()
        if not (isinstance(value, ast.Name) and value.id == name)
    ]


def _written(text: str, function: ast.FunctionDef, ahead: Sequence[ast.stmt], call: int) -> str:
    lines = text.split("\n")
    header, room = lines[function.lineno - 1], function.lineno - 2
    if function.body[0].lineno == function.lineno or not header.rstrip().endswith(":"):
        return ""
    if room < 0 or (lines[room].strip() and not lines[room].startswith("#")):
        return ""
    later = [s for s in tree_of(text).body if s.lineno > function.lineno]
    for statement in later:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.lineno < call:
            continue
        for number in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
            lines[number] = ""
    last = function.body[-1]
    if isinstance(last, ast.Return):
        lines[last.lineno - 1] = lines[last.lineno - 1][: last.col_offset] + "pass"
        for number in range(last.lineno, last.end_lineno or last.lineno):
            lines[number] = ""
    lines[room] = "; ".join(ast.unparse(statement) for statement in ahead)
    lines[function.lineno - 1] = "if 1:"
    return "\n".join(lines)
