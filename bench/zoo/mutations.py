"""Mutations with known causes: every way in which one statement of a program may be got wrong."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

GRADIENT = ("d", "grad", "delta", "g", "nabla", "step", "F", "force")
TRANSPOSING = {"np.transpose"}
EXTRA = {"tanh": "np.tanh({0})", "exp": "1 / (1 + np.exp(-({0})))"}
FUNCTIONS = {"sin": "cos", "cos": "sin", "exp": "log", "log": "exp", "maximum": "minimum", "tanh": "sin",
             "max": "min", "argmax": "argmin", "mean": "sum", "sum": "mean", "outer": "dot",
             "hstack": "vstack", "ones_like": "zeros_like"}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One statement got wrong: what, in which lines of the mutant, and its new text."""

    kind: str
    line: int
    end: int
    text: str
    """Replaces the lines from `line` to `end`, and has as many."""
    fault: tuple[int, ...]


@dataclass(frozen=True)
class Context:
    """What a mutation may draw on."""

    names: tuple[str, ...]
    """Names and attributes read or assigned in the same function."""
    source: str


def mutations(text: str, first: int = 1) -> Iterator[Mutation]:
    """All mutations of single statements from a line on (inputs are left alone), in order of the text."""
    lines = text.split("\n")
    for body, owner in bodies(text):
        context = Context(_names(owner), text)
        for node in body:
            if node.lineno < first:
                continue
            if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
                for kind, changed in _statements(node, context):
                    yield _replaced(lines, node, kind, ast.unparse(ast.fix_missing_locations(changed)))
            elif isinstance(node, ast.If):
                for kind, test in _expressions(node.test, context):
                    if node.lineno == node.body[0].lineno - 1:
                        yield _header(lines, node, kind, f"if {ast.unparse(test)}:")


def bodies(text: str) -> Iterator[tuple[list[ast.stmt], ast.AST]]:
    """Lists of statements and the function (or module) in which they stand; none of functions for inputs."""

    def visit(node: ast.AST, owner: ast.AST) -> Iterator[tuple[list[ast.stmt], ast.AST]]:
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body:
                if not isinstance(node, ast.ClassDef):
                    yield body, owner
                for child in body:
                    inner = child if isinstance(child, ast.FunctionDef) else owner
                    yield from visit(child, inner)

    tree = ast.parse(text)
    yield from ((body, owner) for body, owner in visit(tree, tree) if not _is_input(owner))


def _is_input(owner: ast.AST) -> bool:
    return isinstance(owner, ast.FunctionDef) and owner.name in ("make_inputs", "__init__")


def _names(owner: ast.AST) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for node in ast.walk(owner):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id != "np":
            found[ast.unparse(node)] = None
        elif isinstance(node, ast.Name) and node.id not in ("np", "math", "range", "len", "self"):
            found[node.id] = None
        elif isinstance(node, ast.arg) and node.arg != "self":
            found[node.arg] = None
    called = {ast.unparse(n.func) for n in ast.walk(owner) if isinstance(n, ast.Call)}
    return tuple(name for name in found if name not in called)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _replaced(lines: list[str], node: ast.stmt, kind: str, text: str) -> Mutation:
    end = node.end_lineno or node.lineno
    indent = _indent(lines[node.lineno - 1])
    padded = indent + text + "\n" * (end - node.lineno)
    return Mutation(kind, node.lineno, end, padded, tuple(range(node.lineno, end + 1)))


def _header(lines: list[str], node: ast.stmt, kind: str, text: str) -> Mutation:
    return Mutation(kind, node.lineno, node.lineno, _indent(lines[node.lineno - 1]) + text, (node.lineno,))


Changed = Iterator[tuple[str, ast.stmt]]


def _statements(node: ast.stmt, context: Context) -> Changed:
    """The statement changed as a whole, then in its expressions."""
    if isinstance(node, ast.AugAssign):
        yield from _augmented(node)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        yield from _assigned(node, context)
    if isinstance(node, ast.Expr):
        yield from _scattered(node)
    value = getattr(node, "value", None)
    if value is None or isinstance(value, ast.Name | ast.Lambda):
        return
    if isinstance(value, ast.Tuple) and all(isinstance(e, ast.Name | ast.Attribute) for e in value.elts):
        return  # results and caches in another order are another mistake
    for kind, changed in _expressions(value, context):
        fresh = copy.copy(node)
        fresh.value = changed
        yield kind, fresh


def _augmented(node: ast.AugAssign) -> Changed:
    yield "overwritten", ast.Assign([node.target], node.value, lineno=1)
    if isinstance(node.op, ast.Add | ast.Sub):
        flipped = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "sign", ast.AugAssign(node.target, flipped, node.value)
    if isinstance(node.target, ast.Name):
        yield "adds itself", ast.AugAssign(node.target, node.op, ast.Name(node.target.id, ast.Load()))
    if isinstance(node.op, ast.Div | ast.Mult):
        other = ast.Mult() if isinstance(node.op, ast.Div) else ast.Div()
        yield "operator", ast.AugAssign(node.target, other, node.value)


def _assigned(node: ast.Assign, context: Context) -> Changed:
    name = node.targets[0].id
    if not name.startswith(GRADIENT):
        return
    if any(isinstance(n, ast.BinOp | ast.Call) for n in ast.walk(node.value)):
        yield "sign", ast.Assign(node.targets, ast.UnaryOp(ast.USub(), node.value), lineno=1)
        yield "constant", ast.Assign(node.targets, _times(2, node.value), lineno=1)
        yield "collapsed", ast.Assign(node.targets, _call("np.sum", node.value), lineno=1)
    if name.swapcase() != name and context.source.count(f"{name} = ") > 1:
        other = name[0] + name[1:].swapcase()
        yield "name", ast.Assign([ast.Name(other, ast.Store())], node.value, lineno=1)
    if ast.unparse(node.value).startswith("np.zeros"):
        whole = node.value
        if isinstance(whole, ast.Call):
            fresh = copy.deepcopy(whole)
            fresh.keywords.append(ast.keyword("dtype", ast.Name("int", ast.Load())))
            yield "integer", ast.Assign(node.targets, fresh, lineno=1)


def _scattered(node: ast.Expr) -> Changed:
    call = node.value
    if isinstance(call, ast.Call) and ast.unparse(call.func) == "np.add.at" and len(call.args) == 3:
        into, at, what = call.args
        yield "duplicates", ast.AugAssign(ast.Subscript(into, at, ast.Store()), ast.Add(), what)


def _expressions(value: ast.expr, context: Context) -> Iterator[tuple[str, ast.expr]]:
    """The expression with one node changed, for every node and change."""
    places = list(ast.walk(value))
    for place, node in enumerate(places):
        if not isinstance(node, ast.expr) or isinstance(node, ast.Slice):
            continue
        for kind, make in _changes(node, context):
            fresh = copy.deepcopy(value)
            target = list(ast.walk(fresh))[place]
            new = make(target)
            if new is None:
                continue
            yield kind, _exchanged(fresh, target, new)


def _exchanged(tree: ast.expr, old: ast.AST, new: ast.expr) -> ast.expr:
    if tree is old:
        return new

    class Exchange(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    return Exchange().visit(tree)


Make = Callable[[ast.expr], "ast.expr | None"]
Change = tuple[str, Make]


def _changes(node: ast.expr, context: Context) -> Iterator[Change]:
    if isinstance(node, ast.BinOp):
        yield from _binary(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", lambda n: n.operand
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Attribute | ast.Name):
        yield from _operands(node, context)
    elif isinstance(node, ast.Subscript):
        yield from _indices(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _comparisons(node)
    elif (
        isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value not in (0, True)
    ):
        yield "constant", lambda n: ast.Constant(n.value * 2)
        yield "constant", lambda n: ast.Constant(n.value + 1)
        if isinstance(node.value, float):
            yield "constant", lambda n: ast.Constant(n.value / 2)


def _binary(node: ast.BinOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Add | ast.Sub):
        other: ast.operator = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "sign", lambda n: ast.BinOp(n.left, other, n.right)
        yield "missing term", lambda n: n.left
        yield "missing term", lambda n: n.right
    elif isinstance(node.op, ast.Mult):
        yield "missing factor", lambda n: n.left
        yield "missing factor", lambda n: n.right
        yield "operator", lambda n: ast.BinOp(n.left, ast.Div(), n.right)
        yield "operator", lambda n: ast.BinOp(n.left, ast.Add(), n.right)
        if isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ast.Add | ast.Sub):
            yield "parentheses", _unbracketed
    elif isinstance(node.op, ast.Div):
        yield "missing divisor", lambda n: n.left
        yield "operator", lambda n: ast.BinOp(n.left, ast.Mult(), n.right)
    elif isinstance(node.op, ast.Pow):
        yield "power", lambda n: n.left
    elif isinstance(node.op, ast.MatMult):
        yield "product", lambda n: ast.BinOp(n.left, ast.Mult(), n.right)
        yield "product", lambda n: ast.BinOp(n.right, ast.MatMult(), n.left)


def _unbracketed(node: ast.expr) -> ast.expr | None:
    """`a * (b + c)` as `a * b + c`."""
    right = node.right
    return ast.BinOp(ast.BinOp(node.left, ast.Mult(), right.left), right.op, right.right)


def _calls(node: ast.Call) -> Iterator[Change]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in ("sum", "mean"):
        yield "missing sum", _summand
        for place, keyword in enumerate(node.keywords):
            if keyword.arg == "axis":
                yield "axis", lambda n, p=place: _axis(n, p)
            if keyword.arg == "keepdims":
                yield "keepdims", lambda n, p=place: _without(n, p)
    if name in FUNCTIONS and isinstance(node.func, ast.Attribute):
        yield "function", lambda n: _renamed(n, FUNCTIONS[name])
    if name == "dot" and len(node.args) == 2:
        yield "product", lambda n: ast.Call(n.func, n.args[::-1], n.keywords)
    if name in ("copy",):
        yield "no copy", lambda n: n.func.value if not n.args else n.args[0]


def _summand(node: ast.expr) -> ast.expr:
    """What `np.sum(x)` or `x.sum()` sums."""
    owner = node.func.value
    return node.args[0] if ast.unparse(owner) == "np" else owner


def _axis(node: ast.expr, place: int) -> ast.expr | None:
    axis = node.keywords[place].value
    if not (isinstance(axis, ast.Constant) and isinstance(axis.value, int)):
        return None
    axis.value = 0 if axis.value else 1
    return node


def _without(node: ast.expr, place: int) -> ast.expr:
    del node.keywords[place]
    return node


def _renamed(node: ast.expr, name: str) -> ast.expr:
    node.func.attr = name
    return node


def _operands(node: ast.Attribute | ast.Name, context: Context) -> Iterator[Change]:
    text = ast.unparse(node)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", lambda n: n.value
        return
    if text not in context.names:
        return
    is_gradient = text.removeprefix("self.").startswith(GRADIENT)
    for other in context.names:
        if other == text:
            continue
        kind = "operand"
        if other.removeprefix("self.").startswith(GRADIENT):
            kind = "upstream" if is_gradient else "operand"
        yield kind, lambda n, o=other: ast.parse(o, mode="eval").body
    if len(text) > 1 or text.isupper():
        yield "transpose", lambda n: ast.Attribute(n, "T", ast.Load())
    for word, pattern in EXTRA.items():
        if f"np.{word}(" in context.source and not is_gradient:
            yield "applied again", lambda n, p=pattern: ast.parse(p.format(ast.unparse(n)), mode="eval").body


def _indices(node: ast.Subscript) -> Iterator[Change]:
    index = node.slice
    if isinstance(index, ast.Constant) and isinstance(index.value, int):
        for other in {0, 1, 2, index.value - 1} - {index.value}:
            yield "index", lambda n, o=other: ast.Subscript(n.value, ast.Constant(o), ast.Load())
    elif isinstance(index, ast.Name):
        for shift in (ast.Add(), ast.Sub()):
            yield "index", lambda n, s=shift: _shifted(n, s)
    elif isinstance(index, ast.BinOp):
        yield "index", lambda n: ast.Subscript(n.value, n.slice.left, ast.Load())
    elif isinstance(index, ast.Slice) and isinstance(index.upper, ast.Name):
        yield "slice", lambda n: ast.Subscript(n.value, ast.Slice(n.slice.upper, None), ast.Load())


def _shifted(node: ast.expr, op: ast.operator) -> ast.expr:
    index = ast.BinOp(node.slice, op, ast.Constant(1))
    return ast.Subscript(node.value, index, ast.Load())


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    turned = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE, ast.Eq: ast.NotEq}
    other = turned.get(type(node.ops[0]))
    if other is not None:
        yield "mask", lambda n: ast.Compare(n.left, [other()], n.comparators)


def _times(factor: int, value: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(factor), ast.Mult(), value)


def _call(name: str, value: ast.expr) -> ast.expr:
    return ast.Call(ast.parse(name, mode="eval").body, [value], [])
