"""The part of a module that some functions need: their own text and what it refers to, on the same lines.

`wg.check(forward, backward, ...)` runs in a child process; the rest of the module, the very call included,
must not run there again.
"""

from __future__ import annotations

import ast
import inspect
import symtable
from collections.abc import Callable, Iterable
from typing import Any

from whygrad.errors import UsageError
from whygrad.source import Source


def definitions_of(functions: Iterable[Callable[..., Any]]) -> Source:
    """The text of the functions' module with every line blanked that they do not need.

    Raises UsageError where their source cannot be found or stands in more than one file.
    """
    functions = list(functions)
    files = {_file_of(function) for function in functions}
    if len(files) > 1:
        raise UsageError(f"the functions stand in {len(files)} files", hint="put them into one file")
    (file,) = files
    text = "".join(inspect.findsource(functions[0])[0])
    return Source(file, needed_text(text, {function.__qualname__.split(".")[0] for function in functions}))


def needed_text(text: str, names: Iterable[str]) -> str:
    """A module's text without the top-level statements that these names need in no way."""
    statements = ast.parse(text).body
    needed, grew = set(names), True
    kept: set[int] = set()
    while grew:
        grew = False
        for place, statement in enumerate(statements):
            if place not in kept and _bound(statement) & needed:
                kept.add(place)
                needed |= _used(statement)
                grew = True
    lines = text.split("\n")
    wanted = {n for p in kept for n in range(_first_line(statements[p]), (statements[p].end_lineno or 0) + 1)}
    return "\n".join(line if number in wanted else "" for number, line in enumerate(lines, 1))


def _file_of(function: Callable[..., Any]) -> str:
    name = getattr(function, "__qualname__", repr(function))
    if "<locals>" in name or "<lambda>" in name:
        raise UsageError(
            f"{name} is not at the top of its file", hint="define it with `def` at the top level"
        )
    try:
        inspect.findsource(function)
        return inspect.getsourcefile(function) or ""
    except (OSError, TypeError):
        raise UsageError(f"the source of {name} cannot be found", hint="save it to a file") from None


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a top-level statement gives to the module."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    bound = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return bound


def _used(statement: ast.stmt) -> set[str]:
    """Names of the module that a statement reads, functions within it included; their own names are not."""
    found: set[str] = set()
    tables = [symtable.symtable(ast.unparse(statement), "<statement>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        at_top = table.get_type() == "module"
        found |= {
            s.get_name() for s in table.get_symbols() if s.is_referenced() and (at_top or s.is_global())
        }
    return found
