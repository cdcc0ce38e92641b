"""Scripts that give the same names numbers several times, as the cells of a notebook do one after another.

Of an earlier example nothing is left that could be compared once a later one has taken its names: what leads
to no gradient or loss that stands at the end is left out, so that an input is bound in one place. Lines and
columns of the rest stay where they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import lru_cache

from whygrad.checking.naming import OUTPUT_WORDS, is_gradient_name
from whygrad.checking.rounds import parses, read_in, stored_in
from whygrad.checking.slicing import free_names
from whygrad.source import tree_of

_DRAWS = re.compile(r"rand|shuffle|choice|permutation|normal\(|uniform\(")
_SEEDS = re.compile(r"\bseed\(")
_SHOWS = re.compile(r"(print|display|plt\.\w+|\w+\.show)\(")


@lru_cache(maxsize=4096)
def last_example(text: str, wanted: frozenset[str] = frozenset()) -> str:
    """The text without the examples that later ones supersede; as it is where they cannot be told apart.

    What is `wanted` is what a driver reads; in a script it is what looks like a gradient or a loss.
    """
    if not given_often(text):
        return text
    body = tree_of(text).body
    stored = {name for s in body for name in stored_in(s)}
    live = stored & wanted
    if not wanted:
        live = {name for name in stored if is_gradient_name(name, stored) or OUTPUT_WORDS.search(name)}
    live |= {n for s in body if _is_definition(s) for n in free_names(s) if n in stored}
    kept: list[ast.stmt] = []
    left: list[ast.stmt] = []
    for statement in reversed(body):
        if _is_needed(statement, live):
            kept.append(statement)
            live -= set(_names(statement))
            live |= set() if _is_definition(statement) else read_in(statement)
        else:
            left.append(statement)
    kept.reverse()
    if _given_often(kept) or _draws_otherwise(body, left):
        return text
    lines = text.split("\n")
    for statement in left:
        start, end = statement.lineno - 1, statement.end_lineno or statement.lineno
        lines[start:end] = [" " * statement.col_offset + "pass", *[""] * (end - start - 1)]
    shorter = "\n".join(lines)
    return shorter if parses(shorter) else text


@lru_cache(maxsize=4096)
def given_often(text: str) -> frozenset[str]:
    """Names that the module gives numbers in several places, each without regard to those of before."""
    try:
        return _given_often(tree_of(text).body)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()


def _given_often(body: Sequence[ast.stmt]) -> frozenset[str]:
    needs: dict[str, set[str]] = {}
    times: dict[str, int] = {}
    for statement in body:
        if _is_definition(statement):
            continue
        read = read_in(statement)
        below = read.union(*(needs.get(name, ()) for name in read))
        made = any(isinstance(n, ast.Call) for n in ast.walk(statement))  # not `lr = 0.1`
        for name in _names(statement):
            times[name] = times.get(name, 0) + (made and name not in below)
        for name in stored_in(statement):
            needs[name] = below if name in _names(statement) else needs.get(name, set()) | below | {name}
    return frozenset(name for name, count in times.items() if count > 1)


def _is_definition(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)


def _names(statement: ast.stmt) -> list[str]:
    """Names that a plain assignment binds anew: `a, cache = f(x)`."""
    if not isinstance(statement, ast.Assign):
        return []
    targets = [e for t in statement.targets for e in (t.elts if isinstance(t, ast.Tuple | ast.List) else [t])]
    return [t.id for t in targets if isinstance(t, ast.Name)] if all(map(_is_name, targets)) else []


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _is_needed(statement: ast.stmt, live: set[str]) -> bool:
    """Does a statement lead to what is live, or do what cannot be seen from its names?"""
    if isinstance(statement, ast.Assign) and _names(statement):
        return not live.isdisjoint(_names(statement))
    if isinstance(statement, ast.Assert):
        return False
    return not (isinstance(statement, ast.Expr) and _SHOWS.match(ast.unparse(statement)))


def _draws_otherwise(body: Sequence[ast.stmt], left: Sequence[ast.stmt]) -> bool:
    """Would random numbers be others without some statements? Not where a seed is set behind them."""
    drawing = {s.name for s in body if isinstance(s, ast.FunctionDef) and _DRAWS.search(ast.unparse(s))}
    missing = False
    for statement in body:
        if _is_definition(statement):
            continue
        shown = ast.unparse(statement)
        if isinstance(statement, ast.Expr) and _SEEDS.search(shown):
            missing = False
        elif _DRAWS.search(shown) or drawing & read_in(statement):
            if statement in left:
                missing = True
            elif missing:
                return True
    return False
