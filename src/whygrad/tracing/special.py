"""Functions that are no operation of their own, but that traced values go into: what they do then.

Some look at shapes only, some work on containers and iterators as they are, some stand for rows of other
operations (`np.array` of a list), some give whole numbers.
"""

from __future__ import annotations

import builtins
import copy
import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.errors import NoRuleError
from whygrad.ops import OPS
from whygrad.tracing.applying import APPLIED, KINDS
from whygrad.tracing.values import Traced, plain
from whygrad.tracing.writes import WRITERS, Handler

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer

SEQUENCES = frozenset({np.concatenate, np.stack, np.hstack, np.vstack, np.column_stack, np.dstack,
                       np.linalg.multi_dot})  # fmt: skip
"""Functions whose first argument is a sequence of arrays."""
AS_GIVEN = frozenset({np.block, np.select, np.choose, np.piecewise, type(np.r_).__getitem__})
"""Functions whose lists are not arrays."""


def emptied(value: Any) -> Any:
    """A value without any trace, in nested containers too."""
    kind = type(value)
    if kind is Traced:
        return plain(value)
    if kind is list or kind is tuple:
        return kind([emptied(v) for v in value])
    return {k: emptied(v) for k, v in value.items()} if kind is dict else value


def shape_only(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result depends on shapes and dtypes, or is shown to a reader: no derivative is lost."""
    return function(*[emptied(a) for a in args], **{k: emptied(v) for k, v in kwargs.items()})


def natively(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The function handles what it is given one by one: traced values do the rest."""
    return function(*[tracer.traced(a) for a in args], **kwargs)


def _made_of_whole(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """New arrays of a size that depended on an input: the size is guarded."""
    args, kwargs = tracer.settled(args), {k: tracer.settled(v) for k, v in kwargs.items()}
    return function(*args, **kwargs)


def _array(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.array, np.asarray and their kin, of arrays, numbers and nested lists."""
    given, dtype = args[0], args[1] if len(args) > 1 else kwargs.get("dtype")
    if function is np.asarray_chkfinite:
        shape_only(tracer, function, args, kwargs)  # the error is NumPy's
    for option in set(kwargs) - {"dtype", "copy", "ndmin", "order", "subok"}:
        raise NoRuleError(f"`{function.__name__}` with the option `{option}`", place=tracer.place())
    if type(given) in (list, tuple):
        made = tracer.array_of(given)
    else:
        made = tracer.traced(given)
        if function is np.array and np.ndim(plain(made)) and kwargs.get("copy", True):
            made = tracer.operate(0, np.copy, (made,))
        if not isinstance(plain(made), np.ndarray):
            number = np.array(plain(made))
            made = tracer.emit(OPS["astype"], number, (made,), {"dtype": number.dtype})
    if dtype is not None and np.dtype(dtype) != plain(made).dtype:
        made = tracer.operate(0, np.ndarray.astype, (made, dtype))
    missing = kwargs.get("ndmin", 0) - np.ndim(plain(made))
    return made if missing <= 0 else tracer.operate(0, np.reshape, (made, (1,) * missing + plain(made).shape))


def _from_iterator(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.fromiter of items that have been listed."""
    value = function(emptied(args[0]), *args[1:], **kwargs)
    return tracer.operate(0, np.array, (args[0][: len(value)],), {"dtype": value.dtype})


def _full(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    value = args[1] if len(args) > 1 else kwargs["fill_value"]
    made = shape_only(tracer, function, args, kwargs)
    if type(value) is Traced or tracer.is_buffer(value):
        tracer.setitem(0, value, made, Ellipsis)
    return made


def _float(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """float(x): a float is itself, other numbers are converted."""
    value = function(tracer.opened(args[0]))
    if function is float and type(plain(args[0])) is float:
        return args[0]
    given = args[0]
    if np.ndim(plain(given)):
        given = tracer.operate(0, np.reshape, (given, ()))
    return tracer.emit(OPS["astype"], value, (given,), {"dtype": function})


def _rounded(name: str) -> Handler:
    """math.floor and its kin: the row is rounded, then whole."""

    def handler(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        value = function(plain(args[0]))
        row = tracer.emit(OPS[name], float(value), args)
        return tracer.emit(OPS["astype"], value, (row,), {"dtype": int})

    return handler


def _item(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    given, *key = args
    array = plain(given)
    number = array.item(*[plain(k) for k in key])
    if np.ndim(array):
        if not key:
            key = [0] * array.ndim
        elif len(key) == 1 and not isinstance(plain(key[0]), tuple):
            key = [int(k) for k in np.unravel_index(plain(key[0]), array.shape)]
        given = tracer.getitem(0, given, tuple(key))
    return tracer.emit(OPS["astype"], number, (given,), {"dtype": type(number)})


def _tolist(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    given = args[0]
    if not np.ndim(plain(given)):
        return _item(tracer, function, (given,), {})
    return [_tolist(tracer, function, (tracer.getitem(0, given, k),), {}) for k in range(len(plain(given)))]


def _divmod(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return tracer.operate(0, operator.floordiv, args), tracer.operate(0, operator.mod, args)


def _added_up(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    items = args[0]
    whole = tracer.array_of(list(items)) if not isinstance(plain(items), np.ndarray) else items
    value = math.fsum(plain(whole).tolist())
    return tracer.emit(OPS["sum"], value, (whole,))


def _typed(tracer: Tracer, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return function(plain(args[0]), *args[1:])


def _names(owner: Any, names: str) -> list[Any]:
    return [getattr(owner, name) for name in names.split() if hasattr(owner, name)]


WHOLE = frozenset([
    *_names(np.linalg, "matrix_rank"),
    *_names(np, "nonzero flatnonzero argwhere searchsorted digitize count_nonzero isclose allclose "
            "array_equal array_equiv argpartition lexsort isin unravel_index ravel_multi_index"),
    np.ndarray.nonzero, np.ndarray.searchsorted, np.ndarray.argpartition, math.isclose, float.is_integer,
])  # fmt: skip
"""Functions that give whole numbers: constant between jumps, so they carry no derivative, but are guarded."""
SPECIAL: dict[Any, Handler] = {
    **dict.fromkeys(
        (
            *_names(builtins, "len print str repr format id callable hash"),
            *_names(np, "shape ndim size zeros_like ones_like empty_like result_type iscomplexobj isrealobj"),
            *_names(np, "isscalar array_str array_repr array2string may_share_memory shares_memory can_cast"),
            *_names(np, "broadcast_shapes set_printoptions savetxt save iscomplex isreal common_type"),
        ),
        shape_only,
    ),
    **dict.fromkeys(
        _names(builtins, "zip enumerate map filter list tuple dict set frozenset reversed iter next sorted "
               "min max sum any all range getattr setattr hasattr delattr slice bool"),
        natively,
    ),
    **dict.fromkeys(_names(np, "zeros ones empty eye identity arange"), _made_of_whole),
    **dict.fromkeys((copy.copy, copy.deepcopy), natively),
    **dict.fromkeys(
        _names(np, "array asarray asanyarray ascontiguousarray asfortranarray asarray_chkfinite"), _array
    ),
    np.fromiter: _from_iterator,
    **dict.fromkeys((np.full, np.full_like), _full),
    **dict.fromkeys((float, int), _float),
    **dict.fromkeys((isinstance, type), _typed),
    math.floor: _rounded("floor"),
    math.ceil: _rounded("ceil"),
    math.fsum: _added_up,
    divmod: _divmod,
    np.ndarray.item: _item,
    np.generic.item: _item,
    np.ndarray.tolist: _tolist,
    **WRITERS,
    **APPLIED,
}  # fmt: skip


CALLED: dict[type, Handler] = {
    **KINDS,
    **dict.fromkeys((operator.itemgetter, operator.attrgetter, operator.methodcaller), natively),
}
"""Objects that are called, by their class."""


def handler_of(function: Any) -> Any:
    """What handles calls of a function that is no operation of its own, if anything does."""
    try:
        return SPECIAL.get(function) or CALLED.get(type(function))
    except TypeError:  # an object that cannot be hashed
        return CALLED.get(type(function))
