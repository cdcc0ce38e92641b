"""The true gradients at a further point, from the graph that was recorded at another one.

Tracing and differentiating cost far more than running the graph. A script mostly computes the same way at
every point; where it does not, the guards of the graph say so, or its output differs from what the script
computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.observing import follow
from whygrad.checking.programs import Program
from whygrad.checking.truth import Truth, flat_rows, input_gradients, last_event, output_rows, run_of
from whygrad.checking.values import vector
from whygrad.errors import WhygradError
from whygrad.execution.interpreter import Run

SAME = 1e-9
"""Largest difference of an output from what the script computes, as a share of its largest number."""


@dataclass(eq=False)
class Replayer:
    """Truths at points of one program, most of them without tracing it again."""

    program: Program
    inputs: Sequence[str]
    traced: Truth | None = None
    """Of the last point at which the program was traced."""

    def learn(self, truth: Truth) -> None:
        """Take what was traced at a point for the points that follow."""
        known = truth.derivative is not None and not truth.untraced and not truth.recording.notes
        self.traced = truth if known else None

    def replay(self, given: Mapping[str, Value], namespace: Mapping[str, Value], truth: Truth) -> bool:
        """Fill in a truth from inputs and the globals after a plain run; False where it must be traced."""
        try:
            return self.traced is not None and self._replay(self.traced, given, namespace, truth)
        except (WhygradError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            return False

    def _replay(
        self, traced: Truth, given: Mapping[str, Value], namespace: Mapping[str, Value], truth: Truth
    ) -> bool:
        recording = traced.recording
        values = list(recording.values)
        for name, rows in recording.inputs.items():
            if name in given and not all(_take(values, *pair) for pair in _leaves(rows, given[name])):
                return False
        # What arrives is as it was given: a backward pass may write into it.
        arriving = {name: given[name] for _, name in self.program.objective if name in given}
        weights = {**namespace, **arriving}
        _, seeds = output_rows(self.program, recording, weights)
        derivative = traced.derivative
        if derivative is None:
            return False
        run = run_of(self.program, derivative, values, seeds)
        if not self._is_same(recording, run, namespace):
            return False
        truth.recording, truth.derivative, truth.run = replace(recording, values=values), derivative, run
        truth.weights = weights
        truth.gradients.update(input_gradients(recording, derivative, run, self.inputs))
        truth.errors.update({name: np.zeros(found.size) for name, found in truth.gradients.items()})
        return True

    def _is_same(self, recording: Any, run: Run, namespace: Mapping[str, Value]) -> bool:
        """Are the outputs those of the plain run?"""
        for output, _ in self.program.objective:
            event = last_event(recording, output)
            plain = vector(follow(output, namespace))
            rows = flat_rows(event.rows) if event is not None else []
            if plain is None or not rows or -1 in rows:
                return False
            ours = np.concatenate([np.ravel(np.asarray(run[row], dtype=float)) for row in rows])
            scale = float(np.max(np.abs(plain), initial=0.0))
            if ours.shape != plain.shape or not np.all(np.abs(ours - plain) <= SAME * scale):
                return False
        return True


def _leaves(rows: Any, value: Value) -> Iterator[tuple[int, Value]]:
    """The rows of an input with their values; LookupError or ValueError where the structures differ."""
    if isinstance(rows, Mapping):
        if rows.keys() != value.keys():
            raise ValueError(value)
        for key, inner in rows.items():
            yield from _leaves(inner, value[key])
    elif isinstance(rows, list | tuple):
        for inner, item in zip(rows, value, strict=True):
            yield from _leaves(inner, item)
    else:
        yield rows, value


def _take(values: list[Any], row: int, value: Value) -> bool:
    """Let an input row have another value; False where it is of another kind."""
    if row < 0:
        return False
    before = values[row]
    same = np.shape(before) == np.shape(value) and np.result_type(before) == np.result_type(value)
    values[row] = value
    return bool(same)


__all__ = ["Replayer"]
