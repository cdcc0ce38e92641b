"""What rewritten code calls: the plain operation, unless something traced takes part."""

from __future__ import annotations

import builtins
import operator
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from whygrad.ops import lookup
from whygrad.tracing.slice.functions import follow
from whygrad.tracing.slice.tracer import active, innermost
from whygrad.tracing.slice.values import Traced, plain as plain_value
from whygrad.tracing.slice.calls import emptied

add, sub, mul, truediv, floordiv, mod, pow, matmul = (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.matmul,
)
and_, or_, xor, lshift, rshift = operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift
neg, pos, invert = operator.neg, operator.pos, operator.invert
lt, le, gt, ge, eq, ne = operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne
iadd, isub, imul, itruediv, ifloordiv, imod, ipow, imatmul = (
    operator.iadd,
    operator.isub,
    operator.imul,
    operator.itruediv,
    operator.ifloordiv,
    operator.imod,
    operator.ipow,
    operator.imatmul,
)
iand, ior, ixor, ilshift, irshift = (
    operator.iand,
    operator.ior,
    operator.ixor,
    operator.ilshift,
    operator.irshift,
)

ndarray = np.ndarray
_METHODS_OF_CONTAINERS = (list, dict, set, tuple)


def plain(value: Any) -> Any:
    return emptied(value)


def _buffered(*values: Any) -> Any:
    """The tracer for which one of these arrays has been written, or None."""
    tracer = active()
    if tracer is not None and tracer.buffers:
        for value in values:
            if isinstance(value, ndarray) and tracer.is_buffer(value):
                return tracer
    return None


def binary(site: int, function: Callable[..., Any], a: Any, b: Any) -> Any:
    ta, tb = type(a), type(b)
    if ta is Traced:
        if tb is Traced or tb is float or tb is int or isinstance(b, ndarray | np.generic | bool):
            return a.tracer.operate(site, function, (a, b))
        if function is mod and ta is str:
            return function(a, emptied(b))
        return function(a, b)
    if tb is Traced:
        if ta is str:
            return function(a, emptied(b))
        if ta is float or ta is int or isinstance(a, ndarray | np.generic | bool):
            return b.tracer.operate(site, function, (a, b))
        return function(a, b)
    if ta is ndarray or tb is ndarray:
        tracer = _buffered(a, b)
        if tracer is not None:
            return tracer.operate(site, function, (a, b))
    elif ta is str and function is mod:
        return function(a, emptied(b))
    return function(a, b)


def unary(site: int, function: Callable[..., Any], a: Any) -> Any:
    if type(a) is Traced:
        return a.tracer.operate(site, function, (a,))
    tracer = _buffered(a) if type(a) is ndarray else None
    return function(a) if tracer is None else tracer.operate(site, function, (a,))


def truth(site: int, value: Any) -> Any:
    if type(value) is Traced:
        value.tracer.builder.current_site = site
    elif type(value) is ndarray and _buffered(value):
        return bool(value)
    return value


def attribute(site: int, owner: Any, name: str) -> Any:
    if type(owner) is ndarray:
        tracer = _buffered(owner)
        if tracer is not None:
            return getattr(tracer.traced(owner), name)
    return getattr(owner, name)


def slice(*parts: Any) -> Any:  # noqa: A001
    return builtins.slice(*parts)


def getitem(site: int, owner: Any, key: Any) -> Any:
    if type(owner) is Traced:
        return owner.tracer.getitem(site, owner, key)
    tracer = innermost((key,)) if type(key) not in (int, str) else None
    if tracer is None and type(owner) is ndarray:
        tracer = _buffered(owner, key)
    if tracer is not None and (isinstance(owner, ndarray) or type(owner) in _METHODS_OF_CONTAINERS):
        return tracer.getitem(site, owner, key)
    return owner[key]


def setitem(site: int, value: Any, owner: Any, key: Any, text: str, where: str) -> None:
    _set(site, value, owner, key)
    _recorded(site, text, value, where)


def _set(site: int, value: Any, owner: Any, key: Any) -> None:
    if isinstance(plain_value(owner), ndarray):
        tracer = innermost((owner, key, value)) or _buffered(owner, value)
        if tracer is None:
            current = active()
            if current is not None:
                current.forget(owner)
            owner[key] = value
        else:
            tracer.setitem(site, value, owner, key)
    elif type(key) is Traced:
        owner[key.tracer.guarded(key, plain_value(key))] = value
    else:
        owner[key] = value


def augment_item(site: int, function: Any, owner: Any, key: Any, value: Any, text: str, where: str) -> None:
    old = getitem(site, owner, key)
    new = augment(site, function, old, value)
    _set(site, new, owner, key)
    _recorded(site, text, new, where)


def augment(site: int, function: Any, old: Any, value: Any) -> Any:
    if isinstance(plain_value(old), ndarray):
        tracer = innermost((old, value)) or _buffered(old, value)
        if tracer is not None:
            return tracer.in_place(site, function, old, value)
        current = active()
        if current is not None:
            current.forget(old)
        return function(old, value)
    return binary(site, function, old, value)


def bound(site: int, name: str, value: Any, where: str) -> Any:
    tracer = active()
    if tracer is None:
        return value
    if tracer.recorder is not None:
        value = tracer.recorder.bound(site, name, value, where)
    if type(value) is Traced and value.tracer is tracer:
        tracer.builder.name_row(value.row, name)
    elif type(value) is list and len(value) <= 64:
        for k, item in enumerate(value):
            if type(item) is Traced and item.tracer is tracer:
                tracer.builder.name_row(item.row, f"{name}[{k}]")
    return value


def _recorded(site: int, text: str, value: Any, where: str) -> None:
    tracer = active()
    if tracer is not None and tracer.recorder is not None:
        tracer.recorder.written(site, text, value, where)


def returned(site: int, where: str, value: Any) -> Any:
    tracer = active()
    if tracer is not None and tracer.recorder is not None:
        tracer.recorder.returned(site, value, where)
    return value


def unpacked(site: int, value: Any) -> Any:
    if type(value) is Traced:
        value.tracer.builder.current_site = site
    elif type(value) is ndarray:
        tracer = _buffered(value)
        if tracer is not None:
            return tracer.traced(value)
    return value


def loop(site: int, items: Any) -> Iterator[Any]:
    tracer = active()
    if tracer is None:
        yield from items
        return
    if type(items) is ndarray and tracer.is_buffer(items):
        items = tracer.traced(items)
    builder = tracer.builder
    outer = builder.current_instance
    try:
        for k, item in enumerate(items):
            builder.current_instance = outer
            builder.enter(site, k)
            if not k & 63:
                tracer.tick()
            yield item
    finally:
        builder.current_instance = outer


class turns:
    """The iterations of a `while` loop."""

    def __init__(self, site: int) -> None:
        self.site, self.count, self.tracer = site, 0, active()
        self.outer = self.tracer.builder.current_instance if self.tracer else 0

    def next(self) -> None:
        if self.tracer is not None:
            self.tracer.builder.current_instance = self.outer
            self.tracer.builder.enter(self.site, self.count)
            if not self.count & 63:
                self.tracer.tick()
        self.count += 1

    def end(self) -> None:
        if self.tracer is not None:
            self.tracer.builder.current_instance = self.outer


def method(site: int, owner: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    kind = type(owner)
    if kind is Traced:
        getattr(owner.value, name)
        owner.tracer.builder.current_site = site
        return getattr(owner, name)(*args, **kwargs)
    if kind is ndarray:
        tracer = innermost(args) or innermost(tuple(kwargs.values())) or _buffered(owner, *args)
        if tracer is not None:
            return tracer.operate(site, getattr(ndarray, name), (owner, *args), kwargs)
        return getattr(owner, name)(*args, **kwargs)
    if kind is str:
        return getattr(owner, name)(*map(emptied, args), **{k: emptied(v) for k, v in kwargs.items()})
    function = getattr(owner, name)
    if kind in _METHODS_OF_CONTAINERS:
        return function(*args, **kwargs)
    return call(site, function, *args, **kwargs)


def call(site: int, function: Any, *args: Any, **kwargs: Any) -> Any:
    kind = type(function)
    if kind is types.FunctionType or kind is types.MethodType:
        if not isinstance(function, types.MethodType) or isinstance(function.__func__, types.FunctionType):
            followed = follow(function)
            if followed is not None:
                return _entered(site, followed, args, kwargs)
    tracer = innermost(args) or (innermost(tuple(kwargs.values())) if kwargs else None)
    if tracer is None and kind is not type:
        tracer = _buffered(*args)
        if tracer is None and args and type(args[0]) in (list, tuple):
            tracer = _buffered(*args[0])
    if tracer is None or (kind is type and function not in _CLASSES and lookup(function) is None):
        return _entered(site, function, args, kwargs) if kind is type else function(*args, **kwargs)
    if lookup(function) is None and (kind is types.FunctionType or not _library(function)):
        # Python code without source to rewrite: operators and protocols follow it.
        return _entered(site, function, args, kwargs)
    return tracer.operate(site, function, args, kwargs)


_CLASSES = {float, int, list, tuple, dict, set, zip, enumerate, map, filter, reversed, range, type, str, bool}


def _library(function: Any) -> bool:
    return not isinstance(getattr(type(function), "__call__", None), types.FunctionType)


def _entered(site: int, function: Any, args: Any, kwargs: Any) -> Any:
    tracer = active()
    if tracer is None:
        return function(*args, **kwargs)
    outer = tracer.builder.enter(site)
    try:
        return function(*args, **kwargs)
    finally:
        tracer.builder.leave(outer)
