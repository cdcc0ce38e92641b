"""Example inputs made smaller where the claimed gradients are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from whygrad.checking.miniature import parse_input
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import is_numeric, shape_of
from whygrad.errors import UsageError

A_NUMBER = "0.7"
_SINGLE = re.compile(r"\w+\(1(, 1)*\)")
_MADE_BY_SIZE = re.compile(r"(randn|rand|zeros|ones)\(")


def smaller(
    gradients: Mapping[str, tuple[int, ...]], texts: Mapping[str, str], data: str = ""
) -> dict[str, str]:
    """Texts for those guessed inputs whose claimed gradients are smaller, by the shapes of these.

    A bias guessed as (3, 4, 2, 3) runs where its author, who reads `b[0, 0, 0, c]`, has (1, 1, 1, 3): the
    gradient says which. A gradient that is a number belongs to a number; an array of the same rank that is no
    longer along any axis, to an array of its shape; and so does one of a single row or column, however many
    axes of length one it has beside. The `data` may be larger as well: the code has a number of rows of its
    own, `np.zeros((32, 10))`. Inputs of other kinds are left out.
    """
    found = {}
    for name, shape in gradients.items():
        guess = _array(texts.get(name, ""))
        if guess is None:
            continue
        if shape == ():
            found[name] = A_NUMBER
        elif _is_smaller(shape, guess.shape) or (
            name == data and len(shape) == guess.ndim and 1 not in shape
        ):
            maker = _MADE_BY_SIZE.match(texts[name])
            found[name] = f"{maker[1] if maker else 'randn'}({', '.join(map(str, shape))})"
    return found


def fittings(
    gradients: Mapping[str, tuple[int, ...]], texts: Mapping[str, str], data: str
) -> Iterator[dict[str, str]]:
    """All texts with those inputs made `smaller` whose gradients are; those of a single output first.

    Where the gradient of a bias is a number, there is likelier one output than a bias that several share.
    """
    found = smaller(gradients, texts, data)
    if () in gradients.values():
        yield from single_output({**texts, **found})
    fitted = {**texts, **found}
    if found and not all(_SINGLE.fullmatch(text) for text in fitted.values()):
        yield fitted  # of single numbers any rule is right


def single_output(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Texts without the dimension that is the last of a target, for a model of one number an example."""
    for target in filter(TARGET_WORDS.match, texts):
        if matched := re.fullmatch(r"\w+\(.*, (\d+)\)", texts[target]):
            vectors = re.compile(rf"randn\({matched[1]}\)")
            tables = re.compile(rf"\b(\w+)\(([^()]*), {matched[1]}\)")
            yield {n: tables.sub(_without_last, vectors.sub(A_NUMBER, text)) for n, text in texts.items()}


def _without_last(maker: re.Match[str]) -> str:
    return f"randint(2, {maker[2]})" if maker[1].startswith("onehot") else f"{maker[1]}({maker[2]})"


def across(texts: Mapping[str, str], output: tuple[int, ...]) -> Iterator[dict[str, str]]:
    """Texts with an input that is added to the columns of an output, where the guess is added to its rows.

    `W.dot(A) + b` runs with a `b` of one number for each example as well, and so it is guessed where the
    backward pass sums along the wrong axis.
    """
    if len(output) != 2 or output[0] in (1, output[1]):
        return
    for name, text in texts.items():
        guess = _array(text)
        if guess is not None and guess.shape in ((output[1],), (1, output[1])):
            maker = _MADE_BY_SIZE.match(text)
            yield {**texts, name: f"{maker[1] if maker else 'randn'}({output[0]}, 1)"}


def _is_smaller(shape: tuple[int, ...], than: tuple[int, ...]) -> bool:
    if not all(isinstance(n, int) for n in (*shape, *than)):  # a list of arrays
        return False
    if len(shape) != len(than):
        return len(than) == 1 and max(shape) == math.prod(shape) <= than[0]
    return all(a <= b for a, b in zip(shape, than, strict=True))


def _array(text: str) -> np.ndarray[Any, Any] | None:
    """The float array that an input's text describes."""
    try:
        value = parse_input(text) if text else None
    except UsageError:
        return None
    return value if isinstance(value, np.ndarray) and value.dtype.kind == "f" else None


def input_shapes(
    namespace: Mapping[str, Any], parts: Mapping[str, tuple[str, int]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Shapes of the inputs and of the entries of those that are dictionaries, and whose they are.

    `parts` are the names that a function gives to items of an input: `W, b = params`.
    """
    shapes: dict[str, Any] = {}
    owners: dict[str, str] = {}
    for name, (owner, place) in parts.items():
        items = namespace.get(owner)
        if isinstance(items, list | tuple) and place < len(items) and is_numeric(items[place]):
            shapes[name], owners[name] = shape_of(items[place]), owner
    for name, value in namespace.items():
        if name.startswith("__") or not is_numeric(value):
            continue
        entries = value.items() if isinstance(value, dict) else ()
        for key, item in (*((k, v) for k, v in entries if isinstance(k, str)), (name, value)):
            shapes[key], owners[key] = shape_of(item), name
    return shapes, owners


def listed(text: str) -> int:
    """How many sizes a text lists: the layers of a network."""
    return text.count(",") if text.startswith("list(") else 0


def in_one_column(texts: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """The inputs of a loss with one number for each example, and how many they had; ({}, 0) if none differ.

    That `y_pred` has several columns was assumed: with one, the mean over entries is that over examples.
    """
    found, columns = dict(texts), set[int]()
    for name, text in texts.items():
        matched = re.fullmatch(r"(\w+)\((.*?)(\d+), (\d+)\)", text)
        if matched is None or matched[1] == "list":
            continue
        maker, given, rows, size = matched.groups()
        if len(given.split(",")) > (3 if maker == "uniform" else 2 if maker == "randint" else 1):
            return {}, 0
        columns.add(int(size))
        found[name] = f"randint(2, {rows})" if maker.startswith("onehot") else f"{maker}({given}{rows})"
    return (found, columns.pop()) if len(columns) == 1 else ({}, 0)


def has_one_label(texts: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Is there one label where other inputs, that run as well, have one for each example?"""
    return any(text == "1" and "randint(" in other.get(name, "") for name, text in texts.items())
