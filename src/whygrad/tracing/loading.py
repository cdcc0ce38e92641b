"""From a user's function to its rewritten twin: its source is found, rewritten and compiled once.

The twin shares globals, defaults and closure cells with the original, so that it is the same function in
all but the calls into `runtime`. Functions of libraries, and those without source, stay as they are.
"""

from __future__ import annotations

import ast
import copy
import linecache
import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from whygrad.source import Source, new_site
from whygrad.tracing.instrumentation import RUNTIME, Rewriter

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = tuple(
    {sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)

_INNER = "__whygrad_inner__"

_codes: dict[int, tuple[CodeType, CodeType | None]] = {}
"""Code of an original, by id -> (itself, the rewritten code or None)."""
_followed: dict[int, CodeType] = {}
"""Rewritten code, by id."""
_twins: WeakKeyDictionary[FunctionType, FunctionType] = WeakKeyDictionary()
_texts: dict[str, tuple[Source, ast.Module]] = {}
_lock = threading.RLock()


def is_followed(function: FunctionType) -> bool:
    """Is it rewritten code?"""
    return id(function.__code__) in _followed


def is_own(function: FunctionType) -> bool:
    """Is it a function of whygrad's, such as the gradient of a user's function?"""
    return function.__code__.co_filename.startswith(_OWN)


def is_users(function: FunctionType) -> bool:
    """Is it a function of the user's whose source can be found?"""
    code = function.__code__
    known = _codes.get(id(code))
    if known is None:
        if id(code) in _followed:
            return True
        with _lock:
            known = _codes[id(code)] = (code, _rewritten(function))
    return known[1] is not None


def follow(function: FunctionType) -> FunctionType:
    """The rewritten twin of a user's function; the function itself where there is none."""
    if id(function.__code__) in _followed or not is_users(function):
        return function
    twin = _twins.get(function)
    if twin is None:
        twin = _twins[function] = _twin(function)
    return twin


def mark(code: CodeType) -> None:
    """Note that a code, and all code within it, is rewritten."""
    _followed[id(code)] = code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            mark(constant)


def runtime() -> ModuleType:
    """The module that rewritten code calls. It needs this one, so it is looked up late."""
    return sys.modules["whygrad.tracing.runtime"]


def _twin(function: FunctionType) -> FunctionType:
    code = _codes[id(function.__code__)][1]
    assert code is not None
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    cells[RUNTIME] = CellType(runtime())
    closure = tuple(cells[name] for name in code.co_freevars)
    twin = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__qualname__, twin.__module__ = function.__qualname__, function.__module__
    twin.__dict__.update(function.__dict__)
    return twin


def _rewritten(function: FunctionType) -> CodeType | None:
    code = function.__code__
    if not _is_users_file(code.co_filename) or code.co_flags & 0x280:  # coroutines are left alone
        return None
    found = _text_of(code.co_filename, function.__globals__)
    if found is None:
        return None
    source, tree = found
    for node, owners in _definitions(tree):
        if _is_definition_of(node, code):
            try:
                return _compiled(source, node, owners, code)
            except (SyntaxError, RecursionError):
                return None
    return None


def _is_users_file(filename: str) -> bool:
    if filename.startswith("<") and not filename.startswith(("<ipython", "<stdin")):
        return filename in linecache.cache
    full = os.path.abspath(filename)
    return not full.startswith((_OWN, *_LIBRARIES)) and "site-packages" not in full


def _text_of(filename: str, names: dict[str, Any]) -> tuple[Source, ast.Module] | None:
    known = _texts.get(filename)
    text = "".join(linecache.getlines(filename, names))
    if known is not None and known[0].text == text:
        return known
    try:
        found = _texts[filename] = (Source(filename, text), ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return found if text else None


Definition = ast.FunctionDef | ast.Lambda


def _definitions(tree: ast.AST, owners: tuple[str, ...] = ()) -> Iterator[tuple[Definition, tuple[str, ...]]]:
    """All functions of a tree, with the classes and functions that they stand in."""
    for node in ast.iter_child_nodes(tree):
        inner = owners
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            yield node, owners
            inner = (*owners, getattr(node, "name", ""))
        elif isinstance(node, ast.ClassDef):
            inner = (*owners, f"class {node.name}")
        yield from _definitions(node, inner)


def _is_definition_of(node: Definition, code: CodeType) -> bool:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    if first != code.co_firstlineno:
        return False
    arguments = node.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    count = code.co_argcount + code.co_kwonlyargcount
    mangled = [name.rpartition("__")[2] for name in code.co_varnames[:count]]
    if [name.rpartition("__")[2] for name in names] != mangled:
        return False
    if isinstance(node, ast.FunctionDef):
        return node.name == code.co_name
    body = node.body
    places = [p for p in code.co_positions() if p[0] is not None and p[2] is not None and p[3]]
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    inside = [start <= (p[0], p[2]) and (p[1], p[3]) <= end for p in places if p[2] != p[3]]
    return code.co_name == "<lambda>" and bool(inside) and all(inside)


def _compiled(source: Source, node: Definition, owners: tuple[str, ...], code: CodeType) -> CodeType:
    """The function alone, within a function whose parameters are its free variables."""
    site = new_site(0, "module", source, source.span_of(node))
    rewriter = Rewriter(source, site, owners)
    copied = copy.deepcopy(node)  # rewriting changes it
    name = code.co_name
    if isinstance(copied, ast.FunctionDef):
        copied.decorator_list, copied.returns = [], None
        copied.args.defaults, copied.args.kw_defaults = [], [None] * len(copied.args.kwonlyargs)
        rewritten = rewriter.visit(copied)
        rewritten.name = name = _INNER  # its own name is the global one: a recursive function calls that
        body: list[ast.stmt] = [rewritten]
    else:
        copied.args.defaults, copied.args.kw_defaults = [], [None] * len(copied.args.kwonlyargs)
        body = [ast.copy_location(ast.Return(rewriter.visit(copied)), node)]
    free = [ast.arg(name) for name in (RUNTIME, *code.co_freevars)]
    outer = ast.FunctionDef("__whygrad_outer__", ast.arguments([], free, None, [], [], None, []), body, [])
    module = ast.Module([ast.copy_location(outer, node)], [])
    compiled = compile(ast.fix_missing_locations(module), source.filename, "exec", dont_inherit=True)
    found = next(c for c in _within(compiled) if c.co_name == name)
    found = found.replace(
        co_name=code.co_name, co_firstlineno=code.co_firstlineno, co_qualname=code.co_qualname
    )
    mark(found)
    return found


def _within(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _within(constant)
