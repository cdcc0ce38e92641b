"""What a rule of a home-made engine may be written as: its operation's slope, or a gradient spread again."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from whygrad.diagnosis.operations import HandedBack, renamed
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.emission.entry import derive_formula

LIBRARIES = ("np", "numpy", "math")


def spread_again(text: str, part: HandedBack, bench: Bench) -> Iterator[Solution]:
    """The gradient of a sum along an axis gets that axis back before it is spread along it.

    Where the axis may be None, or be kept, nothing is to be put back.
    """
    axes = [k.value for n in ast.walk(part.forward) if isinstance(n, ast.Call) for k in n.keywords
            if k.arg == "axis"]  # fmt: skip
    kept = [k.value for n in ast.walk(part.forward) if isinstance(n, ast.Call) for k in n.keywords
            if k.arg == "keepdims"]  # fmt: skip
    if not axes or text.count(part.arriving) != 1:
        return
    axis = ast.unparse(axes[0])
    whole = [f"{axis} is None"] if not isinstance(axes[0], ast.Constant) else []
    whole += [ast.unparse(k) for k in kept if not isinstance(k, ast.Constant)]
    again = f"np.expand_dims({part.arriving}, {axis})"
    options = [again, f"({part.arriving} if {' or '.join(whole)} else {again})"] if whole else [again]
    for shown in options:
        new = text.replace(part.arriving, shown)
        if bench.judge(new).right:
            yield Solution(new, (Slip("axis", part.arriving, shown, text.index(part.arriving), 1.2),))
            return


def slope_anew(text: str, part: HandedBack, bench: Bench) -> Iterator[Solution]:
    """The arriving gradient times the slope of the operation, as the engine derives it from its text."""
    names: dict[str, str] = {}
    formula = renamed(part.forward, names, LIBRARIES)
    moved = names.get(part.leaf)
    if moved is None:
        return
    try:
        derived = ast.parse(derive_formula(ast.unparse(formula), wrt=[moved], check=False)[0])
    except Exception:  # what is no formula cannot be derived as one
        return
    lines = {n.targets[0].id: n.value for n in ast.walk(derived)
             if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)}  # fmt: skip
    ends = [n.value for n in ast.walk(derived) if isinstance(n, ast.Return) and n.value is not None]
    if not ends:
        return
    slope = _Written({v: k for k, v in names.items()}, lines).visit(copy.deepcopy(ends[-1]))
    plain = _Unguarded().visit(copy.deepcopy(slope))
    for option in (plain, slope):
        shown = ast.unparse(option)
        factor = (
            f"({shown})"
            if isinstance(option, ast.BinOp) and isinstance(option.op, ast.Add | ast.Sub)
            else shown
        )
        new = f"{factor} * {part.arriving}" if part.arriving else shown
        if bench.judge(new).right:
            yield Solution(new, (Slip("derived", text, new, 0, 2.0),))
            return


class _Written(ast.NodeTransformer):
    """The names of the user's again, and the values of what was bound on the way."""

    def __init__(self, names: dict[str, str], lines: dict[str, ast.expr]) -> None:
        self.names, self.lines = names, lines

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.names:
            return ast.parse(self.names[node.id], mode="eval").body
        if node.id in self.lines:
            inner: ast.expr = self.visit(copy.deepcopy(self.lines[node.id]))
            return inner
        return node


class _Unguarded(ast.NodeTransformer):
    """A choice that keeps a formula defined at the edge of its domain, without it."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        inner: ast.expr = self.visit(node.orelse)
        return inner
