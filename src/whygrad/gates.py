"""Gates: named groups of rows with one output and a derivative of their own.

Known gates are small records: the spellings by which they are recognised, the derivative in its simplest
form, and the steps that lead to it from the product of the small partials. Nothing of this is trusted:
`derive` checks every step by evaluation at many points, and `proof` compares a gate with the rows that it
stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.errors import GraphError
from whygrad.execution.interpreter import execute
from whygrad.graph import CONSTANT, INPUT, Graph, GraphBuilder
from whygrad.ops import infer
from whygrad.tracing.formulas import Formula, parse_formula

TOLERANCE = 1e-9
"""Relative. Steps differ by rounding only, which at the points below is under 1e-11."""
POINTS = np.concatenate([np.linspace(-6.13, 6.07, 40), [-0.011, 0.007, 0.53, 1.0]])
COMMUTATIVE = {"add", "multiply", "maximum", "minimum", "logaddexp", "equal"}


class Step(NamedTuple):
    """One line of a derivation: a formula over the gate's parameters and its result, and why it holds."""

    text: str
    why: str


@dataclass(frozen=True)
class KnownGate:
    """What is known of a gate by its name."""

    name: str
    parameters: tuple[str, ...]
    result: str
    """The letter by which derivative and steps name the gate's value."""
    spellings: tuple[str, ...]
    """Formulas by which it is recognised; the first one is what the steps start from."""
    derivative: str
    steps: tuple[Step, ...]
    remark: str = ""


class CheckedStep(NamedTuple):
    """A step of a derivation with the worst relative difference from the line before it."""

    text: str
    why: str
    worst: float


@dataclass(frozen=True)
class Derivation:
    """The steps from the product of the small partials to the simplest form, each checked at many points."""

    gate: KnownGate
    steps: tuple[CheckedStep, ...]
    points: int

    @property
    def worst(self) -> float:
        return max(step.worst for step in self.steps)


@dataclass(frozen=True, eq=False)
class Gate:
    """A group of rows of a graph: a known gate found there. Rows ascend; `inputs` are outside, in order."""

    known: KnownGate
    rows: tuple[int, ...]
    inputs: tuple[int, ...]
    output: int

    @property
    def name(self) -> str:
        return self.known.name


# --- derivations ----------------------------------------------------------------------------------------
@cache
def derive(known: KnownGate) -> Derivation:
    """Check a gate's derivation. GraphError names the first step that does not follow from the one before."""
    point = dict.fromkeys(known.parameters, POINTS)
    value, slope = _slope(parse_formula(known.spellings[0], point), point)
    environment = {**point, known.result: value}
    checked, before = [], slope
    for step in known.steps:
        now = _evaluate(step.text, environment)
        worst = worst_difference(before, now)
        if not worst <= TOLERANCE:
            raise GraphError(
                f"the derivation of the {known.name} gate is wrong: `{step.text}` does not follow "
                f"({step.why}); it differs by {worst:.2g} from the line before it"
            )
        checked.append(CheckedStep(step.text, step.why, worst))
        before = now
    final = worst_difference(before, _evaluate(known.derivative, environment))
    if not final <= TOLERANCE:
        raise GraphError(f"the derivative `{known.derivative}` of the {known.name} gate is not its last step")
    return Derivation(known, tuple(checked), len(POINTS))


def worst_difference(a: Any, b: Any) -> float:
    """The largest relative difference of two arrays; NaN counts as infinitely far, unless both are NaN."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    scale = np.maximum(np.abs(a), np.abs(b))
    with np.errstate(all="ignore"):
        relative = np.where(a == b, 0.0, np.abs(a - b) / np.where(scale == 0, 1.0, scale))
    relative = np.where(np.isnan(a) & np.isnan(b), 0.0, np.where(np.isnan(relative), np.inf, relative))
    return float(relative.max(initial=0.0))


def _evaluate(text: str, environment: Mapping[str, Any]) -> Any:
    formula = parse_formula(text, environment)
    return execute(formula.graph, [environment[name] for name in formula.names]).outputs[0]


def _slope(formula: Formula, point: Mapping[str, Any]) -> tuple[Any, Any]:
    """Value and derivative of an elementwise formula of one parameter, by its rows."""
    return _value_and_slope(formula.graph, [point[name] for name in formula.names])


def _value_and_slope(graph: Graph, inputs: Sequence[Any]) -> tuple[Any, Any]:
    derivative = differentiate(graph, seeds=[np.ones(np.shape(inputs[0]))])
    run = execute(derivative.graph, inputs, wanted=graph.outputs)
    return run[graph.outputs[0]], run.outputs[0]


def local_gradient(gate: Gate, inputs: Sequence[Any], value: Any) -> Any:
    """The gate's own derivative at a point: its simplest form, evaluated."""
    environment = dict(zip(gate.known.parameters, inputs, strict=True)) | {gate.known.result: value}
    return _evaluate(gate.known.derivative, environment)


def proof(graph: Graph, gate: Gate) -> float:
    """The worst relative difference between the gate's derivative and that of its rows, over many points."""
    formula = _cut_out(graph, gate)
    value, slope = _value_and_slope(formula, [POINTS])
    return worst_difference(slope, local_gradient(gate, [POINTS], value))


def _cut_out(graph: Graph, gate: Gate) -> Graph:
    """The gate's rows as a graph of their own, over arrays of points."""
    like = parse_formula("x", {"x": POINTS}).graph.abstract(0)
    builder = GraphBuilder()
    new = {row: builder.add(INPUT, (), like) for row in gate.inputs}
    for row in gate.rows:
        args = [new[a] if a in new else builder.constant(graph.params(a)["value"]) for a in graph.args(row)]
        op, params = graph.op(row), graph.params(row)
        given = [builder.abstract(a) for a in args]
        abstract = graph.abstract(row) if op is CONSTANT else infer(op, given, params)
        new[row] = builder.add(op, args, abstract, params)
    return builder.freeze([new[row] for row in gate.inputs], [new[gate.output]])


# --- recognition ----------------------------------------------------------------------------------------
def recognise(graph: Graph, known: Iterable[KnownGate] | None = None) -> list[Gate]:
    """The known gates of a graph, in order of their outputs; one may stand within another."""
    patterns = _patterns(tuple(KNOWN if known is None else known))
    users: list[list[int]] | None = None
    found = []
    for row in range(len(graph)):
        for gate, pattern in patterns.get(graph.op(row).name, ()):
            match = next(_match(graph, row, pattern, pattern.outputs[0], {}), None)
            if match is None:
                continue
            users = _users(graph) if users is None else users
            made = _closed(graph, gate, pattern, match, users)
            if made is not None:
                found.append(made)
                break
    return found


@cache
def _patterns(known: tuple[KnownGate, ...]) -> dict[str, list[tuple[KnownGate, Graph]]]:
    patterns: dict[str, list[tuple[KnownGate, Graph]]] = {}
    for gate in known:
        for text in gate.spellings:
            graph = parse_formula(text).graph
            patterns.setdefault(graph.op(graph.outputs[0]).name, []).append((gate, graph))
    return patterns


Match = dict[int, int]
"""Pattern row -> row of the graph."""


def _match(graph: Graph, row: int, pattern: Graph, at: int, so_far: Match) -> Iterator[Match]:
    """All ways in which `row` is row `at` of a pattern. Recursion is bounded by the pattern."""
    if at in so_far:
        if so_far[at] == row:
            yield so_far
        return
    op = pattern.op(at)
    if op is INPUT:
        yield {**so_far, at: row}
    elif op is CONSTANT:
        if graph.op(row) is CONSTANT and _same(graph.params(row)["value"], pattern.params(at)["value"]):
            yield {**so_far, at: row}
    elif graph.op(row).name == op.name and graph.params(row) == pattern.params(at):
        wanted, have = pattern.args(at), list(graph.args(row))
        orders = [have, have[::-1]] if op.name in COMMUTATIVE else [have]
        for order in orders[: len(have)]:
            for match in _match_all(graph, order, pattern, list(wanted), so_far):
                yield {**match, at: row}


def _match_all(
    graph: Graph, rows: list[int], pattern: Graph, at: list[int], so_far: Match
) -> Iterator[Match]:
    if not at:
        yield so_far
        return
    for match in _match(graph, rows[0], pattern, at[0], so_far):
        yield from _match_all(graph, rows[1:], pattern, at[1:], match)


def _same(value: Any, wanted: float) -> bool:
    return np.ndim(value) == 0 and bool(np.isclose(float(value), wanted, rtol=1e-15, atol=0))


def _users(graph: Graph) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in range(len(graph))]
    for row in range(len(graph)):
        for arg in graph.args(row):
            users[arg].append(row)
    for row in graph.outputs:
        users[row].append(len(graph))
    return users


def _closed(
    graph: Graph, known: KnownGate, pattern: Graph, match: Match, users: list[list[int]]
) -> Gate | None:
    """The gate of a match, unless rows within it are used outside; constants used outside are left there."""
    output = match[pattern.outputs[0]]
    inputs = tuple(match[row] for row in pattern.inputs)
    rows = {row for at, row in match.items() if at not in pattern.inputs}
    for row in sorted(rows - {output}):
        if any(user not in rows for user in users[row]):
            if graph.op(row) is not CONSTANT:
                return None
            rows.discard(row)
    if rows & set(inputs) or any(graph.op(row) is CONSTANT for row in inputs):
        return None
    return Gate(known, tuple(sorted(rows)), inputs, output)


# --- grouping -------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Grouping:
    """Which gates of a graph are drawn as one; they do not overlap. Rows outside are units of their own."""

    graph: Graph
    gates: tuple[Gate, ...]

    @cached_property
    def _of_row(self) -> dict[int, Gate]:
        return {row: gate for gate in self.gates for row in gate.rows}

    def gate_of(self, row: int) -> Gate | None:
        """The collapsed gate that a row belongs to."""
        return self._of_row.get(row)

    def units(self) -> Iterator[int | Gate]:
        """Rows and collapsed gates, in order of their outputs."""
        for row in range(len(self.graph)):
            gate = self._of_row.get(row)
            if gate is None:
                yield row
            elif gate.output == row:
                yield gate

    def expand(self, gate: Gate) -> Grouping:
        """The same with one gate opened."""
        return Grouping(self.graph, tuple(g for g in self.gates if g is not gate))

    def collapse(self, gate: Gate) -> Grouping:
        """The same with one more gate closed; gates within it, or overlapping it, give way."""
        rows = set(gate.rows)
        kept = (g for g in self.gates if rows.isdisjoint(g.rows))
        return Grouping(self.graph, tuple(sorted((*kept, gate), key=lambda g: g.output)))


def group(graph: Graph, gates: Iterable[Gate] | None = None) -> Grouping:
    """Collapse all gates, the larger ones first where they overlap."""
    grouping = Grouping(graph, ())
    found = recognise(graph) if gates is None else gates
    for gate in sorted(found, key=lambda gate: len(gate.rows)):
        grouping = grouping.collapse(gate)
    return grouping


KNOWN: tuple[KnownGate, ...] = (
    KnownGate(
        "sigmoid",
        ("x",),
        "s",
        (
            "1 / (1 + exp(-1 * x))",
            "1 / (1 + exp(-x))",
            "exp(x) / (1 + exp(x))",
            "reciprocal(1 + exp(-x))",
            "(1 + exp(-x)) ** -1",
            "1 / (1 + np.e ** -x)",
            "0.5 * (1 + tanh(0.5 * x))",
            "0.5 * (1 + tanh(x / 2))",
        ),
        "(1 - s) * s",
        (
            Step(
                "(-1 / (1 + exp(-x)) ** 2) * 1 * exp(-x) * -1",
                "the chain rule multiplies the four small partials: of 1/u, of plus 1, of exp, of times -1",
            ),
            Step("exp(-x) / (1 + exp(-x)) ** 2", "the two minus signs cancel"),
            Step(
                "((1 + exp(-x) - 1) / (1 + exp(-x))) * (1 / (1 + exp(-x)))",
                "add and subtract 1 in the numerator, and split the square into two factors",
            ),
            Step("(1 - 1 / (1 + exp(-x))) * (1 / (1 + exp(-x)))", "divide the first factor term by term"),
            Step("(1 - s) * s", "1 / (1 + exp(-x)) is the gate's own value s"),
        ),
        "The slope of a sigmoid follows from its value alone.",
    ),
    KnownGate(
        "tanh",
        ("x",),
        "t",
        (
            "(exp(x) - exp(-x)) / (exp(x) + exp(-x))",
            "(exp(2 * x) - 1) / (exp(2 * x) + 1)",
            "(1 - exp(-2 * x)) / (1 + exp(-2 * x))",
            "2 / (1 + exp(-2 * x)) - 1",
        ),
        "1 - t * t",
        (
            Step(
                "((exp(x) + exp(-x)) * (exp(x) + exp(-x)) - (exp(x) - exp(-x)) * (exp(x) - exp(-x)))"
                " / (exp(x) + exp(-x)) ** 2",
                "the quotient rule; numerator and denominator are each other's derivative",
            ),
            Step("1 - ((exp(x) - exp(-x)) / (exp(x) + exp(-x))) ** 2", "divide term by term"),
            Step("1 - t * t", "the quotient is the gate's own value t"),
        ),
        "The slope of tanh follows from its value alone.",
    ),
    KnownGate(
        "softplus",
        ("x",),
        "y",
        ("log(1 + exp(x))", "log1p(exp(x))", "logaddexp(0, x)"),
        "1 / (1 + exp(-x))",
        (
            Step(
                "(1 / (1 + exp(x))) * 1 * exp(x)",
                "the chain rule multiplies the three small partials: of log, of plus 1, of exp",
            ),
            Step("exp(x) / (1 + exp(x))", "one fraction"),
            Step("1 / (1 + exp(-x))", "divide numerator and denominator by exp(x)"),
        ),
        "The slope of softplus is the sigmoid of its input.",
    ),
    KnownGate(
        "relu",
        ("x",),
        "y",
        ("maximum(0, x)", "where(x > 0, x, 0)", "where(x >= 0, x, 0)", "where(x < 0, 0, x)", "x * (x > 0)"),
        "where(x > 0, 1, 0)",
        (Step("where(x > 0, 1, 0)", "above 0 the gate hands its input through, below 0 it is constant"),),
        "At 0 the gate has a kink: every slope from 0 to 1 is right there.",
    ),
    KnownGate(
        "silu",
        ("x",),
        "y",
        ("x * (1 / (1 + exp(-1 * x)))", "x * (1 / (1 + exp(-x)))", "x / (1 + exp(-x))"),
        "sigmoid(x) + y * (1 - sigmoid(x))",
        (
            Step("1 * sigmoid(x) + x * ((1 - sigmoid(x)) * sigmoid(x))", "the product rule"),
            Step("sigmoid(x) + y * (1 - sigmoid(x))", "x * sigmoid(x) is the gate's own value y"),
        ),
    ),
)
