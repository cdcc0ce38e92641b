"""Formulas as Python text to TeX: parsed by `ast`, never evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
}  # fmt: skip
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
OPERATORS: dict[type, tuple[str, int]] = {
    ast.Add: ("+", SUM), ast.Sub: ("-", SUM), ast.Mult: (r"\cdot", PRODUCT), ast.MatMult: (r"\,", PRODUCT),
    ast.FloorDiv: (r"\mathbin{//}", PRODUCT), ast.Mod: (r"\bmod", PRODUCT),
}  # fmt: skip
COMPARISONS: dict[type, str] = {
    ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne",
}  # fmt: skip
FUNCTIONS = {
    "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh",
    "tanh": r"\tanh", "max": r"\max", "min": r"\min", "sigmoid": r"\sigma",
}  # fmt: skip
Tex = tuple[str, int]


def tex_of(text: str) -> str:
    """TeX of a formula; what is no Python expression comes back as plain text."""
    try:
        return _written(ast.parse(text, mode="eval").body)[0]
    except (SyntaxError, ValueError, RecursionError):
        return plain_tex(text)


def name_tex(name: str) -> str:
    """A name: `w0` as w with an index, Greek letters as such, longer names upright."""
    entry = re.fullmatch(r"(\w+)\[(.+)\]", name)
    if entry:
        return f"{name_tex(entry[1])}_{{{_index_tex(entry[2])}}}"
    parts = re.fullmatch(r"([A-Za-z]+?)_?(\d+)", name)
    if parts:
        return f"{_stem(parts[1])}_{{{parts[2]}}}"
    return _stem(name)


def plain_tex(text: str) -> str:
    """Any text, upright and escaped."""
    escaped = "".join(ESCAPES.get(c, c) for c in text)
    return rf"\text{{{escaped}}}"


ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "^": r"\^{}", "%": r"\%", "&": r"\&",
    "#": r"\#", "$": r"\$", "~": r"\~{}",
}  # fmt: skip


def _stem(name: str) -> str:
    if name in GREEK:
        return rf"\{name}"
    return name if len(name) == 1 and name.isalpha() and name.isascii() else plain_tex(name)


def _index_tex(text: str) -> str:
    return text if re.fullmatch(r"[\d, :]+", text) else plain_tex(text)


def _written(node: ast.expr) -> Tex:
    for kind, write in WRITERS.items():
        if isinstance(node, kind):
            return write(node)
    return plain_tex(ast.unparse(node)), ATOM


def _at(node: ast.expr, least: int) -> str:
    text, binding = _written(node)
    return text if binding >= least else rf"\left({text}\right)"


def _name(node: ast.Name) -> Tex:
    return name_tex(node.id), ATOM


def _constant(node: ast.Constant) -> Tex:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return plain_tex(str(node.value)), ATOM
    mantissa, _, exponent = f"{node.value:.6g}".partition("e")
    return (rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT) if exponent else (mantissa, ATOM)


def _binary(node: ast.BinOp) -> Tex:
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{_written(node.left)[0]}}}{{{_written(node.right)[0]}}}", PRODUCT
    if isinstance(node.op, ast.Pow):
        return f"{{{_at(node.left, ATOM)}}}^{{{_written(node.right)[0]}}}", POWER
    if type(node.op) not in OPERATORS:
        return plain_tex(ast.unparse(node)), SUM
    sign, binding = OPERATORS[type(node.op)]
    right = binding + 1 if isinstance(node.op, ast.Sub) or isinstance(node.right, ast.UnaryOp) else binding
    return f"{_at(node.left, binding)} {sign} {_at(node.right, right)}", binding


def _unary(node: ast.UnaryOp) -> Tex:
    sign = {ast.USub: "-", ast.UAdd: "+", ast.Not: r"\neg ", ast.Invert: r"\neg "}[type(node.op)]
    return f"{sign}{_at(node.operand, PRODUCT)}", SIGN if isinstance(node.operand, ast.Name) else PRODUCT


def _compare(node: ast.Compare) -> Tex:
    words = [_at(node.left, SUM)]
    for op, right in zip(node.ops, node.comparators, strict=True):
        words += [COMPARISONS.get(type(op), r"\in"), _at(right, SUM)]
    return " ".join(words), -1


def _call(node: ast.Call) -> Tex:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    args = [_written(arg)[0] for arg in node.args]
    if name == "exp" and len(args) == 1:
        return f"e^{{{args[0]}}}", POWER
    if name == "sqrt" and len(args) == 1:
        return rf"\sqrt{{{args[0]}}}", ATOM
    if name == "abs" and len(args) == 1:
        return rf"\left|{args[0]}\right|", ATOM
    options = [rf"\text{{{k.arg}}}={_written(k.value)[0]}" for k in node.keywords if k.arg]
    shown = FUNCTIONS.get(name) or rf"\operatorname{{{name.replace('_', chr(92) + '_')}}}"
    return rf"{shown}\left({', '.join(args + options)}\right)", ATOM


def _subscript(node: ast.Subscript) -> Tex:
    index = ast.unparse(node.slice).removeprefix("(").removesuffix(")")
    return f"{_at(node.value, ATOM)}_{{{_index_tex(index)}}}", ATOM


def _choice(node: ast.IfExp) -> Tex:
    yes, test, no = (_written(part)[0] for part in (node.body, node.test, node.orelse))
    return rf"\begin{{cases}}{yes} & {test}\\{no} & \text{{else}}\end{{cases}}", ATOM


def _attribute(node: ast.Attribute) -> Tex:
    return (
        (rf"{_at(node.value, ATOM)}^\top", POWER)
        if node.attr == "T"
        else (plain_tex(ast.unparse(node)), ATOM)
    )


WRITERS: dict[type, Callable[..., Tex]] = {
    ast.Name: _name, ast.Constant: _constant, ast.BinOp: _binary, ast.UnaryOp: _unary, ast.Compare: _compare,
    ast.Call: _call, ast.Subscript: _subscript, ast.IfExp: _choice, ast.Attribute: _attribute,
}  # fmt: skip
