"""Functions that go by one name everywhere: what a helper module that is not there holds under it.

Course solutions import `sigmoid` or `relu` from a file of the course (`dnn_utils`, `common.functions`) that
is seldom handed in with them. How the file calls a function says whether it returns its input as well, and
along which axis a softmax goes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def sigmoid(z: Array) -> Array:
    """The logistic function."""
    return 1 / (1 + np.exp(-z))


def relu(z: Array) -> Array:
    """What is positive, and zero for the rest."""
    return np.maximum(0, z)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(z)


def sigmoid_backward(dA: Array, cache: Array) -> Array:
    """The gradient of what a sigmoid is given: the cache."""
    s = 1 / (1 + np.exp(-cache))
    return dA * s * (1 - s)


def relu_backward(dA: Array, cache: Array) -> Array:
    """The gradient of what a relu is given: the cache."""
    return dA * (cache > 0)


def tanh_backward(dA: Array, cache: Array) -> Array:
    """The gradient of what a tanh is given: the cache."""
    return dA * (1 - np.tanh(cache) ** 2)


def softmax_of_columns(z: Array) -> Array:
    """Shares along the first axis."""
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def softmax_of_rows(z: Array) -> Array:
    """Shares along the last axis."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


FORWARD: dict[str, tuple[Callable[..., Any], str]] = {
    "sigmoid": (sigmoid, "1 / (1 + np.exp(-z))"),
    "relu": (relu, "np.maximum(0, z)"),
    "tanh": (tanh, "np.tanh(z)"),
}
BACKWARD: dict[str, tuple[Callable[..., Any], str]] = {
    "sigmoid_backward": (sigmoid_backward, "that of a sigmoid at its second argument"),
    "relu_backward": (relu_backward, "that of a relu at its second argument"),
    "tanh_backward": (tanh_backward, "that of a tanh at its second argument"),
}
said: dict[str, str] = {}
"""What was called, and what it was taken for."""


def customary(text: str) -> dict[str, Callable[..., Any]]:
    """The functions of this kind that a text reads and does not define."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    nodes = list(ast.walk(tree))
    read = {n.id for n in nodes if isinstance(n, ast.Name)} | {
        n.attr for n in nodes if isinstance(n, ast.Attribute)
    }
    defined = {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    pairs = {_called(n.value) for n in nodes if isinstance(n, ast.Assign) and _is_pair(n.targets[0])}
    found: dict[str, Callable[..., Any]] = {}
    for name in (read - defined) & {*FORWARD, *BACKWARD, "softmax"}:
        made, shown = {**FORWARD, **BACKWARD, "softmax": _softmax(nodes)}[name]
        if name in FORWARD and name in pairs:
            made, shown = _with_input(made), f"{shown}, with z beside it"
        found[name] = _noting(name, made, shown)
    return found


def _noting(name: str, made: Callable[..., Any], shown: str) -> Callable[..., Any]:
    def called(*args: Any) -> Any:
        said[name] = shown
        return made(*args)

    return called


def _with_input(made: Callable[..., Any]) -> Callable[..., Any]:
    return lambda z: (made(z), z)


def _is_pair(target: ast.expr) -> bool:
    return isinstance(target, ast.Tuple) and len(target.elts) == 2


def _called(node: ast.expr) -> str:
    """The name of the function that is called, whatever module it is of."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _softmax(nodes: list[ast.AST]) -> tuple[Callable[..., Any], str]:
    """Of columns where examples are: `softmax(np.dot(W, a) + b)`; else of rows: `softmax(x @ W + b)`."""
    arguments = [n.args[0] for n in nodes if isinstance(n, ast.Call) and _called(n) == "softmax" and n.args]
    for argument in arguments:
        for node in ast.walk(argument):
            first: ast.expr | None = None
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
                first = node.left
            elif isinstance(node, ast.Call) and _called(node) in ("dot", "matmul") and len(node.args) == 2:
                first = node.args[0]
            if first is not None and ast.unparse(first).lstrip("_").rpartition(".")[2][:1] in "WwUV":
                return softmax_of_columns, "a softmax of each column"
    return softmax_of_rows, "a softmax of each row"


def taken_for() -> list[str]:
    """What to say of the functions that were called in place of those of modules that are not there."""
    if not said:
        return []
    each = "; ".join(f"`{name}` for {shown}" for name, shown in said.items())
    return [
        f"what is imported from a module that is not there was taken for what usually bears its name: {each}"
    ]
