"""Example inputs of other shapes, made from those at hand.

Lengths that are equal stay equal in one of them; in the other they are told apart where the function
allows it, as a batch of two is from two channels.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from whygrad.emission.leaves import is_array, is_number

ATTEMPTS = 40
TOGETHER = 3
"""How many axes are given a new length at once to tell them from others of the same length."""
TRIES = 2
Axis = tuple[int, int]
"""An argument's place, and an axis of it."""


def lengths(value: Any) -> set[int]:
    """All lengths of axes and lists in a value, but 0 and 1."""
    if is_array(value):
        return {n for n in value.shape if n > 1}
    if isinstance(value, dict):
        return {n for v in value.values() for n in lengths(v)}
    if isinstance(value, list | tuple) and value:
        own = {len(value)} if len(value) > 1 and all(is_number(v) or is_array(v) for v in value) else set()
        return own | {n for v in value for n in lengths(v)}
    return set()


def resized(value: Any, sizes: Mapping[int, int], draw: Any) -> Any:
    """A value like this one with other lengths."""
    if is_array(value):
        return _array(value, tuple(sizes.get(n, n) for n in value.shape), draw)
    if isinstance(value, dict):
        return {k: resized(v, sizes, draw) for k, v in value.items()}
    if isinstance(value, list | tuple) and value and all(is_number(v) or is_array(v) for v in value):
        count = sizes.get(len(value), len(value))
        return type(value)(_like(value[k % len(value)], k >= len(value), sizes, draw) for k in range(count))
    if isinstance(value, list | tuple):
        return type(value)(resized(v, sizes, draw) for v in value)
    return copy.deepcopy(value)


def _like(value: Any, new: bool, sizes: Mapping[int, int], draw: Any) -> Any:
    if is_array(value):
        return resized(value, sizes, draw)
    return value + float(draw.normal()) if new and isinstance(value, float) else value


def _array(value: Any, shape: tuple[int, ...], draw: Any) -> Any:
    """Entries of the given array, in another order and number, moved a little where they are floating."""
    if not value.size:
        return np.zeros(shape, value.dtype)
    picked = value.ravel()[draw.integers(0, value.size, int(np.prod(shape)))].reshape(shape)
    if value.dtype.kind != "f":
        return picked
    return (picked * (1 + 0.3 * draw.normal(size=shape))).astype(value.dtype)


def other_shapes(
    function: Callable[..., Any], example: Sequence[Any], fixed: Sequence[int] = (), apart: bool = True
) -> list[tuple[Any, ...]]:
    """The example at up to two other sets of lengths, where the function accepts them.

    Arguments at the places `fixed` keep their lengths. `apart`: see `told_apart`.
    """
    found: list[tuple[Any, ...]] = []
    known = sorted({n for k, v in enumerate(example) for n in lengths(v) if k not in fixed})
    if not known:
        return found
    for sizes in _choices(known):
        for whole in (False, True):
            args = _attempt(function, example, sizes, whole, fixed)
            if args is not None:
                found.append(args)
                break
        if len(found) == 2:
            break
    if apart:
        first = told_apart(function, [*found, example][0], fixed)
        found = [first, *found[1:]] if any(a is not b for a, b in zip(first, example, strict=True)) else found
        found = [*found[:-1], varied(function, found[-1], example, fixed)] if found else found
    return found


def varied(
    function: Callable[..., Any], args: tuple[Any, ...], example: Sequence[Any], fixed: Sequence[int]
) -> tuple[Any, ...]:
    """The arguments with other lengths for those that are still as they were: a batch, a number of steps."""
    known = {n for k, v in enumerate(args) for n in lengths(v) if k not in fixed}
    for n in sorted(known & {n for v in example for n in lengths(v)}):
        used = {n for v in (*args, *example) for n in lengths(v)}
        free = next(m for m in range(n + 1, n + 2 + len(used)) if m not in used)
        args = _attempt(function, args, {n: free}, False, fixed) or args
    return args


def with_rows(args: Sequence[Any], places: Sequence[Axis], chosen: Sequence[Axis]) -> bool:
    """Does every list of labels stay as long as some array has rows, if axes get another length?"""
    rows = {(k, axis) for k, axis in places if axis == 0 and args[k].dtype.kind == "f"}
    labels = {(k, axis) for k, axis in places if args[k].ndim == 1 and args[k].dtype.kind in "iu"}
    kept = set(places) - set(chosen)
    return not rows or all(part & rows or not part & labels for part in (kept, set(chosen)))


def told_apart(
    function: Callable[..., Any], example: Sequence[Any], fixed: Sequence[int] = ()
) -> tuple[Any, ...]:
    """The example with other lengths for axes that only happen to be as long as others."""
    args = tuple(example)
    for n in sorted({n for v in args for n in lengths(v)}):
        places = [
            (k, axis)
            for k, v in enumerate(args)
            if k not in fixed and is_array(v)
            for axis, size in enumerate(v.shape)
            if size == n
        ]
        for count in range(1, TOGETHER + 1):
            for chosen in combinations(places[1:], count):
                if not with_rows(args, places, chosen):
                    continue
                if all(args[k].shape[axis] == n for k, axis in chosen):
                    args = _moved_apart(function, args, chosen, n)
    return args


def _moved_apart(
    function: Callable[..., Any], args: tuple[Any, ...], axes: Sequence[Axis], length: int
) -> tuple[Any, ...]:
    """The arguments with these axes at a length that no other has, as they were where the function fails."""
    used = {n for v in args for n in lengths(v)} | {0, 1}
    near = sorted(set(range(2, max(used) + 2)) - used, key=lambda n: abs(n - length))
    tried = (_runs(function, _lengthened(args, axes, size)) for size in near[:TRIES])
    return next((found for found in tried if found is not None), args)


def _lengthened(args: tuple[Any, ...], axes: Sequence[Axis], size: int) -> tuple[Any, ...]:
    """The arguments with these axes at another length."""
    draw = np.random.default_rng(4)
    made = list(args)
    for k in {k for k, _ in axes}:
        own = {axis for place, axis in axes if place == k}
        made[k] = _array(args[k], tuple(size if a in own else n for a, n in enumerate(args[k].shape)), draw)
    return tuple(made)


def _choices(known: Sequence[int]) -> Iterator[dict[int, int]]:
    """Other lengths for the known ones, ever more of them: functions accept only some (halves, products)."""
    growing = {n: n + 1 + k * (k + 1) // 2 for k, n in enumerate(known)}
    yield growing
    yield {n: growing[n] if n < 4 else 2 * growing[n] for n in known}
    draw = np.random.default_rng(9)
    for _ in range(ATTEMPTS):
        sizes = {n: int(draw.integers(max(n - 1, 1), 2 * n + 3)) for n in known}
        for n in known:  # a product of two others, or a multiple, follows them
            factors = [a for a in known if 1 < a < n and n % a == 0]
            if factors and draw.random() < 0.7:
                a = factors[int(draw.integers(len(factors)))]
                sizes[n] = sizes[a] * (sizes[n // a] if n // a in sizes else n // a)
        if len(set(sizes.values())) == len(sizes) and sizes != {n: n for n in known}:
            yield sizes


def _attempt(
    function: Callable[..., Any],
    example: Sequence[Any],
    sizes: Mapping[int, int],
    whole: bool,
    fixed: Sequence[int],
) -> tuple[Any, ...] | None:
    """The example at other lengths, if the function runs there; `whole`: numbers that are lengths too."""
    draw = np.random.default_rng(3)
    args = tuple(
        v if k in fixed else sizes.get(v, v) if whole and type(v) is int else resized(v, sizes, draw)
        for k, v in enumerate(example)
    )
    return _runs(function, args)


def _runs(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """These arguments, if the function runs with them."""
    with np.errstate(all="ignore"):
        try:
            function(*copy.deepcopy(args))
        except Exception:  # whatever the user's function says of such shapes
            return None
    return args
