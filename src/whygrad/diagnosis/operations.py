"""Operations of a home-made engine: what each hands back to its operands, measured where it stands.

An operation makes a node of what its operands hold, `Value(self.data * other.data, (self, other))`, and its
rule hands each operand the arriving gradient times a slope. Both stand in one method, so what the rule should
hand back is known by differences, whatever else may be wrong.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.numeric import gradient
from whygrad.checking.values import is_numeric, rebuild, shape_of, vector
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import Bench

MOST_ENTRIES = 60
"""Larger operands are not moved entry by entry."""
MOST_RUNS = 6
"""Executions of a rule that are looked at."""
MOVED = "__whygrad_moved"


@dataclass(frozen=True, eq=False)
class HandedBack:
    """What a rule hands back to one operand of an operation."""

    place: tuple[int, int]
    """Where the statement begins in which it stands."""
    value: ast.expr
    leaf: str
    """What the operand holds: `self.data`."""
    forward: ast.expr
    """What the operation makes, in what its operands hold."""
    arriving: str
    """The gradient that arrives: `out.grad`, or a parameter of the rule; "" where only the slope is kept."""
    invents: bool = False
    """It is a parameter of the rule, so that any other does as well."""


def handed_back(tree: ast.Module) -> Iterator[HandedBack]:
    """What the rules of the operations in a file hand back, as far as they have a form that is known."""
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    methods = [m for c in tree.body if isinstance(c, ast.ClassDef) for m in c.body]
    for method in (*methods, *tree.body):
        if isinstance(method, ast.FunctionDef):
            if made := _made(method, classes):
                yield from _rules(method, *made)
            yield from _edges(method, classes)


def _made(method: ast.FunctionDef, classes: set[str]) -> tuple[ast.expr, list[str], str] | None:
    """What a method makes a node of, its operands, and the name of the node."""
    own = [s for s in method.body if not isinstance(s, ast.FunctionDef)]
    parameters = {a.arg for a in method.args.args}
    found: tuple[ast.expr, list[str], str] | None = None
    for statement in own:
        for call in ast.walk(statement):
            if not isinstance(call, ast.Call) or not call.args or ast.unparse(call.func) not in classes:
                continue
            rest = [*call.args[1:], *(k.value for k in call.keywords)]
            tuples = [e for e in rest if isinstance(e, ast.Tuple | ast.List | ast.Set)]
            operands = [n.id for e in tuples for n in e.elts if isinstance(n, ast.Name)]
            if operands and {*operands} <= parameters:
                name = ast.unparse(statement.targets[0]) if isinstance(statement, ast.Assign) else ""
                found = _inlined(call.args[0], own, parameters), operands, name
    return found


def _inlined(value: ast.expr, body: Sequence[ast.stmt], parameters: set[str]) -> ast.expr:
    """An expression with the values of the method's own variables in their places."""
    bound = [s for s in body if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)]
    counts = Counter(s.targets[0].id for s in bound)  # type: ignore[attr-defined]
    values = {s.targets[0].id: s.value for s in bound}  # type: ignore[attr-defined]
    known = {n: v for n, v in values.items() if counts[n] == 1 and n not in parameters}

    class Inline(ast.NodeTransformer):
        depth = 0

        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id not in known or self.depth > 4:
                return node
            self.depth += 1
            inner: ast.expr = self.visit(copy.deepcopy(known[node.id]))
            self.depth -= 1
            return inner

    return Inline().visit(copy.deepcopy(value))  # type: ignore[no-any-return]


def _rules(
    method: ast.FunctionDef, forward: ast.expr, operands: list[str], name: str
) -> Iterator[HandedBack]:
    leaves = _leaves(forward)
    for statement in method.body:
        nested = isinstance(statement, ast.FunctionDef)
        inside = [n for n in ast.walk(statement) if isinstance(n, ast.FunctionDef | ast.Lambda)]
        for rule in inside[:1] if nested else [n for n in inside if isinstance(n, ast.Lambda)]:
            taken = rule.args.args[: len(rule.args.args) - len(rule.args.defaults)]
            arriving = taken[0].arg if taken else _arriving(rule, name, leaves)
            if not arriving:
                continue
            for place, value, operand in _parts(rule, statement, operands):
                if operand in leaves:
                    yield HandedBack(place, value, leaves[operand], forward, arriving, bool(taken))


def _leaves(forward: ast.expr) -> dict[str, str]:
    """What the operands of an operation hold, by operand: `self.data`."""
    held = Counter(
        (n.value.id, n.attr)
        for n in ast.walk(forward)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
    )
    leaves: dict[str, str] = {}
    for (operand, slot), _ in held.most_common():
        leaves.setdefault(operand, f"{operand}.{slot}")
    return leaves


def _edges(method: ast.FunctionDef, classes: set[str]) -> Iterator[HandedBack]:
    """Slopes that an operation keeps with its operands: `Node(a.v * b.v, [(a, b.v), (b, a.v)])`."""
    own = [s for s in method.body if not isinstance(s, ast.FunctionDef)]
    parameters = {a.arg for a in method.args.args}
    nodes: dict[str, ast.expr] = {}
    for statement in own:
        place = (statement.lineno, statement.col_offset)
        for call in (n for n in ast.walk(statement) if isinstance(n, ast.Call) and n.args):
            if ast.unparse(call.func) in classes:
                forward = _inlined(call.args[0], own, parameters)
                rest = [*call.args[1:], *(k.value for k in call.keywords)]
                kept = [*_kept_pairs(rest, parameters)]
                if isinstance(statement, ast.Assign):
                    nodes[ast.unparse(statement.targets[0])] = forward
            elif isinstance(call.func, ast.Attribute) and call.func.attr == "append":
                # `a.users.append((b.v, node))` keeps the slope with the operand.
                operand = ast.unparse(call.func.value).partition(".")[0]
                pairs = [*_kept_pairs([ast.Tuple([call.args[0]])], {*nodes})]
                forward = nodes[pairs[0][0]] if pairs else call
                kept = [(operand, slope) for _, slope in pairs]
            else:
                continue
            leaves = _leaves(forward)
            for operand, slope in kept:
                if operand in leaves and isinstance(slope, ast.Lambda):
                    taken = slope.args.args
                    if len(taken) == 1:
                        yield HandedBack(place, slope.body, leaves[operand], forward, taken[0].arg, True)
                elif operand in leaves:
                    yield HandedBack(place, slope, leaves[operand], forward, "")


def _kept_pairs(arguments: Sequence[ast.expr], names: set[str]) -> Iterator[tuple[str, ast.expr]]:
    """Pairs of an operand and its slope, or operands and then as many slopes."""
    sequences = [a.elts for a in arguments if isinstance(a, ast.Tuple | ast.List) and a.elts]
    for items in sequences:
        pairs = [e.elts for e in items if isinstance(e, ast.Tuple) and len(e.elts) == 2]
        for one, two in pairs if len(pairs) == len(items) else ():
            if isinstance(one, ast.Name) and one.id in names:
                yield one.id, two
            elif isinstance(two, ast.Name) and two.id in names:
                yield two.id, one
    for operands, slopes in itertools.pairwise(sequences):
        named = [e.id for e in operands if isinstance(e, ast.Name)]
        if len(named) == len(operands) == len(slopes) and {*named} <= names:
            yield from zip(named, slopes, strict=True)


def _arriving(rule: ast.FunctionDef | ast.Lambda, name: str, leaves: Mapping[str, str]) -> str:
    """The attribute of the node that a rule reads and that is not what the node holds: `out.grad`."""
    slots = {leaf.partition(".")[2] for leaf in leaves.values()}
    for node in ast.walk(rule):
        read = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if read and ast.unparse(node.value) == name and node.attr not in slots:  # type: ignore[attr-defined]
            return ast.unparse(node)
    return ""


def _parts(
    rule: ast.FunctionDef | ast.Lambda, around: ast.stmt, operands: list[str]
) -> Iterator[tuple[tuple[int, int], ast.expr, str]]:
    """The expressions that a rule hands back: where their statement begins, and for which operand."""
    if isinstance(rule, ast.Lambda):
        several = isinstance(rule.body, ast.Tuple | ast.List)
        values = rule.body.elts if several else [rule.body]  # type: ignore[attr-defined]
        yield from (
            ((around.lineno, around.col_offset), v, o) for v, o in zip(values, operands, strict=False)
        )
        return
    for node in ast.walk(rule):
        place = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        if isinstance(node, ast.Return) and node.value is not None:
            several = isinstance(node.value, ast.Tuple | ast.List)
            values = node.value.elts if several else [node.value]  # type: ignore[attr-defined]
            yield from ((place, v, o) for v, o in zip(values, operands, strict=False))
        elif isinstance(node, ast.Assign | ast.AugAssign) and not isinstance(node.value, ast.Constant):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            adds = isinstance(node, ast.Assign) or isinstance(node.op, ast.Add)
            if adds and isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                yield place, _added(node.value, ast.unparse(target)), target.value.id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value
            plain = len(called.args) == 1 and not called.keywords
            if plain and isinstance(called.func, ast.Attribute) and isinstance(called.func.value, ast.Name):
                yield place, called.args[0], called.func.value.id


def _added(value: ast.expr, held: str) -> ast.expr:
    """What is added to what an operand holds: `g` of `self.grad = self.grad + g`."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        for one, other in ((value.left, value.right), (value.right, value.left)):
            if ast.unparse(one) == held:
                return other
    return value


def bench_of(part: HandedBack, scope: Scope, oblong: bool = False) -> Bench | None:
    """What a rule should hand back, at the executions of it that are known; None where that is not seen.

    With `oblong`, for operands that are not square as well.
    """
    code = ast.unparse(_moved(part))
    environments: list[dict[str, Value]] = []
    wants: list[Value] = []
    seen = [e for kept in scope.environments for e in kept[:MOST_RUNS]]
    others = [other for e in seen[:MOST_RUNS] if (other := _oblong(part, e))] if oblong else []
    for environment in (*seen[:MOST_RUNS], *others):
        space = {**scope.shared, **environment}
        leaf, made = _value(part.leaf, space), None
        if leaf is not None:
            made = _value(code, {**space, MOVED: leaf})
        arriving = _invented(made) if part.invents else _value(part.arriving, space)
        if not part.arriving:
            arriving = _ones(made)
        want = _want(code, space, leaf, made, arriving)
        if want is None:
            continue
        environments.append({**environment, part.arriving: arriving} if part.invents else environment)
        wants.append(want)
    return Bench(environments, wants, scope.shared, spread=not part.arriving) if wants else None


def _oblong(part: HandedBack, environment: Mapping[str, Value]) -> dict[str, Value] | None:
    """What is in scope, with an operand that is no longer square, if it is the only one of its operation.

    An array of equal lengths hides along which axis a gradient is spread.
    """
    name, _, slot = part.leaf.partition(".")
    operand, value = environment.get(name), _value(part.leaf, environment)
    others = {ast.unparse(n) for n in ast.walk(part.forward) if isinstance(n, ast.Attribute)}
    alone = not any(o.endswith(f".{slot}") for o in others if o != part.leaf) and part.invents
    # What the operation kept beside its operands would be that of the square one.
    read = {n.id for n in ast.walk(part.value) if isinstance(n, ast.Name)} & {*environment}
    alone = alone and read <= {
        name,
        part.arriving,
        *(n.id for n in ast.walk(part.forward) if isinstance(n, ast.Name)),
    }
    if operand is None or not alone or not isinstance(value, np.ndarray) or value.ndim < 2:
        return None
    if len(set(value.shape)) == value.ndim:
        return None
    shape = tuple(length + k for k, length in enumerate(value.shape))
    numbers = np.random.RandomState(5).uniform(0.4, 1.4, shape)
    changed = copy.copy(operand)
    setattr(changed, slot, numbers)
    return {**environment, name: changed}


def _moved(part: HandedBack) -> ast.expr:
    """The forward expression with a name for what the operand holds."""

    class Move(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
            if ast.unparse(node) == part.leaf:
                return ast.Name(MOVED, ast.Load())
            self.generic_visit(node)
            return node

    return Move().visit(copy.deepcopy(part.forward))  # type: ignore[no-any-return]


def renamed(forward: ast.expr, names: dict[str, str], libraries: Sequence[str]) -> ast.expr:
    """An expression with a letter for each attribute and name that it reads, which `names` then holds."""

    class Rename(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
            return self._named(node) if ast.unparse(node.value) not in libraries else node

        def visit_Name(self, node: ast.Name) -> ast.expr:
            return self._named(node)

        def _named(self, node: ast.expr) -> ast.expr:
            return ast.Name(names.setdefault(ast.unparse(node), f"u{len(names)}"), ast.Load())

    return Rename().visit(copy.deepcopy(forward))  # type: ignore[no-any-return]


def _want(code: str, space: Mapping[str, Value], leaf: Value, made: Value, arriving: Value) -> Value:
    """The arriving gradient times the slope of an operation, in the shape of its operand."""
    start, weight = (vector(v) if is_numeric(v) else None for v in (leaf, arriving))
    size = vector(made) if is_numeric(made) else None
    if start is None or weight is None or size is None or not 0 < start.size <= MOST_ENTRIES:
        return None
    if shape_of(arriving) != shape_of(made) or not weight.any():
        return None

    def function(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        value = _value(code, {**space, MOVED: rebuild(leaf, numbers)})
        found = vector(value) if is_numeric(value) else None
        return float(weight @ found) if found is not None and found.size == weight.size else float("nan")

    slopes, errors = gradient(function, start)
    sure = np.isfinite(errors) & (errors <= 1e-8 * (1 + np.abs(slopes)))
    return rebuild(leaf, slopes) if sure.all() else None


def _ones(made: Value) -> Value:
    """With these arriving, a gradient is the slope of an operation on each entry by itself."""
    numbers = vector(made) if is_numeric(made) else None
    return None if numbers is None else rebuild(made, np.ones(numbers.size))


def _invented(made: Value) -> Value:
    numbers = vector(made) if is_numeric(made) else None
    if numbers is None:
        return None
    rng = np.random.RandomState(3)
    return rebuild(made, rng.uniform(0.5, 1.5, numbers.size) * rng.choice([-1.0, 1.0], numbers.size))


def _value(text: str, space: Mapping[str, Value]) -> Value:
    """The value of the user's expression, at numbers of ours; None where it raises."""
    return Bench([space], [None]).value(text, 0)
