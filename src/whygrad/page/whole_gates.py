"""Slips at closed gates of arrays, such as softmax with cross-entropy: in the formula that they send back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.errors import WhygradError
from whygrad.explanation.numbers import number_text
from whygrad.gates import Gate, KnownGate
from whygrad.page.alterations import altered

if TYPE_CHECKING:
    from whygrad.page.mutants import Bench

WIDENED = re.compile(r"\b(\w+)\[\.\.\., None\]")


def slips_of(bench: Bench, gate: Gate) -> Iterator[tuple[int, int, list[tuple[str, int, dict[str, str]]]]]:
    """For each input of a gate that is asked for: its row, the row of what truly comes back, and the slips:
    each its kind, its row and words for its text."""
    known = gate.known
    upstream = bench.derivative.cotangents[gate.output]
    if known is None or known.elementwise or upstream < 0:
        return
    given = dict(zip(gate.parameters, gate.inputs, strict=True))
    try:
        names = _rows(bench, gate, known, upstream)
        for parameter, text in known.derivatives:
            source = given.get(parameter, -1)
            if source < 0 or not bench.asked(source):
                continue
            shape = bench.shape(source)
            right = bench.fitted(_written(bench, text, names), shape)
            words = {"right": _told(bench, gate, known, text), "gate": gate.name}
            found = [
                (slip.kind, bench.fitted(_written(bench, slip.text, names), shape),
                 words | {"part": _told(bench, gate, known, slip.part, plain=True)})
                for slip in altered(text)
            ]  # fmt: skip
            yield source, right, [slip for slip in found if slip[1] >= 0]
    except (WhygradError, ValueError, KeyError, TypeError, IndexError):  # a form that formulas cannot say
        return


def _rows(bench: Bench, gate: Gate, known: KnownGate, upstream: int) -> dict[str, int]:
    """The rows of all names that the derivatives use."""
    names = dict(zip(gate.parameters, gate.inputs, strict=True)) | {known.result: gate.output, "g": upstream}
    first = bench.shape(names[known.parameters[0]])
    for name, value in gate.bound.items():
        names[name] = bench.builder.constant(_kind(known, name, value, first))
    for name, kind in known.kinds:
        if kind == "choice" and name in names and bench.shape(names[name]) == first[:-1]:
            column = bench.add("reshape", names[name], shape=(*first[:-1], 1))
            classes = bench.builder.constant(np.arange(first[-1]))
            names[name] = bench.add("astype", bench.add("equal", column, classes), dtype=np.dtype(float))
    for name, text in known.where:
        names[name] = _written(bench, text, names)
    return names


def _kind(known: KnownGate, name: str, value: Any, first: tuple[int, ...]) -> Any:
    array = np.asarray(value)
    classes = dict(known.kinds).get(name) == "choice" and array.dtype.kind in "iu"
    if classes and array.shape == first[:-1]:
        return np.eye(first[-1])[array]
    return float(array) if not array.shape else array.astype(float)


def _written(bench: Bench, text: str, names: dict[str, int]) -> int:
    """The rows of a formula over rows by name; `name[..., None]` gives a lost last axis back."""
    names = dict(names)
    for name in WIDENED.findall(text):
        shape = bench.shape(names[name])
        names[f"{name}_widened"] = (
            bench.add("reshape", names[name], shape=(*shape, 1)) if shape else names[name]
        )
    return bench.formula(WIDENED.sub(r"\1_widened", text), names)


def _told(bench: Bench, gate: Gate, known: KnownGate, text: str, plain: bool = False) -> str:
    """A formula in the names around the gate, with what its letters stand for."""
    label = bench.entries.label
    labels = {p: label(row) for p, row in zip(gate.parameters, gate.inputs, strict=True)}
    labels |= {known.result: label(gate.output), "g": f"grad_{label(gate.output)}"}
    labels |= {name: number_text(value) for name, value in gate.bound.items() if np.ndim(value) == 0}
    said = _renamed(text, labels)
    parts = [f"{name} = {_renamed(formula, labels)}" for name, formula in known.where if _uses(text, name)]
    return f"`{said}`" + ("" if plain or not parts else f", where `{'`, `'.join(parts)}`")


def _uses(text: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None


def _renamed(text: str, labels: dict[str, str]) -> str:
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda m: labels.get(m[0], m[0]), WIDENED.sub(r"\1", text))
