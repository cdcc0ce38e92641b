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
from whygrad.checking.numeric import gradient
from whygrad.checking.plain import call, copy_numeric, execute, fresh_namespace, hook_inputs
from whygrad.checking.programs import Program
from whygrad.checking.units import Outline
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

    @property
    def carried(self) -> bool:
        """Does an object or a context, which both passes take first, carry values between them?"""
        return all(bool(f.context) or not f.is_static for f in (self.forward, self.backward))


def operations_in(tree: ast.Module) -> list[Passes]:
    """Classes of a file with a `forward` of some operands and a `backward` of the gradient that arrives."""
    found = []
    for owner, methods in Outline.of(tree).classes.items():
        forward, backward = methods.get("forward"), methods.get("backward")
        if forward is None or backward is None or {forward.definer, backward.definer} != {owner}:
            continue
        passes = Passes(owner, forward, backward)
        if passes.carried and forward.parameters and len(backward.parameters) == 1:
            found.append(passes)
    return found


def parts_of(passes: Passes) -> list[HandedBack]:
    """The expressions that a backward pass returns, one for each operand."""
    returns = [n for n in ast.walk(passes.backward.node) if isinstance(n, ast.Return) and n.value is not None]
    if len(returns) != 1:
        return []
    value = returns[0].value
    items = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    operands = [name for name, _ in passes.forward.parameters]
    made = passes.forward.returned_value
    if made is None or len(items) > len(operands):
        return []
    arriving = passes.backward.parameters[0][0]
    found = []
    for item, operand in zip(items, operands, strict=False):
        statement, shown = _maker(passes.backward.node, item) or (returns[0], item)
        if shown is not None:
            place = statement.lineno, statement.col_offset
            found.append(HandedBack(place, shown, operand, made, arriving))
    return found


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
        forward = _plain(owner, "forward")

        def began(arguments: tuple[Any, ...]) -> None:
            if arguments:
                given[id(arguments[0])] = (arguments[0], [copy_numeric(a) for a in arguments[1:]])

        def ended(arguments: tuple[Any, ...]) -> None:
            carrier, operands = given.get(id(arguments[0]), (None, []))
            arriving = arguments[1] if len(arguments) > 1 else None
            runs[owner.__name__].append([*_handed(forward, carrier, operands, copy_numeric(arriving))])

        _wrap(owner, "forward", began)
        _wrap(owner, "backward", ended)

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
