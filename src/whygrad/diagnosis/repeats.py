"""Mutations that the rest of the text suggests: pieces of the forward pass written once more with a slip,
and names that a backward function takes and never uses."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.emission.pieces import PRODUCT, SUM
from whygrad.source import tree_of

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

ALIKE = 0.55
"""Share of tokens that two texts have in common where one may be the other with a slip."""
SHORTEST, LONGEST = 4, 40
"""Tokens of a piece that is worth comparing."""
MOST_PHRASES = 40
MOST_SIBLINGS = 8


class Piece(NamedTuple):
    """An expression of the forward pass, the names that it reads, and what it is bound to as a whole."""

    text: str
    names: frozenset[str]
    target: str = ""


def pieces(statements: Iterable[ast.stmt]) -> list[Piece]:
    """Expressions in statements that a line elsewhere may repeat, each once; bindings first."""
    found: dict[tuple[str, str], Piece] = {}
    for statement in statements:
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            bound = _piece(statement.value, statement.targets[0].id)
            if bound.target not in bound.names:
                found[bound.text, bound.target] = bound
        for node in ast.walk(value) if value is not None else ():
            if isinstance(node, ast.BinOp | ast.Call):
                piece = _piece(node)
                if SHORTEST <= sum(_tokens(piece.text).values()) <= LONGEST:
                    found.setdefault((piece.text, ""), piece)
    return list(found.values())


def _piece(node: ast.expr, target: str = "") -> Piece:
    names = frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
    return Piece(ast.unparse(node), names, target)


def written_numbers(found: Iterable[Piece]) -> tuple[str, ...]:
    """Numbers with a fraction that pieces are written with, and twice each: what a square brings down."""
    numbers = [
        node.value
        for piece in found
        for node in ast.walk(tree_of(piece.text))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    known = [n * times for n in dict.fromkeys(numbers) for times in (1, 2)]
    shown = dict.fromkeys(f"{n:.12g}" for n in known if n > 0 and not n.is_integer())
    return tuple(shown)[:MOST_SIBLINGS]


def phrases(found: Iterable[Piece], known: Set[str]) -> list[str]:
    """Those whose names are all known."""
    return [piece.text for piece in found if not piece.target and piece.names <= known][:MOST_PHRASES]


def siblings(suspect: ast.stmt, others: Iterable[ast.stmt], known: Set[str]) -> list[str]:
    """Pieces of the lines beside a statement that have most of a piece of it."""
    own = [ast.unparse(n) for n in ast.walk(suspect) if isinstance(n, ast.BinOp | ast.Call)]
    found = phrases(pieces(node for node in others if node is not suspect), known)
    alike = [text for text in found if any(ALIKE <= likeness_of(text, mine) < 1.0 for mine in own)]
    return alike[:MOST_SIBLINGS]


def shares(suspect: ast.stmt, others: Iterable[ast.stmt]) -> list[str]:
    """Terms that a line beside adds to another entry of the same array, at this entry: `lam * V[j]`."""
    place = _entry(suspect)
    if place is None:
        return []
    own = {_signed(*term) for term in _terms(suspect.value)}  # type: ignore[attr-defined]
    found: dict[str, None] = {}
    for other in others:
        beside = _entry(other) if other is not suspect else None
        if beside is not None and beside[0] == place[0] and beside[1] != place[1]:
            terms = [_signed(*term) for term in _terms(other.value)]  # type: ignore[attr-defined]
            renamed = [re.sub(rf"\b{beside[1]}\b", place[1], term) for term in terms if beside[1] in term]
            found |= dict.fromkeys(term for term in renamed if term not in own)
    return [*found][:MOST_SIBLINGS]


def _entry(statement: ast.stmt) -> tuple[str, str] | None:
    """The array and the name of the index that a statement assigns or adds to: `gV[j] += ...`."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    if not isinstance(target, ast.Subscript) or not isinstance(statement, ast.Assign | ast.AugAssign):
        return None
    parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    return (ast.unparse(target.value), parts[0].id) if isinstance(parts[0], ast.Name) else None


def _terms(value: ast.expr, negative: bool = False) -> Iterator[tuple[ast.expr, bool]]:
    """The terms of a sum, each with whether it is taken off."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
        yield from _terms(value.left, negative)
        yield from _terms(value.right, negative != isinstance(value.op, ast.Sub))
    else:
        yield value, negative


def _signed(term: ast.expr, negative: bool) -> str:
    return f"{'-' if negative else '+'} {ast.unparse(term)}"


def bindings(found: Iterable[Piece], known: Set[str]) -> dict[str, str]:
    """What names are bound to, where all that is read is known."""
    return {piece.target: piece.text for piece in found if piece.target and piece.names <= known}


def repeats(f: Fragment, m: Material) -> Iterator[Variant]:
    """A piece that is nearly one of the forward pass, or of a line beside this one, as it stands there."""
    for node in f.expressions() if m.phrases or m.siblings else ():
        if not isinstance(node, ast.BinOp | ast.Call | ast.Subscript) or f.is_called(node):
            continue
        text = f.segment(node)
        own = ast.unparse(node)
        for phrase in dict.fromkeys((*m.phrases, *m.siblings)):
            alike = likeness_of(own, phrase)
            if ALIKE <= alike < 1.0:
                kind = "repeat" if phrase in m.phrases else "name"
                slip = Slip(kind, text, phrase, f.extent(node)[0], 1.0 + 0.5 * (1 - alike))
                yield Variant(f.replaced(node, phrase), slip)
    whole = f.value
    for share in m.shares if whole is not None else ():
        assert whole is not None
        (start, end), old = f.outer(whole), f.segment(whole)
        yield Variant(f"{f.text[:end]} {share}", Slip("term", old, f"{old} {share}", start, 1.05))
    target = f.statement.targets[0] if isinstance(f.statement, ast.Assign) else None
    same = m.bindings.get(target.id, "") if isinstance(target, ast.Name) and f.value is not None else ""
    if same and f.value is not None:
        text, start = f.segment(f.value), f.extent(f.value)[0]
        yield Variant(f.replaced(f.value, same), Slip("repeat", text, same, start, 1.1))


def divisors(found: Iterable[Piece], known: Set[str]) -> list[str]:
    """What the forward pass divides by, where that is computed on the spot: `np.sum(w)`."""
    texts: dict[str, None] = {}
    for piece in found:
        for node in ast.walk(ast.parse(piece.text)):
            if (
                isinstance(node, ast.BinOp)
                and isinstance(node.op, ast.Div)
                and isinstance(node.right, ast.Call)
            ):
                part = _piece(node.right)
                texts |= {part.text: None} if part.names <= known else {}
    return [*texts][:MOST_SIBLINGS]


def other_divisors(f: Fragment, m: Material) -> Iterator[Variant]:
    """A divisor of the forward pass in place of another one."""
    for node in f.expressions() if m.divisors else ():
        parent = f.parents.get(node)
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and node is parent.right:
            old = f.segment(node)
            for text in m.divisors:
                if text != ast.unparse(node):
                    yield Variant(f.replaced(node, text), Slip("constant", old, text, f.extent(node)[0], 1.1))


@lru_cache(maxsize=4096)
def likeness_of(first: str, second: str) -> float:
    """Twice the tokens in common, of all tokens: 1 for the same ones in whatever order."""
    if first == second:
        return 1.0
    a, b = _tokens(first), _tokens(second)
    return min(0.99, 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values())))


@lru_cache(maxsize=4096)
def _tokens(text: str) -> Counter[str]:
    # Brackets and commas are alike everywhere and say nothing.
    return Counter(re.findall(r"[\w.]+|[^\w\s()\[\],]+", text))


def forgotten(f: Fragment, m: Material) -> Iterator[Variant]:
    """A quantity that the function has and uses nowhere, as factor, divisor or term of any part."""
    for node in f.expressions() if m.unused else ():
        if isinstance(node, ast.Constant | ast.Slice | ast.Tuple | ast.List) or f.is_called(node):
            continue
        if isinstance(f.parents.get(node), ast.Attribute | ast.keyword | ast.Slice | ast.Subscript):
            continue
        text, start = f.segment(node), f.extent(node)[0]
        for name in m.unused:
            rank = len(m.shapes.get(name, ()))
            ways = [
                f"{name}[{':, ' * k}{i}]" for i in m.in_loop for k in range(rank if m.library == "np" else 1)
            ]
            ways += [name, *([f"{name}[:, None]"] if rank == 1 and m.library == "np" else ())]
            for shown in (*ways, *(f"{name} / {count}" for count in m.integers()[:4])):
                for symbol in "*/-+":
                    new, kind = f"{text} {symbol} {shown}", "factor" if symbol in "*/" else "term"
                    if kind == "factor" and isinstance(node, ast.BinOp):
                        new = f"({text}) {symbol} {shown}"
                    patched = f.replaced(node, new, PRODUCT if kind == "factor" else SUM)
                    cost = 1.1 if node is f.value else 1.2
                    # What the forward pass writes as well is likelier than what only fits here.
                    yield Variant(patched, Slip(kind, text, new, start, cost - 0.1 * written(new, m)))


def written(text: str, m: Material) -> bool:
    """Does the forward pass write it as well?"""
    return any(text in phrase for phrase in m.phrases)


def unused_names(function: ast.FunctionDef) -> list[str]:
    """Names that a function takes or binds and never reads."""
    nodes = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
    read = {n.id for n in nodes if isinstance(n.ctx, ast.Load)}
    taken = [a.arg for a in function.args.args]
    taken += [n.id for n in nodes if isinstance(n.ctx, ast.Store)]
    return [name for name in dict.fromkeys(taken) if name not in read and name not in ("self", "_")]
