"""Steps of a backward method, which keeps no gradient: `self.W -= lr * dW`, or `self.W -= lr * a.T @ delta`.

What a parameter loses is a positive multiple of its gradient, if the method is right; what is multiplied by
the length of the step there is its gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.checking.functions import Function
from whygrad.checking.lines import BEFORE, LAYER, LOCAL, STEPS
from whygrad.checking.naming import STEP_WORDS, stems
from whygrad.checking.programs import Returned
from whygrad.checking.strays import DELTA
from whygrad.checking.values import is_numeric, vector


def kept_lines(names: Sequence[str], made: Mapping[str, Any]) -> str:
    """The line of a driver that keeps what parameters of the object are before the backward pass."""
    kept = [f"{name!r}: {_mapped(made[name], f'{LAYER}.{name}', '{} * 1.0')}" for name in names]
    return f"{BEFORE} = {{{', '.join(kept)}}}"


def step_lines(names: Sequence[str], made: Mapping[str, Any]) -> str:
    """The line of a driver that takes from them what they are after it."""
    steps = []
    for name in names:
        before, after = f"{BEFORE}[{name!r}]", f"{LAYER}.{name}"
        if isinstance(made[name], list):
            steps.append(f"{name!r}: [__a - __b for __a, __b in zip({before}, {after})]")
        else:
            steps.append(f"{name!r}: {before} - {after}")
    return f"{STEPS} = {{{', '.join(steps)}}}"


def steps_in(
    names: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any], backward: Function
) -> Iterator[Returned]:
    """The parameters that the method changed, as claims of their gradients."""
    for name in names:
        first, last = vector(before[name]), vector(after.get(name))
        if first is not None and last is not None and first.shape == last.shape and (first != last).any():
            yield Returned(f"d_{name}", f"{STEPS}[{name!r}]", backward.qualname)


def without_deltas(returned: list[Returned]) -> list[Returned]:
    """Claims without those of what activations are taken of, which has no name of its own."""
    return [item for item in returned if not DELTA.search(item.name)]


def _mapped(value: Any, path: str, text: str) -> str:
    return f"[{text.format('__a')} for __a in {path}]" if isinstance(value, list) else text.format(path)


def used_up_by(backward: Function) -> dict[str, str]:
    """Local gradients that a backward method only makes steps with, `self.W -= lr * dW`, and of what: `W`.

    Of what is "" where only their names say it. Another name than that of a gradient, `weights_error`, is one
    where the length of the step alone stands beside it, and it is no sum with a penalty or earlier steps.
    """
    stored = {
        n.id for n in ast.walk(backward.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    found: dict[str, str] = {}
    for target, value in _updates(backward.node):
        if isinstance(target, ast.Attribute | ast.Subscript) and ast.unparse(target).startswith("self."):
            read = [n.id for n in ast.walk(value) if isinstance(n, ast.Name)]
            found |= {name: "" for name in read if name in stored and stems(name)}
    for step in filter(None, map(stepped, ast.walk(backward.node))):
        target, name = step[0], _stepped_with(step[1])
        is_own = isinstance(target, ast.Attribute) and ast.unparse(target) == f"self.{target.attr}"
        if isinstance(target, ast.Attribute) and is_own and name in stored - {*found}:
            found |= {name: target.attr} if _is_plain(name, backward.node) else {}
    return found


def stepped(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """What a statement takes something from, and what it takes: `w -= step`, `w = w - step`."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub):
        return node.target, node.value
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.BinOp):
        return None
    value, target = node.value, node.targets[0]
    less = isinstance(value.op, ast.Sub) and ast.unparse(value.left) == ast.unparse(target)
    return (target, value.right) if less else None


def _stepped_with(value: ast.expr) -> str:
    """The one name that is multiplied by the length of a step; "" where there is more, or less."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Mult):
        return ""
    sides = [value.left, value.right]
    lengths = [side for side in sides if STEP_WORDS.search(ast.unparse(side))]
    names = [side.id for side in sides if side not in lengths and isinstance(side, ast.Name)]
    return names[0] if names else ""


def _is_plain(name: str, function: ast.FunctionDef) -> bool:
    """Is a name bound once, and not as a sum or a difference?"""
    bound = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name]
    values = [
        n.value
        for n in ast.walk(function)
        if isinstance(n, ast.Assign) and [ast.unparse(t) for t in n.targets] == [name]
    ]
    stores = sum(isinstance(n.ctx, ast.Store) for n in bound)
    whole = values[0] if len(values) == stores == 1 else None
    sums = isinstance(whole, ast.BinOp) and isinstance(whole.op, ast.Add | ast.Sub)
    return whole is not None and not sums and not STEP_WORDS.search(ast.unparse(whole))


def captured_in(
    values: Mapping[str, Any], local: Mapping[str, str], variables: Mapping[str, str],
    returned: list[Returned], backward: Function,
) -> list[Returned]:  # fmt: skip
    """Gradients that the method only makes a step with, by the values of its variables.

    `variables` tells what the driver calls the attributes that are stepped.
    """
    taken = {item.name for item in returned}
    return [
        Returned(name, f"{LOCAL}[{name!r}]", backward.qualname, of=variables.get(of, ""))
        for name, of in local.items()
        if name not in taken and is_numeric(values.get(name)) and (not of or of in variables)
    ]


def _updates(function: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Targets that a function adds to, or takes from, each with what is said of its new value."""
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub | ast.Add):
            yield node.target, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=False))
            yield from ((t, v) for t, v in pairs if ast.unparse(t) in ast.unparse(v))
