"""Operations of a home-made engine that are classes with a forward and a backward pass.

What a backward pass should hand back to each operand is measured by running the forward pass of the same
class again, on the operands that it was given, whatever else may be wrong.
"""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.checking.evidence import Point, Value
from whygrad.checking.functions import Function
from whygrad.checking.naming import stems
from whygrad.checking.numeric import gradient
from whygrad.checking.plain import call, copy_numeric, execute, fresh_namespace, hook_inputs
from whygrad.checking.programs import Program
from whygrad.checking.units import Outline, is_back, is_forth
from whygrad.checking.values import is_numeric, rebuild, shape_of, vector
from whygrad.diagnosis.operations import MOST_ENTRIES, MOST_RUNS, HandedBack
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import Bench

WATCH = "__whygrad_watch__"
Wants = list[list[Value]]
"""What each operand should get back, of every run of a backward pass, in order."""


@dataclass(frozen=True, eq=False)
class Passes:
    """A class that is an operation, with its two passes."""

    owner: str
    forward: Function
    backward: Function
    slot: str = ""
    """The attribute in which the gradient arrives, where the backward pass takes none."""

    @property
    def carried(self) -> bool:
        """Does an object or a context, which both passes take first, carry values between them?"""
        return all(bool(f.context) or not f.is_static for f in (self.forward, self.backward))

    @property
    def arriving(self) -> str:
        return f"self.{self.slot}" if self.slot else self.backward.parameters[0][0]


def operations_in(tree: ast.Module) -> list[Passes]:
    """Classes of a file with a pass that takes operands, and one for the gradient that arrives."""
    found = []
    for owner, methods in Outline.of(tree).classes.items():
        own = [m for m in methods.values() if m.definer == owner]
        forth = [m for m in own if is_forth(m.name) and m.parameters and m.returned_value is not None]
        back = [m for m in own if is_back(m.name) and len(m.parameters) < 2]
        if len(forth) != 1 or len(back) != 1 or not Passes(owner, forth[0], back[0]).carried:
            continue
        slot = "" if back[0].parameters else _slot(back[0].node)
        if slot or back[0].parameters:
            found.append(Passes(owner, forth[0], back[0], slot))
    return found


def _slot(backward: ast.FunctionDef) -> str:
    """The attribute of its own that a backward pass reads, and that is named as a gradient is."""
    read = [n for n in ast.walk(backward) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)]
    own = [n.attr for n in read if isinstance(n.value, ast.Name) and n.value.id == "self"]
    return next((name for name in own if any(not stem for stem, _ in stems(name))), "")


def parts_of(passes: Passes) -> list[tuple[int, HandedBack]]:
    """The expressions that a backward pass hands back, each with the place of its operand."""
    made = passes.forward.returned_value
    if made is None:
        return []
    found = [*(_added_to(passes.backward.node) if passes.slot else _returned(passes.backward.node))]
    operands = [name for name, _ in passes.forward.parameters]
    return [
        (k, HandedBack((s.lineno, s.col_offset), value, operands[k], made, passes.arriving))
        for k, s, value in found
        if k < len(operands)
    ]


def _returned(function: ast.FunctionDef) -> Iterator[tuple[int, ast.stmt, ast.expr]]:
    """What a backward pass returns, one for each operand."""
    returns = [n for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]
    for statement in returns if len(returns) == 1 else ():
        value = statement.value
        items = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
        for place, item in enumerate(items):
            maker, shown = _maker(function, item) or (statement, item)
            if shown is not None:
                yield place, maker, shown


def _added_to(function: ast.FunctionDef) -> Iterator[tuple[int, ast.stmt, ast.expr]]:
    """What a backward pass adds to its operands: `a.grad += ...`, `self.args[0].receive(...)`."""
    places = {
        e.id: k
        for s in function.body
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Tuple) and _is_own(s.value)
        for k, e in enumerate(s.targets[0].elts)
        if isinstance(e, ast.Name)
    }
    for statement in function.body:
        owner, value = None, None
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1:
            owner, value = call.func.value, call.args[0]
        elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Attribute):
            owner, value = statement.target.value, statement.value
        if isinstance(owner, ast.Name) and owner.id in places and value is not None:
            yield places[owner.id], statement, value
        elif isinstance(owner, ast.Subscript) and _is_own(owner.value) and value is not None:
            place = owner.slice.value if isinstance(owner.slice, ast.Constant) else None
            if isinstance(place, int):
                yield place, statement, value


def _is_own(node: ast.expr) -> bool:
    """Is it an attribute of the object itself, as its operands are?"""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _maker(function: ast.FunctionDef, item: ast.expr | None) -> tuple[ast.stmt, ast.expr] | None:
    """The only statement that binds a returned name, and the value that it binds it to."""
    if not isinstance(item, ast.Name):
        return None
    stores = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == item.id
              and isinstance(n.ctx, ast.Store)]  # fmt: skip
    made = [s for s in function.body if isinstance(s, ast.Assign) and s.targets[0] in stores]
    return (made[0], made[0].value) if len(stores) == len(made) == 1 else None


def wants_of(program: Program, found: Sequence[Passes], points: Sequence[Point]) -> dict[str, list[Wants]]:
    """By class and point, what the runs of its backward pass should have handed back."""
    watched = [_watched(program, found, point) for point in points]
    return {passes.owner: [runs[passes.owner] for runs in watched] for passes in found}


def bench_at(scope: Scope, wants: Sequence[Wants], place: int) -> Bench | None:
    """What a backward pass should hand back to one operand, where its statement ran as often as the pass."""
    environments: list[Mapping[str, Value]] = []
    wanted: list[Value] = []
    for kept, runs in zip(scope.environments, wants, strict=False):
        for environment, operands in zip(kept[:MOST_RUNS], runs[:MOST_RUNS], strict=False):
            if place < len(operands) and operands[place] is not None:
                environments.append(environment)
                wanted.append(operands[place])
    return Bench(environments, wanted, scope.shared) if wanted else None


def _watched(program: Program, found: Sequence[Passes], point: Point) -> dict[str, Wants]:
    """Run the program once and note, at each run of a backward pass, what it should hand back."""
    text, overrides = program.full(), program.overrides(point)
    tree = ast.parse(text)
    by_name = {passes.owner: passes for passes in found}
    body: list[ast.stmt] = []
    for statement in tree.body:
        body.append(statement)
        if isinstance(statement, ast.ClassDef) and statement.name in by_name:
            hook = ast.Expr(call(WATCH, ast.Name(statement.name, ast.Load())))
            body.append(ast.fix_missing_locations(ast.copy_location(hook, statement)))
    tree.body = hook_inputs(body, {*program.inputs, *overrides})
    runs: dict[str, Wants] = {passes.owner: [] for passes in found}
    given: dict[int, tuple[Any, list[Value]]] = {}

    def watch(owner: type) -> None:
        passes = by_name[owner.__name__]
        forward = _plain(owner, passes.forward.name)

        def began(arguments: tuple[Any, ...]) -> None:
            if arguments:
                given[id(arguments[0])] = (arguments[0], [copy_numeric(a) for a in arguments[1:]])

        def ended(arguments: tuple[Any, ...]) -> None:
            carrier, operands = given.get(id(arguments[0]), (None, []))
            slot = passes.slot
            arriving = getattr(arguments[0], slot, None) if slot else arguments[-1]
            runs[owner.__name__].append([*_handed(forward, carrier, operands, copy_numeric(arriving))])

        _wrap(owner, passes.forward.name, began)
        _wrap(owner, passes.backward.name, ended)

    namespace = fresh_namespace(text, overrides, {WATCH: watch})
    execute(compile(tree, program.source.filename, "exec"), namespace, program.seconds)
    return runs


def _plain(owner: type, name: str) -> Callable[..., Any]:
    method = vars(owner)[name]
    return getattr(method, "__func__", method)  # type: ignore[no-any-return]


def _wrap(owner: type, name: str, note: Callable[[tuple[Any, ...]], None]) -> None:
    """Let a method say what it was called with, before it runs."""
    method, inner = vars(owner)[name], _plain(owner, name)

    @functools.wraps(inner)
    def noted(*arguments: Any, **named: Any) -> Any:
        note(arguments)
        return inner(*arguments, **named)

    setattr(owner, name, staticmethod(noted) if isinstance(method, staticmethod) else noted)


def _handed(
    forward: Callable[..., Any], carrier: Any, operands: Sequence[Value], arriving: Value
) -> Iterator[Value]:
    """The arriving gradient times the slope of an operation by each of its operands; None where unknown."""
    for place, operand in enumerate(operands):
        start, weight = (vector(v) if is_numeric(v) else None for v in (operand, arriving))
        if start is None or weight is None or not 0 < start.size <= MOST_ENTRIES:
            yield None
            continue

        def function(
            numbers: np.ndarray[tuple[int], np.dtype[np.float64]],
            place: int = place,
            weight: np.ndarray[Any, Any] = weight,
        ) -> float:
            moved = [copy_numeric(o) for o in operands]
            moved[place] = rebuild(operands[place], numbers)
            try:
                value = forward(copy.copy(carrier), *moved)
            except Exception:  # the user's code, elsewhere than at its own numbers
                return float("nan")
            made = vector(value) if is_numeric(value) else None
            agrees = made is not None and shape_of(value) == shape_of(arriving)
            return float(weight @ made) if agrees and made is not None else float("nan")

        slopes, errors = gradient(function, start)
        sure = np.isfinite(errors) & (errors <= 1e-8 * (1 + np.abs(slopes)))
        yield rebuild(operand, slopes) if sure.all() else None
