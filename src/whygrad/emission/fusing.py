"""Gates that go over several statements: a softmax in four lines, a loss that undoes the softmax or sigmoid.

What a statement reads is replaced by how it was computed, until the rows are those of a known gate. That a
loss of softmax or sigmoid has the gradient `p - y` is not looked up but seen: the gradient is computed at
executions of the statement, and compared with multiples of `p - y`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.emission.activity import Activity
from whygrad.emission.gating import gates_in
from whygrad.emission.invariance import parts, sums_to_one
from whygrad.emission.leaves import Leaf, evaluated, is_array, names_read, write_key
from whygrad.emission.local import STOPPED, Execution, trace_expression
from whygrad.emission.sizes import Sizes
from whygrad.emission.tree import Node, Step, stored, walk
from whygrad.execution import execute

DEEPEST = 4
"""How many definitions are put in, one after the other."""


@dataclass(frozen=True)
class Spread:
    """A gate that ends in a step: its name, the leaf that enters it, and all of it as one expression."""

    name: str
    enters: Leaf
    value: ast.expr


@dataclass(frozen=True)
class Loss:
    """A loss whose gradient by what enters a gate is `scale * (prediction - truth)`."""

    prediction: str
    enters: Leaf
    scale: str
    """Text of the factor: "1", "1 / N"."""
    places: str
    """The key of the true classes; empty where there is a truth in the form of the prediction."""
    truth: str
    zero_along: tuple[int, ...] = ()
    """Axes along which the gradient adds up to zero: those of the softmax."""


class Fusing:
    """Finds such gates in one function."""

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        self.spread: dict[int, Spread | None] = {}

    def gate(self, node: Node) -> Spread | None:
        """The softmax or sigmoid that ends in a step, perhaps begun in steps before it."""
        if node.number not in self.spread:
            self.spread[node.number] = self._gate(node) if isinstance(node, Step) else None
        return self.spread[node.number]

    def _gate(self, node: Step) -> Spread | None:
        executions = self.activity.chosen(node)[:2]
        if not executions or not isinstance(node.target, ast.Name) or node.calls or node.appends:
            return None
        if "exp" not in names_read(node.value) | attributes(node.value) and not self._reads_exp(node):
            return None
        value, largest = node.value, None
        for _ in range(DEEPEST):
            largest = self._recognised(value, executions[0]) or largest
            value = self.opened(value, node)
            if value is None:
                break
        return largest

    def _reads_exp(self, node: Step) -> bool:
        """Does a step divide by something that was made by exp?"""
        return any(
            isinstance(n, Step) and stored(n.target) & names_read(node.value) and "exp" in attributes(n.value)
            for n in self.activity.all
        )

    def _recognised(self, value: ast.expr, execution: Execution) -> Spread | None:
        try:
            traced = trace_expression(value, execution, self.activity.is_active)
            gates = gates_in(traced.graph)
        except STOPPED:
            return None
        for gate in gates:
            if gate.output != traced.graph.outputs[0] or gate.name not in ("softmax", "sigmoid"):
                continue
            for leaf, rows in zip(traced.leaves, traced.inputs, strict=True):
                if rows == gate.inputs and not leaf.keys:
                    return Spread(gate.name, leaf, value)
        return None

    def opened(self, value: ast.expr, node: Node) -> Any:
        """An expression with what it reads replaced by how it was computed; None where nothing can be."""
        made: dict[str, ast.expr] = {}
        for name in names_read(value):
            step = self.definition(name, node)
            if step is not None:
                made[name] = step.value
        return _Opener(made).visit(copy.deepcopy(value)) if made else None

    def definition(self, name: str, node: Node, changed: bool = False) -> Step | None:
        """The step of the same block that last assigned a name, if what it read is still there.

        With `changed` that may be one that changes it, as `p /= p.sum()` does.
        """
        steps = [n for n in self.activity.all if isinstance(n, Step) and name in stored(n.target)]
        steps = [n for n in steps if n.number < node.number]
        if not steps or not isinstance(steps[-1].target, ast.Name) or steps[-1].calls or steps[-1].appends:
            return None
        step = max(steps, key=lambda n: n.number)
        if (
            self.block_of(step) is not self.block_of(node)
            or (isinstance(step.node, ast.AugAssign) and not changed)
            or step.shared
        ):
            return None
        if name in names_read(step.value) and not changed:
            return None
        for other in names_read(step.value) - {name}:
            changes = [n for n in walk(self.activity.nodes) if other in _changed(n)]
            if any(step.number < n.number < node.number for n in changes):
                return None
        return step

    def block_of(self, node: Node) -> Sequence[Node]:
        """The statements among which a node stands."""
        around = self.activity.within.get(node)
        arms = [around.body, getattr(around, "orelse", [])] if around is not None else []  # type: ignore[attr-defined]
        return next((arm for arm in arms if node in arm), self.activity.nodes)

    # -- losses --

    def loss(self, node: Node, value: ast.expr) -> Loss | None:
        """How a single number depends on what enters a softmax or sigmoid, if that is `p - y`."""
        executions = self.activity.chosen(node)
        if not executions or "log" not in attributes(value) | names_read(value):
            return None
        for name in sorted(names_read(value)):
            step = self.definition(name, node, changed=True)
            spread = self.gate(step) if step is not None else None
            if spread is not None:
                found = self._undone(node, value, name, spread, executions)
                if found is not None:
                    return found
        return None

    def _undone(
        self, node: Node, value: ast.expr, name: str, spread: Spread, executions: Sequence[Execution]
    ) -> Loss | None:
        whole = _Opener({name: spread.value}).visit(copy.deepcopy(value))
        truths = [
            *self._places(value, name),
            *(("", leaf.text) for leaf in self.activity.known_leaves[node.number]),
        ]
        slopes = [self._slope(whole, spread.enters, e) for e in executions]
        if any(s is None for s in slopes):
            return None
        for places, truth in truths:
            scales = [
                _scale(slope, e.scope[name], _truth(e, name, places, truth))
                for slope, e in zip(slopes, executions, strict=True)
            ]
            if all(s is not None for s in scales):
                text = self._scale_text(scales, name, truth, executions)
                if text:
                    predictions = [e.scope[name] for e in executions]
                    along = sums_to_one(predictions) if spread.name == "softmax" else ()
                    return Loss(name, spread.enters, text, places, truth, along)
        return None

    def _places(self, value: ast.expr, name: str) -> list[tuple[str, str]]:
        """Keys by which the prediction is read: those of the true classes."""
        return [
            (write_key(n.slice), "")
            for n in ast.walk(value)
            if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and n.value.id == name
        ]

    def _slope(self, value: ast.expr, enters: Leaf, execution: Execution) -> Any:
        try:
            traced = trace_expression(value, execution, self.activity.is_active)
            row = next(
                rows[0] for leaf, rows in zip(traced.leaves, traced.inputs, strict=True) if leaf == enters
            )
            made = differentiate(traced.graph, wrt=[row], seeds=[1.0])
            given = [
                v for vs, rows in zip(traced.values, traced.inputs, strict=True) for v in parts(vs, rows)
            ]
            return execute(made.graph, given).outputs[0]
        except (*STOPPED, StopIteration):
            return None

    def _scale_text(
        self, scales: Sequence[Any], name: str, truth: str, executions: Sequence[Execution]
    ) -> str:
        if all(abs(s - 1) < 1e-9 for s in scales):
            return "1"
        arrays = [name, *([truth] if truth.isidentifier() else [])]
        sizes = Sizes([e.scope for e in executions], arrays, self.activity.counts)
        whole = [round(1 / s) for s in scales]
        if any(abs(1 / s - n) > 1e-6 for s, n in zip(scales, whole, strict=True)):
            return ""
        text = sizes.number(whole)
        return f"1 / {text}" if text else ""


def attributes(node: ast.AST) -> set[str]:
    """Attributes that are read in a node: `exp` of `np.exp`."""
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _changed(node: Node) -> set[str]:
    return stored(node.target) if isinstance(node, Step) else set()


def _truth(execution: Execution, name: str, places: str, truth: str) -> Any:
    """The truth in the form of the prediction."""
    prediction = execution.scope[name]
    if not places:
        try:
            return evaluated(ast.parse(truth, mode="eval").body, execution.scope)
        except Exception:  # a text that is no name
            return None
    if not is_array(prediction):
        return None
    made = np.zeros_like(prediction)
    try:
        made[evaluated(ast.parse(f"_[{places}]", mode="eval").body.slice, execution.scope)] = 1  # type: ignore[attr-defined]
    except Exception:  # a key that names no place
        return None
    return made


def _scale(slope: Any, prediction: Any, truth: Any) -> float | None:
    """The factor by which a slope is `prediction - truth`; None where it is no multiple of it."""
    if truth is None or np.shape(truth) != np.shape(prediction) or np.shape(slope) != np.shape(prediction):
        return None
    gap = np.asarray(prediction, float) - np.asarray(truth, float)
    size = float(np.sum(gap * gap))
    if size == 0 or np.asarray(truth) is prediction:
        return None
    scale = float(np.sum(gap * slope)) / size
    return scale if scale and np.allclose(scale * gap, slope, rtol=1e-9, atol=1e-12) else None


class _Opener(ast.NodeTransformer):
    def __init__(self, made: dict[str, ast.expr]) -> None:
        self.made = made

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self.made[node.id]) if node.id in self.made else node
