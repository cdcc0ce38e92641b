"""Loops of the backward pass: what they go over, and what a round hands to the one after it."""

from __future__ import annotations

import ast
import difflib
import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.values import shape_of, vector
from whygrad.checking.watching import root_name
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.diagnosis.suspects import Suspect, targets
from whygrad.emission.leaves import names_read

HEADERS = frozenset({"index", "constant", "name"})
"""Slips of what a loop goes over, besides a bound that is one too many or too few."""
CONDITIONS = frozenset({"compare", "constant", "index", "operator", "term"})
"""Slips of what an `if` within a loop asks."""
MOST_COST = 1.3
MOST_IDLE = 6
TARGET = 1.0
"""Cost of a value that is kept under a name which nothing reads."""

Loop = ast.For | ast.While


def rounds_around(suspects: Sequence[Suspect], tree: ast.Module) -> list[Loop]:
    """The loops that some statements stand in, innermost first."""
    lines = {s.line for s in suspects if s.in_loop}
    loops = [n for n in ast.walk(tree) if isinstance(n, Loop)]
    found = [n for n in loops if any(n.lineno < line <= (n.end_lineno or n.lineno) for line in lines)]
    return sorted(found, key=lambda n: -n.lineno)


def headers(text: str, material: Material) -> Iterator[Variant]:
    """What a loop may have been meant to go over: other bounds, likeliest first."""
    found = [*_ends(Fragment(text)), *variants(text, material)]
    plain = [v for v in found if v.slip.kind in HEADERS | {"rounds"} and v.slip.cost <= MOST_COST]
    kept: dict[str, Variant] = {}
    for variant in sorted(plain, key=lambda v: v.slip.cost):
        slip = variant.slip
        kept.setdefault(variant.text, Variant(variant.text, Slip("rounds", text, variant.text, 0, slip.cost)))
    yield from kept.values()


def conditions_of(text: str, material: Material) -> Iterator[Variant]:
    """Other rounds than those that an `if` of a loop lets through: `t >= 0` for `t > 0`."""
    plain = [v for v in variants(text, material) if v.slip.kind in CONDITIONS and v.slip.cost <= MOST_COST]
    yield from sorted(plain, key=lambda v: v.slip.cost)


def _ends(f: Fragment) -> Iterator[Variant]:
    """A bound of a range one more or one less, and the rounds the other way round."""
    for node in f.expressions():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "range":
            continue
        for bound in node.args[:2]:
            old = f.segment(bound)
            number = _whole(bound)
            if number is not None:
                others = [str(number - 1), str(number + 1)]
            elif isinstance(bound, ast.BinOp) and _whole(bound.right) == 1:
                others = [f.segment(bound.left)]
            else:
                others = [f"{old} - 1", f"{old} + 1"]
            for other in others:
                yield Variant(f.replaced(bound, other), Slip("rounds", old, other, 0, 1.0))
        around = f.parents.get(node)
        turned = isinstance(around, ast.Call) and f.segment(around.func) == "reversed"
        if not turned and len(node.args) < 3:
            text = f.segment(node)
            yield Variant(f.replaced(node, f"reversed({text})"), Slip("rounds", text, "", 0, 1.0))
    if f.text.startswith("reversed(") and isinstance(f.value, ast.Call) and len(f.value.args) == 1:
        yield Variant(f.segment(f.value.args[0]), Slip("rounds", f.text, "", 0, 1.1))


def _whole(node: ast.expr) -> int | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, int) else None


def waiting(loop: Loop, before: Mapping[str, Value]) -> list[str]:
    """Names that a loop reads and never sets, and that hold nothing but zeros: a carry that never comes."""
    inside = [n for part in loop.body for n in ast.walk(part)]
    changed = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    changed |= {name for n in inside if isinstance(n, ast.stmt) for name in targets(n)}
    read = [n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    return [n for n in dict.fromkeys(read) if n not in changed and _is_zero(before.get(n))]


def _is_zero(value: Value) -> bool:
    numbers = vector(value) if isinstance(value, np.ndarray | float) else None
    return numbers is not None and numbers.size > 0 and not numbers.any()


def never_taken(loop: Loop, before: Mapping[str, Value]) -> list[str]:
    """Names that a loop sets and never reads, and that hold zeros before it: a carry that nobody takes."""
    inside = [n for part in loop.body for n in ast.walk(part)]
    stored = [name for n in inside for name in _plain_names(n)]
    grown = {root_name(n.target) for n in inside if isinstance(n, ast.AugAssign)}
    read = set().union(grown, *map(names_read, loop.body))
    return [n for n in dict.fromkeys(stored) if n not in read and _is_zero(before.get(n))]


def taking(
    loop: Loop, carry: str, inside: Sequence[Suspect], scope: Mapping[str, Value]
) -> Iterator[Suspect]:
    """Statements of a round that make a value of a carry's shape, before the carry is set anew."""
    last = max(s.line for s in inside if carry in _plain_names(s.node))
    shape = shape_of(scope.get(carry))
    for suspect in inside:
        names = _plain_names(suspect.node) if loop.lineno < suspect.line <= last else []
        loose = isinstance(getattr(suspect.node, "value", None), ast.Tuple | ast.IfExp)
        if len(names) == 1 and names != [carry] and not loose and shape_of(scope.get(names[0])) == shape:
            yield suspect


def handed_on(
    loop: Loop, names: Sequence[str], inside: Sequence[Suspect], scope: Mapping[str, Value]
) -> Iterator[list[tuple[Suspect, str, str]]]:
    """Which values of a round may be meant to be the carries that are waited for: all of these first.

    Each is a statement, the name under which it keeps a value that no line of the loop reads, and the name
    that is read.
    """
    read = names_read(loop)
    idle = [
        (s, name)
        for s in inside
        if loop.lineno < s.line <= (loop.end_lineno or loop.lineno) and isinstance(s.node, ast.Assign)
        for name in _plain_names(s.node)
        if name not in read
    ][:MOST_IDLE]

    def likeness(pair: tuple[tuple[Suspect, str], str]) -> float:
        (_, name), carry = pair
        return difflib.SequenceMatcher(None, name.lower(), carry.lower()).ratio()

    for count in range(min(len(names), len(idle), 3), 0, -1):
        found = [
            [*zip(kept, carries, strict=True)]
            for carries in itertools.combinations(names, count)
            for kept in itertools.permutations(idle, count)
        ]
        for pairs in sorted(found, key=lambda pairs: -sum(map(likeness, pairs))):
            if all(shape_of(scope.get(kept[1])) == shape_of(scope.get(carry)) for kept, carry in pairs):
                yield [(suspect, name, carry) for (suspect, name), carry in pairs]


def _plain_names(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.Assign):
        return []
    parts = [
        t for target in node.targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])
    ]
    return [t.id for t in parts if isinstance(t, ast.Name)]


def renamed(text: str, old: str, new: str) -> Variant:
    """A statement that keeps its value under another name."""
    f = Fragment(text)
    nodes = [n for n in ast.walk(f.tree) if isinstance(n, ast.Name) and n.id == old]
    patches = [(*f.extent(n), new) for n in nodes if isinstance(n.ctx, ast.Store)]
    return Variant(f.patched(*patches), Slip("target", old, new, patches[0][0], TARGET))
