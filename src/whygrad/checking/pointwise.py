"""Derivatives of functions that keep nothing: `sigmoid_prime(z)` takes the input, or the output, as its own.

Such a function is given no upstream gradient: what it takes can only be what the forward pass took or gave.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from whygrad.checking.functions import Function
from whygrad.checking.naming import UPSTREAM_WORDS
from whygrad.checking.plain import steady
from whygrad.checking.upstreams import free_parameters
from whygrad.checking.values import has_float, shape_of
from whygrad.errors import NoGradientError


class MixedError(NoGradientError):
    """No other example inputs and no other reading make a derivative of what is mixed."""


POINTWISE = ("input", "outputs")
"""Readings in which a free parameter of the backward function is the forward pass's input, or its output."""
_PASS = re.compile(r"(?i)backward|backprop|bprop")
_PREDICATES = {"zeros_like", "ones_like", "where", "astype", "asarray", "array", "ones", "zeros", "copy"}
"""Calls that say nothing of whether the input or the output is meant."""


def value_parameter(forward: Function, backward: Function, known: Mapping[str, str]) -> str:
    """The parameter of the backward function that may stand for the input or the output."""
    needed = [name for name, must in backward.parameters if must]
    free = [shared] if (shared := shared_parameter(forward, backward)) else []
    free = free or free_parameters(forward, backward, known)
    return next((n for n in free if n in needed and not UPSTREAM_WORDS.match(n) and "cache" not in n), "")


def shared_parameter(forward: Function, backward: Function) -> str:
    """What both take, where neither takes more: `sigmoid(x)`, and `sigmoid_derivative(x)` of either."""
    taken, inputs = ([n for n, must in f.parameters if must] for f in (backward, forward))
    return taken[0] if len(taken) == 1 and taken == inputs else ""


def pointwise_readings(
    forward: Function, backward: Function, methods: Mapping[str, Function]
) -> tuple[str, ...]:
    """The readings of a derivative that is given one value and nothing that the forward pass kept.

    Empty where the backward function takes more, or reads what a method stores. A `backward` that reads
    nothing of what `forward` stored may have forgotten it: then what it takes is the upstream gradient first.
    """
    taken = [name for name, must in backward.parameters if must]
    inputs = [name for name, must in forward.parameters if must]
    if len(taken) != 1 or len(inputs) != 1 or not value_parameter(forward, backward, {}):
        return ()
    others = [m for m in methods.values() if m.name not in ("__init__", backward.name)]
    kept = {name for method in others for name in _own(method.node, ast.Store)}
    if kept & set(_own(backward.node, ast.Load)) or _is_of_layers(backward.node):
        return ()
    # Of a power it may be either, and its own argument is what is meant by one name in both.
    plain = shared_parameter(forward, backward) and not _calls_something(forward.node)
    found = POINTWISE if plain or _calls_something(backward.node) else POINTWISE[::-1]
    return ("", *found) if kept and not plain and _PASS.search(backward.name) else found


def _own(node: ast.FunctionDef, context: type[ast.expr_context]) -> list[str]:
    """Attributes of `self` that a method stores, or reads."""
    found = [n for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, context)]
    return [n.attr for n in found if isinstance(n.value, ast.Name) and n.value.id == "self"]


def _is_of_layers(node: ast.FunctionDef) -> bool:
    """`for layer in reversed(self.layers): d = layer.backward(d)`: its layers keep what it needs."""
    methods = [
        n.func.attr for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
    ]
    return any(_PASS.search(name) for name in methods)


def _calls_something(node: ast.FunctionDef) -> bool:
    """`s = sigmoid(z)`: of an input; `a * (1 - a)`: of an output."""
    called = [ast.unparse(n.func).rpartition(".")[2] for n in ast.walk(node) if isinstance(n, ast.Call)]
    return any(name not in _PREDICATES for name in called)


def refuse_mixed(
    forward: Function, backward: Function, call: Callable[..., Any], given: Mapping[str, Any], output: Any
) -> None:
    """Raise MixedError where entries of the output depend on several of the input, as in a softmax.

    A derivative of the shape of the input, without an upstream gradient, is then a part of the Jacobian: its
    diagonal, or what a loss further on is fused with.
    """
    name, before = next(((n, v) for n, v in given.items() if has_float(v)), ("", None))
    shape = shape_of(output)
    if not name or not isinstance(before, np.ndarray) or before.size < 2 or shape != before.shape:
        return
    moved = before.copy()
    moved.flat[0] += 0.25
    try:
        with steady():
            first, second = (np.asarray(call(**{**given, name: v})) for v in (before.copy(), moved))
            mixed = bool((np.abs(second - first).reshape(-1)[1:] > 1e-9).any())
    except Exception:
        return
    if mixed:
        raise MixedError(
            f"an entry of what `{forward.qualname}` returns depends on several of `{name}`, and "
            f"`{backward.qualname}` is given no upstream gradient, so it can return a part of the Jacobian "
            "only",
            hint=f"give `{backward.qualname}` the gradient that arrives, `dout`, and return its product with "
            "the Jacobian; that can be checked",
        )
