"""What rewritten code calls: the plain operation, unless something traced or written takes part.

Every function gets the number of its site first. Rewritten code is shared by all traces: which one a call
belongs to follows from its operands, and for loops and calls from the thread.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from whygrad.source import site as site_of
from whygrad.tracing.calls import CONTAINERS, flat_of
from whygrad.tracing.calls import call as call
from whygrad.tracing.memory import attribute as attribute
from whygrad.tracing.nesting import active, innermost, writer_of
from whygrad.tracing.pieces import is_block
from whygrad.tracing.special import emptied
from whygrad.tracing.tracer import SCALARS, Tracer
from whygrad.tracing.values import MATCHING, Traced, plain

ndarray = np.ndarray
slice_of = slice

JOINERS = frozenset({type(np.c_), type(np.r_)})
"""`np.r_[a, b]` joins arrays."""

_OPERANDS = (np.ndarray, np.generic, float, int, complex, list, tuple)


def _operator(function: Callable[[Any, Any], Any]) -> Callable[[int, Any, Any], Any]:
    """`function(a, b)` for rewritten code."""
    modulo = function is operator.mod

    def run(site: int, a: Any, b: Any) -> Any:
        kind, other = type(a), type(b)
        if kind is Traced:
            if other is Traced:
                tracer = a.tracer
                if tracer is b.tracer:
                    x, y = a.value, b.value
                    if type(x) in SCALARS and type(y) in SCALARS:
                        return tracer.scalar(site, function, function(x, y), a.row, b.row)
            elif other in SCALARS:
                x = a.value
                if type(x) in SCALARS:
                    tracer = a.tracer
                    return tracer.scalar(site, function, function(x, b), a.row, tracer.number_row(b))
            elif not isinstance(b, _OPERANDS):
                return function(plain(a), b) if b is None or other is str else function(a, b)
            return a.tracer.operate(site, function, (a, b))
        if other is Traced:
            if kind in SCALARS:
                y = b.value
                if type(y) in SCALARS:
                    tracer = b.tracer
                    return tracer.scalar(site, function, function(a, y), tracer.number_row(a), b.row)
            if modulo and kind is str:
                return a % emptied(b)
            if not isinstance(a, _OPERANDS):
                return function(a, plain(b)) if a is None or kind is str else function(a, b)
            return b.tracer.operate(site, function, (a, b))
        if kind is ndarray or other is ndarray:
            tracer = _writer(a, b)
            if tracer is not None:
                return tracer.operate(site, function, (a, b))
            if kind is list or other is list:
                found = innermost((a, b))
                if found is not None:
                    return found.operate(site, function, (a, b))
        elif modulo and kind is str:
            return a % emptied(b)
        return function(a, b)

    return run


def _unary(function: Callable[[Any], Any]) -> Callable[[int, Any], Any]:
    def run(site: int, a: Any) -> Any:
        if type(a) is Traced:
            if type(a.value) in SCALARS:
                return a.tracer.of_number(site, function, function(a.value), a.row)
            return a.tracer.operate(site, function, (a,))
        tracer = _writer(a, None) if type(a) is ndarray else None
        return function(a) if tracer is None else tracer.operate(site, function, (a,))

    return run


def _in_place(function: Callable[[Any, Any], Any], name: str) -> Callable[[int, Any, Any], Any]:
    numbers = globals()[name]

    def run(site: int, a: Any, b: Any) -> Any:
        array = plain(a) if type(a) is Traced else a
        if type(array) is ndarray:
            tracer = innermost((a, b))
            return function(a, b) if tracer is None else tracer.in_place(site, function, a, b)
        if type(a) is Traced or type(b) is Traced:
            return numbers(site, a, b)
        return function(a, b)

    return run


BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor",
          "lshift", "rshift")  # fmt: skip
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
for _name in (*BINARY, *COMPARISONS):
    globals()[_name] = _operator(getattr(operator, _name))
for _name in BINARY:
    globals()[f"i{_name.rstrip('_')}"] = _in_place(getattr(operator, f"i{_name.rstrip('_')}"), _name)
for _name in ("neg", "pos", "invert"):
    globals()[_name] = _unary(getattr(operator, _name))


def _writer(a: Any, b: Any) -> Tracer | None:
    tracer = active()
    while tracer is not None:
        if tracer.buffers and (tracer.is_buffer(a) or tracer.is_buffer(b)):
            return tracer
        tracer = tracer.outer
    return None


# -- branches and chains of comparisons --


def truth(site: int, value: Any) -> Any:
    """The test of a branch."""
    if type(value) is Traced:
        value.tracer.builder.current_site = site
        return bool(value)
    return value


_held: list[Any] = []


def compared(site: int, compare: Callable[[int, Any, Any], Any], left: Any, right: Any) -> Any:
    """A comparison within a chain: if it holds, its right side is held for the next one."""
    result = compare(site, left, right)
    if truth(site, result):
        _held_of_thread().append(right)
        return True
    return result


def held() -> Any:
    """The right side of the comparison before, in a chain."""
    return _held_of_thread().pop()


def _held_of_thread() -> list[Any]:
    tracer = active()
    return _held if tracer is None else tracer.held


# -- match statements --


def matching(value: Any) -> Any:
    """From now on patterns are tried, on this value or after a guard of this value."""
    MATCHING.on = True
    return value


def matched() -> bool:
    """A pattern matches, or none does."""
    MATCHING.on = False
    return True


# -- pieces --


def getitem(site: int, owner: Any, key: Any) -> Any:
    """`owner[key]`."""
    kind = type(owner)
    if kind is Traced:
        tracer = owner.tracer
        if type(key) is Traced or type(key) is tuple:
            tracer = innermost((key,), tracer) or tracer
        return tracer.getitem(site, owner, key)
    if kind is ndarray:
        tracer = innermost((owner, key))
        return owner[key] if tracer is None else tracer.getitem(site, owner, key)
    if type(key) is Traced and kind in CONTAINERS:
        return owner[key.tracer.key_of_container(key)]
    if kind in JOINERS:
        tracer = innermost((key,))
        return owner[key] if tracer is None else tracer.operate(site, kind.__getitem__, (owner, key))
    return flat_of(owner)[key] if kind is np.flatiter else owner[key]


def setitem(site: int, value: Any, owner: Any, key: Any) -> None:
    """`owner[key] = value`; the value comes first, as Python evaluates it first."""
    kind = type(owner)
    if kind is ndarray or kind is Traced:
        tracer = innermost((owner, key, value))
        if tracer is not None:
            tracer.setitem(site, value, owner, key)
            return
    elif kind is np.flatiter:
        tracer = innermost((owner.base, key, value))
        if tracer is not None:
            tracer.flat(owner.base)[key] = value
            return
    elif type(key) is Traced:
        key = key.tracer.key_of_container(key)
    owner[key] = value


def current_item(site: int, owner: Any, key: Any) -> tuple[Any, Any, Any]:
    """The first half of `owner[key] += ...`: what stands there, read before the right side is evaluated.

    A block of an array is a view, so it need not be read yet.
    """
    if _is_view(owner, key):
        return owner, key, LATER
    return owner, key, getitem(site, owner, key)


LATER = object()


def _is_view(owner: Any, key: Any) -> bool:
    """Is `owner[key]` a block of an array? In recordings all that is stored is read, to be shown."""
    tracer = active()
    array = plain(owner)
    if tracer is None or tracer.recorder is not None or type(array) is not ndarray or not is_block(key):
        return False
    parts = key if type(key) is tuple else (key,)
    return len(parts) < array.ndim or any(type(part) is slice for part in parts)


def changed_item(
    site: int, compute: Callable[[int, Any, Any], Any], place: tuple[Any, Any, Any], value: Any
) -> Any:
    """The second half: compute and store. Returns what was stored."""
    owner, key, old = place
    if old is LATER:
        if compute in _ADDING and _is_real(value):
            added = _ADDING[compute](site, value)
            tracer = innermost((owner, added))
            if tracer is not None and tracer.add_block(site, added, owner, key):
                return owner
        old = getitem(site, owner, key)
    array, number = plain(old), plain(owner)
    if isinstance(number, ndarray) and isinstance(array, ndarray | np.generic):
        tracer = innermost((old, value, owner))
        if tracer is None:
            new = globals()["i" + _NAMES[compute].rstrip("_")](site, old, value)
        else:
            if array.dtype.kind in "iub" and np.result_type(emptied(value)).kind == "f":
                new = getattr(operator, "i" + _NAMES[compute].rstrip("_"))(np.array(array), emptied(value))
            new = compute(site, tracer.traced(old), value)
    else:
        new = globals()["i" + _NAMES[compute].rstrip("_")](site, old, value)
    setitem(site, new, owner, key)
    return new


def _is_real(value: Any) -> bool:
    """Is it a floating number or array, or a whole number of Python's?"""
    return type(value) in (Traced, float, int) or getattr(getattr(value, "dtype", None), "kind", "") == "f"


_ADDING = {globals()["add"]: lambda site, value: value, globals()["sub"]: globals()["neg"]}
"""What is added by `+=` and `-=`."""


def current_attribute(owner: Any, name: str) -> tuple[Any, str, Any]:
    """The first half of `owner.name += ...`."""
    return owner, name, getattr(owner, name)


def changed_attribute(
    site: int, compute: Callable[[int, Any, Any], Any], place: tuple[Any, str, Any], value: Any
) -> Any:
    """The second half: compute and store. Returns what was stored."""
    owner, name, old = place
    new = globals()["i" + _NAMES[compute].rstrip("_")](site, old, value)
    setattr(owner, name, new)
    return new


_NAMES = {globals()[_name]: _name for _name in BINARY}


def unpacked(site: int, value: Any) -> Any:
    """The right side of `a, b = value`."""
    if type(value) is ndarray:
        tracer = writer_of(value, active())
        return value if tracer is None else tracer.traced(value)
    return value


# -- names and loops --


def named(site: int, name: str, function: str, value: Any) -> Any:
    """The value of an assignment to a name."""
    kind = type(value)
    if kind is Traced:
        value.tracer.builder.name_row(value.row, name)
    elif kind is list and len(value) <= 32:
        for k, item in enumerate(value):
            if type(item) is Traced:
                item.tracer.builder.name_row(item.row, f"{name}[{k}]")
    tracer = active()
    if tracer is not None and tracer.recorder is not None:
        tracer.recorder.note(site, name, name, function, value)
    return value


def noted(site: int, target: str, name: str, function: str, value: Any) -> Any:
    """A value stored elsewhere than in a name, or returned."""
    tracer = active()
    if tracer is not None and tracer.recorder is not None:
        tracer.recorder.note(site, target, name, function, value)
    return value


def taken(site: int, name: str, value: Any) -> Any:
    """The first binding of an input of a script."""
    tracer = active()
    return value if tracer is None or tracer.recorder is None else tracer.recorder.take(site, name, value)


def loop(site: int, items: Any) -> Any:
    """What a loop runs over."""
    if type(items) is ndarray:
        tracer = writer_of(items, active())
        if tracer is not None:
            return (tracer.getitem(site, items, k) for k in range(len(items)))
    return flat_of(items) if type(items) is np.flatiter else items


def turn(site: int) -> None:
    """An iteration of a loop begins."""
    tracer = active()
    if tracer is None:
        return
    tracer.tick()
    builder = tracer.builder
    current = builder.current_instance
    at, sites, parents = current, builder.instance_sites, builder.instance_parents
    # A loop within this one that was left by an exception has not said that it is done.
    while at and sites[at] != site and site_of(sites[at]).kind == "loop":
        at = parents[at]
    if at and sites[at] == site:
        builder.current_instance = parents[at]
        builder.enter(site, builder.instance_ordinals[at] + 1)
    else:
        builder.current_instance = current
        builder.enter(site, 0)


def done(site: int) -> None:
    """A loop is over."""
    tracer = active()
    if tracer is not None:
        builder = tracer.builder
        if builder.instance_sites[builder.current_instance] == site:
            builder.current_instance = builder.instance_parents[builder.current_instance]
