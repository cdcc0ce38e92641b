"""Functions that write into an array they are given: what they write where, and the write itself.

Functions that only move entries say themselves where each comes from: they are run on the numbers of the
places, so they mean what NumPy means in every option.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.errors import NoRuleError
from whygrad.tracing.values import Traced, plain

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer

Handler = Callable[["Tracer", Any, tuple[Any, ...], dict[str, Any]], Any]


def guarded(tracer: Tracer, value: Any) -> Any:
    """A value without traces, in nested containers too; which places are meant depends on it."""
    if type(value) in (list, tuple):
        return type(value)([guarded(tracer, v) for v in value])
    value = tracer.traced(value)
    return tracer.guard(value, plain(value)) if type(value) is Traced else value


def moving(name: str, position: int) -> Handler:
    """Handler for a function that moves entries of its argument `name` into its first argument."""

    def handler(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        target, rest = args[0], list(args[1:])
        array = plain(target)
        values = kwargs.pop(name) if name in kwargs else rest[position - 1]
        given = np.asarray(tracer.opened(values)) if type(values) is not Traced else plain(values)
        numbers = np.arange(array.size, array.size + np.size(given)).reshape(np.shape(given))
        if len(rest) >= position:
            rest[position - 1] = numbers
        else:
            kwargs[name] = numbers
        places = np.arange(array.size).reshape(array.shape)
        function(places, *guarded(tracer, rest), **{k: guarded(tracer, v) for k, v in kwargs.items()})
        where = np.nonzero(places >= array.size)
        flat = tracer.operate(0, np.reshape, (tracer.array_of(values) if type(values) in (list, tuple) else
                                              values, -1))  # fmt: skip
        tracer.setitem(0, tracer.getitem(0, flat, places[where] - array.size), target, where)

    return handler


def sorting(sorted_copy: Any) -> Handler:
    """Handler for a method that sorts an array where it stands, by the function that gives a sorted copy."""

    def handler(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        tracer.setitem(0, tracer.operate(0, sorted_copy, args, kwargs), args[0], Ellipsis)

    return handler


def fill(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """`x.fill(value)`."""
    tracer.setitem(0, args[1], args[0], Ellipsis)


def count_weights(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.bincount: of whole numbers, which carry no derivative; weights are added up where they belong."""
    weights = args[1] if len(args) > 1 else kwargs.get("weights")
    if weights is None:
        return tracer.without_rule(function, function(*guarded(tracer, args), **kwargs), args, kwargs)
    places = np.asarray(guarded(tracer, args[0]))
    size = max(kwargs.get("minlength", args[2] if len(args) > 2 else 0), int(places.max(initial=-1)) + 1)
    totals = np.zeros(size)
    tracer.add_at(np.add.at, totals, places, weights)
    return tracer.traced(totals)


def refuse(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A function that sorts or changes an array in a way that is not followed."""
    raise NoRuleError(
        f"`{function.__name__}` changes an array that depends on an input where it stands",
        hint="write the change as x[...] = values",
        place=tracer.place(),
    )


class Flat:
    """`x.flat` of a traced array, or of one that has been written: its entries in C order."""

    def __init__(self, tracer: Tracer, array: Any) -> None:
        self.tracer, self.array = tracer, array

    def _places(self, key: Any) -> Any:
        shape = np.shape(plain(self.array))
        return np.unravel_index(np.arange(int(np.prod(shape)))[guarded(self.tracer, key)], shape)

    def __len__(self) -> int:
        return int(np.size(plain(self.array)))

    def __iter__(self) -> Iterator[Any]:
        return iter([self[k] for k in range(len(self))])

    def __getitem__(self, key: Any) -> Any:
        places = self._places(key)
        if not np.ndim(places[0]):
            places = tuple(int(k) for k in places)
        return self.tracer.getitem(0, self.array, places)

    def __setitem__(self, key: Any, value: Any) -> None:
        places = self._places(key)
        if np.ndim(places[0]) and np.size(plain(value)) not in (1, places[0].size):
            cycle = np.arange(places[0].size) % np.size(plain(value))
            value = self.tracer.getitem(0, self.tracer.operate(0, np.reshape, (value, -1)), cycle)
        elif np.ndim(plain(value)) > 1:
            value = self.tracer.operate(0, np.reshape, (value, -1))
        self.tracer.setitem(0, value, self.array, places)


WRITERS: dict[Any, Handler] = {
    np.copyto: moving("src", 1),
    np.put: moving("v", 2),
    np.place: moving("vals", 2),
    np.putmask: moving("values", 2),
    np.put_along_axis: moving("values", 2),
    np.fill_diagonal: moving("val", 1),
    np.ndarray.put: moving("values", 2),
    np.ndarray.fill: fill,
    np.ndarray.sort: sorting(np.sort),
    np.ndarray.partition: sorting(np.partition),
    np.ndarray.resize: refuse,
    np.bincount: count_weights,
}
"""What is called, and its handler."""
