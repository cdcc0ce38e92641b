"""What a function that a line calls should have returned, worked out from what the line should give.

`g * slope(y)` should be W, so `slope(y)` should be W / g: with that its `return` is searched like any line
whose value is known, by more than one slip, or anew.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.diagnosis.differences import parts
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.sayings import Array, as_array
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.suspects import Suspect, statements


@dataclass(frozen=True, eq=False)
class Called:
    """A call with what it gave and what it should have given, in each environment of a bench."""

    function: str
    gave: tuple[Array, ...]
    wants: tuple[Array, ...]


def calls_in(text: str, bench: Bench) -> Iterator[Called]:
    """Calls of the user's functions that one operation after the other can be undone for."""
    fragment = Fragment(text)
    if fragment.value is None:
        return
    found: list[dict[int, tuple[ast.Call, Array, Array]]] = []
    for k, environment in enumerate(bench.environments):
        wanted = as_array(bench.wants[k])
        here = Bench([environment], [], bench.shared)
        if wanted is None:
            return
        found.append({})
        for node, want in parts(fragment, fragment.value, wanted, here):
            gave = as_array(here.value(fragment.segment(node), 0)) if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and gave is not None and gave.shape == want.shape:
                found[-1].setdefault(id(node), (node, gave, want))
    for key, (node, _, _) in found[0].items() if found else ():
        if all(key in other for other in found):
            name = ast.unparse(node.func).rpartition(".")[2]
            yield Called(name, tuple(f[key][1] for f in found), tuple(f[key][2] for f in found))


def returns_of(tree: ast.Module, function: str) -> list[Suspect]:
    """The `return` statements of functions and methods of a name."""
    found = [s for s in statements(tree) if s.function.rpartition(".")[2] == function]
    return [s for s in found if isinstance(s.node, ast.Return) and s.node.value is not None]


def bench_of_return(value: str, scope: Scope, called: Called) -> Bench | None:
    """A bench for what a function returns: the executions that gave what the calls gave."""
    chosen: list[Mapping[str, Value]] = []
    runs: Sequence[Sequence[Mapping[str, Value]]] = scope.environments
    for gave in called.gave:
        fitting = [e for kept in runs for e in kept if _gives(value, e, scope, gave)]
        if not fitting:
            return None
        chosen.append(fitting[0])
    return Bench(chosen, called.wants, scope.shared)


def _gives(value: str, environment: Mapping[str, Value], scope: Scope, wanted: Array) -> bool:
    got = as_array(Bench([environment], [], scope.shared).value(value, 0))
    return got is not None and got.shape == wanted.shape and bool(np.array_equal(got, wanted))


def no_longer_called(tree: ast.Module, old: str, new: str) -> bool:
    """Does an edit take out a call of a function of the user's, which may be what is wrong?"""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return bool((_called(old) - _called(new)) & own)


def _called(text: str) -> set[str]:
    try:
        nodes = [*ast.walk(ast.parse(text.strip()))]
    except SyntaxError:
        return set()
    return {ast.unparse(n.func).rpartition(".")[2] for n in nodes if isinstance(n, ast.Call)}
