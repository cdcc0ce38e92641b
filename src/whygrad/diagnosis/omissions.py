"""What a line of the forward pass may lack, or have in place of another: a function, a norm, a term.

These are tried where no edit of the backward pass explains what is wrong: then the backward lines may be
right, for a forward pass of which a part was left out.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material, swap_cost, variants
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.diagnosis.sums import terms_of
from whygrad.emission.pieces import PRODUCT, SUM

KINDS = frozenset({
    "parentheses", "operator", "operands", "sign", "index", "function", "axis", "compare", "in-place",
    "unwrap", "constant", "product", "transpose", "factor", "term", "local", "sum", "drop-term",
    "drop-factor",
})  # fmt: skip
MOST_COST = 1.4
FUNCTIONS = ("exp", "log", "tanh", "sqrt", "sin", "cos")
"""Functions of one number that stand for one another."""


def omissions(text: str, material: Material, unread: Sequence[str]) -> list[Variant]:
    """Texts of a forward statement, likeliest first; `unread` are inputs that no forward line reads."""
    try:
        fragment = Fragment(text)
    except SyntaxError:
        return []
    found = [*_functions(fragment), *_norms(fragment, material), *_squares(fragment)]
    found += _terms(fragment, material, unread)
    # A line that computes nothing, `p = p` or `a = x`, may lack a norm or a term, and is no slip else.
    computes = any(isinstance(n, ast.BinOp | ast.Call | ast.UnaryOp) for n in ast.walk(fragment.tree))
    found += [v for v in variants(text, material) if _is_meant(v.slip)] if computes else []
    kept: dict[str, Variant] = {}
    for variant in found:
        kept.setdefault(variant.text, variant)
    return sorted(kept.values(), key=lambda v: v.slip.cost)


def _is_meant(slip: Slip) -> bool:
    """Is it a slip of a forward pass? Of its local forms only a square is."""
    if slip.kind == "local" and slip.new != f"{slip.old} ** 2":
        return False
    return slip.kind in KINDS and slip.cost <= MOST_COST


def _functions(f: Fragment) -> Iterator[Variant]:
    """`np.exp(s)` for `np.log(s)`."""
    for node in f.expressions():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        library, name = f.segment(node.func.value), node.func.attr
        if library in ("np", "math", "numpy") and name in FUNCTIONS:
            for other in FUNCTIONS:
                if other != name:
                    slip = Slip("function", f"{library}.{name}", f"{library}.{other}", f.extent(node)[0], 1.1)
                    yield Variant(f.replaced(node.func, slip.new), slip)


def _norms(f: Fragment, m: Material) -> Iterator[Variant]:
    """A value that is not divided by its sum: `e` for `e / e.sum(axis=1, keepdims=True)`."""
    if f.value is None or m.library != "np" or isinstance(f.value, ast.Tuple | ast.List | ast.Constant):
        return
    text, start = f.segment(f.value), f.extent(f.value)[0]
    rank = len(m.shapes.get(text, (0, 0)))
    for more in ("axis=1, keepdims=True", "axis=0", "") if rank == 2 else ("axis=-1, keepdims=True", ""):
        total = f"np.sum({text}, {more})" if more else f"np.sum({text})"
        base = text if isinstance(f.value, ast.Name | ast.Call | ast.Attribute) else f"({text})"
        slip = Slip("factor", text, f"{base} / {total}", start, 1.2)
        yield Variant(f.replaced(f.value, slip.new, PRODUCT), slip)


def reductions(text: str) -> Iterator[Variant]:
    """The mean of a whole loss, `-np.mean(...)` for `-(...)`, then the sum of any part of it."""
    fragment = Fragment(text)
    node = fragment.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if node is None:
        return
    old, (start, end) = fragment.segment(node), fragment.outer(node)
    slip = Slip("reduction", old, f"np.mean({old})", fragment.extent(node)[0], 1.0)
    yield Variant(fragment.patched((start, end, slip.new)), slip)
    for part in fragment.expressions():
        if isinstance(part, ast.BinOp | ast.Name | ast.Attribute | ast.Subscript) and not isinstance(
            fragment.parents.get(part), ast.Attribute
        ):
            old = fragment.segment(part)
            slip = Slip("reduction", old, f"np.sum({old})", fragment.extent(part)[0], 1.0)
            yield Variant(fragment.replaced(part, slip.new), slip)


def cancelling(text: str) -> int:
    """How often an operation says nothing: `W / W` and `p + t - p`, a product or a power of one."""
    try:
        operations = [n for n in ast.walk(ast.parse(text.strip())) if isinstance(n, ast.BinOp)]
    except SyntaxError:  # running it tells
        return 0
    alike = [n for n in operations if ast.dump(n.left) == ast.dump(n.right) and isinstance(n.op, ast.Div)]
    ones = [n for n in operations if 1 in (_number(n.left), _number(n.right))]
    sums = [n for n in operations if isinstance(n.op, ast.Add | ast.Sub)]
    inner = {id(part) for n in sums for part in (n.left, n.right)}
    outer = (Counter(terms_of(ast.unparse(n))) for n in sums if id(n) not in inner)
    back = sum(
        min(count, terms[-1, name]) for terms in outer for (sign, name), count in terms.items() if sign > 0
    )
    return len(alike) + back + sum(isinstance(n.op, ast.Mult | ast.Pow) for n in ones)


def is_idle(new: str, old: str) -> bool:
    """Does an edit add an operation that says nothing, or leave nothing of what a statement reads?

    A gate that is the number one makes every gradient right that lacks its slope.
    """
    return cancelling(new) > cancelling(old) or (_is_constant(new) and not _is_constant(old))


def _is_constant(text: str) -> bool:
    """Does a statement, or the function that it makes, compute with numbers alone?"""
    try:
        statement = ast.parse(text.strip()).body[0]
    except (SyntaxError, IndexError):
        return False
    value = getattr(statement, "value", None)
    value = value.body if isinstance(value, ast.Lambda) else value
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} if value is not None else {""}
    return names <= {"np", "numpy", "math"}


def _number(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def mentions(text: str, names: Sequence[str]) -> bool:
    """Does a piece of text name one of some variables or attributes?"""
    return not set(re.findall(r"\w+", text)).isdisjoint(names)


def is_norm(slip: Slip) -> bool:
    """Does an edit divide a value by its sum?"""
    return slip.kind == "factor" and "/ np.sum(" in slip.new and "/ np.sum(" not in slip.old


def _squares(f: Fragment) -> Iterator[Variant]:
    """`(x - c) ** 2` for `x - c`."""
    squared = {id(n.left) for n in ast.walk(f.tree) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow)}
    for node in f.expressions():
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
            continue
        if id(node) not in squared:
            slip = Slip("local", f.segment(node), f"({f.segment(node)}) ** 2", f.extent(node)[0], 1.2)
            yield Variant(f.replaced(node, slip.new, PRODUCT), slip)


def _terms(f: Fragment, m: Material, unread: Sequence[str]) -> Iterator[Variant]:
    """A term or a factor of what nothing reads: `np.tanh(b)` for `np.tanh(x @ w + b)`."""
    known = [n for n in m.shapes if n.rpartition(".")[2] in unread][:8]
    if not known:
        return
    products = [f"{a} @ {b}" for a, b in itertools.permutations(known, 2) if m.library == "np"]
    products += [f"{a} * {b}" for a, b in itertools.combinations(known, 2)]
    sized = sized_parts(f.tree)
    for node in f.expressions():
        if isinstance(node, ast.Constant) or f.is_called(node) or id(node) in sized:
            continue
        text, start = f.segment(node), f.extent(node)[0]
        if text in ("np", "math", "self"):
            continue
        for term in (*known, *products):
            slip = Slip("term", text, f"{term} + {text}", start, 1.25)
            yield Variant(f.replaced(node, slip.new, SUM), slip)
        inner = f"({text})" if isinstance(node, ast.BinOp | ast.UnaryOp | ast.IfExp | ast.Compare) else text
        for name in known:
            forms = [f"{inner} * {name}", f"{inner} / {name}"]
            if m.library == "np":
                forms += [f"{inner} @ {name}", f"{name} @ {inner}"]
                forms += [f"{inner} @ {name}.T"] if len(m.shapes[name]) == 2 else []
            for form in forms:
                slip = Slip("factor", text, form, start, 1.2)
                yield Variant(f.replaced(node, form, PRODUCT), slip)
        if isinstance(node, ast.Name | ast.Attribute):
            for name in (n for n in known if n != text):
                slip = Slip("name", text, name, start, swap_cost(text, name, m))
                yield Variant(f.replaced(node, name), slip)


SIZES = frozenset({"len", "zeros_like", "ones_like", "empty_like", "full_like", "shape", "ndim", "size"})
"""Functions and attributes that say of an array how large it is."""


def sized_parts(tree: ast.AST) -> set[int]:
    """The nodes of which only the size is read: `k` in `len(k)` and in `k.shape`."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in SIZES:
            found |= {id(n) for n in ast.walk(node)}
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SIZES:
            found |= {id(n) for n in ast.walk(node)}
    return found


def without_sizes(value: ast.expr) -> ast.expr:
    """An expression without those parts of which only the size is read."""
    sized = sized_parts(value)
    kept = [n for n in ast.walk(value) if isinstance(n, ast.Name | ast.Attribute) and id(n) not in sized]
    return ast.Tuple(elts=list(kept), ctx=ast.Load())
