"""Sizes made small: the same text and inputs with 5 in place of 784, so that a check is cheap.

What is wrong with a gradient is as wrong at small shapes. Every whole number of the text that may be a size
is written as a smaller one, of the same order, the same where it was the same and different where it was
different. It stands in the columns of the large one, so that places in the text stay what they are.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from whygrad.checking.evidence import Hints, Value

LEAST = 16
"""Numbers below this stay: few entries are saved by them, and most are no sizes."""
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


@dataclass(frozen=True)
class Sizes:
    """Which small number stands for which large one; no small one occurs in what is shrunken."""

    small: Mapping[int, int]

    def shrunken(self, text: str) -> str:
        """The text with small sizes, every token at its line and column."""
        lines = text.split("\n")
        for token in reversed(list(_whole_numbers(text))):
            written = self.small.get(int(token.string.replace("_", "")))
            if written is not None:
                (row, start), (_, end) = token.start, token.end
                line = lines[row - 1]
                lines[row - 1] = f"{line[:start]}{written:>{end - start}}{line[end:]}"
        return "\n".join(lines)

    def restored(self, text: str) -> str:
        """A piece of an edited text with the large sizes again."""
        large = {small: large for large, small in self.small.items()}

        def put_back(found: re.Match[str]) -> str:
            number = large.get(int(found[2]))
            if number is None:
                return found[0]
            padding = len(str(number)) - len(found[2])
            spaces = len(found[1])
            # One space before a number is as likely the author's own.
            own = spaces - padding if spaces >= max(padding, 2) else spaces
            return " " * own + str(number)

        return re.sub(r"( *)(?<![\w.])(\d+)(?![\w.])", put_back, text)

    def hints(self, hints: Hints) -> Hints:
        """The same hints with small example inputs."""
        described = {name: self._described(text) for name, text in hints.input.items()}
        given = {name: self.sliced(value) for name, value in hints.given.items()}
        return replace(hints, input=described, given=given)

    def sliced(self, value: Value) -> Value:
        """An example value cut down to the small sizes; labels stay below their number of classes."""
        if isinstance(value, dict):
            return {key: self.sliced(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.sliced(item) for item in value[: self.small.get(len(value))])
        if not isinstance(value, np.ndarray):
            return value
        cut = value[tuple(slice(self.small.get(size)) for size in value.shape)]
        if value.dtype.kind not in "iu" or not value.size:
            return cut
        above = [size for size in self.small if size > int(value.max())]
        return cut % self.small[min(above)] if above and int(value.min()) >= 0 else cut

    def _described(self, text: str) -> str:
        return _NUMBER.sub(lambda found: str(self.small.get(int(found[0]), found[0])), text)

    def __str__(self) -> str:
        return ", ".join(f"{small} for {large}" for large, small in sorted(self.small.items()))


def proposals(text: str, hints: Hints) -> Iterator[Sizes]:
    """Sizes to try, those that make most small first; none where there are no large numbers.

    Some numbers of a text belong together in ways that only a run shows (a kernel that must fit an image), so
    the later ones leave the middling numbers alone.
    """
    numbers = set(_numbers(text, hints))
    large = sorted(n for n in numbers if n >= LEAST)
    tried: list[Sizes] = []
    for chosen in (large, [n for n in large if n >= 100], large[-1:]):
        sizes = Sizes(_assigned(chosen, numbers))
        if sizes.small and sizes not in tried:
            tried.append(sizes)
            yield sizes


def _assigned(large: Iterable[int], numbers: set[int]) -> dict[int, int]:
    """A small number for each of the large ones: above all that stay, ascending; a product of two as such."""
    chosen = sorted(large)
    small: dict[int, int] = {}
    staying = numbers - set(chosen)
    free = max([4, *(n for n in staying if n < LEAST)]) + 1
    for number in chosen:
        taken = {*staying, *small.values()}
        # `28 * 28` beside 784, `4 * hidden` beside a matrix of 400 columns
        products = (
            small[b] * small.get(a, a) for b in small if number % b == 0 and (a := number // b) in numbers
        )
        written = next((p for p in products if p < number and p not in taken), 0)
        while not written and free in taken:
            free += 1
        written = written or free
        if written < number:
            small[number] = written
    return small


def _numbers(text: str, hints: Hints) -> Iterator[int]:
    for token in _whole_numbers(text):
        yield int(token.string.replace("_", ""))
    for described in hints.input.values():
        yield from (int(found[0]) for found in _NUMBER.finditer(described))
    for value in hints.given.values():
        yield from _lengths(value)


def _lengths(value: Any) -> Iterator[int]:
    if isinstance(value, np.ndarray):
        yield from value.shape
    elif isinstance(value, dict | list | tuple):
        if not isinstance(value, dict):
            yield len(value)
        for item in value.values() if isinstance(value, dict) else value[:LEAST]:
            yield from _lengths(item)


def _whole_numbers(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NUMBER and token.string.replace("_", "").isdigit():
                yield token
    except (tokenize.TokenError, SyntaxError):
        return
