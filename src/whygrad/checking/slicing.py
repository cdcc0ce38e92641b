"""A module cut down to what some functions of it need: definitions, imports, the constants they read.

Training, plotting and loading of data at module level can take long, fail, or want files that are not there;
none of it belongs to a layer that stands in the same file. Lines and columns stay where they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from whygrad.source import tree_of

LOOKUPS = frozenset(("globals", "vars", "eval", "exec", "modules", "__main__", "__dict__", "getmembers"))
"""Words of code that may find a definition by a name that is put together."""
_WORD = re.compile(r"[^\W\d]\w*")
KEPT_CALLS = ("sys.path", "np.random.seed", "numpy.random.seed", "np.seterr", "numpy.seterr", "random.seed")


@lru_cache(maxsize=4096)
def sliced(text: str, roots: tuple[str, ...], failing: tuple[int, ...] = ()) -> str:
    """The text with the statements of the module blanked that the roots do not need.

    All of it where it cannot be parsed. Roots are names of functions and classes; `failing` are places of
    statements that cannot be run (data that is not there), counted over the whole module.
    """
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    body = tree.body
    if not all(map(_harmless, body)):
        able = [s for k, s in enumerate(body) if k not in failing]
        needed = _needed(able, roots)
        body = [s for s in able if _is_kept(s, needed)]
    kept = set(_reached(text, body, roots))
    dropped = [s for s in tree.body if s not in kept]
    if not dropped:
        return text
    blanked = _blanked(text, dropped)
    try:
        ast.parse(blanked)
    except (SyntaxError, ValueError):
        return text
    return blanked


@lru_cache(maxsize=64)
def rebound(text: str) -> frozenset[str]:
    """Names that the module's own statements bind more than once: again, in a loop, or in place."""
    often: set[str] = set()
    once: set[str] = set()
    for statement in tree_of(text).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            continue
        names = (n for n in ast.walk(statement) if isinstance(n, ast.Name))
        found = [n.id for n in names if isinstance(n.ctx, ast.Store)]
        loops = any(isinstance(n, ast.For | ast.While) for n in ast.walk(statement))
        often |= {n for n in found if n in once or loops or isinstance(statement, ast.AugAssign)}
        once |= set(found)
    return frozenset(often)


def _reached(text: str, body: Sequence[ast.stmt], roots: Iterable[str]) -> list[ast.stmt]:
    """Statements without the definitions that nothing else mentions, by name, attribute or text.

    Every layer of a file is followed by itself, many times: the others need not be read each time.
    """
    lines = text.split("\n")
    mentions = {s: _mentions("\n".join(lines[_start(s) - 1 : s.end_lineno])) for s in body}
    if any(found & LOOKUPS for found in mentions.values()):
        return list(body)
    waiting = [root.partition(".")[0] for root in roots]
    definitions: dict[str, list[ast.stmt]] = {}
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            definitions.setdefault(statement.name, []).append(statement)
        else:
            waiting += mentions[statement]
    seen = set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [n for s in definitions.get(name, ()) for n in mentions[s]]
    return [s for s in body if not isinstance(s, ast.FunctionDef | ast.ClassDef) or s.name in seen]


def _start(statement: ast.stmt) -> int:
    """The first line of a statement, its decorators included."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.decorator_list:
        return min(statement.lineno, statement.decorator_list[0].lineno)
    return statement.lineno


@lru_cache(maxsize=4096)
def _mentions(lines: str) -> frozenset[str]:
    """All words of a stretch of text, those in strings and comments as well."""
    return frozenset(_WORD.findall(lines))


def place_of(text: str, line: int) -> int | None:
    """Which statement of the module stands at a line; None where it is a definition, not to be left out."""
    for place, statement in enumerate(tree_of(text).body):
        if statement.lineno <= line <= (statement.end_lineno or statement.lineno):
            return None if isinstance(statement, ast.FunctionDef | ast.ClassDef) else place
    return None


def _harmless(statement: ast.stmt) -> bool:
    if isinstance(
        statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.AsyncFunctionDef
    ):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_kept(statement: ast.stmt, needed: set[str]) -> bool:
    if _harmless(statement):
        return True
    if isinstance(statement, ast.Expr) and ast.unparse(statement.value).startswith(KEPT_CALLS):
        return True
    if isinstance(statement, ast.If) and _is_main(statement.test):
        return False
    if isinstance(statement, ast.Try | ast.If):
        inner = [*statement.body, *statement.orelse]
        inner += [s for h in getattr(statement, "handlers", ()) for s in h.body]
        if inner and all(_harmless(s) or isinstance(s, ast.Pass) or _prints(s) for s in inner):
            return True
    return bool(_changed(statement) & needed)


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _prints(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)


def _changed(statement: ast.stmt) -> set[str]:
    """Names that a statement binds, stores into, or calls a method of (`names.append(x)`)."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(_root(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found.add(_root(node.value.func))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found - {""}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _needed(body: Iterable[ast.stmt], roots: Iterable[str]) -> set[str]:
    """Names that the roots read, directly or through what they read."""
    reads: dict[str, set[str]] = {}
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom) or (
            isinstance(statement, ast.If) and _is_main(statement.test)
        ):
            continue
        names = free_names(statement)
        for name in _changed(statement):
            reads.setdefault(name, set()).update(names)
    needed, waiting = set[str](), [root.partition(".")[0] for root in roots]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += reads.get(name, ())
    return needed


def free_names(node: ast.AST) -> set[str]:
    """Names that a statement reads from the module; a function's own variables are none."""
    if isinstance(node, ast.ClassDef):
        return {name for part in ast.iter_child_nodes(node) for name in free_names(part)}
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    loads = {n.id for n in names if isinstance(n.ctx, ast.Load)}
    if not isinstance(node, ast.FunctionDef):
        return loads
    shared = {name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names}
    own = {n.id for n in names if isinstance(n.ctx, ast.Store)} | {
        a.arg for a in ast.walk(node) if isinstance(a, ast.arg)
    }
    return (loads - own) | shared


def _blanked(text: str, dropped: Iterable[ast.stmt]) -> str:
    lines = text.split("\n")
    for statement in dropped:
        first, last = _start(statement), statement.end_lineno or statement.lineno
        for number in range(first, last + 1):
            line = lines[number - 1]
            start = statement.col_offset if number == first else 0
            end = len(line.encode()[: statement.end_col_offset].decode()) if number == last else len(line)
            rest = line[end:]
            if number == last and rest.lstrip().startswith(";"):
                rest = rest.replace(";", " ", 1)
            lines[number - 1] = line[:start] + " " * (end - start) + rest
    # Blanks before what is left on a line would indent it.
    return "\n".join(line if line.strip() else "" for line in lines)
