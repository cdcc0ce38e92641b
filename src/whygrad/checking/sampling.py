"""A program at its points: a plain run that is watched, the truth, and what the forward pass computed."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import numpy as np

from whygrad.checking.evidence import Failure, Point, Value
from whygrad.checking.intermediates import forward_values
from whygrad.checking.listing import forward_limit
from whygrad.checking.measured import Measured
from whygrad.checking.observing import Observation
from whygrad.checking.points import COUNT, SEED, has_units, hides, is_choice, propose
from whygrad.checking.programs import Program
from whygrad.checking.replaying import Replayer
from whygrad.checking.roles import Roles
from whygrad.checking.truth import DIRECTIONS, Forward, Truth, engine, guarded, neglect_tiny
from whygrad.checking.values import count

MANY_ENTRIES = 100_000
"""Inputs of more numbers are measured at three points, and not differentiated entry by entry."""
FEW_ENTRIES = 64
"""Inputs of up to so many numbers are differentiated by differences at all points if tracing fails."""


def points_of(
    program: Program, roles: Roles, given: dict[str, Value], count: int = COUNT, seed: int = SEED
) -> list[Point]:
    """The points at which a program is checked, the given one first; its forward pass is finite at each."""
    # A one-hot target that a bare `grad` may also mean stays one.
    kept = {rival for p in roles.finals for rival in p.rivals if is_choice(given.get(rival))}
    kept -= {p.of for p in roles.finals}
    moved = {name: given[name] for name in roles.roots if name not in kept}
    # Equal entries (`w = [2.0, -3.0, -3.0]`) hide a wrong index even where no gradient of `w` is claimed,
    # and a penalty of zero hides a wrong penalty.
    moved |= {n: given[n] for n in roles.candidates if n in given and hides(n, given[n])}
    bounds = {name: _bounds(text) for name, text in program.hints.input.items()}

    def accept(point: Point) -> bool:
        namespace = program.run(point)
        return not isinstance(namespace, Failure) and bool(np.isfinite(program.objective_of(namespace)))

    # An entry of 1 hides a missing factor; where the forward pass does not run with others, it stays.
    units = {n: given[n] for n in roles.candidates if n in given and n not in moved and has_units(given[n])}
    for chosen in ({**moved, **units}, moved):
        kept_between = {name: b for name, b in bounds.items() if b and name in chosen}
        points = propose(chosen, accept, count, kept_between, seed)
        if len(points) == count or not units:
            break
    # A target that is 0 in the call of the file hides how it is used; it may be a label, and stays whole.
    whole = {name: np.ones_like(v) for name, v in program.hints.given.items() if _is_whole_zero(v)}
    for place in range(1, len(points) if whole else 0, 2):
        other = Point(points[place].label, {**points[place].overrides, **whole})
        points[place] = other if accept(other) else points[place]
    return points


def _is_whole_zero(value: Value) -> bool:
    """Is it an array of whole numbers that are all zero?"""
    return isinstance(value, np.ndarray) and value.dtype.kind == "i" and value.size > 0 and not value.any()


def _bounds(text: str) -> tuple[float, float] | None:
    """Between which numbers an example input is said to lie: probabilities stay probabilities."""
    found = re.match(r"uniform\(([\d.]+), *([\d.]+),", text)
    return (float(found[1]), float(found[2])) if found else None


def at_points(
    program: Program,
    roles: Roles,
    points: list[Point],
    given: dict[str, Value],
    until: float,
    first: Observation,
    guard: bool = True,
) -> list[Measured]:
    """What is known at each point; without `guard` the engine's gradients are not confirmed."""
    upto = program.forward_statements()
    rng = np.random.RandomState(7)
    dear = sum(count(given[name]) for name in roles.roots) > MANY_ENTRIES
    replayer = Replayer(program, (*roles.roots, *roles.candidates))
    out: list[Measured] = []
    for place, point in enumerate(points):
        if place >= 3 and (dear or time.perf_counter() > until):
            break
        observation = program.observe(point) if program.overrides(point) else first
        if isinstance(observation, Failure) or observation.failure is not None:
            continue
        inputs = {**given, **point.overrides}
        forward = Forward(program, point, inputs, upto)
        truth = Truth()
        # An upstream gradient is moved, but it is a weight here, not an input that is differentiated.
        upstreams = {upstream for _, upstream in roles.objective}
        names = (*roles.roots, *(roles.candidates if roles.unsure else ()))
        names = tuple(name for name in names if name not in upstreams)
        if not replayer.replay(inputs, observation.namespace, truth):
            engine(program, point, replayer.inputs, truth)
            replayer.learn(truth)
        entries = sum(count(inputs[name]) for name in names)
        few = entries <= FEW_ENTRIES or (place < 3 and entries <= MANY_ENTRIES)
        if guard:
            directions = _directions(place, entries, program.hints.large == "once")
            guarded(forward, truth, names, few, rng, directions, until)
        point = replace(point, at_kink=truth.kinked)
        limit = forward_limit(program, observation)
        values = forward_values(observation, truth, limit, program.last_line)
        out.append(Measured(point, observation, truth, forward, inputs, values, limit))
    if program.hints.neglect:
        neglect_tiny(program, [m.truth for m in out], roles.roots)
    return out


def _directions(place: int, entries: int, once: bool) -> int:
    """In how many directions differences confirm the engine at a point; in one in all where runs are dear."""
    if entries > MANY_ENTRIES:
        return 0 if place or once else 1
    return DIRECTIONS if place < 3 else 1
