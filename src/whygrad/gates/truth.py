"""What is said of gates, put to the test: derivations step by step, and grouped against expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.errors import GraphError, WhygradError
from whygrad.execution.interpreter import execute
from whygrad.gates.records import CheckedStep, Derivation, Gate, KnownGate
from whygrad.graph import INPUT, Abstract, Graph, GraphBuilder
from whygrad.ops import infer
from whygrad.tracing.formulas import Formula, parse_formula

TOLERANCE = 1e-9
"""Relative. Steps differ by rounding only, which at the points below is under 1e-11."""
POINTS = np.concatenate([np.linspace(-6.13, 6.07, 40), [-0.011, 0.007, 0.53, 1.0]])
DRAWS = 20
"""Random points at which gates of arrays are tried."""
EXAMPLE_SHAPES = {
    "real": (3, 4), "positive": (3, 4), "choice": (3, 4), "share": (3, 4),
    "matrix": (3, 3), "vector": (3,), "bias": (3,), "stack": (2, 3, 3),
}  # fmt: skip
_WIDENED = re.compile(r"\b(\w+)\[\.\.\., None\]")

Environment = dict[str, Any]


# --- evaluation -----------------------------------------------------------------------------------------
def evaluate(text: str, environment: Mapping[str, Any]) -> Any:
    """A formula of a gate at a point. `name[..., None]` gives a lost last axis back."""
    names = set(_WIDENED.findall(text))
    if names:
        environment = {
            **environment,
            **{f"{n}_widened": np.asarray(environment[n])[..., None] for n in names},
        }
        text = _WIDENED.sub(r"\1_widened", text)
    kinds = tuple((n, np.shape(v), np.asarray(v).dtype.str, type(v)) for n, v in environment.items())
    formula = _parsed(text, kinds)
    if isinstance(formula, Exception):
        raise formula.with_traceback(None)
    return execute(formula.graph, [environment[name] for name in formula.names]).outputs[0]


@lru_cache(maxsize=4096)
def _parsed(text: str, kinds: tuple[tuple[str, tuple[int, ...], str, type], ...]) -> Formula | Exception:
    """The formula, or what is raised by it: most of what is tried while gates are looked for does not fit."""
    point = {
        n: np.zeros(shape, dtype) if shape or kind is np.ndarray else kind(0)
        for n, shape, dtype, kind in kinds
    }
    try:
        return parse_formula(text, point)
    except (WhygradError, ValueError, IndexError, TypeError) as error:
        return error


def complete(known: KnownGate, environment: Environment, value: Any, upstream: Any) -> Environment:
    """Everything that a derivative may name: parameters, constants, result, upstream gradient and parts."""
    environment = {**environment, known.result: value, "g": upstream}
    for name, formula in known.where:
        environment[name] = evaluate(formula, environment)
    return environment


def summed_to(value: Any, shape: tuple[int, ...]) -> Any:
    """A gradient in the shape of what was stretched."""
    value = np.asarray(value, float)
    extra = value.ndim - len(shape)
    if extra > 0:
        value = value.sum(axis=tuple(range(extra)))
    stretched = tuple(
        k for k, (have, want) in enumerate(zip(value.shape, shape, strict=True)) if want == 1 != have
    )
    value = value.sum(axis=stretched, keepdims=True) if stretched else value
    return np.broadcast_to(value, shape)


def worst_difference(a: Any, b: Any) -> float:
    """The largest relative difference of two arrays; NaN counts as infinitely far, unless both are NaN."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    return _worst(a, b, np.maximum(np.abs(a), np.abs(b)))


def _worst_of_arrays(a: Any, b: Any) -> float:
    """The same, by the size of the largest entry: entries that cancel to nothing are rounding."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    return _worst(a, b, np.full(a.shape, largest))


def _worst(a: Any, b: Any, scale: Any) -> float:
    with np.errstate(all="ignore"):
        relative = np.where(a == b, 0.0, np.abs(a - b) / np.where(scale == 0, 1.0, scale))
    relative = np.where(np.isnan(a) & np.isnan(b), 0.0, np.where(np.isnan(relative), np.inf, relative))
    return float(relative.max(initial=0.0))


# --- derivations ----------------------------------------------------------------------------------------
@cache
def derive(known: KnownGate) -> Derivation:
    """Check a gate's derivation. GraphError names the first step that does not follow from the one before."""
    points = [POINTS] if known.elementwise else range(DRAWS)
    worst: list[float] = [0.0] * len(known.steps)
    for point in points:
        for k, error in enumerate(_step_errors(known, _example(known, point))):
            worst[k] = max(worst[k], error)
    for step, error in zip(known.steps, worst, strict=True):
        if not error <= TOLERANCE:
            raise GraphError(
                f"the derivation of the {known.name} gate is wrong: `{step.text}` does not follow "
                f"({step.why}); it differs by {error:.2g} from the line before it"
            )
    checked = [
        CheckedStep(step.text, step.why, error) for step, error in zip(known.steps, worst, strict=True)
    ]
    return Derivation(known, tuple(checked), len(POINTS) if known.elementwise else DRAWS)


def _step_errors(known: KnownGate, given: Environment) -> Iterator[float]:
    formula = parse_formula(known.formula, given)
    value, gradients, upstream = _backward(
        formula.graph, [given[n] for n in formula.names], known.elementwise
    )
    environment = complete(known, given, value, upstream)
    truth = dict(zip(formula.names, gradients, strict=True))
    compare = worst_difference if known.elementwise else _worst_of_arrays
    before = truth[known.derivatives[0][0]]
    for step in known.steps:
        now = evaluate(step.text, environment)
        yield compare(before, now)
        before = now
    for parameter, text in known.derivatives:
        error = compare(truth[parameter], summed_to(evaluate(text, environment), np.shape(given[parameter])))
        if not error <= TOLERANCE:
            raise GraphError(
                f"the derivative `{text}` of the {known.name} gate by {parameter} is wrong by {error:.2g}"
            )


def _example(known: KnownGate, point: Any) -> Environment:
    """A point for a gate by itself: all points of elementwise ones at once, else a random draw."""
    given: Environment = dict.fromkeys(known.constants, 0.3)
    if known.elementwise:
        return {**given, **dict.fromkeys(known.parameters, point)}
    random = np.random.default_rng(point)
    for parameter in known.parameters:
        kind = known.kind_of(parameter)
        like = Abstract(EXAMPLE_SHAPES[kind], np.dtype(float))
        given[parameter] = _kinder(kind, drawn(like, random), random)
    return given


def _kinder(kind: str, value: Any, random: np.random.Generator) -> Any:
    if kind == "positive":
        return np.abs(value) + 0.1
    if kind == "share":
        return random.uniform(size=np.shape(value))
    if kind == "choice":
        return np.eye(np.shape(value)[-1])[random.integers(0, np.shape(value)[-1], np.shape(value)[:-1])]
    return value


def drawn(like: Abstract, random: np.random.Generator) -> Any:
    """Random numbers of a shape and dtype; whole ones are small enough to be class numbers."""
    if like.is_float:
        value = random.normal(size=like.shape) * 1.3
        return value if like.shape or like.dtype is not float else float(value)
    if like.dtype is int:
        return int(random.integers(0, 2))
    return random.integers(0, 2, like.shape).astype(like.dtype)


def _backward(graph: Graph, inputs: Sequence[Any], ones: bool) -> tuple[Any, tuple[Any, ...], Any]:
    """Value, gradients of all inputs, and the upstream gradient that they were made from."""
    like = graph.abstract(graph.outputs[0])
    upstream: Any = np.ones(like.shape)
    if not ones:
        upstream = np.random.default_rng(7).normal(size=like.shape)
    derivative = differentiate(graph, seeds=[upstream if like.shape else float(upstream)])
    run = execute(derivative.graph, inputs, wanted=graph.outputs)
    return run[graph.outputs[0]], run.outputs, upstream


# --- gates found in a graph -----------------------------------------------------------------------------
def local_gradient(gate: Gate, inputs: Sequence[Any], value: Any) -> Any:
    """An elementwise gate's own derivative at a point: its simplest form, evaluated."""
    assert gate.known is not None
    environment = dict(zip(gate.parameters, inputs, strict=True)) | dict(gate.bound)
    environment = complete(gate.known, environment, value, 1.0)
    return evaluate(gate.known.derivative, environment)


def gradients_of(gate: Gate, inputs: Sequence[Any], value: Any, upstream: Any) -> dict[str, Any]:
    """What a known gate sends back to each of its inputs, by its own derivatives."""
    known = gate.known
    assert known is not None
    given = dict(zip(gate.parameters, inputs, strict=True))
    environment = complete(known, as_formula(known, given | dict(gate.bound)), value, upstream)
    found = {}
    for parameter, text in known.derivatives:
        if parameter in given:
            slope = evaluate(text, environment)
            whole = slope * np.asarray(upstream) if known.elementwise else slope
            found[parameter] = summed_to(whole, np.shape(given[parameter]))
    return found


def as_formula(known: KnownGate, given: Environment) -> Environment:
    """The point in the form that the gate's formula reads: class numbers become rows of a single 1."""
    first = np.shape(given[known.parameters[0]])
    made = dict(given)
    for parameter, kind in known.kinds:
        value = np.asarray(given[parameter])
        if kind == "choice" and value.dtype.kind in "iu" and value.shape == first[:-1]:
            made[parameter] = np.eye(first[-1])[value]
    return made


def proof(graph: Graph, gate: Gate) -> float:
    """The worst difference between the gate's derivative and that of its rows, over many points.

    Relative: of elementwise gates by each entry, of others by the largest entry of each gradient.
    """
    if gate.known is None:
        return 0.0
    if gate.known.elementwise and not graph.abstract(gate.output).shape:
        graph = cut_out(graph, gate.inputs, gate.output, POINTS)
        value, (slope,), _ = _backward(graph, [POINTS], True)
        return worst_difference(slope, local_gradient(gate, [POINTS], value))
    graph = cut_out(graph, gate.inputs, gate.output)
    return max(_draw_error(graph, gate, seed) for seed in range(DRAWS))


def _draw_error(graph: Graph, gate: Gate, seed: int) -> float:
    assert gate.known is not None
    inputs = draws(graph, gate.known, gate.parameters, seed)
    value, gradients, upstream = _backward(graph, inputs, False)
    ours = gradients_of(gate, inputs, value, upstream)
    pairs = zip(gate.parameters, gradients, strict=True)
    return max(_worst_of_arrays(ours[name], truth) for name, truth in pairs if name in ours)


def breaks_at(graph: Graph, gate: Gate, size: float = 1000.0) -> bool:
    """Whether the rows of a gate (value, or gradient) stop being finite where its inputs are large.

    Measured, not assumed: the user's own rows are run at inputs of about that size.
    """
    if gate.known is None or gate.known.stable is None:
        return False
    elementwise = gate.known.elementwise and not graph.abstract(gate.output).shape
    points = np.array([-size, size]) if elementwise else None
    piece = cut_out(graph, gate.inputs, gate.output, points)
    inputs = [points] if elementwise else draws(piece, gate.known, gate.parameters, 0)
    first = gate.parameters.index(gate.known.parameters[0])
    if not elementwise:
        inputs[first] = np.asarray(inputs[first]) * size
    value, gradients, _ = _backward(piece, inputs, elementwise)
    return not (np.all(np.isfinite(value)) and np.all(np.isfinite(gradients[first])))


def draws(graph: Graph, known: KnownGate, parameters: Sequence[str], seed: int) -> list[Any]:
    """A random point for the inputs of a cut-out gate."""
    random = np.random.default_rng(seed)
    made = []
    for row, parameter in zip(graph.inputs, parameters, strict=True):
        like = graph.abstract(row)
        value = drawn(like, random)
        made.append(_kinder(known.kind_of(parameter), value, random) if like.is_float else value)
    return made


def cut_out(
    graph: Graph, inputs: Sequence[int], output: int, points: Any = None, more: Sequence[int] = ()
) -> Graph:
    """The rows between `inputs` and `output` as a graph of their own; with `points`, of arrays like these.

    `more` are further outputs.
    """
    builder = GraphBuilder()
    new: dict[int, int] = {}
    for row in inputs:
        like = graph.abstract(row) if points is None else Abstract(np.shape(points), np.dtype(float))
        new[row] = builder.add(INPUT, (), like)
    for row in between(graph, inputs, (output, *more)):
        op, params, args = graph.op(row), graph.params(row), [new[a] for a in graph.args(row)]
        abstract = graph.abstract(row)
        if args and points is not None:
            abstract = infer(op, [builder.abstract(a) for a in args], params)
        new[row] = builder.add(op, args, abstract, params)
    return builder.freeze([new[row] for row in inputs], [new[row] for row in (output, *more)])


def between(graph: Graph, inputs: Sequence[int], outputs: Sequence[int]) -> list[int]:
    """The rows that lead from `inputs` to `outputs`, ascending; all inputs of the graph must be beyond."""
    found, pending = set(outputs), list(outputs)
    while pending:
        fresh = [a for a in graph.args(pending.pop()) if a not in found and a not in inputs]
        found.update(fresh)
        pending += fresh
    return sorted(found)
