"""Calls: of users' functions, which are followed; of operations, which become rows; of anything else."""

from __future__ import annotations

import builtins
import copy
from functools import lru_cache, partial
from itertools import islice
from types import BuiltinMethodType, FunctionType, MethodType, ModuleType, WrapperDescriptorType
from typing import Any

import numpy as np

from whygrad.errors import ScriptError
from whygrad.ops import lookup
from whygrad.source import site as site_of
from whygrad.tracing.applying import KINDS
from whygrad.tracing.loading import follow, is_followed, is_own, is_users
from whygrad.tracing.memory import taken_out, takes_out, thread_started, written_within
from whygrad.tracing.nesting import active, innermost, writer_of
from whygrad.tracing.special import SPECIAL, emptied
from whygrad.tracing.tracer import SCALARS, is_simple
from whygrad.tracing.values import Traced, TracedMethod

ndarray = np.ndarray

CONTAINERS = (list, dict, set, tuple, frozenset, str)
_NATIVE_MODULES = frozenset(
    {
        "builtins",
        "itertools",
        "functools",
        "_functools",
        "collections",
        "_collections",
        "copy",
        "_heapq",
        "_bisect",
    }
)
_CACHED = type(lru_cache(len))
_PLAIN_KINDS = frozenset({BuiltinMethodType, np.ufunc})


def call(site: int, function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """`function(*args, **kwargs)`: users' functions are followed, operations of traced values noted."""
    kind = type(function)
    if len(args) == 1 and type(args[0]) is Traced and not kwargs and kind in _PLAIN_KINDS:
        number = args[0]
        if type(number.value) in SCALARS and is_simple(function):
            return number.tracer.of_number(site, function, function(number.value), number.row)
    if kind is FunctionType:
        if is_followed(function):
            return _entered(site, function, args, kwargs)
        if active() is not None and is_users(function):
            return _entered(site, follow(function), args, kwargs)
        if is_own(function) or _is_unknown(function):
            return _called(site, function, args, kwargs)
    elif kind is MethodType:
        inner = function.__func__
        if type(inner) is FunctionType and (is_followed(inner) or (active() is not None and is_users(inner))):
            return _entered(site, follow(inner), (function.__self__, *args), kwargs)
        if type(inner) is FunctionType and _is_unknown(function):
            return _called(site, function, args, kwargs)
    elif kind is BuiltinMethodType:
        return _call_builtin(site, function, args, kwargs)
    elif kind is TracedMethod:
        function, args = function.function, (function.traced, *args)
    elif isinstance(function, type):
        return _call_class(site, function, args, kwargs)
    elif kind is partial:
        return call(site, function.func, *function.args, *args, **{**function.keywords, **kwargs})
    else:
        return _call_object(site, function, args, kwargs)
    return _call_library(site, function, args, kwargs)


def _called(site: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A function of ours, or one without source: overloading and the protocols do what they can."""
    current = active()
    if current is not None:
        thread_started(site, function)
        current.builder.current_site = site
        if not (type(function) is FunctionType and is_own(function)):
            args, kwargs = _with_written(args), {name: _with_written((v,))[0] for name, v in kwargs.items()}
    return function(*args, **kwargs)


def flat_of(value: Any) -> Any:
    """`x.flat` of an array that has been written, as its entries are now; anything else as it is."""
    writer = writer_of(value.base, active()) if type(value) is np.flatiter else None
    return value if writer is None else writer.flat(value.base)


def _with_written(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments with the arrays that have been written as traced values: a plain one would be a constant."""
    writers = [writer_of(a, active()) if type(a) is ndarray else None for a in args]
    return tuple([a if w is None else w.traced(a) for a, w in zip(args, writers, strict=True)])


def _listed(items: Any, count: int) -> list[Any]:
    """What an iterable gives, so that traced numbers among it are seen."""
    return list(items) if count < 0 else list(islice(items, count))


def _entered(site: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    tracer = active()
    if tracer is None:
        return function(*args, **kwargs)
    tracer.tick()
    outer = tracer.builder.enter(site)
    try:
        return function(*args, **kwargs)
    finally:
        tracer.builder.leave(outer)


def _call_builtin(site: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    owner = function.__self__
    if type(owner) is str:
        return function(*[emptied(a) for a in args], **{k: emptied(v) for k, v in kwargs.items()})
    if type(owner).__module__ in _NATIVE_MODULES and type(owner) is not ModuleType:
        return function(*args, **kwargs)
    if isinstance(owner, ndarray | np.generic):
        method = getattr(ndarray, function.__name__, None)
        return (
            function(*args, **kwargs)
            if method is None
            else _call_library(site, method, (owner, *args), kwargs, function)
        )
    if function is builtins.input:
        raise ScriptError(
            "the script asks for input()", hint="write the value into the script", place=site_of(site).place
        )
    return _call_library(site, function, args, kwargs)


def _call_object(site: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """An object that is called: by the `__call__` of its class, which may be any attribute."""
    kind = type(function)
    own = next((c.__dict__["__call__"] for c in kind.__mro__ if "__call__" in c.__dict__), None)
    if type(own) is FunctionType:
        if is_followed(own) or (active() is not None and is_users(own)):
            return _entered(site, follow(own), (function, *args), kwargs)
        if is_own(own) or (kind not in KINDS and _is_unknown(function)):
            return _called(site, function, args, kwargs)
    elif own is not None and type(own) is not WrapperDescriptorType and hasattr(own, "__get__"):
        return call(site, own.__get__(function, kind), *args, **kwargs)
    elif kind is _CACHED and innermost((args, kwargs)) is not None:
        return call(site, function.__wrapped__, *args, **kwargs)  # what it kept belongs to other traces
    return _call_library(site, function, args, kwargs)


def _is_unknown(function: Any) -> bool:
    """Is it neither an operation nor handled as something else?"""
    try:
        return lookup(function) is None and function not in SPECIAL
    except TypeError:
        return True


def _call_class(site: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if function in SPECIAL:
        return _call_library(site, function, args, kwargs)
    start = function.__init__
    if type(start) is FunctionType and function.__new__ is object.__new__ and active() is not None:
        if not is_followed(start) and is_users(start):
            made = object.__new__(function)
            _entered(site, follow(start), (made, *args), kwargs)
            return made
        return _entered(site, function, args, kwargs)
    if lookup(function) is None:
        current = active()
        if current is not None and takes_out(function):
            current.builder.current_site = site
            taken_out(function, args)
        return _entered(site, function, args, kwargs)  # it keeps what it is given
    return _call_library(site, function, args, kwargs)


def _call_library(
    site: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], bound: Any = None
) -> Any:
    """A function that is no user's. `bound` is it as it was called, where that is a method."""
    current = active()
    if current is not None:
        current.builder.current_site = site
        if any(type(a) is np.flatiter for a in args):
            args = tuple([flat_of(a) for a in args])
        if type(function) is BuiltinMethodType and takes_out(function):
            taken_out(function, args)
        elif function is np.fromiter:
            args = (_listed(_with_written(args[:1])[0], kwargs.get("count", -1)), *args[1:])
        args = tuple([follow(a) if type(a) is FunctionType and is_users(a) else a for a in args])
        key = kwargs.get("key")
        if type(key) is FunctionType and is_users(key):
            kwargs["key"] = follow(key)
    native = getattr(function, "__module__", None) in _NATIVE_MODULES and lookup(function) is None
    if current is not None and function is copy.deepcopy and len(args) == 1:
        args = (*args, written_within(args))
    if native and (current is None or (function not in _SHOWN and all(type(a) is not ndarray for a in args))):
        # Containers and iterators hand traced values on; looking for them would make each call linear.
        args = tuple(
            [partial(call, site, a) if type(a) is BuiltinMethodType and lookup(a) else a for a in args]
        )
        return function(*args, **kwargs)
    tracer = innermost(args)
    if kwargs:
        tracer = innermost((kwargs,), tracer)
    if tracer is not None:
        return tracer.operate(site, function, args, kwargs)
    return function(*args, **kwargs) if bound is None else bound(*args[1:], **kwargs)


_SHOWN = frozenset({isinstance, type, divmod, hash})
"""Builtins that must not see a traced value as it is."""
