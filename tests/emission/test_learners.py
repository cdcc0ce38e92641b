"""Functions in the habits of learners, each once refused or written wrongly: derived, executed, compared."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.emission.test_golden import assert_right, function_of, module_of

import whygrad as wg
from whygrad.emission.filling import with_exercises
from whygrad.errors import EmissionError

CASES = sorted((Path(__file__).parent / "learners").glob("*.py"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_what_learners_write_is_derived_and_right(path: Path) -> None:
    module = module_of(path)
    function, inputs = function_of(module), module.make_inputs()
    before = copy.deepcopy(inputs)
    text = wg.derive(function, *inputs.values())
    if path.stem != "elbo":  # which reads two columns, whatever its inputs
        assert "given shapes alone" not in text
    assert_right(text, module, function, inputs)
    for name, value in inputs.items():
        np.testing.assert_equal(value, before[name])


def test_example_inputs_below_a_function_make_no_script_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "pool.py"
    path.write_text(
        "import numpy as np\n\n\ndef mean_square(x, y):\n    return ((x - y) ** 2).mean()\n\n\n"
        "rng = np.random.default_rng(0)\nx = rng.normal(size=(3, 4))\ny = np.zeros((3, 4))\n"
    )
    found = subprocess.run(
        [sys.executable, "-m", "whygrad", "derive", str(path)], capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("def grad_mean_square(x, y):")


def test_an_input_that_does_not_count_gets_no_line_in_a_script(tmp_path: Path) -> None:
    path = tmp_path / "step.py"
    path.write_text("x = 2.0\nlr = 0.1\nloss = x * x\n")
    command = [sys.executable, "-m", "whygrad", "derive", str(path)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert "grad_x = 2 * x" in found
    assert "lr" not in found
    asked = subprocess.run([*command, "--wrt", "lr"], capture_output=True, text=True, timeout=60).stdout
    assert "grad_lr = 0.0" in asked


def test_an_exercise_is_never_a_part_of_a_statement() -> None:
    text = "    grad_x = (\n        a * b\n    )\n    grad_w = a\n"
    assert with_exercises(text, 9) == text.replace("grad_w = a", "grad_w = ...  # exercise")


def test_a_loss_of_a_softmax_that_is_divided_in_place_is_the_prediction_less_the_truth() -> None:
    module = module_of(Path(__file__).parent / "learners" / "label_loss.py")
    text = wg.derive(function_of(module), *module.make_inputs().values())
    assert "grad_scores = p.copy()" in text and "grad_scores[range(len(y)), y] -= 1" in text


def test_a_number_of_the_text_is_no_length_that_happens_to_be_as_large() -> None:
    module = module_of(Path(__file__).parent / "learners" / "runge_kutta.py")
    text = wg.derive(function_of(module), *module.make_inputs().values())
    assert "(k1 + 2 * k2 + 2 * k3 + k4)) / 6" in text and "steps + 1" not in text


def test_the_parts_of_an_array_put_together_in_a_loop_are_as_many_as_there_were() -> None:
    module = module_of(Path(__file__).parent / "learners" / "stacked_heads.py")
    text = wg.derive(function_of(module), *module.make_inputs().values())
    assert "np.split(grad_out, len(outs), axis=1)" in text


def test_what_is_put_first_in_a_list_is_refused_with_a_way_out() -> None:
    def ordered(x, w):  # type: ignore[no-untyped-def]
        out = []
        for v in x:
            out.insert(0, v * w)
        return np.array(out)

    with pytest.raises(EmissionError, match=r"out.insert") as caught:
        wg.derive(ordered, np.ones(3), 2.0)
    assert caught.value.hint == "append, and turn it at the end: out[::-1]"


PURE = """\
import math


def product(A, B):
    n, m, p = len(A), len(B), len(B[0])
    C = [[0] * p for _ in range(n)]
    for i in range(n):
        for j in range(p):
            for k in range(m):
                C[i][j] += A[i][k] * B[k][j]
    return C


def neuron(w, x, b):
    z = b
    for wi, xi in zip(w, x):
        z += wi * xi
    return 1 / (1 + math.exp(-z))
"""


@pytest.mark.parametrize("name", ["product", "neuron"])
def test_a_file_without_numpy_gets_plain_python(tmp_path: Path, name: str) -> None:
    path = tmp_path / "plain.py"
    path.write_text(PURE)
    command = [sys.executable, "-m", "whygrad", "derive", str(path), "--function", name]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    assert "= list(randn(" in found.stdout and "np." not in found.stdout
