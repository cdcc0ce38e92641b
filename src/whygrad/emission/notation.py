"""What mathematics writes otherwise than Python: sums, roots, products, choices.

Every other function is written as the record of its operation says (`latex`).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.ops import OPS, lookup

if TYPE_CHECKING:
    from whygrad.emission.typesetting import Typesetter

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How tightly a text holds together."""
Tex = tuple[str, int]
Options = Mapping[str, ast.expr]
Writer = Callable[["Typesetter", Sequence[ast.expr], Options], "Tex | None"]


@lru_cache(maxsize=512)
def latex_of(function: str, count: int) -> str:
    """The template of a function (`np.hypot`, `tanh`) in the record of its operation, or nothing."""
    library, _, name = function.rpartition(".")
    of: Any = getattr(math if library == "math" else np, name, None)
    call = lookup(of) if callable(of) else None
    op = call.op if call else OPS.get(name)
    if op is None or not op.latex or f"{{{count}}}" in op.latex or f"{{{count - 1}}}" not in op.latex:
        return ""
    return op.latex


def cases(yes: str, test: str, no: str) -> str:
    """A choice of two."""
    return rf"\begin{{cases}}{yes} & {test}\\{no} & \text{{else}}\end{{cases}}"


def axes_named(axis: ast.expr | None) -> list[int] | None:
    """The axes that are named; None for all."""
    if axis is None or (isinstance(axis, ast.Constant) and axis.value is None):
        return None
    try:
        value = ast.literal_eval(axis)
    except ValueError:
        return None
    found = list(value) if isinstance(value, tuple) else [value]
    return found if all(isinstance(k, int) for k in found) else None


def _exp(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    text = setter.tex(args[0])
    return (f"e^{{{text}}}", POWER) if len(text) < 40 else (rf"\exp\left({text}\right)", ATOM)


def _reduction(word: str) -> Writer:
    def write(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
        if len(args) > 2 or set(options) - {"axis", "keepdims"}:
            return None
        return setter.reduced(word, args[0], options.get("axis", args[1] if len(args) > 1 else None))

    return write


def _product(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    return setter.product(args[0], args[1]) if len(args) == 2 else None


def _outer(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    return rf"{setter.at(args[0], PRODUCT)}\, {{{setter.at(args[1], ATOM)}}}^\top", PRODUCT


def _where(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    if len(args) != 3:
        return None
    test, yes, no = (setter.tex(a) for a in args)
    return cases(yes, test, no), ATOM


def _inner(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    """What changes how a value is kept, and not the value."""
    return setter.written(args[0])


def _always(text: str) -> Writer:
    return lambda setter, args, options: (text, ATOM)


def _full(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    return rf"{setter.at(args[1], PRODUCT)}\, \mathbf{{1}}", PRODUCT


def _broadcast(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    """A vector as the rows or the columns of a matrix."""
    of, text = args[0], setter.at(args[0], PRODUCT)
    if isinstance(of, ast.Subscript) and setter.axes(of) == 2:
        return rf"{text}\, \mathbf{{1}}^\top", PRODUCT
    if setter.axes(of) == 1:
        return rf"\mathbf{{1}}\, {{{setter.at(of, ATOM)}}}^\top", PRODUCT
    return rf"{text}\, \mathbf{{1}}", PRODUCT


def _named(word: str) -> Writer:
    """A function of one array, whatever else is handed in."""

    def write(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
        return rf"\operatorname{{{word}}}\left({setter.tex(args[0])}\right)", ATOM

    return write


def _absolute(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    return rf"\left|{setter.tex(args[0])}\right|", ATOM


def _square_root(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    return rf"\sqrt{{{setter.tex(args[0])}}}", ATOM


def _extreme(word: str) -> Writer:
    """The larger of two, by entries or of numbers."""

    def write(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
        return rf"{word}\left({', '.join(setter.tex(a) for a in args)}\right)", ATOM

    return write


def _extreme_or_reduction(word: str) -> Writer:
    """`max(a, b)` of Python, `x.max(axis=1)` of arrays."""

    def write(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
        plain = len(args) > 1 and "axis" not in options and axes_named(args[1]) is None
        return (_extreme if plain or len(args) > 2 else _reduction)(word)(setter, args, options)

    return write


def _length(setter: Typesetter, args: Sequence[ast.expr], options: Options) -> Tex | None:
    return rf"\lvert {setter.tex(args[0])} \rvert", ATOM


CALLS: dict[str, Writer] = {
    "exp": _exp, "sqrt": _square_root, "abs": _absolute, "absolute": _absolute, "fabs": _absolute,
    "sum": _reduction(r"\sum"), "prod": _reduction(r"\prod"), "mean": _reduction(r"\operatorname*{mean}"),
    "max": _extreme_or_reduction(r"\max"), "min": _extreme_or_reduction(r"\min"),
    "amax": _reduction(r"\max"), "amin": _reduction(r"\min"),
    "argmax": _reduction(r"\operatorname*{argmax}"), "argmin": _reduction(r"\operatorname*{argmin}"),
    "var": _reduction(r"\operatorname*{var}"), "std": _reduction(r"\operatorname*{std}"),
    "maximum": _extreme(r"\max"), "minimum": _extreme(r"\min"),
    "dot": _product, "matmul": _product, "outer": _outer, "where": _where, "full": _full,
    "copy": _inner, "astype": _inner, "array": _inner, "asarray": _inner, "float": _inner,
    "broadcast_to": _broadcast, "reshape": _named("reshape"), "flatten": _named("flatten"),
    "zeros": _always("0"), "zeros_like": _always("0"), "ones": _always(r"\mathbf{1}"),
    "ones_like": _always(r"\mathbf{1}"), "eye": _always("I"), "len": _length,
    "sigmoid": lambda setter, args, options: (rf"\sigma\left({setter.tex(args[0])}\right)", ATOM),
}  # fmt: skip
"""Functions that mathematics writes otherwise than as a name before its arguments."""


def base(text: str) -> str:
    """What an index or exponent is put to; one that has one already stands in braces.

    TeX takes the braces off an accent that stands in them alone, so `{}` stands beside it.
    """
    beside = "{}" if text.startswith((r"\bar", r"\hat", r"\dot", r"\tilde")) else ""
    return f"{{{beside}{text}}}" if "_" in text or "^" in text else text


def parenthesised(made: Tex, least: int) -> str:
    """In parentheses where it holds less tightly than asked for."""
    return made[0] if made[1] >= least else rf"\left({made[0]}\right)"


def plain_tex(text: str) -> str:
    """Any text, upright and escaped."""
    return rf"\text{{{escaped(text)}}}"


def escaped(text: str) -> str:
    """Any text for LaTeX, outside of mathematics."""
    return "".join(ESCAPES.get(c, c) for c in text)


ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "^": r"\^{}", "%": r"\%", "&": r"\&",
    "#": r"\#", "$": r"\$", "~": r"\~{}",
}  # fmt: skip
