"""Does a pass take one example at a time, so that a sum over the batch is not missing but not needed?

`nabla_b = delta` is right for one column and wrong for several. Which is meant is told by the file: by a loop
over examples that calls the pass, or by a backward pass that sums nowhere while several gradients lack a sum.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from whygrad.checking.examples.syntax import called_name
from whygrad.source import tree_of

_MANY = re.compile(r"(?i)batches|batch_?(iter|gen)|load(er)?|iterate|chunks|get_\w*batch|next_\w*batch")
_BATCH = re.compile(r"(?i)batch|^[xy]_?b$|chunk")
_SUMMING = {"sum", "mean", "average", "einsum", "ones", "ones_like", "tensordot", "nansum", "reduce"}
_STEPS = 3
"""Functions between the loop and the pass: `train` calls `step`, which calls `backward`."""

Shapes = Mapping[str, tuple[Any, Any]]
"""Variable -> its shape and that of its gradient; of a list of arrays, `(length, shapes)`."""


def batch_size(shapes: Shapes) -> tuple[int, int]:
    """The size of the only axis that the gradients have too much, and how many arrays have it; or (0, 0)."""
    sizes = [size for own, its in shapes.values() for size in _surplus(own, its)]
    if not sizes or 0 in sizes or len(set(sizes)) > 1:
        return 0, 0
    return sizes[0], len(sizes)


def _surplus(own: Any, its: Any) -> Iterator[int]:
    """Sizes that stand where the variable has one entry; 0 for any other difference."""
    if own == its:
        return
    if not isinstance(own, tuple) or not isinstance(its, tuple) or len(own) != len(its):
        yield 0
        return
    for mine, other in zip(own, its, strict=True):
        if isinstance(mine, tuple):
            yield from _surplus(mine, other)
        elif mine != other:
            yield other if mine == 1 and isinstance(other, int) else 0


def sums_nothing(backward: ast.FunctionDef) -> bool:
    """No statement of a backward pass sums over anything."""
    names = {n.attr for n in ast.walk(backward) if isinstance(n, ast.Attribute)}
    names |= {n.id for n in ast.walk(backward) if isinstance(n, ast.Name)}
    return not names & _SUMMING


@lru_cache(maxsize=64)
def is_called_alone(text: str, names: frozenset[str]) -> bool:
    """A loop over examples calls one of these functions, or one that hands its parameters on to them."""
    tree = tree_of(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    known = set(names)
    for _ in range(_STEPS):
        if any(_loops_over_examples(loop, known) for loop in ast.walk(tree) if isinstance(loop, ast.For)):
            return True
        handing = {f.name for f in functions if f.name not in known and _hands_on(f, known)}
        if not handing:
            return False
        known |= handing
    return False


def _loops_over_examples(loop: ast.For, names: set[str]) -> bool:
    items = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    if any(map(_BATCH.search, items)) or _MANY.search(ast.unparse(loop.iter)):
        return False
    counts = called_name(loop.iter.func) == "range" if isinstance(loop.iter, ast.Call) else False
    if counts and len(loop.iter.args) > 2:  # type: ignore[attr-defined]
        return False  # in steps of the batch's size
    return any(
        any(_is_one(argument, items, counts) for argument in call.args)
        for statement in loop.body
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and called_name(call.func).rpartition(".")[2] in names
    )


def _is_one(argument: ast.expr, items: set[str], counts: bool) -> bool:
    """Is an argument one item of the loop: `x` of `for x, y in data`, `X[i]` of `for i in range(m)`?"""
    if not counts:
        return isinstance(argument, ast.Name) and argument.id in items
    return any(
        isinstance(part, ast.Subscript)
        and any(isinstance(n, ast.Name) and n.id in items for n in _places(part.slice))
        for part in ast.walk(argument)
    )


def _places(index: ast.expr) -> list[ast.expr]:
    """What stands alone in an index; `i:i+1` is one example, `i:i+size` a batch."""
    parts = index.elts if isinstance(index, ast.Tuple | ast.List) else [index]
    found: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.Slice) and part.lower and part.upper:
            if ast.unparse(part.upper).replace(" ", "") == f"{ast.unparse(part.lower)}+1":
                found.append(part.lower)
        elif isinstance(part, ast.List):
            found += part.elts
        elif part is not None:
            found.append(part)
    return found


def _hands_on(function: ast.FunctionDef, names: set[str]) -> bool:
    own = {a.arg for a in function.args.args} - {"self"}
    return any(
        isinstance(argument, ast.Name) and argument.id in own
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and called_name(call.func).rpartition(".")[2] in names
        for argument in call.args
    )
