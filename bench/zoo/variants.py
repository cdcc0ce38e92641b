"""Correct variants of the correct programs: other names, other spellings, other order, single precision.

Each is run: its gradients are those of the program that it was made from.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator

from bench.zoo.program import BrokenError, Program, same

EACH = 6
DRAWS = 12


def variants(program: Program, seed: int = 0, count: int = EACH) -> Iterator[tuple[str, Program]]:
    """Up to `count` different correct programs, with what was done to each."""
    rng = random.Random(f"{program.name} {seed}")
    seen = {ast.unparse(ast.parse(program.text))}
    made = 0
    for _ in range(DRAWS * count):
        if made == count:
            return
        kinds = rng.sample(sorted(KINDS), rng.choice((1, 2, 2, 3)))
        found = program
        for kind in kinds:
            found = KINDS[kind](found, rng)
        shown = ast.unparse(ast.parse(found.text))
        if shown in seen or not _right(program, found):
            continue
        seen.add(shown)
        made += 1
        yield "+".join(kinds), found


def _right(program: Program, variant: Program) -> bool:
    """Are the gradients of a variant those of its program, whatever they are called?"""
    try:
        got = [variant.run(variant.text, move)[0] for move in program.moves]
    except (BrokenError, KeyError):
        return False
    pairs = [dict(zip(program.gradients, g.values(), strict=True)) for g in got]
    return all(same(pair, truth) for pair, truth in zip(pairs, program.truth, strict=True))


def _with(program: Program, text: str, **more: object) -> Program:
    facts = {n: getattr(program, n) for n in ("name", "style", "calls", "gradients", "upstreams")}
    return Program(**{**facts, **more}, text=text)  # type: ignore[arg-type]


class _Rewrite(ast.NodeTransformer):
    """Applies a rewriting of expressions at some of the places where it fits."""

    def __init__(self, rng: random.Random, rewrite: Callable[[ast.expr], ast.expr | None]) -> None:
        self.rng, self.rewrite = rng, rewrite

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        if isinstance(node, ast.expr) and self.rng.random() < 0.6:
            return self.rewrite(node) or node
        return node


def _spelled(rewrite: Callable[[ast.expr], ast.expr | None]) -> Callable[[Program, random.Random], Program]:
    def apply(program: Program, rng: random.Random) -> Program:
        head, mark, body = program.text.partition("# forward\n")
        text = body if mark else program.text
        tree = _Rewrite(rng, rewrite).visit(ast.parse(text))
        new = ast.unparse(ast.fix_missing_locations(tree))
        return _with(program, f"{head}{mark}{new}\n")

    return apply


def _products(node: ast.expr) -> ast.expr | None:
    """`a @ b` for `np.dot(a, b)` and `a.dot(b)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot":
        if len(node.args) == 2 and ast.unparse(node.func.value) == "np":
            return ast.BinOp(node.args[0], ast.MatMult(), node.args[1])
        if len(node.args) == 1:
            return ast.BinOp(node.func.value, ast.MatMult(), node.args[0])
    return None


def _sums(node: ast.expr) -> ast.expr | None:
    """`np.sum(x, axis=0)` for `x.sum(axis=0)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.args:
        return None
    if node.func.attr not in ("sum", "mean", "max") or ast.unparse(node.func.value) == "np":
        return None
    function = ast.Attribute(ast.Name("np", ast.Load()), node.func.attr, ast.Load())
    return ast.Call(function, [node.func.value], node.keywords)


def _squares(node: ast.expr) -> ast.expr | None:
    """`a * a` for `a ** 2`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and ast.unparse(node.right) == "2":
        return ast.BinOp(node.left, ast.Mult(), node.left)
    return None


def _turned(node: ast.expr) -> ast.expr | None:
    """`-(b - a)` for `a - b`; `b * a` for a number times a quantity."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return ast.UnaryOp(ast.USub(), ast.BinOp(node.right, ast.Sub(), node.left))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Constant):
        return ast.BinOp(node.right, ast.Mult(), node.left)
    return None


def _long_updates(program: Program, rng: random.Random) -> Program:
    """`x = x + y` for `x += y`, where `x` is a plain name."""
    pattern = re.compile(r"^( *)(\w+) ([+\-*/])= (.*)$", re.MULTILINE)
    return _with(program, pattern.sub(r"\1\2 = \2 \3 (\4)", program.text))


def _renamed(program: Program, rng: random.Random) -> Program:
    """`grad_x` for `dx`, in a script."""
    if program.style != "script":
        return program
    style = rng.choice(("grad_{}", "d_{}", "{}_grad"))
    names = {g: style.format(of) for g, of in program.gradients.items()
             if of.isidentifier() and g.isidentifier()}  # fmt: skip
    text = program.text
    if any(re.search(rf"\b{new}\b", text) for new in names.values()):
        return program
    for old, new in names.items():
        text = re.sub(rf"\b{re.escape(old)}\b", new, text)
    return _with(program, text, gradients={names.get(g, g): of for g, of in program.gradients.items()})


def _reordered(program: Program, rng: random.Random) -> Program:
    """Neighbouring lines of a script's backward pass that need nothing of each other, the other way round."""
    head, mark, body = program.text.partition("# backward\n")
    if not mark:
        return program
    tree = ast.parse(body)
    blocks = [ast.unparse(node) for node in tree.body]
    for k in range(len(blocks) - 1):
        a, b = (_names(tree.body[k]), _names(tree.body[k + 1]))
        simple = all(isinstance(n, ast.Assign) for n in tree.body[k : k + 2])
        if simple and not (a[1] & (b[0] | b[1]) or b[1] & a[0]) and rng.random() < 0.7:
            blocks[k], blocks[k + 1] = blocks[k + 1], blocks[k]
            break
    return _with(program, f"{head}{mark}" + "\n".join(blocks) + "\n")


def _names(node: ast.stmt) -> tuple[set[str], set[str]]:
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    return {n.id for n in names if isinstance(n.ctx, ast.Load)}, {
        ast.unparse(n) for n in names if isinstance(n.ctx, ast.Store)
    }


KINDS: dict[str, Callable[[Program, random.Random], Program]] = {
    "products": _spelled(_products),
    "sums": _spelled(_sums),
    "squares": _spelled(_squares),
    "turned": _spelled(_turned),
    "long updates": _long_updates,
    "names": _renamed,
    "order": _reordered,
}
