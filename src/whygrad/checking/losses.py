"""A loss beside a forward and a backward pass: `AL = forward(X)`, `cost(AL, Y)`, `backward(AL, Y)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from whygrad.checking.functions import Function
from whygrad.checking.naming import UPSTREAM_WORDS
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.source import tree_of

LOSS_WORDS = re.compile(r"(?i)(loss|cost|entropy|error|mse|nll|objective|likelihood)|^J$")
_DERIVATIVE = re.compile(r"(?i)(grad|deriv|prime|backward|backprop|delta)")


def targets_of(forward: Function, backward: Function | None) -> list[str]:
    """Targets that the backward function takes and the forward function does not."""
    own = {name for name, _ in forward.parameters}
    parameters = backward.parameters if backward is not None else []
    return [name for name, _ in parameters if TARGET_WORDS.match(name) and name not in own]


def kept_targets(init: Function | None, backward: Function) -> list[str]:
    """Targets that the constructor keeps for a backward method which takes nothing but settings."""
    if init is None or any(UPSTREAM_WORDS.match(name) for name, _ in backward.parameters):
        return []
    read = {n.attr for n in ast.walk(backward.node) if isinstance(n, ast.Attribute)}
    return [name for name, _ in init.parameters if TARGET_WORDS.match(name) and name in read]


def is_passed_output(name: str) -> bool:
    """May a parameter of a backward pass that takes a target be the output again: `backward(X, y, o)`?"""
    return not UPSTREAM_WORDS.match(name) and "cache" not in name.lower()


def foreign_loss(
    functions: Mapping[str, Function], forward: Function, backward: Function | None
) -> Function | None:
    """The function of the file that makes a loss of the forward pass's output and such a target."""
    if not targets_of(forward, backward):
        return None
    for name, function in functions.items():
        parameters = [p for p, _ in function.parameters]
        # A method finds the output among the attributes: `loss(self, Y)`.
        least = 1 if function.owner else 2
        if len(parameters) < least or name in (forward.name, backward.name if backward else ""):
            continue
        if (
            LOSS_WORDS.search(name)
            and not _DERIVATIVE.search(name)
            and any(map(TARGET_WORDS.match, parameters))
        ):
            return function
    return None


def loss_arguments(loss: Function, output: str, known: Mapping[str, str]) -> dict[str, str]:
    """What each parameter of the loss is given: the output where nothing else bears its name."""
    chosen = {name: known[name] for name, _ in loss.parameters if name in known}
    rest = [name for name, _ in loss.parameters if name not in chosen and not TARGET_WORDS.match(name)]
    if output not in chosen.values() and rest:
        chosen[rest[0]] = output
    return chosen


def output_place(text: str, loss: Function, names: Sequence[str]) -> int:
    """Which of the things that a forward function returns goes into the loss: of `Z1, A1, Z2, A2` the last.

    The first, unless a call in the text, `cost(Y, A2)`, says otherwise.
    """
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Call) and _called(node) == loss.name:
            given = [a.id for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, ast.Name)]
            places = [names.index(name) for name in given if name in names and not TARGET_WORDS.match(name)]
            if places:
                return places[0]
    return 0


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def target_names(
    loss: Function, forward: Function, backward: Function, names: Mapping[str, str]
) -> dict[str, str]:
    """The target of the loss for the target of the backward function, where they are called differently."""
    stated = [names[name] for name, _ in loss.parameters if TARGET_WORDS.match(name) and name in names]
    wanted = [name for name in targets_of(forward, backward) if name not in names]
    return dict(zip(wanted, stated, strict=False))


def data_parameter(forward: Function, backward: Function, free: Sequence[str]) -> str:
    """The parameter of a backward function that takes the data, in `backprop(x, y)` for `feedforward(a)`.

    Where it takes a target, and nothing that is called like an upstream gradient, it runs the forward pass
    again by itself.
    """
    if not targets_of(forward, backward) or not forward.parameters or any(map(UPSTREAM_WORDS.match, free)):
        return ""
    return free[0] if len(free) == 1 and _comes_first(free[0], backward) else ""


def _comes_first(name: str, backward: Function) -> bool:
    return bool(backward.parameters) and backward.parameters[0] == (name, True)
