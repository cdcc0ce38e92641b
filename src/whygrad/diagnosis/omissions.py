"""What a line of the forward pass may lack, or have in place of another: a function, a norm, a term.

These are tried where no edit of the backward pass explains what is wrong: then the backward lines may be
right, for a forward pass of which a part was left out.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.emission.expressions import PRODUCT, SUM

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
    found = [*_functions(fragment), *_norms(fragment, material), *_terms(fragment, material, unread)]
    # A line that computes nothing, `p = p` or `a = x`, may lack a norm or a term, and is no slip else.
    computes = any(isinstance(n, ast.BinOp | ast.Call | ast.UnaryOp) for n in ast.walk(fragment.tree))
    found += [v for v in variants(text, material) if _is_meant(v.slip)] if computes else []
    return sorted({v.text: v for v in reversed(found)}.values(), key=lambda v: v.slip.cost)


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


def is_norm(slip: Slip) -> bool:
    """Does an edit divide a value by its sum?"""
    return slip.kind == "factor" and "/ np.sum(" in slip.new and "/ np.sum(" not in slip.old


def _terms(f: Fragment, m: Material, unread: Sequence[str]) -> Iterator[Variant]:
    """A term of what nothing reads: `np.tanh(b)` for `np.tanh(x @ w + b)`."""
    known = [n for n in m.shapes if n.rpartition(".")[2] in unread][:6]
    products = [f"{a} @ {b}" for a, b in itertools.permutations(known, 2) if m.library == "np"]
    products += [f"{a} * {b}" for a, b in itertools.combinations(known, 2)]
    for node in f.expressions() if known else ():
        if isinstance(node, ast.Constant) or f.is_called(node) or f.segment(node) in ("np", "math", "self"):
            continue
        text, start = f.segment(node), f.extent(node)[0]
        for term in (*known, *products):
            slip = Slip("term", text, f"{term} + {text}", start, 1.25)
            yield Variant(f.replaced(node, slip.new, SUM), slip)
