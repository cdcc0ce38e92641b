"""The text that some functions need to run elsewhere: their own, what they call, and the values they read.

`wg.check(forward, backward, ...)` runs in a child process; the rest of their module, the very call included,
must not run there again. So the functions are taken as they are now, wherever they were defined: at the top
of a file, inside another function, as methods, in the cells of a notebook. What they name is looked up where
they would find it (their closure, their globals): user's functions and classes come as text, modules and
library functions as imports, everything else as a value.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import linecache
import os
import symtable
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from whygrad.errors import UsageError
from whygrad.handover import GIVEN
from whygrad.source import Source

Thing = Any
"""A function or a class."""


@dataclass(frozen=True)
class Piece:
    """The text of a function or class: its lines without their common indentation, and where they stand."""

    name: str
    file: str
    line: int
    indent: int
    lines: tuple[str, ...]


@dataclass
class Definitions:
    """A text with all that some functions need, and the values to be handed over for it."""

    source: Source
    shown: str
    """The text that the user knows by the name `source.filename`."""
    given: dict[str, Any] = field(default_factory=dict)
    offset: int = 0
    """How many lines further down everything stands than in the user's text."""
    indents: dict[int, int] = field(default_factory=dict)
    """Line of the text -> how far it is indented in the user's."""


def definitions_of(functions: Iterable[Callable[..., Any]]) -> Definitions:
    """All that the functions need. Raises UsageError where their source cannot be found."""
    gathered = _Gathered()
    for function in functions:
        gathered.take(root_of(function))
    return gathered.definitions()


def root_of(function: Callable[..., Any]) -> Thing:
    """The function or class whose text holds a callable: of a method the class of its object."""
    if isinstance(function, types.MethodType):
        owner = function.__self__
        return owner if isinstance(owner, type) else type(owner)
    if isinstance(function, types.FunctionType | type) or hasattr(function, "__wrapped__"):
        return function
    return type(function) if _has_call(type(function)) else function


def _has_call(kind: type) -> bool:
    """Is a class of objects that can be called, by a method written in Python?"""
    return any(isinstance(vars(owner).get("__call__"), types.FunctionType) for owner in kind.__mro__)


class _Gathered:
    """What was needed so far."""

    def __init__(self) -> None:
        self.pieces: dict[str, Piece] = {}
        self.imports: list[str] = []
        self.kept: dict[str, ast.stmt] = {}
        """Imports and plain constants of the file, which stay where they are."""
        self.given: dict[str, Any] = {}
        self.tail: list[str] = []
        self.meant: dict[str, Any] = {}

    def take(self, thing: Thing) -> None:
        """A function or class with all that it names."""
        thing = inspect.unwrap(thing)
        piece = _piece_of(thing)
        self.mean(piece.name, thing)
        if piece.name in self.pieces:
            return
        self.pieces[piece.name] = piece
        for name in _used(piece):
            found, value = _looked_up(thing, name)
            if found and self.mean(name, value):
                self.resolve(name, value, piece.file)

    def mean(self, name: str, value: Any) -> bool:
        """Note what a name stands for; False where that is known already."""
        value = inspect.unwrap(value)
        if name not in self.meant:
            self.meant[name] = value
            return True
        if self.meant[name] is not value:
            raise UsageError(
                f"the functions mean different things by `{name}`", hint="give one of the two another name"
            )
        return False

    def resolve(self, name: str, value: Any, file: str) -> None:
        """Provide for a name: by text, by an import, or by handing over its value."""
        if isinstance(value, types.ModuleType):
            self.imports.append(f"import {value.__name__} as {name}")
        elif isinstance(value, types.FunctionType | type) or hasattr(value, "__wrapped__"):
            self.resolve_definition(name, value, file)
        elif isinstance(value, types.BuiltinFunctionType | types.MethodType) or _is_library(value):
            self.resolve_import(name, value)
        elif _is_users(type(value)) and hasattr(value, "__dict__"):
            self.resolve_object(name, value)
        else:
            self.given[name] = value

    def resolve_definition(self, name: str, value: Thing, file: str) -> None:
        inner = inspect.unwrap(value)
        if not _is_users(inner) and _file_of(inner) != file:
            self.resolve_import(name, value)
            return
        self.take(inner)
        if name != inner.__name__:
            self.tail.append(f"{name} = {inner.__name__}")

    def resolve_import(self, name: str, value: Any) -> None:
        module = getattr(value, "__module__", None) or type(value).__module__
        known = getattr(value, "__qualname__", getattr(value, "__name__", name))
        if isinstance(value, types.MethodType) or "." in known or module == "__main__":
            self.given[name] = value
            return
        self.imports.append(f"from {module} import {known} as {name}")

    def resolve_object(self, name: str, value: Any) -> None:
        """An object of a class of the user's: made anew, with the attributes that it has now."""
        kind = type(value)
        self.take(kind)
        self.given[name] = dict(vars(value))
        self.tail.append(f"{name} = object.__new__({kind.__name__})")
        self.tail.append(f"{name}.__dict__.update({GIVEN}.state_of_{name})")

    def definitions(self) -> Definitions:
        """The text: in the user's own lines where all stands in one file, else one piece after the other."""
        files = {piece.file for piece in self.pieces.values()}
        file = files.pop()
        if files or not os.path.isfile(file):
            return self.composed()
        return self.in_place(file)

    def prelude(self, lines: bool) -> list[str]:
        restored = {line.partition(" ")[0] for line in self.tail}
        names = [name for name in self.given if name not in restored]
        future = ["from __future__ import annotations"] if lines and self.is_postponed() else []
        taken = [f"from {GIVEN} import {name}" for name in names]
        states = [f"import {GIVEN}"] if len(names) < len(self.given) else []
        statements = list(dict.fromkeys([*future, *self.imports, *states, *taken]))
        return statements if lines or not statements else ["; ".join(statements)]

    def is_postponed(self) -> bool:
        """Was any of it written below `from __future__ import annotations`?"""
        functions = [f for name in self.pieces for f in _functions_of(self.meant[name])]
        return any(f.__code__.co_flags & __future__.annotations.compiler_flag for f in functions)

    def composed(self) -> Definitions:
        """A document of its own, for functions of several files or of none."""
        parts = ["\n".join(self.prelude(lines=True)), *("\n".join(p.lines) for p in self.pieces.values())]
        text = "\n\n\n".join(part for part in (*parts, "\n".join(self.tail)) if part) + "\n"
        label = f"<{', '.join(self.pieces)}>"
        return Definitions(Source(label, text), text, self.given)

    def in_place(self, file: str) -> Definitions:
        shown = "".join(inspect.findsource(self._any_thing())[0])
        statements = self._statements(shown)
        lines = [""] * (shown.count("\n") + 1)
        indents: dict[int, int] = {}
        for piece in self.pieces.values():
            for number, line in enumerate(piece.lines, piece.line):
                lines[number - 1], indents[number] = line, piece.indent
        for statement in statements:
            for number in range(statement.lineno, (statement.end_lineno or 0) + 1):
                lines[number - 1] = shown.split("\n")[number - 1]
        first = min(piece.line for piece in self.pieces.values())
        top = max((s.end_lineno or 0 for s in statements if _is_future(s)), default=0)
        room = next((n for n in range(top, first - 1) if not lines[n]), None)
        offset, prelude = 0, self.prelude(lines=False)
        if prelude and room is None:
            lines, offset = [*prelude, *lines], 1
            indents = {number + 1: indent for number, indent in indents.items()}
        elif prelude and room is not None:
            lines[room] = prelude[0]
        text = "\n".join([*lines, *self.tail])
        return Definitions(Source(_near(file), text), shown, self.given, offset, indents)

    def _any_thing(self) -> Thing:
        return inspect.unwrap(self.meant[next(iter(self.pieces))])

    def _statements(self, text: str) -> list[ast.stmt]:
        """Imports and plain constants of the file that serve here as they stand; they leave the prelude."""
        kept = []
        for statement in ast.parse(text).body:
            names = [name for name in _bound(statement) if name in self.meant]
            if _is_future(statement) or (names and _stands_alone(statement, self.meant)):
                kept.append(statement)
                self.imports = [line for line in self.imports if line.rpartition(" as ")[2] not in names]
                for name in names:
                    self.given.pop(name, None)
        return kept


def _near(file: str) -> str:
    """The file as one would type it here, where it is below the working directory."""
    near = os.path.relpath(file)
    return file if near.startswith("..") else near


def _piece_of(thing: Thing) -> Piece:
    name = getattr(thing, "__qualname__", repr(thing))
    if "<lambda>" in name:
        raise UsageError(f"{name} has no text of its own", hint="define it with `def`, and give it a name")
    try:
        lines, first = inspect.getsourcelines(thing)
        file = inspect.getsourcefile(thing) or ""
    except (OSError, TypeError):
        file, lines, first = _typed_in(thing)
    if not lines:
        raise UsageError(f"the source of {name} cannot be found", hint="save it to a file")
    indent = len(lines[0]) - len(lines[0].lstrip())
    blank = lines[0][:indent]
    bare = tuple(line.removeprefix(blank).rstrip("\r\n") for line in lines)
    return Piece(thing.__name__, file, max(first, 1), indent, bare)


def _typed_in(thing: Thing) -> tuple[str, list[str], int]:
    """File, lines and first line of a class of a notebook, which `inspect` does not find: by its methods."""
    for method in _functions_of(thing) if isinstance(thing, type) else ():
        file, inner = method.__code__.co_filename, method.__code__.co_firstlineno
        lines = linecache.getlines(file)
        for node in ast.walk(ast.parse("".join(lines))):
            if isinstance(node, ast.ClassDef) and node.name == thing.__name__:
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                if first <= inner <= (node.end_lineno or 0):
                    return file, lines[first - 1 : node.end_lineno], first
    return "", [], 0


def _looked_up(thing: Thing, name: str) -> tuple[bool, Any]:
    """What a name means inside a function or class: in its closure, in its module; not where unbound."""
    for function in _functions_of(thing):
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        for free, cell in cells:
            if free == name and _is_filled(cell):
                return True, cell.cell_contents
    for function in _functions_of(thing):
        if name in function.__globals__:
            return True, function.__globals__[name]
    module = sys.modules.get(getattr(thing, "__module__", "") or "")
    if module is not None and name in vars(module):
        return True, vars(module)[name]
    return False, None


def _functions_of(thing: Thing) -> Iterator[types.FunctionType]:
    if isinstance(thing, types.FunctionType):
        yield thing
    elif isinstance(thing, type):
        values = map(inspect.unwrap, vars(thing).values())
        yield from (value for value in values if isinstance(value, types.FunctionType))


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _is_users(thing: Thing) -> bool:
    """Can no other process import it? So it is with what was defined in `__main__`, or inside a function."""
    module = getattr(thing, "__module__", None)
    return module == "__main__" or (
        "<locals>" in getattr(thing, "__qualname__", "") and isinstance(thing, types.FunctionType | type)
    )


def _is_library(value: Any) -> bool:
    """A named object of an imported library: a ufunc, a compiled function."""
    module = getattr(value, "__module__", None)
    name = getattr(value, "__name__", None)
    if not (isinstance(module, str) and isinstance(name, str)):
        module, name = "numpy", str(name)
    return callable(value) and getattr(sys.modules.get(module), name, None) is value


def _file_of(thing: Thing) -> str:
    try:
        return inspect.getsourcefile(thing) or ""
    except TypeError:
        return ""


def _stands_alone(statement: ast.stmt, meant: Mapping[str, Any]) -> bool:
    """An import, or a constant that is still what the text says."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return not any(alias.name == "*" for alias in statement.names)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        try:
            value = ast.literal_eval(statement.value)
            return bool(repr(value) == repr(meant[statement.targets[0].id]))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return False
    return False


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a top-level import or assignment gives to the module."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return {target.id} if isinstance(target, ast.Name) else set()
    return set()


def _used(piece: Piece) -> list[str]:
    """Names that a piece reads from outside, functions within it included; builtins are not told apart.

    Names such as `__name__` every module has.
    """
    found: dict[str, None] = {}
    tables = [symtable.symtable("\n".join(piece.lines), piece.file, "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        at_top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (at_top or symbol.is_global()):
                found[symbol.get_name()] = None
    return [name for name in found if not (name.startswith("__") and name.endswith("__"))]
