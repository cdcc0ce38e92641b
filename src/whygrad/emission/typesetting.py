"""Python expressions to LaTeX: parsed by `ast`, never evaluated.

What a function is called in mathematics stands in its op's record (`latex`); here are only the forms that
Python spells otherwise. How many axes an expression has, where that is known, tells sums over entries from
plain ones and products of entries from products of numbers.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Sequence

from whygrad.emission.notation import (
    ATOM,
    CALLS,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Tex,
    axes_named,
    base,
    cases,
    escaped,
    latex_of,
    parenthesised,
    plain_tex,
)  # fmt: skip

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
}  # fmt: skip
OPERATORS: dict[type, tuple[str, int]] = {
    ast.Add: ("+", SUM), ast.Sub: ("-", SUM), ast.Mult: (r"\cdot", PRODUCT), ast.MatMult: (r"\,", PRODUCT),
    ast.FloorDiv: (r"\mathbin{//}", PRODUCT), ast.Mod: (r"\bmod", PRODUCT),
    ast.BitAnd: (r"\land", SUM), ast.BitOr: (r"\lor", SUM),
}  # fmt: skip
COMPARISONS: dict[type, str] = {
    ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne",
    ast.Is: "=", ast.IsNot: r"\ne", ast.NotIn: r"\notin",
}  # fmt: skip
Axes = Callable[[ast.expr], int | None]
"""How many axes an expression has, None where it is not known."""


def tex_of(text: str) -> str:
    """LaTeX of a formula; what is no Python expression comes back as plain text."""
    try:
        return Typesetter().tex(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError):
        return plain_tex(text)


def name_tex(name: str) -> str:
    """A name: `w0` as w with an index, `x_hat` with a hat, Greek letters as such, longer names upright."""
    entry = re.fullmatch(r"(\w+)\[(.+)\]", name)
    if entry:
        return f"{name_tex(entry[1])}_{{{_index_text(entry[2])}}}"
    hat = re.fullmatch(r"(\w+?)_?(hat|bar|tilde)", name)
    if hat and _is_letter(hat[1]):
        return rf"\{hat[2]}{{{_stem(hat[1])}}}"
    parts = re.fullmatch(r"([A-Za-z]+?)_?(\d+)", name)
    if parts:
        return f"{_stem(parts[1])}_{{{parts[2]}}}"
    weights = re.fullmatch(r"([WUV])([a-z]{1,2})", name)
    if weights:
        return f"{weights[1]}_{{{weights[2]}}}"
    stem, _, rest = name.partition("_")
    if rest and _is_letter(stem):
        return f"{_stem(stem)}_{{{name_tex(rest)}}}"
    first, _, last = name.rpartition("_")
    if first and _is_letter(last) and "_" not in first:
        return rf"{_stem(last)}_{{\text{{{first}}}}}"
    return _stem(name)


def number_tex(value: float, digits: int = 6) -> Tex:
    """A number with at most so many digits."""
    if not math.isfinite(value):
        return {"inf": r"\infty", "-inf": r"-\infty"}.get(repr(float(value)), r"\text{NaN}"), ATOM
    mantissa, _, exponent = f"{value + 0.0:.{digits}g}".partition("e")
    if exponent:
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT
    return mantissa, SIGN if mantissa.startswith("-") else ATOM


def _is_letter(name: str) -> bool:
    return name in GREEK or (len(name) == 1 and name.isalpha() and name.isascii())


def _stem(name: str) -> str:
    if name in GREEK:
        return rf"\{name}"
    if name == "sigmoid":
        return r"\sigma"
    return name if _is_letter(name) else plain_tex(name)


def _index_text(text: str) -> str:
    return text if re.fullmatch(r"[\d, :]+", text) else plain_tex(text)


class Typesetter:
    """Writes expressions. `names` says what a name is written as, where that is not by its letters."""

    def __init__(
        self, axes: Axes = lambda node: None, names: Callable[[str], str | Tex | None] = lambda name: None
    ) -> None:
        self.axes, self.names = axes, names
        self.index: Sequence[str] = ()
        """Below a sum: the index of each axis, ":" for an axis that is not summed over."""

    def tex(self, node: ast.expr) -> str:
        """LaTeX of an expression."""
        return self.written(node)[0]

    def written(self, node: ast.expr) -> Tex:
        """LaTeX, and how tightly it holds together."""
        for kind, write in WRITERS.items():
            if isinstance(node, kind):
                return write(self, node)
        return plain_tex(ast.unparse(node)), ATOM

    def at(self, node: ast.expr, least: int) -> str:
        """LaTeX in parentheses, if it holds less tightly than its place asks for."""
        return parenthesised(self.written(node), least)

    def depth(self, node: ast.expr) -> int | None:
        """Axes that are left below the sums around it."""
        count = self.axes(node)
        return count if count is None or not self.index else sum(i == ":" for i in self.index[-count or 9 :])

    # -- names and numbers --

    def name(self, node: ast.Name) -> Tex:
        given = self.names(node.id)
        made = given if isinstance(given, tuple) else (given or name_tex(node.id), ATOM)
        return self.entry(made, node)

    def entry(self, made: Tex, node: ast.expr) -> Tex:
        """An array below a sum, with its indices."""
        count = self.axes(node) if self.index else None
        mine = list(self.index[-count:]) if count else []
        if all(i == ":" for i in mine):
            return made
        return (
            f"{base(parenthesised(made, ATOM))}_{{{','.join(mine) if ':' in mine else ''.join(mine)}}}",
            ATOM,
        )

    def constant(self, node: ast.Constant) -> Tex:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return plain_tex(str(node.value)), ATOM
        return number_tex(node.value)

    def attribute(self, node: ast.Attribute) -> Tex:
        if node.attr == "T":
            return rf"{base(self.at(node.value, ATOM))}^\top", POWER
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.name(ast.Name(node.attr, ast.Load()))
        if node.attr in CONSTANTS:
            return CONSTANTS[node.attr], ATOM
        return plain_tex(ast.unparse(node)), ATOM

    def subscript(self, node: ast.Subscript) -> Tex:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if (given := self.names(ast.unparse(node))) is not None:
            return given if isinstance(given, tuple) else (given, ATOM)
        if len(parts) == 1 and isinstance(parts[0], ast.Constant) and isinstance(parts[0].value, str):
            return self.name(ast.Name(parts[0].value, ast.Load()))
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return self.length(node.value.value, parts[0])
        shown = [self.part(p) for p in parts if not _is_new_axis(p)]
        inner = self.outside(node.value)
        if all(s == ":" for s in shown):
            return self.entry((inner, ATOM), node) if len(shown) == len(parts) else (inner, ATOM)
        return f"{base(inner)}_{{{', '.join(shown)}}}", ATOM

    def outside(self, node: ast.expr) -> str:
        """A container that is read at an index: the indices of the sum around it are none of its own."""
        inner, self.index = self.index, ()
        made = self.at(node, ATOM)
        self.index = inner
        return made

    def part(self, node: ast.expr) -> str:
        """One index or slice."""
        if not isinstance(node, ast.Slice):
            return r"\ldots" if _is_ellipsis(node) else self.outside_any(node)
        ends = [self.outside_any(end) if end else "" for end in (node.lower, node.upper)]
        return "{:}".join(ends) if any(ends) else ":"

    def outside_any(self, node: ast.expr) -> str:
        inner, self.index = self.index, ()
        made = self.tex(node)
        self.index = inner
        return made

    def length(self, node: ast.expr, axis: ast.expr) -> Tex:
        """A length of an array."""
        words = {0: "rows", 1: "columns"}
        place = axes_named(axis)
        word = words.get(place[0]) if place else None
        if self.axes(node) == 1:
            return rf"\lvert {self.tex(node)} \rvert", ATOM
        return rf"\operatorname{{{word or 'length'}}}({self.tex(node)})", ATOM

    # -- operators --

    def binary(self, node: ast.BinOp) -> Tex:
        if isinstance(node.op, ast.Div):
            above, below = self.tex(node.left), self.tex(node.right)
            minus = above.startswith("-") and not isinstance(node.left, ast.BinOp)
            return (
                (rf"-\frac{{{above[1:]}}}{{{below}}}", SUM)
                if minus
                else (rf"\frac{{{above}}}{{{below}}}", PRODUCT)
            )
        if isinstance(node.op, ast.Pow):
            return f"{{{self.at(node.left, ATOM)}}}^{{{self.tex(node.right)}}}", POWER
        if type(node.op) not in OPERATORS:
            return plain_tex(ast.unparse(node)), SUM
        if isinstance(node.op, ast.MatMult):
            return self.product(node.left, node.right)
        sign, binding = OPERATORS[type(node.op)]
        if isinstance(node.op, ast.Mult):
            sign = self.times(node.left, node.right)
        right = (
            binding + 1 if isinstance(node.op, ast.Sub) or isinstance(node.right, ast.UnaryOp) else binding
        )
        return f"{self.factor(node.left, binding)} {sign} {self.factor(node.right, right)}", binding

    def factor(self, node: ast.expr, least: int) -> str:
        """An operand; a comparison that is multiplied is 1 or 0."""
        if isinstance(node, ast.Compare):
            return rf"\mathbf{{1}}_{{[{self.tex(node)}]}}"
        return self.at(node, least)

    def times(self, left: ast.expr, right: ast.expr) -> str:
        """Products of entries are told from those with a number."""
        return r"\odot" if (self.depth(left) or 0) > 0 and (self.depth(right) or 0) > 0 else r"\cdot"

    def product(self, left: ast.expr, right: ast.expr) -> Tex:
        """A matrix product; of two vectors the inner one. Below a sum it has an index as a whole."""
        inner, self.index = self.index, ()
        first, second = self.at(left, PRODUCT), self.at(right, PRODUCT)
        if self.axes(left) == 1 and self.axes(right) == 1:
            first = rf"{base(self.at(left, ATOM))}^\top"
        self.index = inner
        whole = ast.BinOp(left, ast.MatMult(), right)
        made = rf"{first} \, {second}", PRODUCT
        return self.entry(made, whole) if self.index else made

    def unary(self, node: ast.UnaryOp) -> Tex:
        sign = {ast.USub: "-", ast.UAdd: "+", ast.Not: r"\neg ", ast.Invert: r"\neg "}[type(node.op)]
        return f"{sign}{self.factor(node.operand, PRODUCT)}", SIGN if isinstance(
            node.operand, ast.Name
        ) else PRODUCT

    def compare(self, node: ast.Compare) -> Tex:
        words = [self.at(node.left, SUM)]
        for op, right in zip(node.ops, node.comparators, strict=True):
            words += [COMPARISONS.get(type(op), r"\in"), self.at(right, SUM)]
        return " ".join(words), -1

    def logic(self, node: ast.BoolOp) -> Tex:
        word = r" \land " if isinstance(node.op, ast.And) else r" \lor "
        return word.join(self.at(v, SUM) for v in node.values), -1

    def choice(self, node: ast.IfExp) -> Tex:
        yes, test, no = (self.tex(part) for part in (node.body, node.test, node.orelse))
        return cases(yes, test, no), ATOM

    def sequence(self, node: ast.List | ast.Tuple) -> Tex:
        return rf"\left({', '.join(self.tex(e) for e in node.elts)}\right)", ATOM

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Tex:
        each = node.generators[0]
        run = self.names_of_range(each.iter)
        place = (
            f"{self.tex(each.target)} {run}" if run else f"{self.tex(each.target)} \\in {self.tex(each.iter)}"
        )
        return rf"\left({self.tex(node.elt)}\right)_{{{place}}}", ATOM

    def names_of_range(self, node: ast.expr) -> str:
        """`= 0, \\dots, T - 1` of `range(T)`; of `reversed(range(T))` the other way round."""
        back = isinstance(node, ast.Call) and ast.unparse(node.func) == "reversed"
        inner = node.args[0] if back else node  # type: ignore[attr-defined]
        if not (isinstance(inner, ast.Call) and ast.unparse(inner.func) == "range" and len(inner.args) < 3):
            return ""
        first = self.tex(inner.args[0]) if len(inner.args) == 2 else "0"
        last = self.before(inner.args[-1])
        ends = (last, first) if back else (first, last)
        return rf"= {ends[0]}, \dots, {ends[1]}"

    def before(self, end: ast.expr) -> str:
        """The whole number before one."""
        count = axes_named(end)
        if count:
            return str(count[0] - 1)
        if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and axes_named(end.right) == [1]:
            return self.tex(end.left)
        return f"{self.at(end, SUM)} - 1"

    # -- calls --

    def call(self, node: ast.Call) -> Tex:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
        library = isinstance(function, ast.Attribute) and _is_library(function.value)
        args = list(node.args)
        if isinstance(function, ast.Attribute) and not library:
            args.insert(0, function.value)  # a method: `x.sum()`
        options = {k.arg: k.value for k in node.keywords if k.arg}
        special = CALLS.get(name)
        if special and args and (made := special(self, args, options)) is not None:
            return made
        template = latex_of(ast.unparse(function) if library else name, len(args))
        if template and not options:
            return self.filled(template, args)
        shown = [self.tex(a) for a in args]
        shown += [rf"\text{{{escaped(k)}}}={self.tex(v)}" for k, v in options.items() if k not in SILENT]
        word = name.replace("_", r"\_")
        return rf"\operatorname{{{word}}}\left({', '.join(shown)}\right)", ATOM

    def filled(self, template: str, args: Sequence[ast.expr]) -> Tex:
        """A record's template; what stands in braces or parentheses of its own needs no others."""
        texts = []
        for k, arg in enumerate(args):
            enclosed = f"{{{{{{{k}}}}}}}" in template or f"({{{k}}}" in template or f", {{{k}}}" in template
            enclosed = enclosed and f"{{{{{{{k}}}}}}}^" not in template
            texts.append(self.tex(arg) if enclosed or rf"\lVert {{{k}}}" in template else self.argument(arg))
        made = template.format(*texts)
        plain = re.fullmatch(r"\\[A-Za-z]+(\{.*\}|\(.*\))", made) or made.startswith(r"\lVert")
        return made, ATOM if (plain and made.startswith(r"\sqrt")) or made.startswith(r"\lVert") else POWER

    def argument(self, node: ast.expr) -> str:
        """An argument that follows a function's name: \\tanh x, \\tanh(x + 1)."""
        made = self.written(node)
        return made[0] if made[1] >= ATOM else rf"\left({made[0]}\right)"

    def reduced(self, word: str, node: ast.expr, axis: ast.expr | None, keeps: bool = False) -> Tex:
        """A sum, mean or maximum over entries."""
        count = self.axes(node)
        wanted = axes_named(axis)
        if self.index or (axis is not None and wanted is None):
            return rf"{word}{self.factor(node, PRODUCT)}", PRODUCT
        if count is None:
            places = [k for k in wanted or () if k >= 0]
            letters = "".join(LETTERS[k] for k in places)
            return (
                rf"{word}_{{{letters}}}" if letters else word
            ) + rf" {self.factor(node, PRODUCT)}", PRODUCT
        if count == 0 or count > len(LETTERS):
            return self.written(node)
        places = sorted(k % count for k in wanted) if wanted else list(range(count))
        letters = "".join(LETTERS[k] for k in places)
        self.index = [LETTERS[k] if k in places else ":" for k in range(count)]
        text = self.factor(node, PRODUCT)
        self.index = ()
        return rf"{word}_{{{letters}}} {text}", PRODUCT


LETTERS = "ijklmn"
SILENT = {"keepdims", "dtype", "copy", "out"}
CONSTANTS = {"pi": r"\pi", "e": "e", "inf": r"\infty", "newaxis": ":"}
LIBRARIES = {"np", "numpy", "math", "linalg", "special", "scipy"}


def _is_library(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).split(".")[0] in LIBRARIES


def _is_new_axis(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or ast.unparse(node) == "np.newaxis"


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


WRITERS: dict[type, Callable[..., Tex]] = {
    ast.Name: Typesetter.name, ast.Constant: Typesetter.constant, ast.BinOp: Typesetter.binary,
    ast.UnaryOp: Typesetter.unary, ast.Compare: Typesetter.compare, ast.BoolOp: Typesetter.logic,
    ast.Call: Typesetter.call, ast.Subscript: Typesetter.subscript, ast.IfExp: Typesetter.choice,
    ast.Attribute: Typesetter.attribute, ast.List: Typesetter.sequence, ast.Tuple: Typesetter.sequence,
    ast.ListComp: Typesetter.comprehension, ast.GeneratorExp: Typesetter.comprehension,
}  # fmt: skip
