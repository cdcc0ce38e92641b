"""The mini-language of `--input "x=randn(4, 3)"`: shapes and literals, parsed here, never evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.errors import UsageError

SEED = 0
LARGEST = 10_000_000


def parse_input(text: str) -> Value:
    """The value that a text stands for: a number, a nested list, or `randn(4, 3)` and its kind.

    Known: randn, rand, zeros, ones, arange, eye (sizes as arguments), full(size, ..., number), randint(high,
    size, ...). Numbers are the same in each call. Raises UsageError for anything else.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise _refused(text) from error
    return _value(node, text)


def _refused(text: str) -> UsageError:
    return UsageError(
        f"`{text}` is not a value that --input understands",
        hint="write a number, a list such as [[1, 2], [3, 4]], or randn(4, 3), zeros(3), arange(5), eye(3)",
    )


def _value(node: ast.expr, text: str) -> Value:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        maker = _MAKERS.get(node.func.id)
        if maker is None:
            raise _refused(text)
        numbers = [n for a in node.args for n in _flat(_literal(a, text))]
        try:
            return maker(numbers)
        except (TypeError, ValueError, IndexError) as error:
            raise _refused(text) from error
    literal = _literal(node, text)
    if isinstance(literal, list):
        try:
            array = np.array(literal)
        except ValueError as error:
            raise _refused(text) from error
        if array.dtype.kind not in "fiub":
            raise _refused(text)
        return array
    return literal


def _literal(node: ast.expr, text: str) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _literal(node.operand, text)
        if isinstance(inner, int | float):
            return -inner
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(item, text) for item in node.elts]
    raise _refused(text)


def _flat(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in _flat(item)] if isinstance(value, list) else [value]


def _shape(numbers: list[Any]) -> tuple[int, ...]:
    shape = tuple(int(n) for n in numbers)
    if any(n < 0 for n in shape) or np.prod(shape, dtype=float) > LARGEST:
        raise ValueError(shape)
    return shape


def _rng() -> np.random.RandomState:
    return np.random.RandomState(SEED)


_MAKERS: dict[str, Callable[[list[Any]], Value]] = {
    "randn": lambda n: _rng().randn(*_shape(n)),
    "rand": lambda n: _rng().rand(*_shape(n)),
    "zeros": lambda n: np.zeros(_shape(n)),
    "ones": lambda n: np.ones(_shape(n)),
    "arange": lambda n: np.arange(*_shape(n)),
    "eye": lambda n: np.eye(_shape(n)[0]),
    "full": lambda n: np.full(_shape(n[:-1]), n[-1]),
    "randint": lambda n: _rng().randint(0, n[0], _shape(n[1:])),
}
