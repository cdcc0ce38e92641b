"""The true gradients at a point: by the engine, and by differences of plain runs that guard it."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.checking.evidence import Failure, Point, Value
from whygrad.checking.neglecting import cuts_off, is_single, largest_tiny, without_tiny
from whygrad.checking.numeric import CLOSE, LEVELS, Slope, along, slope, slopes
from whygrad.checking.observing import follow
from whygrad.checking.programs import Program
from whygrad.checking.values import Vector, count, rebuild, vector
from whygrad.differentiation import Derivative, differentiate
from whygrad.errors import WhygradError
from whygrad.execution.interpreter import Run, execute
from whygrad.graph import Graph

CLOSER = 1e-3
"""Scale of the steps that must confirm a disagreement."""
DEAR = 0.05
"""Seconds of one run for every entry: above, differences of all entries take too long."""
RUNS = 2 * LEVELS + 1
"""So many runs the slope along one direction takes."""
DIRECTIONS = 3
"""Random directions that are tried, at the first points, until the engine agrees with differences along one:
of other gradients almost none do."""
AGREED = 1e-6
"""Largest difference of both, as a share of what all entries add up to."""


@dataclass(eq=False)
class Forward:
    """The forward pass of a program at a point, as a function of its inputs, by plain runs."""

    program: Program
    point: Point
    given: Mapping[str, Value]
    """Values of all inputs at the point."""
    upto: int = 0
    runs: int = 0

    def __call__(self, overrides: Mapping[str, Value]) -> float:
        self.runs += 1
        moved = Point(self.point.label, {**self.point.overrides, **overrides})
        namespace = self.program.run(moved, upto=self.upto)
        return float("nan") if isinstance(namespace, Failure) else self.program.objective_of(namespace)

    def of(self, names: Sequence[str]) -> tuple[Any, Vector]:
        """The function of the numbers of some inputs in one vector, and that vector at the point."""
        vectors = [vector(self.given[name]) for name in names]
        assert all(v is not None for v in vectors)
        ends = np.cumsum([0, *(v.size for v in vectors if v is not None)])

        def function(numbers: Vector) -> float:
            return self(
                {
                    name: rebuild(self.given[name], numbers[ends[k] : ends[k + 1]])
                    for k, name in enumerate(names)
                }
            )

        start = np.concatenate([v for v in vectors if v is not None]) if names else np.zeros(0)
        return function, start


@dataclass(eq=False)
class Truth:
    """What is known to be true at one point."""

    gradients: dict[str, Vector] = field(default_factory=dict)
    """Per input, in the order of its numbers; missing where neither source gives one."""
    errors: dict[str, Vector] = field(default_factory=dict)
    kinks: dict[str, list[Slope]] = field(default_factory=dict)
    disputed: str = ""
    """Engine and differences disagree: a sentence for the notes."""
    kinked: bool = False
    misled: bool = False
    """The forward pass is not what it is meant to be: what follows from its rows is no truth."""
    recording: Any = None
    derivative: Derivative | None = None
    run: Run | None = None
    untraced: str = ""
    """Why the engine gives nothing here."""
    weights: Mapping[str, Value] | None = None
    """Where the upstream gradients are found, if not in the recording."""


def engine(program: Program, point: Point, inputs: Sequence[str], truth: Truth) -> None:
    """Fill in what tracing and differentiation say."""
    with _untraced_where_it_raises(truth):
        recording = program.record(point, inputs=inputs)
        truth.recording = recording
        if recording.failure is not None:
            truth.untraced = f"the traced run stopped: {recording.failure}"
            return
        _differentiated(program, recording, inputs, truth)


def without_tiny_constants(program: Program, truth: Truth, inputs: Sequence[str]) -> Truth:
    """What the engine says of the recorded forward pass when its tiny constants are neglected."""
    neglected = Truth(recording=truth.recording, weights=truth.weights)
    graph = None if truth.recording is None else without_tiny(truth.recording.graph)
    if graph is not None:
        with _untraced_where_it_raises(neglected):
            _differentiated(program, truth.recording, inputs, neglected, graph)
    return neglected


def neglect_tiny(program: Program, truths: Sequence[Truth], inputs: Sequence[str]) -> None:
    """Let what is true without the tiny constants of the forward pass be the truth, where that is known."""
    for truth in truths:
        neglected = without_tiny_constants(program, truth, tuple(inputs))
        if neglected.derivative is not None and not neglected.untraced:
            truth.gradients |= neglected.gradients
            truth.derivative, truth.run = neglected.derivative, neglected.run


def tiny_in(truth: Truth) -> float:
    """The largest tiny constant of the recorded forward pass."""
    return 0.0 if truth.recording is None else largest_tiny(truth.recording.graph)


def is_cut_off(truth: Truth) -> bool:
    """Does the recorded forward pass keep something above a tiny constant?"""
    return truth.recording is not None and cuts_off(truth.recording.graph)


def is_narrow_within(truth: Truth) -> bool:
    """Does the recorded forward pass round to single precision on its way: `np.exp(x, dtype=np.float32)`?"""
    return truth.recording is not None and is_single(truth.recording.graph)


@contextlib.contextmanager
def _untraced_where_it_raises(truth: Truth) -> Iterator[None]:
    try:
        yield
    except WhygradError as error:
        truth.untraced = str(error)
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        truth.untraced = f"{type(error).__name__}: {error}"


def _differentiated(
    program: Program, recording: Any, inputs: Sequence[str], truth: Truth, graph: Graph | None = None
) -> None:
    """The gradients of a recording; of the same rows with other constants, if a `graph` is given."""
    outputs, seeds = output_rows(program, recording, truth.weights)
    if not outputs:
        truth.untraced = "the output does not depend on the inputs in a way that can be followed"
        return
    derivative = differentiate(graph or recording.graph, outputs, seeds=seeds_of(program, seeds))
    run = run_of(program, derivative, recording.values, seeds)
    truth.derivative, truth.run = derivative, run
    for name, found in input_gradients(recording, derivative, run, inputs).items():
        truth.gradients[name] = found
        truth.errors[name] = np.zeros(found.size)


def seeds_of(program: Program, seeds: Sequence[Any]) -> list[Any]:
    """Seeds to differentiate with: upstream gradients become inputs, for they differ from point to point."""
    return [None] * len(seeds) if any(upstream for _, upstream in program.objective) else list(seeds)


def run_of(program: Program, derivative: Derivative, values: Sequence[Any], seeds: Sequence[Any]) -> Run:
    """The run of a derivative at the values of a recording's rows."""
    rows = [row for row in derivative.graph.inputs if row < len(values)]
    moving = any(upstream for _, upstream in program.objective)
    return execute(derivative.graph, [*(values[row] for row in rows), *(seeds if moving else ())], keep=True)


def output_rows(
    program: Program, recording: Any, namespace: Mapping[str, Value] | None = None
) -> tuple[list[int], list[Any]]:
    """Rows of the objective's outputs and the seeds that the upstream gradients give them.

    The upstream gradients are those of the recording, or of the globals of another run.
    """
    rows: list[int] = []
    seeds: list[Any] = []
    for output, upstream in program.objective:
        event = last_event(recording, output)
        if event is None:
            continue
        found = flat_rows(event.rows)
        weights = np.ones(1)
        if upstream:
            given = last_event(recording, upstream)
            if namespace is not None:
                weights = np.asarray(vector(follow(upstream, namespace)))
            elif given is not None:
                weights = np.asarray(vector(given.value))
        place = 0
        for row in found:
            size = int(np.prod(recording.graph.abstract(row).shape)) if row >= 0 else 1
            piece = weights if weights.size == 1 else weights[place : place + size]
            place += size
            if row < 0:
                continue
            shape = recording.graph.abstract(row).shape
            rows.append(row)
            seeds.append(np.full(shape, piece[0]) if piece.size == 1 else piece.reshape(shape))
    return rows, [float(seed) if np.ndim(seed) == 0 else seed for seed in seeds]


def last_event(recording: Any, name: str) -> Any:
    """The last assignment of a module-level name (or of a name in a function) in a recording."""
    found = [event for event in recording.events if event.target == name or event.name == name]
    module = [event for event in found if not event.function]
    return (module or found or [None])[-1]


def flat_rows(rows: Any) -> list[int]:
    """Row numbers of a nested structure, in order; -1 for a leaf that is no row."""
    if isinstance(rows, Mapping):
        return [row for item in rows.values() for row in flat_rows(item)]
    if isinstance(rows, list | tuple):
        return [row for item in rows for row in flat_rows(item)]
    return [rows if isinstance(rows, int) else -1]


def cotangent_of(rows: Any, derivative: Derivative, run: Run) -> Vector:
    """The true cotangent of a variable, its numbers in order; zero where none flows."""
    pieces = []
    for row in flat_rows(rows):
        if row < 0:
            pieces.append(np.zeros(1))
            continue
        shape = derivative.graph.abstract(row).shape
        cotangent = derivative.cotangents[row] if row < len(derivative.cotangents) else -1
        found = np.zeros(shape) if cotangent < 0 else np.broadcast_to(run[cotangent], shape)
        pieces.append(np.asarray(found, dtype=np.float64).ravel())
    return np.concatenate(pieces) if pieces else np.zeros(0)


def input_gradients(
    recording: Any, derivative: Derivative, run: Run, inputs: Sequence[str]
) -> dict[str, Vector]:
    """Gradient of each input, from its leaf rows, which are named `x`, `w[0]`, `params["W"]`..."""
    graph = recording.graph
    found: dict[str, list[Vector]] = {}
    for row in graph.inputs:
        name = graph.name(row)
        root = name.split("[")[0].split(".")[0]
        if root in inputs:
            found.setdefault(root, []).append(cotangent_of(row, derivative, run))
    return {name: np.concatenate(pieces) for name, pieces in found.items()}


def guarded(
    forward: Forward,
    truth: Truth,
    names: Sequence[str],
    full: bool,
    rng: np.random.RandomState,
    directions: int = DIRECTIONS,
    until: float = np.inf,
) -> None:
    """Check the engine's gradients by differences in random directions; fill in what is missing if `full`.

    Nothing is filled in that would take longer than `until` (of `time.perf_counter`).
    """
    sizes = {name: count(forward.given[name]) for name in names}
    missing = [
        name for name in names if name not in truth.gradients or truth.gradients[name].size != sizes[name]
    ]
    if not missing and _agrees_with_differences(forward, truth, names, rng, directions):
        return
    lost = truth.recording.notes if truth.recording is not None else ()
    if not missing and lost:  # what the recording took for a constant was none
        truth.untraced, truth.disputed, missing = lost[0], "", list(names)
        truth.gradients, truth.errors, truth.derivative, truth.run = {}, {}, None, None
        full = full and _seconds(forward) * sum(sizes.values()) < DEAR
    full = full and bool(missing)
    if full and np.isfinite(until):
        runs = RUNS * sum(sizes[name] for name in missing)
        full = _seconds(forward) * runs < until - time.perf_counter()
    for name in missing if full else ():
        _by_differences(forward, truth, name)


def _agrees_with_differences(
    forward: Forward, truth: Truth, names: Sequence[str], rng: np.random.RandomState, directions: int
) -> bool:
    """Do the engine's gradients agree with differences? Kinks are noted, and what is disputed."""
    function, start = forward.of(names)
    middle = function(start) if directions else math.nan
    gradient = np.concatenate([truth.gradients[name] for name in names]) if names else np.zeros(0)
    scale = np.concatenate([_scale(forward.given[name]) for name in names]) if names else np.zeros(0)
    for _ in range(directions):
        direction = rng.choice([-1.0, 1.0], start.size) * rng.uniform(0.5, 1.0, start.size) * scale
        line = along(function, start, direction)
        said = float(gradient @ direction)
        size = float(np.abs(gradient) @ np.abs(direction))
        found = slope(line, levels=CLOSE, middle=middle)
        if found.trusted and abs(found.value - said) <= AGREED * max(size, abs(said)):
            break
        found = slope(line, middle=middle)
        if found.kink:
            truth.kinked = True
            continue
        if not found.trusted:
            continue
        allowed = 50 * found.error + AGREED * max(size, abs(said))
        if abs(found.value - said) <= allowed:
            break
        # Among many kinks differences may settle on a wrong value; far smaller steps must confirm it.
        closer = slope(line, CLOSER, middle=middle)
        if closer.trusted and abs(closer.value - found.value) <= allowed + 50 * closer.error:
            truth.disputed = (
                f"whygrad's own gradient ({said:.6g}) and differences ({found.value:.6g}) disagree"
            )
    return not truth.disputed


def _seconds(forward: Forward) -> float:
    start = time.process_time()
    forward({})
    return time.process_time() - start


def _scale(value: Value) -> Vector:
    numbers = vector(value)
    assert numbers is not None
    largest = float(np.max(np.abs(numbers), initial=0.0)) or 1.0
    return np.maximum(np.abs(numbers), 0.1 * largest)


def _by_differences(forward: Forward, truth: Truth, name: str) -> None:
    function, start = forward.of([name])
    found = slopes(function, start)
    truth.gradients[name] = np.array([s.value if s.trusted or s.kink else np.nan for s in found])
    truth.errors[name] = np.array([s.error if s.trusted else np.inf for s in found])
    if any(s.kink for s in found):
        truth.kinked = True
        truth.kinks[name] = found
