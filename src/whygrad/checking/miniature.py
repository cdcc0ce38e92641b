"""The mini-language of `--input "x=randn(4, 3)"`: shapes and literals, parsed here, never evaluated."""

from __future__ import annotations

import ast
import copy
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.errors import UsageError

LARGEST = 10_000_000
_RANDOM = np.random.RandomState()
"""Seeded anew for every value: making another costs fifty times as much."""


def parse_input(text: str, name: str = "") -> Value:
    """The value that a text stands for: a number, a nested list, or `randn(4, 3)` and its kind.

    Known: randn, rand, zeros, ones, arange, eye (sizes as arguments), full(size, ..., number), uniform(low,
    high, size, ...), randint(high, size, ...), symmetric(size), onehot(rows, classes), onehot(classes),
    onehot_columns(classes, columns), list(number, ...), list(randn(4)) and its kind, generator(seed) and
    randomstate(seed) for what draws random numbers; also words, True, False, None, tuples, and dictionaries
    of such: `{'stride': 1, 'w': randn(3, 2)}`. Numbers are the same in each call for one `name`. Raises
    UsageError for anything else.
    """
    return copy.deepcopy(_parsed(text, name))


@lru_cache(maxsize=512)
def _parsed(text: str, name: str) -> Value:
    """A script is run hundreds of times with the same inputs."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise _refused(text) from error
    return _Reader(text, zlib.crc32(name.encode())).value(node)


def _refused(text: str) -> UsageError:
    return UsageError(
        f"`{text}` is not a value that --input understands",
        hint="write a number, a list such as [[1, 2], [3, 4]], or randn(4, 3), zeros(3), arange(5), eye(3)",
    )


class _Reader:
    """Reads one text; every maker in it draws from numbers of its own."""

    def __init__(self, text: str, seed: int) -> None:
        self.text, self.seed = text, seed

    def value(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Call):
            return self.made(node)
        if isinstance(node, ast.Dict):
            return self.entries(node)
        if isinstance(node, ast.Tuple):
            return tuple(self.value(item) for item in node.elts)
        if isinstance(node, ast.List):
            return self.listed(node)
        return self.literal(node)

    def made(self, node: ast.Call) -> Value:
        maker = _MAKERS.get(node.func.id) if isinstance(node.func, ast.Name) and not node.keywords else None
        if maker is None:
            raise _refused(self.text)
        if maker is _MAKERS["list"] and len(node.args) == 1 and isinstance(node.args[0], ast.Call):
            return as_lists(self.made(node.args[0]))
        numbers = [n for a in node.args for n in _flat(self.literal(a))]
        _RANDOM.seed(self.seed)
        self.seed = (self.seed + 1) % (1 << 32)
        try:
            return maker(_RANDOM, numbers)
        except (TypeError, ValueError, IndexError) as error:
            raise _refused(self.text) from error

    def entries(self, node: ast.Dict) -> Value:
        keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
        if not all(isinstance(key, str | int) for key in keys):
            raise _refused(self.text)
        return {key: self.value(value) for key, value in zip(keys, node.values, strict=True)}

    def listed(self, node: ast.List) -> Value:
        if any(isinstance(part, ast.Call | ast.Dict) for part in ast.walk(node)):
            return [self.value(item) for item in node.elts]
        try:
            array = np.array(self.literal(node))
        except ValueError as error:
            raise _refused(self.text) from error
        if array.dtype.kind not in "fiub":
            raise _refused(self.text)
        return array

    def literal(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and (
            node.value is None or isinstance(node.value, int | float | str)
        ):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.literal(node.operand)
            if isinstance(inner, int | float):
                return -inner
        if isinstance(node, ast.List | ast.Tuple):
            return [self.literal(item) for item in node.elts]
        raise _refused(self.text)


def _flat(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in _flat(item)] if isinstance(value, list) else [value]


def _shape(numbers: list[Any]) -> tuple[int, ...]:
    shape = tuple(int(n) for n in numbers)
    if any(n < 0 for n in shape) or np.prod(shape, dtype=float) > LARGEST:
        raise ValueError(shape)
    return shape


def _onehot(rng: np.random.RandomState, numbers: list[Any]) -> Value:
    if len(numbers) == 1:  # of one example
        return np.eye(_shape(numbers)[0])[_shape(numbers)[0] // 2]
    rows, classes = _shape(numbers)
    return np.eye(classes)[np.arange(rows) % classes]


def _symmetric(rng: np.random.RandomState, numbers: list[Any]) -> Value:
    """A covariance, a kernel: symmetric, and positive in every direction."""
    size = _shape(numbers)[0]
    factor = rng.randn(size, size)
    return 0.3 * factor @ factor.T + np.diag(rng.uniform(0.6, 1.4, size))


_MAKERS: dict[str, Callable[[np.random.RandomState, list[Any]], Value]] = {
    "randn": lambda rng, n: rng.randn(*_shape(n)),
    "rand": lambda rng, n: rng.rand(*_shape(n)),
    "uniform": lambda rng, n: rng.uniform(n[0], n[1], _shape(n[2:])),
    "zeros": lambda rng, n: np.zeros(_shape(n)),
    "ones": lambda rng, n: np.ones(_shape(n)),
    "list": lambda rng, n: list(n),
    "arange": lambda rng, n: np.arange(*_shape(n)),
    "eye": lambda rng, n: np.eye(_shape(n)[0]),
    "symmetric": _symmetric,
    "full": lambda rng, n: np.full(_shape(n[:-1]), n[-1]),
    "randint": lambda rng, n: rng.randint(0, n[0], _shape(n[1:])),
    "onehot": _onehot,
    "generator": lambda _, n: np.random.default_rng(int(n[0])),
    "randomstate": lambda _, n: np.random.RandomState(int(n[0])),
    "onehot_columns": lambda rng, n: _onehot(rng, [n[1], n[0]]).T.copy(),
}


def as_lists(value: Value) -> Value:
    """The value with lists in place of arrays, in containers too: as plain Python has it."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {key: as_lists(item) for key, item in value.items()}
    return type(value)(map(as_lists, value)) if isinstance(value, list | tuple) else value


def stirred(value: Value) -> Value:
    """The value, arrays in it whose entries are all equal (zero biases, a scale of one) made generic."""
    if isinstance(value, dict):
        return {key: stirred(item) for key, item in value.items()}
    if isinstance(value, list):
        return [stirred(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size and np.ptp(value) == 0:
        moved = value + 0.1 * np.cos(np.arange(value.size) + 1.0).reshape(value.shape)
        return moved.astype(value.dtype)
    return value
