"""Reading pieces of arrays, and buffers: arrays put together by writes.

A key is an int, slice, None, Ellipsis, `Slot` or a tuple of these; `Slot(k)` stands for the k-th dynamic
index array, an integer or boolean row. A buffer is one `assemble` row that lists its writes, so a loop of n
writes costs n, not n copies; its transpose reads one piece for each write, and the transpose of n reads is
one `accumulate` row.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Bound, call, normal_axes, refuse_given, shape_of
from whygrad.rules import Explicit, zeros_like

MANY = 16
"""From this many writes of single numbers on, they are made by one call of NumPy's."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in a key for the k-th dynamic index array."""

    k: int


class Keys(tuple[Any, ...]):
    """The keys of a buffer's writes, which remembers which of them overlap."""

    @cached_property
    def _last(self) -> dict[Any, int] | None:
        """The last write of each place, if every key names one place by non-negative ints, all alike."""
        last: dict[Any, int] = {}
        length = -1
        for position, key in enumerate(self):
            place = _place(key)
            if place is None or length not in (-1, len(place)):
                return None
            length = len(place)
            last[place] = position
        return last

    @cached_property
    def places(self) -> tuple[Any, ...] | None:
        """An array of indices for each axis, if every key names one place by non-negative ints."""
        if self._last is None or not self:
            return None
        return tuple(np.array([_place(key) for key in self]).T)

    @cached_property
    def _of_slices(self) -> list[int] | None:
        """For each write the last one at its place, if all keys have the same slices on the same axes."""
        split = [part for part in map(_split_key, self) if part is not None]
        if len(split) < len(self) or any(slices != split[0][1] for _, slices in split):
            return None
        last = {ints: position for position, (ints, _) in enumerate(split)}
        return [last[ints] for ints, _ in split]

    def later(self, i: int) -> Sequence[int]:
        """Positions of the writes after `i` that may overwrite what it wrote."""
        if self._last is None:
            if self._of_slices is None:
                return range(i + 1, len(self))
            return () if self._of_slices[i] == i else (self._of_slices[i],)
        if len(self._last) == len(self):
            return ()
        last = self._last[_place(self[i])]
        return () if last == i else (last,)

    def cover(self, shape: tuple[int, ...]) -> bool:
        """Whether every entry of a buffer of this shape is written for sure."""
        last = self._last
        if last is None or not last:
            return False
        depth = len(next(iter(last)))
        return depth <= len(shape) and len(last) == math.prod(shape[:depth])


def _place(key: Any) -> tuple[int, ...] | None:
    """The key as non-negative ints, or None if it is anything else."""
    parts = key if type(key) is tuple else (key,)
    for k in parts:
        if type(k) is not int or k < 0:
            return None
    return parts


def _split_key(key: Any) -> tuple[tuple[int, ...], tuple[Any, ...]] | None:
    """The non-negative ints of a key, and its slices with None where the ints stand; None for other keys."""
    parts = key if type(key) is tuple else (key,)
    for k in parts:
        if type(k) is not slice and (type(k) is not int or k < 0):
            return None
    ints = tuple([k for k in parts if type(k) is int])
    return ints, tuple([k if type(k) is slice else None for k in parts])


def resolve(key: Any, dynamic: Sequence[Any]) -> Any:
    """A key with its slots filled."""
    if type(key) is tuple:
        return tuple([dynamic[k.k] if type(k) is Slot else k for k in key])
    return dynamic[key.k] if type(key) is Slot else key


def template(key: Any, first: int = 0) -> tuple[Any, list[Any]]:
    """Split a key into a template with slots (numbered from `first`) and the dynamic index arrays."""
    dynamic: list[Any] = []

    def part(k: Any) -> Any:
        if k is None or k is Ellipsis or (isinstance(k, int) and not isinstance(k, bool)):
            return k
        if isinstance(k, np.integer):
            return int(k)
        if isinstance(k, slice):
            return slice(*(None if b is None else b.__index__() for b in (k.start, k.stop, k.step)))
        dynamic.append(_as_indices(k) if isinstance(k, list | bool) else k)
        return Slot(first + len(dynamic) - 1)

    stated = tuple([part(k) for k in key]) if isinstance(key, tuple) else part(key)
    return stated, dynamic


def _as_indices(key: list[Any] | bool) -> Any:
    """A list of indices as an array; an empty one has none to tell NumPy that they are whole numbers."""
    array = np.asarray(key)
    return array if array.size else array.astype(np.intp)


def index(x: Any, *dynamic: Any, key: Any, shape: tuple[int, ...] | None = None) -> Any:
    """`x[key]`. `shape` is the result's, needed only where a boolean slot hides it from inference."""
    hint = {} if shape is None else {"shape": shape}
    return call(INDEX, x, *dynamic, key=key, **hint)


def assemble(base: Any, *values_and_dynamic: Any, keys: Iterable[Any]) -> Any:
    """A copy of `base` with `values` written at `keys`, in order; the last write of a place wins."""
    return call(ASSEMBLE, base, *values_and_dynamic, keys=_keys(keys))


def accumulate(base: Any, *values_and_dynamic: Any, keys: Iterable[Any]) -> Any:
    """A copy of `base` with `values` added at `keys`; a place named twice receives both."""
    return call(ACCUMULATE, base, *values_and_dynamic, keys=_keys(keys))


def _keys(keys: Iterable[Any]) -> Keys:
    return keys if isinstance(keys, Keys) else Keys(keys)


def _split(arguments: Sequence[Any], keys: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    return arguments[: len(keys)], arguments[len(keys) :]


def _index(x: Any, *dynamic: Any, key: Any, shape: Any = None) -> Any:
    return np.asarray(x)[resolve(key, dynamic) if dynamic else key]


def _assemble(base: Any, *rest: Any, keys: Sequence[Any], out: Any = None) -> Any:
    values, dynamic = _split(rest, keys)
    out = np.array(base) if out is None else out  # an executor hands in a `base` that nothing else needs
    at_once = _numbers_at_places(out, values, keys)
    if at_once:
        out[at_once[0]] = at_once[1]  # of a place named twice NumPy keeps the last
        return out
    for key, value in zip(keys, values, strict=True):
        out[resolve(key, dynamic)] = value
    return out


def _accumulate(base: Any, *rest: Any, keys: Sequence[Any], out: Any = None) -> Any:
    values, dynamic = _split(rest, keys)
    out = np.array(base) if out is None else out  # an executor hands in a `base` that nothing else needs
    at_once = _numbers_at_places(out, values, keys)
    if at_once:
        np.add.at(out, *at_once)
        return out
    for key, value in zip(keys, values, strict=True):
        place = resolve(key, dynamic)
        if has_slot(key):
            np.add.at(out, place, value)  # a place may be named twice within one key
        else:
            out[place] += value
    return out


def _numbers_at_places(out: Any, values: Sequence[Any], keys: Sequence[Any]) -> Any:
    """Places and values as arrays, if there are many and each key names one entry; else None."""
    if len(values) < MANY or not isinstance(keys, Keys) or keys.places is None:
        return None
    places, numbers = keys.places, np.array(values) if out.ndim == len(keys.places) else np.empty((0, 0))
    return (places, numbers) if numbers.ndim == 1 else None


def has_slot(key: Any) -> bool:
    """Whether a part of a key is given by a row, so that it may differ from point to point."""
    return any(type(k) is Slot for k in key) if type(key) is tuple else type(key) is Slot


def _gather(g: Any, key: Any, value: Any, dynamic: Sequence[Any]) -> Any:
    """Read from `g` what a write of `value` at `key` covers."""
    used = [k.k for k in (key if type(key) is tuple else (key,)) if type(k) is Slot]
    if not used:
        return index(g, key=key)
    fill = [Slot(n) for n in range(len(used))]
    slots = iter(fill)
    renumbered = (
        tuple([next(slots) if type(k) is Slot else k for k in key]) if type(key) is tuple else fill[0]
    )
    arrays = [dynamic[k] for k in used]
    boolean = any(getattr(a, "dtype", None) == np.bool_ for a in arrays)
    return index(g, *arrays, key=renumbered, shape=shape_of(value) if boolean else None)


def _index_vjp(i: int, g: Any, y: Any, x: Any, *dynamic: Any, key: Any, shape: Any = None) -> Any:
    return None if i else accumulate(zeros_like(x), g, *dynamic, keys=(key,))


def _index_jvp(tangents: Sequence[Any], y: Any, x: Any, *dynamic: Any, key: Any, shape: Any = None) -> Any:
    return None if tangents[0] is None else index(tangents[0], *dynamic, key=key, shape=shape)


def _assemble_vjps(wanted: Sequence[int], g: Any, y: Any, base: Any, *rest: Any, keys: Any) -> list[Any]:
    keys = _keys(keys)
    values, dynamic = _split(rest, keys)
    return [_assemble_vjp(i, g, keys, values, dynamic) for i in wanted]


def _assemble_vjp(i: int, g: Any, keys: Keys, values: Sequence[Any], dynamic: Sequence[Any]) -> Any:
    if i == 0:
        return None if keys.cover(shape_of(g)) else _erased(g, keys, dynamic)
    if i > len(keys):
        return None
    later = keys.later(i - 1)
    if later:
        g = _erased(g, Keys(keys[j] for j in later), dynamic)
    key, value = keys[i - 1], values[i - 1]
    return _of_last_writes(g, key, value, dynamic) if has_slot(key) else _gather(g, key, value, dynamic)


def _of_last_writes(g: Any, key: Any, value: Any, dynamic: Sequence[Any]) -> Any:
    """What a write through index arrays receives: a place named twice keeps only the last entry."""
    used = [k for k in (key if type(key) is tuple else (key,)) if type(k) is Slot]
    masks = [dynamic[k.k] for k in used if getattr(dynamic[k.k], "dtype", None) == np.bool_]
    shape = shape_of(value)
    if math.prod(shape) == 1 and (masks or not shape):
        return np.reshape(np.sum(_only(g, key, dynamic)), shape)
    if masks and type(key) is Slot:
        depth = len(shape_of(masks[0]))
        if len(shape) < len(shape_of(g)) - depth + 1 or shape[0] == 1:  # one for all picked
            found = np.sum(_only(g, key, dynamic), axis=tuple(range(depth)))
            return found[None] if len(shape) > len(shape_of(found)) else found
        return index(g, dynamic[key.k], key=Slot(0), shape=(shape[0], *shape_of(g)[depth:]))
    found = _gather(g, key, value, dynamic)
    if masks:  # names no place twice
        return found
    order = np.arange(1.0, math.prod(shape_of(found)) + 1).reshape(shape_of(found))
    written = assemble(np.zeros(shape_of(g)), order, *dynamic, keys=(key,))
    return np.where(_gather(written, key, order, dynamic) == order, found, 0.0)


def _only(g: Any, key: Any, dynamic: Sequence[Any]) -> Any:
    """`g` where the key names a place, elsewhere zero."""
    return np.where(assemble(np.zeros(shape_of(g)), 1.0, *dynamic, keys=(key,)) != 0, g, 0.0)


def _erased(g: Any, keys: Keys, dynamic: Sequence[Any]) -> Any:
    """`g` with zeros at the places that the keys name."""
    return assemble(g, *([0.0] * len(keys)), *dynamic, keys=keys)


def _writes_jvp(write: Any, tangents: Sequence[Any], base: Any, rest: Sequence[Any], keys: Keys) -> Any:
    values, dynamic = _split(rest, keys)
    moved = tangents[: 1 + len(keys)]
    if all(t is None for t in moved):
        return None
    filled = [zeros_like(a) if t is None else t for a, t in zip((base, *values), moved, strict=True)]
    return write(*filled, *dynamic, keys=keys)


def _accumulate_vjps(wanted: Sequence[int], g: Any, y: Any, base: Any, *rest: Any, keys: Any) -> list[Any]:
    values, dynamic = _split(rest, keys)
    n = len(keys)
    return [
        g if i == 0 else None if i > n else _gather(g, keys[i - 1], values[i - 1], dynamic) for i in wanted
    ]


def _getitem(x: Any, key: Any) -> Bound:
    stated, dynamic = template(key)
    return (x, *dynamic), {"key": stated}


def read_along(x: Any, positions: Any, axis: int) -> Any:
    """`np.take_along_axis(x, positions, axis)`, as a read by one array of indices for each axis."""
    arguments, params = _along(x, positions, axis)
    return index(*arguments, **params)


def _along(x: Any, positions: Any, axis: int) -> Bound:
    shape = shape_of(positions)
    depth = len(shape)
    grids = [
        positions if k == axis else np.arange(n).reshape((n,) + (1,) * (depth - k - 1))
        for k, n in enumerate(shape)
    ]
    return (x, *grids), {"key": tuple(Slot(k) for k in range(depth)) if depth > 1 else Slot(0)}


def _take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Bound:
    if axis is None:
        return _along(np.reshape(arr, -1), indices, 0)
    return _along(arr, indices, normal_axes(axis, len(shape_of(arr)))[0])


def _take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Bound:
    refuse_given(np.take, out=out)
    where = None if axis is None or not shape_of(a) else normal_axes(axis, len(shape_of(a)))[0]
    indices = _as_indices(indices) if isinstance(indices, list) else indices
    if mode != "raise":
        size = math.prod(shape_of(a)) if where is None else shape_of(a)[where]
        indices = np.remainder(indices, size) if mode == "wrap" else np.clip(indices, 0, size - 1)
    if where is None:
        return _getitem(np.reshape(a, -1), indices)
    return _getitem(a, (*[slice(None)] * where, indices) if where else indices)


INDEX = Op(
    "index",
    _index,
    Explicit(_index_vjp, _index_jvp),
    note="Reading has the local gradient 1 for the entries read and 0 for the others.",
    calls=(
        (operator.getitem, _getitem),
        (np.take, _take),
        (np.ndarray.take, _take),
        (np.take_along_axis, _take_along_axis),
    ),
)
ASSEMBLE = Op(
    "assemble",
    _assemble,
    Explicit(
        None, lambda t, y, base, *rest, keys: _writes_jvp(assemble, t, base, rest, keys), _assemble_vjps
    ),
    note="Writing has the local gradient 1 for what is there at the end, and 0 for what was overwritten.",
)
ACCUMULATE = Op(
    "accumulate",
    _accumulate,
    Explicit(
        None, lambda t, y, base, *rest, keys: _writes_jvp(accumulate, t, base, rest, keys), _accumulate_vjps
    ),
    note="Adding at places has the local gradient 1 for every value added.",
)

INDEXING = (INDEX, ASSEMBLE, ACCUMULATE)
