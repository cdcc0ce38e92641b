"""A user's file and how to run it: plainly, observed, traced, and edited, at any point.

Whatever the form (script, pair of functions, one function, class), what runs is a module: the user's text,
followed by a generated driver that calls the functions with example inputs. So everything after this file
deals with scripts only, and line numbers below the driver are the user's.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from whygrad import tracing
from whygrad.checking.evidence import Failure, Form, Hints, Point, Value
from whygrad.checking.observing import Observation, Replacement, follow, observe
from whygrad.checking.plain import Namespace, binds, run_text, steady
from whygrad.checking.rounds import first_round, opened_main
from whygrad.checking.slicing import sliced
from whygrad.checking.suffix import Suffix
from whygrad.checking.superseded import given_often, last_example
from whygrad.checking.values import has_float, vector
from whygrad.source import Source, tree_of

SECONDS = 10.0
"""Longest time for one run."""
SLOWEST, SLOWER = 1.0, 100.0
"""Seconds, and times the run at the inputs given, that a run elsewhere may take."""
GIVEN = Point("given")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Returned:
    """A gradient that a function returns or stores, as against one that stands at module level."""

    name: str
    """As its author names it: `dx`, `self.dW`."""
    path: str
    """Where it is after the driver ran: `__whygrad_result[0]`."""
    function: str
    """The function that computes it."""
    local: str = ""
    """As that function names it, where that is not `name`: `self.dW` of `self.layers[0].dW`."""
    of: str = ""
    """The variable of the driver that it is the gradient of, where that is known."""


@dataclass(eq=False)
class Program:
    """One user's file, its form, and what is known of its roles.

    `measurement` fills in `inputs` and `objective`; the driver is written by `forms`.
    """

    source: Source
    form: Form = "script"
    hints: Hints = field(default_factory=Hints)
    driver: str = ""
    inputs: tuple[str, ...] = ()
    """Names bound at module level whose first binding a point may override."""
    objective: tuple[tuple[str, str], ...] = ()
    """Pairs (output, upstream): the function differentiated is the sum of their products; an empty upstream
    stands for ones."""
    returned: tuple[Returned, ...] = ()
    forward_function: str = ""
    backward_function: str = ""
    base: dict[str, Value] = field(default_factory=dict)
    """Overrides of every point, the given one included (from `--input`)."""
    seconds: float = SECONDS
    roots: tuple[str, ...] = ()
    """Functions and classes that the driver needs; statements that these do not need are left out."""
    failing: tuple[int, ...] = ()
    """Places of further statements of the module that are left out because they fail."""
    engine: str = ""
    """The class that a generated use exercises."""
    first_input: str = ""
    """The variable of the driver that the forward function takes first."""
    own: tuple[str, ...] = ()
    """Variables of the driver that hold parameters which an object made itself."""
    output_parts: frozenset[str] = frozenset()
    """Names in the expression that a single function returns as its output."""
    forward_driver: str = ""
    """The part of the driver that runs the forward pass."""
    assumed: dict[str, str] = field(default_factory=dict)
    """Inputs that nobody gave and that were found, as `--input` takes them."""
    rivals: Iterator[Program] = field(default_factory=lambda: iter(()))
    """The same with other inputs or readings, where nobody said which; made when asked for."""
    supposed: Any = None
    """Of a program whose loss is supposed: the `supposing.Supposition`."""
    _took: float = 0.0
    """Seconds of the longest run at the inputs given."""
    _suffixes: dict[Any, Suffix] = field(default_factory=dict, repr=False)
    _hooked: set[int] = field(default_factory=set, repr=False)
    """Statements after which an observed run has replaced what they bind."""

    @property
    def text(self) -> str:
        return self.source.text

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of the forward and the backward function."""
        named = (self.engine, self.forward_function, self.backward_function)
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def last_line(self) -> int:
        """Last line of the user's own text; the driver stands below."""
        return len(self.source.lines)

    def full(self, text: str | None = None) -> str:
        """The text that runs: the user's (or an edited one), then the driver."""
        text = self.source.text if text is None else text
        often = given_often(self.source.text)  # an edit makes no new example
        if self.form == "script" and not self.roots:
            text = first_round(opened_main(text))
            text = last_example(text) if often else text
        else:
            wanted = frozenset(re.findall(r"\w+", self.driver)) | frozenset(self.roots)
            text = sliced(last_example(text, wanted) if often else text, self.roots, self.failing)
        return f"{text}\n{self.driver}" if self.driver else text

    def with_text(self, text: str) -> Program:
        """The same program with an edited text, to be measured anew; of runs nothing is kept."""
        return replace(
            self,
            source=Source(self.source.filename, text),
            base=dict(self.base),
            assumed=dict(self.assumed),
            rivals=iter(()),
            supposed=None,
            _took=0.0,
            _suffixes={},
            _hooked=set(),
        )

    def overrides(self, point: Point) -> dict[str, Value]:
        return {**self.base, **point.overrides}

    @property
    def fixed(self) -> tuple[str, ...]:
        """Inputs that the caller gave and that are not moved: indices, labels, words."""
        return tuple(name for name, value in self.base.items() if not has_float(value))

    def _inputs(self, point: Point) -> frozenset[str]:
        return frozenset((*self.inputs, *self.overrides(point)))

    def _limit(self, point: Point) -> float:
        """Seconds that a run may take: elsewhere than at the inputs given, a loop may never end."""
        return (
            min(self.seconds, SLOWEST + SLOWER * self._took)
            if point.overrides and self._took
            else self.seconds
        )

    def _timed(self, point: Point, run: Callable[[float], T]) -> T:
        """Run within the limit, and note how long it takes at the inputs given."""
        start = time.perf_counter()
        found = run(self._limit(point))
        if not point.overrides and not isinstance(found, Failure):
            self._took = max(self._took, time.perf_counter() - start)
        return found

    def run(self, point: Point = GIVEN, text: str | None = None, upto: int = 0) -> Namespace | Failure:
        """Plain run; the globals after. `upto` bounds it to the first statements."""
        inputs, overrides = self._inputs(point), self.overrides(point)
        return self._timed(
            point, lambda s: run_text(self.full(text), self.source.filename, inputs, overrides, s, upto)
        )

    def observe(
        self,
        point: Point = GIVEN,
        text: str | None = None,
        replaced: Iterable[int] = (),
        replacement: Replacement | None = None,
        noted: Iterable[int] | None = None,
    ) -> Observation | Failure:
        """Plain run that notes every statement; see `observing.observe`."""
        if text is None:  # hooks that were needed once stay: compiling them anew costs more than calling them
            self._hooked.update(replaced)
            replaced = self._hooked
        given = self._inputs(point), self.overrides(point)
        whole = frozenset(replaced) if replacement is not None else frozenset()
        only = None if noted is None else frozenset(noted)
        return self._timed(
            point,
            lambda s: observe(self.full(text), self.source.filename, *given, s, whole, replacement, only),
        )

    def record(self, point: Point = GIVEN, text: str | None = None, inputs: Iterable[str] = ()) -> Any:
        """Instrumented run: the tracing `Recording` of the text at a point.

        Raises what tracing raises; a script that raises gives a recording with a `failure`.
        """
        source = Source(self.source.filename, self.full(text))
        with steady():
            return tracing.record_script(
                source,
                inputs=tuple(dict.fromkeys((*(tuple(inputs) or self.inputs), *self.overrides(point)))),
                overrides=self.overrides(point),
                path=self.source.filename,
                argv=[],
                seconds=self.seconds,
            )

    def value(self, name: str, namespace: Mapping[str, Value]) -> Value:
        """Value of a claim or variable after a run; LookupError where it was never bound."""
        path = next((item.path for item in self.returned if item.name == name), name)
        return follow(path, namespace)

    def trial(
        self, text: str, points: Sequence[Point] = (GIVEN,), names: Sequence[str] = ()
    ) -> list[dict[str, Value]] | Failure:
        """Run an edited text plainly at points; per point the values of the named variables.

        The first failure at any point is returned instead. Only what comes after the first edited statement
        runs again, where that is safe.
        """
        found = []
        for point in points:
            key = (point.label, id(point))
            if key not in self._suffixes:
                self._suffixes[key] = Suffix(
                    self.full(),
                    self.source.filename,
                    self._inputs(point),
                    self.overrides(point),
                    self._limit(point),
                )
            namespace = self._suffixes[key].run(self.full(text))
            if isinstance(namespace, Failure):
                return namespace
            try:
                found.append({name: self.value(name, namespace) for name in names})
            except LookupError as error:
                return Failure("Missing", f"{error} was never bound")
        return found

    def objective_of(self, namespace: Mapping[str, Value]) -> float:
        """The number that is differentiated; nan where the output is missing or not numeric."""
        total = 0.0
        for output, upstream in self.objective:
            try:
                # Not `value`: what arrives and what is returned may have one name.
                out = vector(follow(output, namespace))
                weights = vector(follow(upstream, namespace)) if upstream else np.ones(1)
            except LookupError:
                return float("nan")
            if out is None or weights is None or weights.size not in (1, out.size):
                return float("nan")
            total += float(np.sum(out * weights))
        return total

    def forward_statements(self) -> int:
        """How many statements of the module compute the objective (0: all)."""
        tree = tree_of(self.full())
        wanted = {name.split("[")[0].split(".")[0] for pair in self.objective for name in pair if name}
        last = 0
        for place, statement in enumerate(tree.body):
            if wanted & _bound_within(statement):
                last = place + 1
        return last if last < len(tree.body) else 0


def _bound_within(statement: ast.stmt) -> set[str]:
    """Names of the module that a statement, or one inside it, binds or changes; functions keep their own."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return set()
    found = set(binds(statement))
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found
