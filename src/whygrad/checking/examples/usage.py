"""What the text of functions tells about their parameters: ranks, dimensions, keys, kinds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from whygrad.checking.examples.docstrings import described_kinds, described_shapes
from whygrad.checking.examples.facts import Facts
from whygrad.checking.examples.syntax import (
    called_name,
    computed_key_prefix,
    divided_shape,
    entry_owner,
    factors_of,
    index_parts,
    is_ellipsis,
    is_none,
    is_numpy,
    kept_within_one,
    last_name,
    multiple_in,
    outside_indices,
    shape_place,
)

DEPTH = 4
"""Calls within calls that are read."""
LIMIT = 60
"""Calls of one parameter that are followed."""
ARRAY_WORDS = {
    "shape", "dot", "T", "reshape", "sum", "mean", "transpose", "max", "min", "ndim", "ravel", "flatten",
    "argmax", "astype", "var", "std", "copy", "size", "dtype", "swapaxes", "squeeze",
}  # fmt: skip
POSITIVE = {"log", "sqrt", "log2", "log10"}
SIZED = {"zeros", "ones", "empty", "randn", "rand", "full", "eye", "identity", "arange", "range", "uniform",
         "normal", "random", "randint", "permutation"}  # fmt: skip
ARRAY_FUNCTIONS = {
    "len", "dot", "matmul", "outer", "inner", "vdot", "tensordot", "kron", "solve", "inv", "det", "slogdet",
    "cholesky", "norm", "sum", "mean", "zeros_like", "ones_like", "empty_like", "diag", "trace",
    "concatenate", "stack", "cumsum",
}  # fmt: skip
"""Functions that are called on arrays."""
RESHAPING = {"reshape", "tile", "repeat", "broadcast_to"}

Definition = ast.FunctionDef
Resolve = Callable[[str], Definition | None]


def facts_of(
    function: Definition,
    resolve: Resolve,
    depth: int = 0,
    seen: frozenset[str] = frozenset(),
    further: Iterable[str] = (),
    attributes: Mapping[str, Facts] = MappingProxyType({}),
) -> dict[str, Facts]:
    """Facts for every parameter of a function, those of the functions that it hands them to included.

    `further` are variables of the module that are to be read as if they were parameters, `attributes` what
    attributes of the object are known to hold: they learn.
    """
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    found = {name: Facts() for name in further}
    found |= {a.arg: Facts() for a in (*positional, *arguments.kwonlyargs)}
    defaults = zip(reversed(positional), reversed(arguments.defaults), strict=False)
    for argument, default in (*defaults, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        if default is not None:
            found[argument.arg].default, found[argument.arg].required = default, False
    for argument in (*positional, *arguments.kwonlyargs):
        if argument.annotation is not None:
            found[argument.arg].annotation = ast.unparse(argument.annotation)
    described = ast.get_docstring(function) or ""
    for name, shape in described_shapes(described, list(found)).items():
        found[name].documented = shape
    for name, kind in described_kinds(described, list(found)).items():
        found[name].annotation = found[name].annotation or kind
    reader = _Reader(found, resolve, depth, seen | {function.name}, _renamed(function, found), attributes)
    for statement in function.body:
        reader.visit(statement)
    names = {part for facts in found.values() for part in facts.parts} - found.keys()
    if names and not further:
        behind = facts_of(function, resolve, depth, seen, further=names)
        for facts in found.values():
            facts.parts = {part: behind.get(part, Facts()) for part in facts.parts}
    known = {text for facts in found.values() for text in facts.dimensions.values()}
    known |= reader.divided | {name for name, facts in found.items() if facts.size}
    for facts in found.values():
        fitting = {place: f"{k}*{name}" for place, (k, name) in facts.multiples.items() if name in known}
        facts.dimensions.update(fitting)
    libraries = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} & {"math", "np", "numpy"}
    for facts in found.values():
        facts.plain = libraries == {"math"}
        if facts.keys and not facts.entries:
            facts.entries = described_shapes(described, list(facts.keys))
    return found


def learn_ranks(facts: Mapping[str, Facts], backward: Definition, resolve: Resolve) -> None:
    """Let parameters learn how they are used behind a cache: `x[t].T @ da`, where `x` is not made anew."""
    simple = (ast.Name, ast.Attribute, ast.Subscript, ast.Tuple)
    made = {
        n.id
        for target, value in _assigned(backward)
        if not isinstance(value, simple)
        for n in ast.walk(target)
        if isinstance(n, ast.Name)
    }
    behind = facts_of(backward, resolve, further=facts)
    for name in facts.keys() - made:
        facts[name].least_rank = max(facts[name].least_rank, behind[name].least_rank)
        facts[name].outer |= behind[name].outer


def _renamed(function: Definition, found: Mapping[str, Facts]) -> dict[str, str]:
    """Names that stand for a parameter: `X = inputs`."""
    renamed: dict[str, str] = {}
    for target, value in _assigned(function):
        if isinstance(value, ast.Name) and value.id in found:
            if isinstance(target, ast.Name) and target.id not in found:
                renamed[target.id] = value.id
            elif isinstance(target, ast.Attribute):
                found[value.id].stored_as.append(target.attr)
    return renamed


def _assigned(function: Definition) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Targets with their values, also of `self.n, self.m = n, m`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                yield from zip(target.elts, value.elts, strict=False)
            else:
                yield target, value


class _Reader(ast.NodeVisitor):
    """Collects facts while walking over a function."""

    def __init__(
        self,
        found: dict[str, Facts],
        resolve: Resolve,
        depth: int,
        seen: frozenset[str],
        renamed: dict[str, str],
        attributes: Mapping[str, Facts],
    ) -> None:
        self.found, self.resolve, self.depth, self.seen, self.renamed = found, resolve, depth, seen, renamed
        self.attributes = attributes
        self.calls = 0
        self.divided: set[str] = set()
        """Names of parts of dimensions: H of `H = b.shape[0] // 4`."""

    def of(self, node: ast.AST | None) -> Facts | None:
        if isinstance(node, ast.Name):
            return self.found.get(self.renamed.get(node.id, node.id))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.attributes.get(node.attr)
        return None

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            items = target.elts if isinstance(target, ast.Tuple | ast.List) else None
            self.shape_unpacked(items, target, node.value)
            if items is not None and (facts := self.of(node.value)):
                facts.unpacked = len(items)
                facts.parts = {item.id: Facts() for item in items if isinstance(item, ast.Name)}
            self.taken_apart(target, node.value)
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=False):
                    self.shape_unpacked(None, one, value)
        self.generic_visit(node)

    def taken_apart(self, target: ast.expr, value: ast.expr) -> None:
        """What the entries of a list are unpacked as, by `W, b = layers[-1]`."""
        facts = self.of(value.value) if isinstance(value, ast.Subscript) else None
        if facts and isinstance(target, ast.Tuple) and all(isinstance(t, ast.Name) for t in target.elts):
            facts.rows = facts.rows or tuple(ast.unparse(t) for t in target.elts)

    def shape_unpacked(self, items: list[ast.expr] | None, target: ast.expr, value: ast.expr) -> None:
        shaped = value.value if isinstance(value, ast.Attribute) and value.attr == "shape" else None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.args:
            shaped = value.args[0] if value.func.attr == "shape" else None
        facts = self.of(shaped)
        if facts and items is not None and not any(isinstance(i, ast.Starred) for i in items):
            facts.ranks.append(len(items))
            for place, item in enumerate(items):
                if isinstance(item, ast.Name) and item.id != "_":
                    facts.dimensions.setdefault(place, item.id)
        parted = divided_shape(value)
        if parted is not None and isinstance(target, ast.Name) and (facts := self.of(parted[0])):
            facts.reach(parted[1], (parted[2], target.id))
            self.divided.add(target.id)
        place_ = shape_place(value)
        if place_ is not None and isinstance(target, ast.Name) and (facts := self.of(place_[0])):
            facts.dimensions.setdefault(place_[1], target.id)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if found := shape_place(node):
            if facts := self.of(found[0]):
                facts.least_rank = max(facts.least_rank, found[1] + 1 if found[1] >= 0 else -found[1])
        elif facts := self.of(node.value):
            self.subscripted(facts, node.slice)
        elif facts := self.of(entry_owner(node.value)):  # `A[i][k]`
            facts.least_rank = max(facts.least_rank, 2)
        for part in index_parts(node.slice):
            if facts := self.of(part):
                facts.index = True
            if isinstance(part, ast.Slice):
                self.sizes_in(*(bound for bound in (part.lower, part.upper, part.step) if bound))
        self.generic_visit(node)

    def subscripted(self, facts: Facts, index: ast.expr) -> None:
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        for place, part in enumerate(parts if not any(map(is_ellipsis, parts)) else ()):
            if (multiple := multiple_in(part))[0] > 1:
                facts.reach(place, multiple)
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            facts.keys.setdefault(index.value, None)
        elif prefix := computed_key_prefix(index):
            facts.prefixes.append(prefix)
        elif isinstance(index, ast.Tuple):
            plain = [e for e in index.elts if not is_none(e) and not is_ellipsis(e)]
            facts.least_rank = max(facts.least_rank, len(plain))
        elif isinstance(index, ast.Constant) and isinstance(index.value, int):
            facts.indexed_by_number = True
        else:
            facts.arrayed = True

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if facts := self.of(node.value):
            facts.attributes.add(node.attr)
        self.generic_visit(node)

    def multiplied(self, factor: ast.expr) -> None:
        """`x[t].T @ d` transposes a matrix; `x[i].T[:, None]` and `dw[:, k] += x[i].T` may be vectors."""
        one = factor.value if isinstance(factor, ast.Attribute) and factor.attr == "T" else None
        if not isinstance(one, ast.Subscript) or isinstance(one.slice, ast.Slice | ast.Tuple | ast.Constant):
            return
        if facts := self.of(one.value):
            facts.least_rank = max(facts.least_rank, 3)

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, right in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
            facts = self.of(left)
            if facts is None:
                continue
            options = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
            words = [o.value for o in options if isinstance(o, ast.Constant) and isinstance(o.value, str)]
            facts.strings += words
            facts.optional |= is_none(right)
        looked_up = isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.left, ast.Constant)
        facts = self.of(node.comparators[0]) if looked_up else None
        if facts and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            facts.keys.setdefault(node.left.value, None)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.FloorDiv) and (facts := self.of(node.right)):
            facts.divisor = True
        for operand in (node.left, node.right) if isinstance(node.op, ast.MatMult) else ():
            self.multiplied(operand)
            if facts := self.of(operand.value if isinstance(operand, ast.Attribute) else operand):
                facts.arrayed = True
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self.tested(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.tested(node.test)
        self.generic_visit(node)

    def tested(self, test: ast.expr) -> None:
        inner = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
        for part in inner.values if isinstance(inner, ast.BoolOp) else [inner]:
            if facts := self.of(part):
                facts.flag = True

    def visit_For(self, node: ast.For) -> None:
        called = node.iter.func if isinstance(node.iter, ast.Call) else None
        name = called.id if isinstance(called, ast.Name) else ""
        sources = [node.iter]
        if isinstance(node.iter, ast.Call) and name:
            sources = list(node.iter.args) if name in ("enumerate", "zip", "reversed") else []
        targets = [node.target] * len(sources)
        if name in ("enumerate", "zip") and isinstance(node.target, ast.Tuple):
            targets = node.target.elts[name == "enumerate" :]
        for item, target in zip(sources, targets, strict=False):
            whole = (
                item.value if isinstance(item, ast.Subscript) and isinstance(item.slice, ast.Slice) else item
            )
            if facts := self.of(whole):
                facts.iterated = True
                self.taken_apart(target, ast.Subscript(whole, ast.Constant(0), ast.Load()))
                if name == "zip":  # which stops at the end of the shorter one
                    facts.dimensions.setdefault(0, f"zip in line {node.lineno}")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        if facts := self.of(node.iter):
            facts.iterated = True
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "matmul"):
            for factor in (node.func.value, *node.args):
                self.multiplied(factor)
        if facts := self.of(node.func):
            facts.called = True
        name = last_name(node.func)
        if name == "get" and isinstance(node.func, ast.Attribute) and (facts := self.of(node.func.value)):
            self.got(facts, node)
        if name in ARRAY_FUNCTIONS:
            for argument in node.args:
                if facts := self.of(argument):
                    facts.arrayed = True
        for argument in node.args if name == "outer" else ():
            for factor in factors_of(argument):
                if facts := self.of(factor):
                    facts.outer = True
        if name in POSITIVE:
            for argument in node.args[:1]:
                for part in outside_indices(argument):
                    if facts := self.of(part):
                        facts.logarithm = True
        if facts := self.of(kept_within_one(node)):
            facts.logarithm = True
        if name in SIZED:
            self.sizes_in(*node.args)
        elif name in RESHAPING and node.args:
            base: ast.expr = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            base, sizes = (base, node.args) if not is_numpy(base) else (node.args[0], node.args[1:])
            self.sizes_in(*sizes)
            sliced = isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Slice)
            facts = self.of(base.value) if sliced and name == "reshape" else None  # type: ignore[attr-defined]
            if facts:
                facts.unrolled = True
        self.handed_on(node)
        self.generic_visit(node)

    def sizes_in(self, *parts: ast.expr) -> None:
        """Names that stand there by themselves, or in a computation of whole numbers."""
        for part in parts:
            if isinstance(part, ast.Tuple | ast.List):
                self.sizes_in(*part.elts)
            elif isinstance(part, ast.BinOp):
                self.sizes_in(part.left, part.right)
            elif facts := self.of(part):
                facts.size = True

    def got(self, facts: Facts, node: ast.Call) -> None:
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            default = node.args[1] if len(node.args) > 1 else None
            if facts.keys.get(node.args[0].value) is None:
                facts.keys[node.args[0].value] = default

    def handed_on(self, node: ast.Call) -> None:
        """What the called function does with a parameter that it is given."""
        handed = [(place, a) for place, a in enumerate(node.args) if self.of(a)]
        named = [(k.arg, k.value) for k in node.keywords if k.arg and self.of(k.value)]
        name = called_name(node.func)
        if not (handed or named) or not name or name in self.seen or self.depth >= DEPTH:
            return
        self.calls += 1
        definition = self.resolve(name) if self.calls < LIMIT else None
        if definition is None:
            return
        inner = facts_of(definition, self.resolve, self.depth + 1, self.seen)
        places = [n for n in inner if n != "self"]
        for place, argument in handed:
            facts = self.of(argument)
            if facts and place < len(places):
                facts.learn(inner[places[place]])
        for parameter, argument in named:
            facts = self.of(argument)
            if facts and parameter in inner:
                facts.learn(inner[parameter])
