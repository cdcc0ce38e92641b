"""The public functions: thin, so what is tested here is that they hand on what they are given."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.diagnosis import CheckResult
from whygrad.errors import ScriptError, UsageError

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
    assert {"text/plain", "image/svg+xml"} <= set(bundle) <= {"text/plain", "image/svg+xml", "image/png"}


def test_a_grouped_drawing_has_fewer_boxes() -> None:
    alone, grouped = wg.show(NEURON, at=POINT), wg.show(NEURON, at=POINT, grouped=True)
    assert len(grouped.circuit.boxes) < len(alone.circuit.boxes)
    assert "sigmoid" in {box.label for box in grouped.circuit.boxes} or "σ" in grouped.svg()


def test_a_function_can_be_drawn() -> None:
    assert "out" in str(wg.show(neuron, 2.0, -1.0))


def test_pages_and_pictures_are_saved_and_nothing_else(tmp_path: Path) -> None:
    wg.show(NEURON, at=POINT).save(tmp_path / "neuron.html")
    assert (tmp_path / "neuron.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(UsageError, match=r"drawn as \.svg, \.png, \.dot, \.txt"):
        wg.show(NEURON, at=POINT).save(tmp_path / "neuron.jpg")
    wg.show(NEURON, at=POINT).save(tmp_path / "neuron.dot")
    assert (tmp_path / "neuron.dot").read_text(encoding="utf-8").startswith("digraph")
    wg.show(NEURON, at=POINT).save(tmp_path / "neuron.txt")
    assert "(exp)" in (tmp_path / "neuron.txt").read_text(encoding="utf-8")


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
    with pytest.raises(UsageError, match="a int cannot be checked"):
        wg.check(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="file is checked alone"):
        wg.check(SEED, backward)
    with pytest.raises(UsageError, match=r"3 inputs do not fit `forward\(x"):
        wg.check(forward, backward, 0.7, -1.3, 2.0)
    with pytest.raises(UsageError, match="`w` is a function, which cannot be taken"):
        wg.check(forward, backward, open, lambda x: x)


def test_inputs_that_the_forward_function_cannot_take_are_told() -> None:
    with pytest.raises(ScriptError, match="`forward` raises TypeError with the inputs that were given"):
        wg.check(forward, backward, "a", 1.0)


def test_a_result_repairs_the_text_and_shows_itself_in_notebooks() -> None:
    result = wg.check(SEED)
    assert result.verdicts == {"grad_product": "inherited", "grad_x": "wrong", "grad_w": "wrong"}
    repaired = result.apply()
    assert "activation = 1 / (1 + math.exp(-product))" in repaired and "import math" in repaired
    bundle = result._repr_mimebundle_()
    assert bundle["text/plain"].startswith("WG402 ") and bundle["text/html"].startswith("<pre")
    assert "then check again" in " ".join(str(result).split()), "a caller in Python has no command to run"


class Affine:
    def __init__(self, W: Any, b: Any) -> None:
        self.W, self.b = W, b

    def forward(self, x: Any) -> Any:
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout: Any) -> Any:
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=1)
        return dout @ self.W.T


RNG = np.random.RandomState(0)


def test_methods_of_an_object_with_the_weights_it_has() -> None:
    layer = Affine(RNG.randn(3, 2), RNG.randn(2))
    result = wg.check(layer.forward, layer.backward, RNG.randn(4, 3))
    assert result.verdicts == {"self.dW": "right", "self.db": "wrong", "dx": "right"}
    (finding,) = result.findings
    lines = Path(__file__).read_text(encoding="utf-8").split("\n")
    assert "self.db = dout.sum(axis=1)" in lines[finding.line - 1]
    assert "self.db = dout.sum(axis=0)" in result.apply()


def test_functions_in_a_function_at_their_own_place() -> None:
    scale = np.array([1.5, -0.5, 2.0])

    def scaled(x: Any) -> Any:
        out = scale * x**2
        return out, x

    def scaled_backward(dout: Any, cache: Any) -> Any:
        x = cache
        dx = dout * 3 * x * scale
        return dx  # noqa: RET504

    with pytest.raises(AssertionError) as caught:
        wg.assert_gradient(scaled, scaled_backward, np.array([0.3, 1.0, -2.0]))
    assert "dx = dout * 2 * x * scale" in str(caught.value)
    result = wg.check(scaled, scaled_backward, np.array([0.3, 1.0, -2.0]))
    (finding,) = result.findings
    line = Path(__file__).read_text(encoding="utf-8").split("\n")[finding.line - 1]
    assert line[finding.column - 1 : finding.end_column - 1] == "3"


def test_inputs_of_any_kind() -> None:
    def mixed(x: Any, w: Any, options: Any, mode: str) -> Any:
        out = np.tanh(x * w[0]) * w[1] * options["k"] if mode == "train" else x
        return out, (x, w, options)

    def mixed_backward(dout: Any, cache: Any) -> Any:
        x, w, options = cache
        t = np.tanh(x * w[0])
        dx = dout * (1 - t * t) * w[0] * w[1] * options["k"]
        return dx  # noqa: RET504

    x = RNG.randn(5).astype(np.float32)
    options = {"k": np.float64(2.0), "name": "unused"}
    assert (
        wg.assert_gradient(mixed, mixed_backward, x, (0.5, RNG.randn(5)), options, "train").status == "right"
    )


def test_indices_are_taken_as_they_are() -> None:
    def embedding(words: Any, W: Any) -> Any:
        return W[words], (words, W.shape)

    def embedding_backward(dout: Any, cache: Any) -> Any:
        words, shape = cache
        dW = np.zeros(shape)
        np.add.at(dW, words, dout)
        return dW

    words = np.array([[0, 1, 1], [2, 0, 1]])
    result = wg.assert_gradient(embedding, embedding_backward, words, RNG.randn(4, 2))
    assert result.notes == ()


def test_what_could_not_be_decided_is_not_asserted(monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = CheckResult("f.py", "undecided")
    monkeypatch.setattr("whygrad.api.check", lambda *args, **kwargs: unsure)
    with pytest.raises(AssertionError, match="not decided, so nothing is asserted"):
        wg.assert_gradient(forward, backward, 0.7, -1.3)
