"""A script's forward pass as a function of its inputs, so that it is derived as any function is."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.emission.functions import Definitions
from whygrad.emission.leaves import is_array, is_number, is_numeric, is_real
from whygrad.emission.tree import stored
from whygrad.errors import NoGradientError, ScriptError, UsageError
from whygrad.source import Source, parsed
from whygrad.tracing.scripts import SUPPLIED

NAME = "script"
WHOLE = (
    "range",
    "zeros",
    "ones",
    "empty",
    "reshape",
    "arange",
    "randn",
    "rand",
    "randint",
    "eye",
    "normal",
    "tile",
)
"""Functions whose arguments are lengths."""


@dataclass(eq=False)
class Script:
    """The forward pass of a script."""

    source: Source
    functions: Definitions
    """Those of the file, and the script itself as a function of its inputs."""
    namespace: dict[str, Any]
    inputs: dict[str, Any]
    output: str
    body: list[ast.stmt]
    roots: list[ast.stmt] = field(default_factory=list)
    """The statements that bind the inputs."""


def above(script: Script) -> list[str]:
    """The lines of a script before its forward pass; inputs that are bound within it are bound here."""
    first, last = forward_lines(script)
    found = script.source.lines[: first - 1]
    while found and (found[-1].startswith("#") or not found[-1].strip()):
        found.pop()  # a comment on the forward pass goes with it
    for root in script.roots:
        if first < root.lineno <= last:
            found += [script.source.line(n) for n in range(root.lineno, (root.end_lineno or root.lineno) + 1)]
    return found


def forward_lines(script: Script) -> tuple[int, int]:
    """The first and the last line of the forward pass: from the first statement that reads an input."""
    moving, first = set(script.inputs), 0
    for statement in script.body:
        read = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
        if read & moving or not isinstance(statement, ast.Assign | ast.Expr):
            moving |= stored(statement)
            first = first or statement.lineno
    body = script.body
    return first or body[0].lineno, max(s.end_lineno or s.lineno for s in body)


def read_script(
    source: Source, output: str = "", wrt: Sequence[str] = (), at: Mapping[str, Any] | None = None
) -> Script:
    """Find inputs and output of a script. `at` overrides its inputs.

    Raises ScriptError where it does not run, NoGradientError where no number in it depends on another.
    """
    tree = parsed(source)
    definitions = [
        s for s in tree.body if isinstance(s, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)
    ]
    body = forward_part([s for s in tree.body if s not in definitions and not _is_text(s)])
    namespace = supplied(tree)
    _execute(source, definitions, namespace)
    whole = lengths_in(body)
    roots = [
        s for s in body if _is_root(s, whole) and not any(stored(s) & stored(o) for o in body if o is not s)
    ]
    settings = [
        s
        for s in body
        if isinstance(s, ast.Assign) and s not in roots and not _reads(s) and s.lineno < _first(body, roots)
    ]
    values = dict(namespace)
    _execute(source, settings, values)
    for statement in roots:
        _execute(source, [_floating(statement)], values)
    inputs = {s.targets[0].id: values[s.targets[0].id] for s in roots if is_real(values[s.targets[0].id])}  # type: ignore[attr-defined]
    for name, value in (at or {}).items():
        if name not in inputs:
            raise UsageError(
                f"{name} is no input of {source.filename}", hint=f"its inputs are {', '.join(inputs)}"
            )
        inputs[name] = value if not isinstance(inputs[name], np.ndarray) else np.asarray(value, float)
    rest = [s for s in body if not (s in roots and s.targets[0].id in inputs)]  # type: ignore[attr-defined]
    after = {**values, **inputs}
    _execute(source, rest, after)
    found = output or _output(rest, after, source)
    last = next(k for k in range(len(rest) - 1, -1, -1) if found in stored(rest[k]))
    rest = rest[: last + 1]
    result = ast.copy_location(ast.Return(ast.copy_location(ast.Name(found, ast.Load()), rest[-1])), rest[-1])
    arguments = ast.arguments([], [ast.arg(n) for n in inputs], None, [], [], None, [])
    node = ast.FunctionDef(NAME, arguments, [*rest, result], [], None, None)
    ast.copy_location(node, tree.body[0])
    functions = {n.name: n for n in definitions if isinstance(n, ast.FunctionDef)}
    functions[NAME] = ast.fix_missing_locations(node)
    bound = [s for s in roots if s.targets[0].id in inputs]  # type: ignore[attr-defined]
    return Script(source, functions, namespace, dict(inputs), found, rest, bound)


def supplied(tree: ast.AST) -> dict[str, Any]:
    """What scripts may use without importing it."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    for name, line in SUPPLIED.items():
        if name in read:
            exec(line, namespace)
    return namespace


def _execute(source: Source, statements: Sequence[ast.stmt], namespace: dict[str, Any]) -> None:
    for statement in statements:
        code = compile(ast.Module([statement], []), source.filename, "exec", dont_inherit=True)
        try:
            exec(code, namespace)
        except Exception as error:
            raise ScriptError(
                f"{source.filename} raises {type(error).__name__} in line {statement.lineno}: {error}",
                hint=f"whygrad check {source.filename}",
                place=source.place(source.span_of(statement)),
            ) from None


def forward_part(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements before the first that assigns what looks like a gradient."""
    known = set[str]()
    for k, statement in enumerate(body):
        names = stored(statement)
        if any(is_gradient(n, known) for n in names):
            return list(body[:k])
        known |= names
    return list(body)


def is_gradient(name: str, known: set[str]) -> bool:
    """`grad_x`; `dx` and `d_x` where there is an x."""
    found = re.fullmatch(r"grad(?:ient)?_?(\w*)|d_?(\w+)", name)
    return found is not None and (name.startswith("grad") or (found[2] or "") in known)


def lengths_in(body: Sequence[ast.stmt]) -> set[str]:
    """Names that are used as lengths, indices or class numbers."""
    found = set[str]()
    for statement in body:
        for n in ast.walk(statement):
            inner: list[ast.AST] = []
            if isinstance(n, ast.Subscript):
                inner = [n.slice]
            elif isinstance(n, ast.Call):
                name = getattr(n.func, "attr", getattr(n.func, "id", ""))
                inner = [*n.args] if name in WHOLE else []
            found |= {m.id for part in inner for m in ast.walk(part) if isinstance(m, ast.Name)}
    return found


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _reads(statement: ast.Assign) -> set[str]:
    names = {n.id for n in ast.walk(statement.value) if isinstance(n, ast.Name)}
    return names - {"np", "numpy", "math", "random", "rng"}


def _is_root(statement: ast.stmt, whole: set[str]) -> bool:
    """Does a statement bind an input: numbers that come from no others?"""
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1):
        return False
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or target.id in whole:
        return False
    lengths_only = _reads(statement) <= whole
    made = any(
        isinstance(n, ast.Attribute) and n.attr in ("zeros", "empty") for n in ast.walk(statement.value)
    )
    return lengths_only and not made


def _first(body: Sequence[ast.stmt], roots: Sequence[ast.stmt]) -> int:
    return max((s.lineno for s in roots), default=0)


def _floating(statement: ast.stmt) -> ast.stmt:
    """`w = [2, -3]` with floating numbers: whole numbers in a script are real numbers."""
    twin = copy.deepcopy(statement)
    if any(isinstance(n, ast.Call) and getattr(n.func, "attr", "") not in ("array",) for n in ast.walk(twin)):
        return twin
    for n in ast.walk(twin):
        if isinstance(n, ast.Constant) and type(n.value) is int:
            n.value = float(n.value)
    return twin


def _output(body: Sequence[ast.stmt], values: Mapping[str, Any], source: Source) -> str:
    """The last number that the script computes."""
    for want in (is_number, is_array, is_numeric):
        for statement in reversed(body):
            for name in stored(statement):
                if name in values and want(values[name]) and is_real(values[name]):
                    return name
    raise NoGradientError(
        f"no number in {source.filename} depends on another one",
        hint="give the formula itself: whygrad derive 'sigmoid(w*x + b)'",
    )
