"""Variables of an observed run, by scope, and what each was computed from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.naming import stems
from whygrad.checking.observing import Observation
from whygrad.checking.values import is_numeric, vector


@dataclass(eq=False)
class Variable:
    """A variable of one scope, as an observed run saw it."""

    name: str
    scope: str
    value: Value
    first: int
    """Position of the first and of the last execution that bound or changed it."""
    last: int
    line: int
    index: int
    """Statement of the last execution."""


def variables(observation: Observation, scope: str = "") -> dict[str, Variable]:
    """Variables of a scope in order of their first binding; entries of dictionaries as `grads["W1"]`."""
    found: dict[str, Variable] = {}
    for execution in sorted(observation.executions, key=lambda e: e.sequence):
        statement = observation.statements[execution.index]
        if statement.function != scope or statement.kind == "return":
            continue
        for name, value in entries(execution.results):
            old = found.get(name)
            if old is None:
                found[name] = Variable(
                    name,
                    scope,
                    value,
                    execution.sequence,
                    execution.sequence,
                    statement.span.line,
                    execution.index,
                )
            elif statement.kind != "call" or not _equal(old.value, value):
                old.value, old.last = value, execution.sequence
                old.line, old.index = statement.span.line, execution.index
    return found


def entries(results: Mapping[str, Value]) -> Iterable[tuple[str, Value]]:
    """Names with values; of a dictionary the entries as well, as `grads["W1"]`."""
    for name, value in results.items():
        if isinstance(value, dict):
            for key, item in value.items():
                if isinstance(key, str):
                    yield f'{name}["{key}"]', item
        yield name.replace("'", '"'), value


def _equal(first: Value, second: Value) -> bool:
    a, b = vector(first), vector(second)
    if a is None or b is None:
        return first is second
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=True))


def first_values(observation: Observation) -> dict[str, Value]:
    """The numeric variables of the module with the value of their first binding."""
    found: dict[str, Value] = {}
    for execution in sorted(observation.executions, key=lambda e: e.sequence):
        if not observation.statements[execution.index].function:
            for name, value in execution.results.items():
                if name.isidentifier() and is_numeric(value):
                    found.setdefault(name, value)
    return found


def first_numbers(observation: Observation) -> dict[str, int]:
    """Where each variable of the module first has a value other than zeros."""
    found: dict[str, int] = {}
    for execution in sorted(observation.executions, key=lambda e: e.sequence):
        if not observation.statements[execution.index].function:
            for name, value in entries(execution.results):
                numbers = None if name in found else vector(value)
                if numbers is not None and numbers.any():
                    found[name] = execution.sequence
    return found


def dependencies(observation: Observation, scope: str = "", until: int = 1 << 60) -> dict[str, set[str]]:
    """For each variable of a scope the names it was computed from, directly or not (by the text).

    Only statements that ran by the position `until` count, so that an update at the end of a script does not
    make a weight depend on its own gradient.
    """
    first: dict[int, int] = {}
    for execution in observation.executions:
        first[execution.index] = min(first.get(execution.index, 1 << 60), execution.sequence)
    direct: dict[str, set[str]] = {}
    for statement in observation.statements:
        if statement.function == scope and first.get(statement.index, 1 << 60) <= until:
            for name in statement.names:
                direct.setdefault(name, set()).update(set(statement.reads) - set(statement.shape_only))
            for name in statement.loop_names:
                direct.setdefault(name, set()).update(statement.loop_reads)
    closed: dict[str, set[str]] = {}
    for name in direct:
        seen: set[str] = set()
        open_names = [name]
        while open_names:
            for read in direct.get(open_names.pop(), ()):
                if read not in seen:
                    seen.add(read)
                    open_names.append(read)
        closed[name] = seen
    return closed


def without_means(numbers: list[Variable], observation: Observation) -> list[Variable]:
    """Numbers without those that follow others: `smooth = 0.999 * smooth + 0.001 * loss`."""
    names = {v.name for v in numbers}
    followers = set()
    for statement in observation.statements:
        own = names & {*statement.names} & {*statement.reads}
        if statement.function or not own or not (names - own) & {*statement.reads}:
            continue
        (node, *_) = ast.parse(statement.text).body
        products = [n for n in ast.walk(node) if isinstance(n, ast.BinOp | ast.AugAssign)]
        products = [n for n in products if isinstance(n.op, ast.Mult | ast.Div)]
        followers |= {name for name in own if any(name in _read(n) for n in products)}
    return [v for v in numbers if v.name not in followers]


def _read(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def base_name(name: str) -> str:
    """`grads` of `grads["W1"]`, `self` of `self.dW`."""
    return name.split("[")[0].split(".")[0]


def gradient_word(name: str) -> str:
    """The part of a name that says what it is: `dW` of `self.dW`; `d_W1` of an entry `W1` of `grads`."""
    if name.endswith("]") and '["' in name:
        container, key = name[:-2].rsplit('["', 1)
        held = stems(container.rpartition(".")[2])
        return f"d_{key}" if held else key
    word = name.rpartition(".")[2]
    return word if stems(word) else word.lstrip("_")


def is_part(name: str, other: str, needs: Mapping[str, set[str]]) -> bool:
    """Is one number computed from another, and not the other from the one?"""
    return name in needs.get(other, set()) and other not in needs.get(name, set())
