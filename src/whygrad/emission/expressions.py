"""Rows of a graph as the text of a Python expression, in the user's own names.

An operation is spelled by its `infix`, or as a call of its name (`np.exp(x)`); only operations that Python
spells otherwise have an entry in the table at the bottom. A row that has a name of the user's is a leaf: that
is how a derivative is written with `grad_product` in it and not with all that stands behind it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.emission.pieces import (
    ATOM,
    BINDING,
    CHOICE,
    COMPARE,
    Piece,
    infix,
    is_number_text,
    literal,
    prefix,
    written,
)
from whygrad.errors import EmissionError
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.ops.indexing import Slot

MATH_NAMES = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "floor": "floor", "ceil": "ceil", "power": "pow",
}  # fmt: skip
IN_MATH = {
    "exp", "expm1", "exp2", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "sinh",
    "cosh", "tanh", "isnan", "isinf", "isfinite", *MATH_NAMES,
}  # fmt: skip


ONLY_MATH = {"erf": "erf", "erfc": "erfc", "gammaln": "lgamma"}
"""What NumPy lacks."""
IN_SPECIAL = {
    "expit", "log_expit", "logsumexp", "erf", "erfc", "gammaln", "gamma", "polygamma", "logit", "xlogy",
    "ndtr", "log_ndtr", "betaln",
}  # fmt: skip
"""What SciPy has of that."""
OWN = {"quiet"}
"""Parameters that an operation has in the engine alone."""
IN_LINALG = {"norm", "solve", "inv", "det", "slogdet", "cholesky", "pinv", "matrix_power"}


class Writer:
    """One expression being written; `pieces` holds the rows written so far."""

    def __init__(self, graph: Graph, names: Mapping[int, str], library: str, longest: int) -> None:
        self.graph, self.names, self.library, self.longest = graph, names, library, longest
        self.pieces: dict[int, Piece] = {}
        self.row = -1

    def leaf(self, row: int) -> Piece | None:
        graph = self.graph
        if row != self.row and row in self.names:  # the row itself is expanded even if it is named
            return written(self.names[row])
        op = graph.op(row)
        if op is INPUT:
            return written(graph.name(row) or f"x{row}")
        return literal(graph.params(row)["value"], self.library) if op is CONSTANT else None

    def write(self, row: int) -> Piece:
        """Arguments first, without recursion: a graph can be deep."""
        pending, self.row = [row], row
        while pending:
            now = pending[-1]
            if now in self.pieces:
                pending.pop()
                continue
            piece = self.leaf(now)
            if piece is None:
                missing = [a for a in self.graph.args(now) if a not in self.pieces]
                if missing:
                    pending.extend(missing)
                    continue
                piece = self.apply(now)
            if len(piece.text) > self.longest:
                raise EmissionError(f"the expression is longer than {self.longest} characters")
            self.pieces[now] = piece
            pending.pop()
        return self.pieces[row]

    def apply(self, row: int) -> Piece:
        graph = self.graph
        op, args = graph.op(row), [self.pieces[a] for a in graph.args(row)]
        special = SPELLINGS.get(op.name)
        if special is not None:
            return special(self, row, args)
        if op.infix:
            return prefix(op.infix, args[0]) if len(args) == 1 else infix(op.infix, *args)
        params = [
            f"{k}={self.axes_text(v) if isinstance(v, tuple) and k == 'axis' else repr(v)}"
            for k, v in graph.params(row).items()
            if k not in OWN
        ]
        return self.call(op.name, *(a.text for a in args), *params)

    def call(self, name: str, *arguments: str) -> Piece:
        if self.library == "math" and name in IN_MATH:
            name = f"math.{MATH_NAMES.get(name, name)}"
        elif self.library and name in ONLY_MATH and (self.row < 0 or self.is_scalar(self.row)):
            name = f"math.{ONLY_MATH[name]}"
        elif self.library and name in IN_SPECIAL:
            if importlib.util.find_spec("scipy") is None:
                raise EmissionError(f"NumPy has no {name}, which is in SciPy", hint="pip install scipy")
            if name == "polygamma":
                order = arguments[-1].removeprefix("n=")
                arguments = arguments[:-1] if order == "0" else (order, *arguments[:-1])
                name = "digamma" if order == "0" else name
            name = f"special.{name}"
        elif self.library:
            if name not in IN_LINALG and not hasattr(np, name):
                raise EmissionError(f"NumPy has no function for `{name}`, which its derivative needs")
            name = f"np.linalg.{name}" if name in IN_LINALG else f"np.{name}"
        return Piece(f"{name}({', '.join(arguments)})", ATOM)

    def shape(self, row: int) -> tuple[int, ...]:
        return self.graph.abstract(row).shape

    def is_scalar(self, row: int) -> bool:
        return self.graph.abstract(row).shape == ()

    def axes_text(self, axes: Sequence[int]) -> str:
        """Axes, as an argument."""
        return str(axes[0]) if len(axes) == 1 else str(tuple(axes))

    def shape_text(self, row: int) -> str:
        """The shape of a row, as an argument."""
        return str(self.shape(row))


def key_text(key: Any, dynamic: Sequence[str]) -> str:
    """What stands between the brackets of an index."""

    def part(k: Any) -> str:
        if isinstance(k, Slot):
            return dynamic[k.k]
        if isinstance(k, slice):
            low, high = ("" if b is None else str(b) for b in (k.start, k.stop))
            return f"{low}:{high}" + ("" if k.step is None else f":{k.step}")
        return "..." if k is Ellipsis else str(k)

    if not isinstance(key, tuple):
        return part(key)
    return ", ".join(map(part, key)) or "()"


def _index(w: Writer, row: int, args: list[Piece]) -> Piece:
    key = key_text(w.graph.params(row)["key"], [a.text for a in args[1:]])
    return Piece(f"{args[0].at(ATOM)}[{key}]", ATOM)


def _sum_to(w: Writer, row: int, args: list[Piece]) -> Piece:
    have, want = w.shape(w.graph.args(row)[0]), w.shape(row)
    lead = len(have) - len(want)
    stretched = [lead + k for k, n in enumerate(want) if n == 1 and have[lead + k] != 1]
    axes = [*range(lead), *stretched]
    if not axes:
        return args[0]
    if len(axes) == len(have) and not want:
        return w.call("sum", args[0].text)
    axis = w.axes_text(axes)
    if not stretched:
        return w.call("sum", args[0].text, f"axis={axis}")
    if not lead:
        return w.call("sum", args[0].text, f"axis={axis}", "keepdims=True")
    summed = w.call("sum", args[0].text, f"axis={axis}").text
    return Piece(f"{summed}.reshape{_in_parentheses(w.shape_text(row))}", ATOM)


def _transpose(w: Writer, row: int, args: list[Piece]) -> Piece:
    if is_number_text(args[0].text):  # a constant that is the same everywhere
        return args[0]
    axes = w.graph.params(row).get("axes")
    if axes is None:
        return Piece(f"{args[0].at(ATOM)}.T", ATOM)
    return Piece(f"{args[0].at(ATOM)}.transpose({', '.join(map(str, axes))})", ATOM)


def _reshape(w: Writer, row: int, args: list[Piece]) -> Piece:
    have, want = w.shape(w.graph.args(row)[0]), w.shape(row)
    if have == want:
        return args[0]
    new = _new_axes(have, want)
    if new is not None:
        return Piece(f"{args[0].at(ATOM)}[{', '.join(new)}]", ATOM)
    text = w.shape_text(row)
    text = text[1:-1].removesuffix(",") if want and text.startswith("(") else text
    return Piece(f"{args[0].at(ATOM)}.reshape({text})", ATOM)


def _new_axes(have: tuple[int, ...], want: tuple[int, ...]) -> list[str] | None:
    """The key that gives an array new axes of length 1; None where that is not all that happens."""
    key: list[str] = []
    rest = list(have)
    for k, n in enumerate(want):
        if n == 1 and len(want) - k > len(rest):
            key.append("None")
        elif rest and n == rest[0]:
            key.append(":")
            rest.pop(0)
        else:
            return None
    while key and key[-1] == ":" and "None" in key:
        if "None" not in key[:-1] or (key[0] == "None" and len(key) == 2):
            break
        key.pop()
    return key if not rest and "None" in key else None


def _in_parentheses(text: str) -> str:
    return text if text.startswith("(") else f"({text})"


def _broadcast_to(w: Writer, row: int, args: list[Piece]) -> Piece:
    # Elementwise operations stretch a number by themselves; only as the result does it need the shape.
    if row != w.row and w.is_scalar(w.graph.args(row)[0]):
        return args[0]
    return w.call("broadcast_to", args[0].text, w.shape_text(row))


def _transparent(w: Writer, row: int, args: list[Piece]) -> Piece:
    return args[0]


def _square(w: Writer, row: int, args: list[Piece]) -> Piece:
    return infix("**", args[0], Piece("2", ATOM))


def _reciprocal(w: Writer, row: int, args: list[Piece]) -> Piece:
    return infix("/", Piece("1", ATOM), args[0])


def _abs(w: Writer, row: int, args: list[Piece]) -> Piece:
    return Piece(f"abs({args[0].text})", ATOM)


def _sign(w: Writer, row: int, args: list[Piece]) -> Piece:
    if w.library != "math":
        return w.call("sign", args[0].text)
    text = args[0].at(BINDING["+"])
    return Piece(f"1 if {text} > 0 else -1 if {text} < 0 else 0", CHOICE)


def _maximum(w: Writer, row: int, args: list[Piece]) -> Piece:
    name = w.graph.op(row).name
    if w.library != "np" and w.is_scalar(row):
        return Piece(f"{name[:3]}({args[0].text}, {args[1].text})", ATOM)
    return w.call(name, *(a.text for a in args))


def _where(w: Writer, row: int, args: list[Piece]) -> Piece:
    if w.library == "np":
        return w.call("where", *(a.text for a in args))
    condition, yes, no = args
    return Piece(f"{yes.at(COMPARE)} if {condition.at(COMPARE)} else {no.text}", CHOICE)


def _cofactors(w: Writer, row: int, args: list[Piece]) -> Piece:
    """Of a regular matrix, the transposed inverse times the determinant."""
    if not w.library:
        return w.call("cofactors", args[0].text)
    det, inverse = (w.call(name, args[0].text).text for name in ("det", "inv"))
    if len(w.shape(row)) > 2:
        det, inverse = f"{det}[..., None, None]", f"{inverse}.swapaxes(-1, -2)"
    else:
        inverse = f"{inverse}.T"
    return infix("*", Piece(det, ATOM), Piece(inverse, ATOM))


def _of_log_det(w: Writer, row: int, args: list[Piece]) -> Piece:
    if not w.library:
        return w.call(w.graph.op(row).name, args[0].text)
    place = 0 if w.graph.op(row).name == "det_sign" else 1
    return Piece(f"np.linalg.slogdet({args[0].text})[{place}]", ATOM)


def _einsum(w: Writer, row: int, args: list[Piece]) -> Piece:
    text = w.graph.params(row)["subscripts"]
    return w.call("einsum", f'"{text}"', *(a.text for a in args))


def _buffer(w: Writer, row: int, args: list[Piece]) -> Piece:
    """Writing into places is a statement, not an expression, unless every place is written once."""
    graph = w.graph
    keys, shape = graph.params(row)["keys"], w.shape(row)
    places = [k[0] if isinstance(k, tuple) and len(k) == 1 else k for k in keys]
    if len(shape) == 1 and sorted(p for p in places if isinstance(p, int)) == list(range(shape[0])):
        entries = dict(zip(places, args[1 : 1 + len(places)], strict=True))
        inner = ", ".join(entries[k].text for k in range(shape[0]))
        return Piece(f"np.array([{inner}])", ATOM)
    raise EmissionError("a buffer that is written in several places cannot be written as one expression")


def _flip(w: Writer, row: int, args: list[Piece]) -> Piece:
    axis, count = w.graph.params(row).get("axis"), len(w.shape(row))
    axes = range(count) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    turned = {k % count for k in axes}
    key = ", ".join("::-1" if k in turned else ":" for k in range(max(turned) + 1))
    return Piece(f"{args[0].at(ATOM)}[{key}]", ATOM)


def _factors(w: Writer, row: int, args: list[Piece]) -> Piece:
    name = f"np.linalg.{w.graph.op(row).name}"
    raise EmissionError(f"the factors that {name} gives are not written out", hint="wg.grad(f)(A) runs it")


SPELLINGS: dict[str, Callable[[Writer, int, list[Piece]], Piece]] = {
    "index": _index, "sum_to": _sum_to, "transpose": _transpose, "reshape": _reshape,
    "broadcast_to": _broadcast_to, "astype": _transparent, "copy": _transparent, "positive": _transparent,
    "square": _square, "reciprocal": _reciprocal, "abs": _abs, "absolute": _abs, "maximum": _maximum,
    "minimum": _maximum, "sign": _sign, "where": _where, "assemble": _buffer, "accumulate": _buffer,
    "inside": _transparent, "einsum": _einsum, "qr": _factors, "eigh": _factors, "svd": _factors,
    "flip": _flip,
    "cofactors": _cofactors, "det_sign": _of_log_det, "log_abs_det": _of_log_det,
}  # fmt: skip


def expression(
    graph: Graph,
    row: int,
    names: Mapping[int, str] | None = None,
    *,
    library: str = "np",
    longest: int = 4000,
) -> str:
    """The text of a row as a Python expression over inputs, constants and the rows named in `names`.

    `library` is "np", "math" (scalars: `math.exp(x)`) or "" (bare names: `exp(x)`, for people). The row
    itself is expanded even if it is named. Raises EmissionError where no expression says it (a buffer
    written piece by piece, a long array constant) or the text would be longer than `longest`.
    """
    return Writer(graph, names or {}, library, longest).write(row).text
