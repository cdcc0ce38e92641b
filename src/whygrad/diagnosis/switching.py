"""A program in which some statements may be any of several texts: compiled once, run for each choice of them.

Most of what it costs to run an edited program is to compile it, and to run what comes before the edit.
Neither is done again here, so that thousands of pairs of edits can be tried in a second.
"""

from __future__ import annotations

import ast
import itertools
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from whygrad.checking.copying import duplicated
from whygrad.checking.evidence import Point, Value
from whygrad.checking.plain import Namespace, OutOfTime, fresh_namespace, hook_inputs, steady, time_limit
from whygrad.checking.programs import Program

CHOICE = "__whygrad_choice_{}__"
"""It ends so that it means the same within a class."""
Choice = tuple[int, ...]
"""Which text stands at each place."""
AT_ONCE = 64
SLOWER = 4
"""How many times longer a choice may take than what stands there."""
LEAST_SECONDS = 0.1


class _Watch:
    """A choice of the first text that notes that it was asked for."""

    asked = False

    def __lt__(self, other: int) -> bool:
        self.asked = True
        return True


SHARED = (ModuleType, FunctionType, BuiltinFunctionType, type, _Watch)
"""What runs of a program do not change."""


@dataclass(frozen=True, eq=False)
class Place:
    """A statement and the texts that may stand there; the first is its own."""

    node: ast.stmt
    texts: Sequence[str]


@dataclass(eq=False)
class Switched:
    """A program with switches, run up to the statement that reaches the first of them."""

    program: Program
    namespace: Namespace
    codes: Sequence[CodeType]
    """What is still to be run."""
    kept: Mapping[str, Any]
    """What that may change, as it is before."""
    seconds: float
    """What AT_ONCE runs may take."""
    known: frozenset[str] = field(init=False)
    random: Any = field(init=False)

    def __post_init__(self) -> None:
        self.known = frozenset(self.namespace)
        self.random = np.random.get_state() if "random" in _names(self.codes) else None

    @classmethod
    def of(cls, program: Program, point: Point, places: Sequence[Place]) -> Switched | None:
        """None where no switch is reached, or where that or a copy of what was made before raises."""
        try:
            codes = _compiled(program, point, places)
            with steady():
                return cls._begun(program, point, codes, len(places))
        except KeyboardInterrupt:
            raise
        except BaseException:
            return None

    @classmethod
    def _begun(cls, program: Program, point: Point, codes: Sequence[CodeType], count: int) -> Switched | None:
        namespace = fresh_namespace(program.full(), program.overrides(point), {})
        watches = [_Watch() for _ in range(count)]
        namespace |= {CHOICE.format(k): watch for k, watch in enumerate(watches)}
        with time_limit(program.seconds):
            for place, code in enumerate(codes):
                before, known = duplicated(_changing(namespace, codes[place:])), {*namespace}
                started = time.perf_counter()
                exec(code, namespace)
                if any(watch.asked for watch in watches):
                    seconds = LEAST_SECONDS + SLOWER * AT_ONCE * (time.perf_counter() - started)
                    for name in namespace.keys() - known:
                        del namespace[name]
                    return cls(program, namespace, codes[place:], before, seconds)
        return None

    def those(self, choices: Iterable[Choice], name: str, fits: Callable[[Value], bool]) -> list[Choice]:
        """Which of at most AT_ONCE choices give a variable a value that fits."""
        found: list[Choice] = []
        rest = iter(choices)
        while True:
            try:
                # One limit for several runs: to set it costs as much as a short run.
                with steady(), time_limit(self.seconds):
                    found += (choice for choice in rest if fits(self._made(choice, name)))
                return found
            except OutOfTime:
                continue

    def _made(self, choice: Choice, name: str) -> Value:
        """The value of a variable with these texts; None where that raises."""
        namespace = self.namespace
        for other in namespace.keys() - self.known:
            del namespace[other]
        namespace.update(duplicated(self.kept))
        namespace.update(zip(map(CHOICE.format, itertools.count()), choice, strict=False))
        if self.random is not None:
            np.random.set_state(self.random)
        try:
            for code in self.codes:
                exec(code, namespace)
            return self.program.value(name, namespace)
        except (KeyboardInterrupt, OutOfTime):
            raise
        except BaseException:
            return None


def _compiled(program: Program, point: Point, places: Sequence[Place]) -> list[CodeType]:
    """A code for each top-level statement."""
    wanted = {*program.inputs, *program.overrides(point)}
    known = {(p.node.lineno, p.node.col_offset): (CHOICE.format(k), p.texts) for k, p in enumerate(places)}
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for statement in ast.parse(program.full()).body:
            body = _switched(hook_inputs([statement], wanted), known)
            module = ast.fix_missing_locations(ast.Module(body, []))
            found.append(compile(module, program.source.filename, "exec"))
    return found


def _switched(
    body: Sequence[ast.stmt], known: Mapping[tuple[int, int], tuple[str, Sequence[str]]]
) -> list[ast.stmt]:
    """Statements with the switches that belong there."""
    found: list[ast.stmt] = []
    for node in body:
        place = known.get((node.lineno, node.col_offset))
        if place is not None and not hasattr(node, "body"):
            name, texts = place
            found += _switch(name, [ast.parse(text.strip()).body for text in texts], 0)
            continue
        for part in ("body", "orelse", "finalbody"):
            if isinstance(inner := getattr(node, part, None), list):
                setattr(node, part, _switched(inner, known))
        for handler in getattr(node, "handlers", ()):
            handler.body = _switched(handler.body, known)
        found.append(node)
    return found


def _switch(name: str, bodies: Sequence[list[ast.stmt]], first: int) -> list[ast.stmt]:
    """The body of the number that a name holds, found by halving."""
    if len(bodies) == 1:
        return bodies[0]
    half = len(bodies) // 2
    test = ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [ast.Constant(first + half)])
    low, high = _switch(name, bodies[:half], first), _switch(name, bodies[half:], first + half)
    return [ast.If(test, low, high)]


def _changing(namespace: Namespace, codes: Sequence[CodeType]) -> dict[str, Any]:
    """What code, or a function that is at hand, names and may change."""
    functions = [v.__code__ for v in namespace.values() if isinstance(v, FunctionType)]
    classes = [v for v in namespace.values() if isinstance(v, type)]
    functions += [m.__code__ for c in classes for m in vars(c).values() if isinstance(m, FunctionType)]
    named = _names([*codes, *functions])
    return {n: v for n, v in namespace.items() if n in named and not isinstance(v, SHARED)}


def _names(codes: Iterable[CodeType]) -> set[str]:
    """Names of the module that code reads or binds, in the functions within it too."""
    found: set[str] = set()
    for code in codes:
        found |= {*code.co_names} | _names(c for c in code.co_consts if isinstance(c, CodeType))
    return found
