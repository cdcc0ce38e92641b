"""Options and methods of ufuncs: results written elsewhere, masks, dtypes, and `.at`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whygrad.errors import NoRuleError
from whygrad.tracing.pieces import plain_key
from whygrad.tracing.values import Traced, plain

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer

OPTIONS = frozenset({"out", "where", "dtype", "casting", "order", "subok"})
"""What every ufunc takes."""


def has_options(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Is it the call of a ufunc, with more than the arguments of the operation?"""
    return type(function) is np.ufunc and (len(args) > function.nin or not OPTIONS.isdisjoint(kwargs))


def is_at(function: Any) -> bool:
    """Is it the method `at` of a ufunc?"""
    return getattr(function, "__name__", "") == "at" and type(getattr(function, "__self__", None)) is np.ufunc


def with_options(tracer: Tracer, function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """A call whose result is written to an array that there is; of a ufunc also masks and dtypes."""
    given = kwargs.pop("out", None)
    targets = given if type(given) is tuple else (given,)
    if type(function) is not np.ufunc:
        return _stored(tracer, tracer.operate(0, function, args, kwargs), targets)
    if len(args) > function.nin:
        targets, args = tuple(args[function.nin :]), args[: function.nin]
    where, casting = kwargs.pop("where", True), kwargs.pop("casting", "same_kind")
    args = _converted(tracer, args, kwargs.pop("dtype", None))
    kwargs.pop("order", None), kwargs.pop("subok", None)
    _try(function, args, targets, where, casting)
    if where is True:
        return _stored(tracer, tracer.operate(0, function, args, kwargs), targets)
    if function.nout > 1:
        raise NoRuleError(f"`numpy.{function.__name__}` with the option `where`", place=tracer.place())
    return _stored(tracer, _masked(tracer, function, args, where, targets[0]), targets)


def _converted(tracer: Tracer, args: Sequence[Any], dtype: Any) -> Sequence[Any]:
    """The arguments in the dtype that a ufunc is to compute in."""
    if dtype is None:
        return args
    return [
        a
        if getattr(plain(a), "dtype", None) == np.dtype(dtype)
        else tracer.operate(0, np.asarray, (a,), {"dtype": dtype})
        for a in args
    ]


def _try(function: np.ufunc, args: Sequence[Any], targets: Sequence[Any], where: Any, casting: str) -> None:
    """The plain call, on copies: what it raises or warns is the user's."""
    copies = tuple([None if t is None else plain(t).copy() for t in targets])
    options: dict[str, Any] = {} if where is True else {"where": plain(where)}
    if any(t is not None for t in copies):
        options |= {"out": copies if len(copies) > 1 else copies[0], "casting": casting}
    if options:
        function(*[_emptied(a) for a in args], **options)


def _emptied(value: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)([_emptied(v) for v in value])
    return plain(value)


def _masked(tracer: Tracer, function: np.ufunc, args: Sequence[Any], where: Any, target: Any) -> Any:
    """The result where a mask holds, else what stands there; without a target NumPy leaves that open."""
    with np.errstate(all="ignore"):
        full = tracer.operate(0, function, args)
    if target is None:
        target = np.zeros_like(np.broadcast_to(plain(full), np.broadcast_shapes(full.shape, np.shape(where))))
    return tracer.operate(0, np.where, (where, full, target))


def _stored(tracer: Tracer, result: Any, targets: Sequence[Any]) -> Any:
    """Write results to the arrays that were given for them."""
    if len(targets) == 1:
        return _written(tracer, result, targets[0])
    return tuple([_written(tracer, r, t) for r, t in zip(result, targets, strict=False)])


def _written(tracer: Tracer, result: Any, target: Any) -> Any:
    if target is None:
        return result
    tracer.setitem(0, result, target, Ellipsis)
    return target


def at(tracer: Tracer, method: Any, target: Any, key: Any, *values: Any) -> None:
    """`np.add.at(target, key, value)` and its kin: places named twice are changed twice, in order."""
    ufunc = method.__self__
    if ufunc in (np.add, np.subtract):
        return tracer.add_at(method, target, key, *values)
    array = plain(target)
    places = np.arange(array.size).reshape(array.shape)[plain_key(_guarded(tracer, key))]
    spread = [_spread(tracer, v, places.shape) for v in values]
    for chosen in _rounds(places.reshape(-1)):
        where = np.unravel_index(places.reshape(-1)[chosen], array.shape)
        old = tracer.getitem(0, target, where)
        taken = [tracer.getitem(0, v, chosen) if type(v) is Traced else v[chosen] for v in spread]
        tracer.setitem(0, tracer.operate(0, ufunc, (old, *taken)), target, where)
    return None


def _guarded(tracer: Tracer, key: Any) -> Any:
    """A key whose traced parts are guarded: which places it names depends on them."""
    if type(key) is tuple:
        return tuple([_guarded(tracer, part) for part in key])
    return tracer.guard(key, plain(key)) if type(key) is Traced else key


def _spread(tracer: Tracer, value: Any, shape: tuple[int, ...]) -> Any:
    """A value for each place, as a vector."""
    value = tracer.traced(value)
    if type(value) is not Traced:
        return np.broadcast_to(np.asarray(value), shape).reshape(-1)
    return tracer.operate(0, np.reshape, (tracer.operate(0, np.broadcast_to, (value, shape)), -1))


def _rounds(places: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Positions of places, the first mention of each, then the second ..."""
    order = np.argsort(places, kind="stable")
    sorted_places = places[order]
    starts = np.flatnonzero(np.concatenate([[True], sorted_places[1:] != sorted_places[:-1]]))[: len(places)]
    counts = np.diff(np.append(starts, len(places)))
    mentions = np.empty(len(places), np.int64)
    mentions[order] = np.arange(len(places)) - np.repeat(starts, counts)
    for k in range(int(mentions.max(initial=-1)) + 1):
        yield np.flatnonzero(mentions == k)
