"""Traced values: a number or an array of the user's, with the row of the table that computes it.

Instrumented code hands traced values to the tracer directly. Where there is no source to instrument, the
operators and NumPy's protocols below do the same; whatever would lose the derivative refuses, with the place.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.errors import TraceError
from whygrad.graph import Abstract, Op, abstract_of
from whygrad.ops import OPS

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer


class Matching(threading.local):
    """Are the patterns of a match statement being tried in this thread?"""

    on = False


MATCHING = Matching()


class Traced:
    """A value that depends on an input of the trace.

    `value` is what the plain run would have here: a Python number, a NumPy array or scalar, or, in a trace
    within a trace, a traced value of the outer one.
    """

    __slots__ = ("row", "tracer", "value", "version")

    def __init__(self, tracer: Any, row: int, value: Any) -> None:
        self.tracer: Tracer = tracer
        self.row: int = row
        self.value = value
        self.version = 0

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """For the patterns of a match statement the class that the plain run has here."""
        return type(plain(self)) if MATCHING.on else Traced

    def __hash__(self) -> int:
        return hash(self.value)

    @property
    def shape(self) -> tuple[int, ...]:
        return getattr(self.value, "shape", ())

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def dtype(self) -> Any:
        return self.value.dtype

    @property
    def T(self) -> Any:  # noqa: N802  NumPy's name
        return self.tracer.operate(0, np.transpose, (self,))

    @property
    def mT(self) -> Any:  # noqa: N802  NumPy's name
        return self.tracer.operate(0, np.matrix_transpose, (self,))

    @property
    def real(self) -> Any:
        return self

    @property
    def flat(self) -> Any:
        return self.tracer.flat(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        self.tracer.flat(self)[:] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        getattr(self.value, name)  # the error is the plain run's
        return TracedMethod(self, name)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        iter(self.value)
        return (self.tracer.getitem(0, self, k) for k in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        return self.tracer.getitem(0, self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.tracer.setitem(0, value, self, key)

    def __repr__(self) -> str:
        return repr(self.value)

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __bool__(self) -> bool:
        truth = bool(self.value)
        asked = self
        if getattr(self.value, "dtype", type(self.value)) not in (bool, np.bool_):
            asked = self.tracer.emit(OPS["astype"], truth, (self,), {"dtype": bool})
        return bool(self.tracer.guard(asked, truth))

    def __index__(self) -> int:
        return int(self.tracer.guard(self, operator.index(self.value)))

    def __copy__(self) -> Any:
        return self.tracer.operate(0, np.copy, (self,)) if self.shape else self

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def _lose(self, what: str, hint: str, value: Any) -> Any:
        """Refuse to become a plain value; in recordings of scripts, do so and note it."""
        message = f"{what} of a value that depends on an input would lose its derivative"
        if self.tracer.lenient:
            return self.tracer.refused(message, hint, value)
        place = self.tracer.place()
        if place is None:
            message += ", and the source of the code that does it cannot be read"
            hint = "put the function into a file; or call NumPy's functions (np.tanh), not those of math"
        raise TraceError(message, hint=hint, place=place)

    def __float__(self) -> float:
        hint = "leave out the float(): whygrad follows the number as it is"
        return float(self._lose("float()", hint, plain(self).__float__()))

    def __int__(self) -> int:
        hint = "compute the integer before the function, and hand it in as an argument"
        return int(self._lose("int()", hint, plain(self).__int__()))

    def __complex__(self) -> complex:
        return complex(self._lose("complex()", "use real numbers", complex(plain(self))))

    def __round__(self, *digits: int) -> Any:
        hint = "leave out the round(): it is constant between its steps"
        return self._lose("round()", hint, round(plain(self), *digits))

    def __array__(self, *options: Any, **named: Any) -> Any:
        hint = "build the array from the values themselves: np.stack([a, b])"
        return self._lose("a plain NumPy array made", hint, np.asarray(plain(self)))

    def __reduce__(self) -> Any:
        raise TraceError("a traced value cannot be pickled", hint="keep it in memory while it is traced")

    def __whygrad_apply__(self, op: Op, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        return self.tracer.apply(op, args, params)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        return self.tracer.operate(0, function, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.tracer.operate(0, function, args, kwargs)


class TracedMethod:
    """A method of a traced number or array, not yet called."""

    __slots__ = ("name", "traced")

    def __init__(self, traced: Traced, name: str) -> None:
        self.traced, self.name = traced, name

    @property
    def function(self) -> Any:
        """The method as a function: `np.ndarray.sum`."""
        return getattr(np.ndarray, self.name, None) or getattr(type(plain(self.traced)), self.name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.traced.tracer.operate(0, self.function, (self.traced, *args), kwargs)


def plain(value: Any) -> Any:
    """The number or array under all traces."""
    while type(value) is Traced:
        value = value.value
    return value


def abstract(value: Any) -> Abstract:
    """Shape and dtype of a number, an array, or a traced one."""
    if type(value) is Traced:
        return value.tracer.builder.abstract(value.row)
    return abstract_of(value)


def _operator(function: Callable[..., Any]) -> Any:
    return lambda self, other: self.tracer.operate(0, function, (self, other))


def _reflected(function: Callable[..., Any]) -> Any:
    return lambda self, other: self.tracer.operate(0, function, (other, self))


def _in_place(function: Callable[..., Any]) -> Any:
    return lambda self, other: self.tracer.in_place(0, function, self, other)


def _unary(function: Any) -> Any:
    return lambda self: self.tracer.operate(0, function, (self,))


BINARY = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "pow": operator.pow, "matmul": operator.matmul, "floordiv": operator.floordiv, "mod": operator.mod,
    "and_": operator.and_, "or_": operator.or_, "xor": operator.xor,
}  # fmt: skip
COMPARISONS = {name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")}
UNARY = {"neg": operator.neg, "pos": operator.pos, "invert": operator.invert}
IN_PLACE = {name: getattr(operator, f"i{name.rstrip('_')}") for name in BINARY}
"""Operators by the name of their special method: `add` for `__add__`."""

for _name, _function in BINARY.items():
    _word = _name.rstrip("_")
    setattr(Traced, f"__{_word}__", _operator(_function))
    setattr(Traced, f"__r{_word}__", _reflected(_function))
    setattr(Traced, f"__i{_word}__", _in_place(IN_PLACE[_name]))
for _name, _function in COMPARISONS.items():
    setattr(Traced, f"__{_name}__", _operator(_function))
for _name, _single in (*UNARY.items(), ("abs", abs)):
    setattr(Traced, f"__{_name}__", _unary(_single))
setattr(Traced, "__divmod__", lambda self, other: (self // other, self % other))  # noqa: B010
setattr(Traced, "__rdivmod__", lambda self, other: (other // self, other % self))  # noqa: B010
