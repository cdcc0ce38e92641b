"""The public functions: thin, so what is tested here is that they hand on what they are given."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import whygrad as wg
from whygrad.errors import UsageError

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"
POINT = "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"


def neuron(w: float, x: float) -> float:
    return 1 / (1 + math.exp(-(w * x)))


def test_explain_takes_formulas_and_functions() -> None:
    assert "0.1966" in str(wg.explain(NEURON, at=POINT, why="w2"))
    assert "0.1966" in str(wg.explain(NEURON, 2, -1, -3, -2, -3, why="w2")), "in the order of appearance"
    assert str(wg.explain(neuron, 2.0, -1.0, why="w"))


def test_a_drawing_draws_itself_as_text_and_as_svg(tmp_path: Path) -> None:
    drawing = wg.show(NEURON, at=POINT)
    assert "0.7311" in str(drawing) and "w1" in str(drawing)
    drawing.save(tmp_path / "neuron.svg")
    saved = (tmp_path / "neuron.svg").read_text(encoding="utf-8")
    assert saved == drawing.svg() and ET.fromstring(saved).tag.endswith("svg")
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml"}


def test_a_grouped_drawing_has_fewer_boxes() -> None:
    alone, grouped = wg.show(NEURON, at=POINT), wg.show(NEURON, at=POINT, grouped=True)
    assert len(grouped.circuit.boxes) < len(alone.circuit.boxes)
    assert "sigmoid" in {box.label for box in grouped.circuit.boxes} or "σ" in grouped.svg()


def test_a_function_can_be_drawn() -> None:
    assert "out" in str(wg.show(neuron, 2.0, -1.0))


def test_only_svg_is_saved(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"only \.svg"):
        wg.show(NEURON, at=POINT).save(tmp_path / "neuron.png")


def test_what_cannot_be_explained_is_refused() -> None:
    with pytest.raises(UsageError, match="int"):
        wg.explain(3)
    with pytest.raises(UsageError, match="int"):
        wg.show(3)


SEED = Path(__file__).resolve().parents[1] / "examples" / "sigmoid_neuron.py"
SCALE = 0.5


def forward(x: float, w: float) -> float:
    return math.tanh(w * x) * SCALE


def backward(dout: float, x: float, w: float) -> tuple[float, float]:
    y = math.tanh(w * x)
    dz = dout * (1 - y * y)
    return dz * w, dz * x


def backward_repaired(dout: float, x: float, w: float) -> tuple[float, float]:
    y = math.tanh(w * x)
    dz = dout * SCALE * (1 - y * y)
    dx = dz * w
    dw = dz * x
    return dx, dw


def test_check_of_a_file_prints_like_the_command() -> None:
    result = wg.check(SEED)
    assert result.status == "wrong" and "WG402" in {finding.code for finding in result.findings}
    assert "product = [w[0]*x[0]+w[1]*x[1]+w[2]]" in str(result)


def test_check_of_two_functions() -> None:
    assert wg.check(forward, backward, 0.7, -1.3).status == "wrong"
    assert wg.check(forward, backward_repaired, 0.7, -1.3).status == "right"


def test_check_refuses_what_it_cannot_take() -> None:
    with pytest.raises(UsageError, match="file is checked alone"):
        wg.check(SEED, backward)
    with pytest.raises(UsageError, match="dict"):
        wg.check(forward, backward, {"x": 1.0})
