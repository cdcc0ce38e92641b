"""Parameters that a function takes apart: `W1, b1 = params` makes `dW1` the gradient of `params[0]`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from whygrad.checking.functions import Function
from whygrad.checking.naming import EXACT, best
from whygrad.checking.programs import Returned
from whygrad.checking.variables import gradient_word


def taken_apart(function: Function) -> dict[str, tuple[str, int]]:
    """Variables that one statement makes of the items of a parameter: the parameter, and the item's place."""
    parameters = {name for name, _ in function.parameters}
    found: dict[str, tuple[str, int]] = {}
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Name):
            continue
        target = node.targets[0]
        if node.value.id in parameters and isinstance(target, ast.Tuple | ast.List):
            for place, item in enumerate(target.elts):
                if isinstance(item, ast.Name):
                    found[item.id] = node.value.id, place
    return found


def with_items(
    returned: Sequence[Returned], forward: Function, variables: Mapping[str, str]
) -> list[Returned]:
    """The gradients, those named after items of a parameter with the entry of the variable that holds it."""
    items = {
        name: f"{variables[parameter]}[{place}]"
        for name, (parameter, place) in taken_apart(forward).items()
        if parameter in variables
    }
    return [replace(item, of=item.of or _entry(item.name, items)) for item in returned]


def _entry(name: str, items: Mapping[str, str]) -> str:
    ranked = best(gradient_word(name), list(items))
    return items[ranked[0][1]] if ranked and ranked[0][0] >= EXACT else ""
