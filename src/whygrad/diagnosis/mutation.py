"""Single mutations of a statement: the slips that people make, undone one at a time.

`variants` yields texts that differ from the user's by one slip each; `search` evaluates them. Nothing
here knows
what is right.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.checking.values import shape_of
from whygrad.diagnosis.callees import callees
from whygrad.diagnosis.completions import carries, enclosed_terms, indicators, labels
from whygrad.diagnosis.fragments import COMPARISONS, OPERATORS, Fragment, binding_of
from whygrad.diagnosis.indexing import indices, portions
from whygrad.diagnosis.positions import positions
from whygrad.diagnosis.repeats import forgotten, other_divisors, repeats
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.diagnosis.statements import statement_variants
from whygrad.diagnosis.structures import BUFFERS, structure_variants
from whygrad.emission.pieces import ATOM

MOST_NUMBERS = 6
_NOTHING = re.compile(r"\(([\w.]+(?:\[[\w:, ]*\])?) [-/] \1\)")
"""`(x - x)`, `(x / x)`."""
_ALLOCATES = re.compile(r"\b(?:np|numpy)\.(?:ones|zeros|empty|full)\(")


@dataclass(frozen=True)
class Material:
    """What candidates may be made of: the quantities in scope, by the text that gives them."""

    values: Mapping[str, Any]
    functions: tuple[str, ...] = ()
    """The user's functions of one argument, and functions that the text calls."""
    library: str = "np"
    gradients: frozenset[str] = frozenset()
    """Names that hold gradients: likelier where an upstream gradient belongs."""
    targets: tuple[str, ...] = ()
    """Other gradient variables that a statement may have meant to assign."""
    in_loop: tuple[str, ...] = ()
    """Variables of the loops around the statement."""
    shapes: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    """Pieces of the forward pass that a line may repeat."""
    siblings: tuple[str, ...] = ()
    """Pieces of the lines beside this one."""
    shares: tuple[str, ...] = ()
    """Terms that lines beside this one add to other entries of what it adds to."""
    bindings: Mapping[str, str] = field(default_factory=dict)
    """What the forward pass binds names to."""
    takes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The user's functions and methods with how many arguments they take, at least and at most."""
    words: tuple[str, ...] = ()
    """Words by which functions of the text choose what they do."""
    divisors: tuple[str, ...] = ()
    """What the forward pass computes to divide by it."""
    unused: tuple[str, ...] = ()
    """Names that the function takes and reads nowhere."""
    written: tuple[str, ...] = ()
    """Numbers that the forward pass is written with, and twice those: what a square of them brings down."""

    @classmethod
    def of(cls, values: Mapping[str, Any], **more: Any) -> Material:
        return cls(values, shapes={name: shape_of(value) for name, value in values.items()}, **more)

    def integers(self) -> list[str]:
        """Names of whole numbers: counts and indices."""
        return [
            n for n, v in self.values.items() if isinstance(v, int | np.integer) and not isinstance(v, bool)
        ]

    def numbers(self) -> list[str]:
        """Names of a few single numbers that are not whole: a slope, a share, a rate."""
        found = [n for n, v in self.values.items() if isinstance(v, float | np.floating)]
        return [n for n in found if n.replace(".", "").isidentifier()][:MOST_NUMBERS]


def names(f: Fragment, m: Material) -> Iterator[Variant]:
    """Another quantity in scope in place of a name; everywhere in the statement too."""
    seen: dict[str, list[ast.expr]] = {}
    for node in f.expressions():
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not f.is_called(node):
            parent = f.parents.get(node)
            text = f.segment(node)
            if isinstance(node, ast.Subscript):
                key = node.slice.value if isinstance(node.slice, ast.Constant) else None
                if not isinstance(key, str):
                    continue
                text = f'{f.segment(node.value)}["{key}"]'
            if text not in m.values or (isinstance(parent, ast.Attribute) and not m.shapes[text]):
                continue
            seen.setdefault(text, []).append(node)
    for text, nodes in seen.items():
        asked = any(isinstance(f.parents.get(node), ast.Attribute) for node in nodes)  # `x.T`, `x.sum()`
        costs = {other: swap_cost(text, other, m) for other in m.values if other != text}
        # Of a few that are tried first, `h_prev` for `h` is one.
        for other, cost in sorted(costs.items(), key=lambda item: (item[1], not _alike(text, item[0]))):
            if asked and not m.shapes[other]:
                continue
            places = [node for node in nodes if _may_stand(f, node, other, m)]
            if len(nodes) > 1 and len(places) == len(nodes):
                shown = other if binding_of(ast.parse(other, mode="eval").body) == ATOM else f"({other})"
                patches = [(*f.extent(n), shown) for n in nodes]
                yield Variant(
                    f.patched(*patches), Slip("name", text, other, f.extent(nodes[0])[0], cost + 0.1)
                )
            for node in places:
                yield Variant(f.replaced(node, other), Slip("name", text, other, f.extent(node)[0], cost))


def quantities(f: Fragment, m: Material) -> Iterator[Variant]:
    """Another quantity in scope in place of a part that is computed on the spot."""
    for node in f.expressions():
        if not isinstance(node, ast.BinOp | ast.Call) or node is f.value:
            continue
        if not isinstance(f.parents.get(node), ast.Compare | ast.Call | ast.BinOp | ast.Tuple):
            continue
        text, start = f.segment(node), f.extent(node)[0]
        # A quantity of which something was computed that was not meant: `1 / (1 + np.exp(-reg))` for `reg`.
        for leaf in (
            ()
            if text.startswith(BUFFERS)
            else {f.segment(n) for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)}
        ):
            if leaf in m.values:
                yield Variant(f.replaced(node, leaf), Slip("name", text, leaf, start, 1.25))
        for other, shape in m.shapes.items():
            if shape and other not in text:
                yield Variant(f.replaced(node, other), Slip("name", text, other, start, 1.3))


def _may_stand(f: Fragment, node: ast.expr, other: str, m: Material) -> bool:
    """Is a quantity of a kind for a place: whole numbers in an index, enough axes where one is indexed?"""
    parent = f.parents.get(node)
    if _is_mask_already(f, node, other, m) or _is_length_one(f, node, m.shapes[other]):
        return False
    if isinstance(parent, ast.Subscript) and node is parent.value:
        index = parent.slice.elts if isinstance(parent.slice, ast.Tuple) else [parent.slice]
        axes = [n for n in index if not isinstance(n, ast.Constant) or isinstance(n.value, int)]
        return len(m.shapes[other]) >= len(axes)
    while isinstance(parent, ast.Tuple | ast.Slice):
        parent = f.parents.get(parent)
    value = m.values[other]
    if not isinstance(parent, ast.Subscript) or not isinstance(value, float | np.generic | np.ndarray):
        return True
    return np.asarray(value).dtype.kind in "iub"


def _is_mask_already(f: Fragment, node: ast.expr, other: str, m: Material) -> bool:
    """Is a mask a factor of the same product already? Once more it says nothing."""
    if getattr(m.values[other], "dtype", None) != np.bool_:
        return False
    product = node
    while isinstance(above := f.parents.get(product), ast.BinOp) and isinstance(above.op, ast.Mult):
        product = above
    return any(f.segment(n) == other for n in ast.walk(product) if n is not node and isinstance(n, ast.Name))


def _is_length_one(f: Fragment, node: ast.expr, shape: tuple[int, ...]) -> bool:
    """Would `other.shape[1]` be the length of an axis of one? Nobody divides by that."""
    parent = f.parents.get(node)
    above = f.parents.get(parent) if isinstance(parent, ast.Attribute) and parent.attr == "shape" else None
    axis = (
        above.slice.value
        if isinstance(above, ast.Subscript) and isinstance(above.slice, ast.Constant)
        else None
    )
    return isinstance(axis, int) and axis < len(shape) and shape[axis] == 1


def _alike(text: str, other: str) -> bool:
    """Does one name go on where the other ends?"""
    return other.startswith(text) or text.startswith(other)


def swap_cost(text: str, other: str, m: Material) -> float:
    """How likely one name was written for another: a like shape, or an upstream gradient forgotten."""
    cost = 1.0 if m.shapes.get(text) == m.shapes.get(other) else 1.2
    if not other.replace(".", "").isidentifier() and "[" not in other:
        cost += 0.15
    if other in m.gradients:
        cost -= 0.05
    if text.lower() == other.lower() or (text[:-1] and text[:-1] == other[:-1]):
        cost -= 0.1
    return cost


def constants(f: Fragment, m: Material) -> Iterator[Variant]:
    """Another number: twice, half, its negative, one more or less, or a count that is in scope."""
    for node in f.expressions():
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool | str | bytes | type(None)):
            continue
        parent = f.parents.get(node)
        if isinstance(parent, ast.Subscript | ast.Slice | ast.Tuple) or not isinstance(
            node.value, int | float
        ):
            continue
        value, text, start = node.value, f.segment(node), f.extent(node)[0]
        if isinstance(parent, ast.keyword):
            yield from _keyword_constants(f, node, parent, text, start)
            continue
        whole = isinstance(value, int)
        others: list[float] = [value + 1, value - 1, 2 * value, 0, 1, 2, 3, 0.5]
        others += [value // 2 if whole and value % 2 == 0 else value / 2]
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and node is parent.right:
            others += [value - 0.5, value + 0.5]  # of a square that stands for a length
        for other in dict.fromkeys(others):
            if other != value and other >= 0:
                new = repr(int(other)) if whole and float(other).is_integer() else repr(float(other))
                # Another size in a shape fits the arrays of this run alone.
                cost = 1.1 if not _in_shape(f, node) else 1.35
                yield Variant(f.replaced(node, new), Slip("constant", text, new, start, cost))
        if value == 0 and isinstance(parent, ast.Call) and f.segment(parent.func) in m.takes:
            # Nothing is handed over where an array belongs, such as what a round before it has left.
            bound = [
                n.id for n in ast.walk(f.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            ]
            for name in dict.fromkeys((*bound, *m.shapes)):
                if m.shapes.get(name) and name.isidentifier():
                    cost = 1.05 if name in bound else 1.15
                    yield Variant(f.replaced(node, name), Slip("name", text, name, start, cost))
        for name in m.integers():
            yield Variant(f.replaced(node, name), Slip("constant", text, name, start, 1.3))
            if value == 1:
                yield Variant(
                    f.replaced(node, f"1 / {name}"), Slip("constant", text, f"1 / {name}", start, 1.3)
                )
        for name in m.numbers():
            yield Variant(f.replaced(node, name), Slip("constant", text, name, start, 1.25))
        if whole and isinstance(parent, ast.List | ast.Tuple):
            yield Variant(f.replaced(node, f"{value}.0"), Slip("dtype", text, f"{value}.0", start, 1.0))


def _in_shape(f: Fragment, node: ast.expr) -> bool:
    call = f.parents.get(node)
    return isinstance(call, ast.Call) and f.segment(call.func).endswith(("reshape", "broadcast_to", "resize"))


def _keyword_constants(
    f: Fragment, node: ast.Constant, parent: ast.keyword, text: str, start: int
) -> Iterator[Variant]:
    if parent.arg == "axis":
        for other in ("0", "1", "-1", "None", "2"):
            if other != text:
                yield Variant(f.replaced(node, other), Slip("axis", text, other, start, 1.0))
    elif parent.arg == "ddof":
        yield Variant(f.replaced(node, "0"), Slip("constant", text, "0", start, 1.0))


SWAPS = {
    "+": ("-", "*"), "-": ("+",), "*": ("/", "@", "+"), "/": ("*", "-"), "@": ("*",), "**": ("*",),
    "//": ("/", "%"), "%": ("/", "//"),
    "<": ("<=", ">", ">="), "<=": ("<", ">=", ">"), ">": (">=", "<", "<="), ">=": (">", "<=", "<"),
    "==": ("!=",), "!=": ("==",),
}  # fmt: skip


def operators(f: Fragment, m: Material) -> Iterator[Variant]:
    """Another operator; operands the other way round; a term or factor too many."""
    for node in f.expressions():
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            symbol = COMPARISONS.get(type(node.ops[0]), "")
            left, right = f.outer(node.left), f.outer(node.comparators[0])
            for other in SWAPS.get(symbol, ()):
                yield _between(f, left[1], right[0], symbol, other, "compare", 1.1)
        if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATORS:
            continue
        symbol = OPERATORS[type(node.op)]
        left, right = f.outer(node.left), f.outer(node.right)
        for other in SWAPS.get(symbol, ()):
            kind = "product" if "@" in (symbol, other) else "operator"
            if symbol == "@" or kind == "operator" or m.library == "np":
                # The sign of a term: likelier than a minus that is missing before a whole line.
                cost = 0.87 if {symbol, other} == {"+", "-"} else 1.0
                yield _between(f, left[1], right[0], symbol, other, kind, cost)
        # `1 - h * h + dh` for `(1 - h * h) * dh`: with its sign a product loses what keeps a sum together.
        if symbol in "+-" and isinstance(node.left, ast.BinOp) and not f.is_parenthesised(node.left):
            text = f.patched((left[0], left[0], "("), (left[1], right[0], ") * "))
            yield Variant(text, Slip("operator", symbol, "*", f.text.index(symbol, left[1]), 1.1))
        a, b = f.text[slice(*left)], f.text[slice(*right)]
        if symbol in ("-", "/", "@", "**"):
            swapped = f.patched((*left, b), (*right, a))
            yield Variant(swapped, Slip("operands", f"{a} {symbol} {b}", f"{b} {symbol} {a}", left[0], 1.2))
        kind = "term" if symbol in "+-" else "factor"
        for kept, gone in ((node.left, node.right), (node.right, node.left)):
            if symbol in ("-", "/", "**") and kept is node.right and symbol != "-":
                continue
            old = f"{symbol} {f.segment(gone)}" if gone is node.right else f"{f.segment(gone)} {symbol}"
            new = f"-{f.segment(kept)}" if symbol == "-" and kept is node.right else f.segment(kept)
            # A number that stands there for nothing is likelier than one that is missing elsewhere.
            number = kind == "factor" and isinstance(gone, ast.Constant)
            slip = Slip(f"drop-{kind}", old, "", f.extent(gone)[0], 1.0 if number else 1.15)
            yield Variant(f.replaced(node, new), slip)


def _between(f: Fragment, start: int, end: int, symbol: str, other: str, kind: str, cost: float) -> Variant:
    """Replace the operator that stands between two operands."""
    at = f.text.index(symbol, start, end)
    return Variant(f.patched((at, at + len(symbol), other)), Slip(kind, symbol, other, at, cost))


def signs(f: Fragment, m: Material) -> Iterator[Variant]:
    """A minus too many, or one missing before a factor or the whole."""
    for node in f.expressions():
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            start, inner = f.extent(node)[0], f.outer(node.operand)
            cuts = [(start, inner[0], "")]
            if node is f.value and f.is_parenthesised(node.operand):  # nothing else is there to be kept apart
                bare = f.extent(node.operand)
                cuts = [(start, bare[0], ""), (bare[1], inner[1], "")]
            yield Variant(f.patched(*cuts), Slip("sign", "-", "", start, 0.85))
        elif (
            isinstance(node, ast.Call)
            and len(node.args) == 1
            and isinstance(node.args[0], ast.Name | ast.Call)
        ):
            text = f.segment(node.args[0])
            slip = Slip("sign", text, f"-{text}", f.extent(node.args[0])[0], 1.1)
            yield Variant(f.replaced(node.args[0], f"-{text}"), slip)
        elif isinstance(node, ast.Tuple | ast.List) and node is not f.value:
            # `(1 / b, a / b ** 2)`: local derivatives that an engine keeps
            for entry in node.elts:
                if isinstance(entry, ast.BinOp | ast.Attribute | ast.Call):
                    yield Variant(_negated(f, entry), Slip("sign", "", "-", f.outer(entry)[0], 1.05))
    value = f.value
    if value is not None and not isinstance(value, ast.Tuple | ast.List | ast.Dict):
        for term in f.terms(value):
            start = f.outer(term)[0]
            if isinstance(term, ast.UnaryOp):
                continue
            if not f.segment(term).startswith("-"):
                yield Variant(_negated(f, term), Slip("sign", "", "-", start, 1.0 if term is value else 1.05))


def _negated(f: Fragment, term: ast.expr) -> str:
    start, end = f.outer(term)
    text = f.text[start:end]
    sum_inside = isinstance(term, ast.BinOp) and isinstance(term.op, ast.Add | ast.Sub)
    text = f"-({text})" if sum_inside and not f.is_parenthesised(term) else f"-{text}"
    if isinstance(f.parents.get(term), ast.BinOp) and term is not f.value:
        text = f"({text})"
    return f.patched((start, end, text))


MUTATIONS: Sequence[Callable[[Fragment, Any], Iterator[Variant]]] = (
    signs, forgotten, positions, indices, portions, names, operators, constants, labels, indicators, carries,
    repeats, other_divisors, callees, structure_variants, statement_variants, quantities,
    enclosed_terms,
)  # fmt: skip


def variants(text: str, material: Material) -> Iterator[Variant]:
    """Texts one slip away from a statement or expression, each once; nothing where it is no Python."""
    try:
        fragment = Fragment(text)
    except SyntaxError:
        return
    seen, enlarged = {text}, text.count("*") if _ALLOCATES.search(text) else -1
    for mutation in MUTATIONS:
        for variant in mutation(fragment, material):
            if variant.text in seen:
                continue
            seen.add(variant.text)
            if _NOTHING.search(variant.text) and not _NOTHING.search(text):
                continue
            if enlarged >= 0 and variant.text.count("*") > enlarged and _sized(variant.text) > _sized(text):
                continue  # `np.ones(shape * n)` repeats a tuple: an array of n times as many axes
            yield variant


def _sized(text: str) -> int:
    """How many products the sizes of new arrays are."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return 0
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _ALLOCATES.match(ast.unparse(n))]
    products = (n for call in calls for n in ast.walk(call) if isinstance(n, ast.BinOp))
    return sum(isinstance(n.op, ast.Mult | ast.Pow) for n in products)
