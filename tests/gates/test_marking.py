"""Gates that users mark: one box, a frame when opened, their own derivative; nothing outside of a trace."""

import numpy as np
import pytest

import whygrad as wg
from whygrad.gates import blocks_of, gate
from whygrad.report import Section


@wg.gate("squashed unit")
def unit(x, w):
    return np.tanh(w * x) * w


@gate
def twice(x):
    return unit(x, 2.0) + unit(x, 3.0)


def program(x, w):
    y = unit(x, w)
    with wg.gate("residual"):
        z = y * y + x
        z = np.exp(z)
    return z * twice(x)


def test_marked_functions_and_lines_are_single_boxes():
    circuit = wg.show(program, 0.5, 0.3, grouped=True).circuit
    gates = [box.label for box in circuit.boxes if box.kind == "gate"]
    assert gates == ["squashed unit", "residual", "twice"]
    opened = wg.show(program, 0.5, 0.3).circuit
    assert {frame.label for frame in opened.frames} >= {"residual", "twice", "squashed unit"}


def test_outer_gates_hold_inner_ones():
    tree = blocks_of(wg.trace(program)(0.5, 0.3))
    names = [block.marked for block in tree.marked()]
    assert sorted(names) == ["residual", "squashed unit", "squashed unit", "squashed unit", "twice"]
    outer = next(block for block in tree.marked() if block.marked == "twice")
    assert [part.marked for part in tree.children(outer) if not isinstance(part, int)] == [
        "squashed unit"
    ] * 2


def test_a_marked_gate_tells_what_it_sends_back():
    report = wg.explain(program, 0.5, 0.3)
    (section,) = [b for b in report.blocks if isinstance(b, Section) and b.title == "The gate residual"]
    told = ["".join(w.text for w in block.words) for block in section.blocks]
    h, x, w = 1e-6, 0.5, 0.3
    y = np.tanh(w * x) * w
    upstream = np.tanh(2 * x) * 2 + np.tanh(3 * x) * 3
    slope = (np.exp((y + h) ** 2 + x) - np.exp((y - h) ** 2 + x)) / (2 * h) * upstream
    assert f"= {slope:.4g}" in next(line for line in told if "back to y" in line)


def test_marks_do_nothing_outside_of_a_trace_and_values_stay_the_same():
    assert unit(0.5, 0.3) == np.tanh(0.15) * 0.3
    with wg.gate("nothing"):
        value = 1 + 1
    assert value == 2
    assert unit.__name__ == "unit"
    plain = wg.grad(lambda x: np.tanh(0.3 * x) * 0.3)(0.5)
    assert wg.grad(lambda x: unit(x, 0.3))(0.5) == plain


def test_what_is_no_function_and_no_name_is_refused():
    with pytest.raises(TypeError, match="not int"):
        wg.gate(3)
