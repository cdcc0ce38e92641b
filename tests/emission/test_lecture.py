"""Lectures: the numbers in them are the engine's, the documents compile, and each form is told."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import CASES

import whygrad as wg

HERE = Path(__file__).parent / "golden"
TOLD = [
    "neuron",
    "batchnorm",
    "lstm",
    "branch",
    "tree",
    "parameters",
    "convolution_loops",
    "two_layer_softmax",
    "deep_net",
]
NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"


def lecture_of(name: str) -> str:
    scope: dict[str, Any] = {"__name__": "told"}
    path = HERE / f"{name}.py"
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
    inputs = scope["make_inputs"]()
    functions = [f for f in scope.values() if callable(f) and getattr(f, "__module__", "") == "told"]
    function = max(functions, key=lambda f: f.__code__.co_firstlineno)
    return wg.derive(function, *inputs.values(), target="latex")


def test_the_numbers_of_a_formula_are_the_true_ones() -> None:
    text = wg.derive("w0*x0 + exp(w1)", target="latex")
    assert text.startswith(r"\documentclass") and text.rstrip().endswith(r"\end{document}")
    shown = {m[1]: float(m[2]) for m in re.finditer(r"\\bar\{(\w)\}_\{\d\} .*= (-?[\d.]+)", text)}
    assert shown  # the example that a formula is told at is 0.3, 0.75, 1.2
    step, at = 1e-6, 1.2
    slope = (np.exp(at + step) - np.exp(at - step)) / (2 * step)
    assert any(np.isclose(v, slope, rtol=1e-3) for v in shown.values())


def test_the_parts_of_a_lecture() -> None:
    text = wg.derive(NEURON, target="latex")
    for part in ("The function", "The partial derivatives", "The gradient, step by step"):
        assert part in text
    assert r"\sigma\left(w_{0} \cdot x_{0} + w_{1} \cdot x_{1} + w_{2}\right)" in text
    assert r"\left(1 - \sigma\right) \cdot \sigma" in text


def test_sums_are_sums_and_matrices_are_matrices() -> None:
    def loss(X: Any, W: Any) -> Any:
        h = X @ W
        return np.sum(h**2)

    text = wg.derive(loss, np.ones((3, 2)), np.ones((2, 2)), target="latex")
    assert r"X \, W" in text and r"\sum_{ij} {h_{ij}}^{2}" in text
    assert r"X^\top \, \bar{h}" in text and r"\begin{pmatrix}" in text


@pytest.mark.parametrize("name", TOLD)
def test_documents_compile(name: str, tmp_path: Path) -> None:
    compiler = shutil.which("pdflatex")
    if compiler is None:
        pytest.skip("pdflatex is not installed")
    (tmp_path / "lecture.tex").write_text(lecture_of(name), encoding="utf-8")
    command = [compiler, "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "lecture.tex"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120
    )
    assert done.returncode == 0, done.stdout[-2000:].decode(errors="replace")


@pytest.mark.parametrize("name", [path.stem for path in CASES])
def test_braces_and_environments_close(name: str) -> None:
    text = re.sub(r"\\[{}]", "", lecture_of(name))
    assert text.count("{") == text.count("}")
    opened = re.findall(r"\\begin\{(\w+\*?)\}", text)
    assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+\*?)\}", text))
    assert len(re.findall(r"\\left[(|]", text)) == len(re.findall(r"\\right[)|]", text))


def partials_of(name: str) -> str:
    found = re.search(r"The partial derivatives.*?\\end\{align\*\}", lecture_of(name), re.DOTALL)
    return found[0] if found else ""


def test_partials_are_written_without_the_names_of_backward_lines() -> None:
    text = partials_of("lstm")
    assert r"\frac{\partial h}{\partial o} &= \tanh c" in text
    assert r"\text{tanh}" not in text


def test_what_the_same_step_changes_again_is_no_partial() -> None:
    assert "probs" not in partials_of("softmax_cross_entropy")
