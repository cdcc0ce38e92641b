"""What stands in for helpers that every course has, where their module is not there."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from whygrad.customary import BACKWARD, FORWARD, customary

LAYER = """
    import numpy as np
    from dnn_utils_v2 import {imported}

    def linear_forward(A, W, b):
        return np.dot(W, A) + b, (A, W, b)

    def activation_forward(A_prev, W, b):
        Z, linear_cache = linear_forward(A_prev, W, b)
        A, activation_cache = sigmoid(Z)
        return A, (linear_cache, activation_cache)

    def activation_backward(dA, cache):
        linear_cache, activation_cache = cache
        A_prev, W, b = linear_cache
        dZ = sigmoid_backward(dA, activation_cache)
        return np.dot(W.T, dZ), np.dot(dZ, {operand}), np.sum(dZ, axis=1, keepdims=True)
"""


@pytest.mark.parametrize("name", sorted(FORWARD))
def test_backward_passes_are_those_of_the_functions(name: str) -> None:
    z, upstream = np.array([-1.3, -0.2, 0.4, 2.0]), np.array([0.5, -1.0, 2.0, 0.3])
    forward, backward = FORWARD[name][0], BACKWARD[f"{name}_backward"][0]
    step = 1e-6
    slope = (forward(z + step) - forward(z - step)) / (2 * step)
    assert np.allclose(backward(upstream, z), upstream * slope, atol=1e-8)


def test_a_softmax_goes_along_what_the_product_says() -> None:
    z = np.array([[0.1, 2.0], [1.0, -1.0], [0.3, 0.2]])
    columns = customary("y = softmax(np.dot(Wya, a) + by)")["softmax"](z)
    rows = customary("y = softmax(x @ W + b)")["softmax"](z)
    assert np.allclose(columns.sum(axis=0), 1) and np.allclose(rows.sum(axis=1), 1)


def test_what_the_file_defines_itself_is_its_own() -> None:
    assert customary("def relu(z):\n    return z * 2\ny = relu(x)") == {}


@pytest.mark.parametrize("imported", ["sigmoid, sigmoid_backward", "*"])
@pytest.mark.parametrize(("operand", "status"), [("A_prev.T", "right"), ("A_prev.T * 2", "wrong")])
def test_layers_whose_helpers_are_not_there(tmp_path: Path, imported: str, operand: str, status: str) -> None:
    path = tmp_path / "layers.py"
    path.write_text(textwrap.dedent(LAYER).format(imported=imported, operand=operand))
    command = [sys.executable, "-m", "whygrad", "check", str(path), "--format", "json"]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert said["status"] == status
    assert any("`sigmoid` for 1 / (1 + np.exp(-z)), with z beside it" in note for note in said["notes"])
