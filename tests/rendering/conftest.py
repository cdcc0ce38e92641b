"""Circuits to draw, and golden files: run with UPDATE_GOLDEN=1 to write them anew, then review by eye."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest
from hypothesis import strategies as st

from whygrad.report import Box, Circuit, Wire

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden():
    """Compare a text with a file of tests/rendering/golden."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN"):
            file.write_text(text, encoding="utf-8")
        kept = file.read_text(encoding="utf-8")
        changes = difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "now", lineterm="")
        assert kept == text, "UPDATE_GOLDEN=1 accepts this:\n" + "\n".join(changes)

    return compare


def _neuron(tail: list[tuple[str, str, str]]) -> Circuit:
    """The sigmoid neuron of the CS231n notes; `tail` follows the last sum: (label, value, gradient)."""
    leaves = {"w0": ("2", "-0.1966"), "x0": ("-1", "0.3932"), "w1": ("-3", "-0.3932"),
              "x1": ("-2", "-0.5898"), "w2": ("-3", "0.1966")}  # fmt: skip
    boxes = [Box(name, name, "input", *numbers, name) for name, numbers in leaves.items()]
    inner = [("p0", "*", "-2", "w0 x0"), ("p1", "*", "6", "w1 x1"), ("s0", "+", "4", "p0 p1"),
             ("s1", "+", "1", "s0 w2")]  # fmt: skip
    wires = []
    for key, label, value, args in inner:
        boxes.append(Box(key, label, "op", value, "0.1966"))
        wires += [Wire(a, key, i) for i, a in enumerate(args.split())]
    before = "s1"
    for number, (label, value, gradient) in enumerate(tail):
        kind = "gate" if label == "sigmoid" else "op"
        boxes.append(Box(f"t{number}", label, kind, value, gradient))
        wires.append(Wire(before, f"t{number}", 0))
        before = f"t{number}"
    boxes.append(Box("out", "activation", "output"))
    wires.append(Wire(before, "out", 0))
    return Circuit(tuple(boxes), tuple(wires), "sigmoid(w0*x0 + w1*x1 + w2)")


@pytest.fixture(scope="session")
def neuron() -> Circuit:
    steps = [("*-1", "-1", "-0.1966"), ("exp", "0.3679", "-0.5344"), ("+1", "1.368", "-0.5344"),
             ("1/x", "0.7311", "1")]  # fmt: skip
    return _neuron(steps)


@pytest.fixture(scope="session")
def grouped() -> Circuit:
    return _neuron([("sigmoid", "0.7311", "1")])


@pytest.fixture(scope="session")
def skip() -> Circuit:
    """A residual connection over two blocks, a repeated operand, and a name below a box."""
    spec = [("x", "input", ""), ("a", "input", ""), ("m", "*", "a x"), ("t", "tanh", "m"), ("r", "+", "t x"),
            ("q", "*", "r r"), ("z", "+", "q x"), ("out", "output", "z")]  # fmt: skip
    boxes, wires = [], []
    for key, label, args in spec:
        kind = label if label in ("input", "output") else "op"
        name = "residual" if key == "r" else ""
        boxes.append(Box(key, key if kind != "op" else label, kind, "0.5", "-1.25", name))
        wires += [Wire(a, key, i, "0.5", f"-0.{i}25") for i, a in enumerate(args.split())]
    return Circuit(tuple(boxes), tuple(wires), "skip edges")


@st.composite
def _circuit(draw: st.DrawFn, most: int = 14) -> Circuit:
    """Any acyclic circuit: up to three operands for each box, from any earlier ones, also repeated."""
    count = draw(st.integers(1, most))
    number = st.sampled_from(["", "1", "-0.25", "12345.678", "(4, 3)"])
    labels = st.sampled_from(["+", "*", "-", "tanh", "a<b&c", "大", "x" * 30])
    boxes, wires = [], []
    for k in range(count):
        args = draw(st.lists(st.integers(0, k - 1), max_size=3)) if k else []
        kind = draw(st.sampled_from(["op", "gate"])) if args else "input"
        name = draw(st.sampled_from(["", "", "h", "hidden_state"]))
        boxes.append(Box(f"b{k}", draw(labels), kind, draw(number), draw(number), name))
        wires += [Wire(f"b{a}", f"b{k}", i, draw(number), draw(number)) for i, a in enumerate(args)]
    return Circuit(tuple(boxes), tuple(wires), draw(st.sampled_from(["", "caption"])))


@pytest.fixture(scope="session")
def circuits() -> st.SearchStrategy[Circuit]:
    return _circuit()
