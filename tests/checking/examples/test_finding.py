"""Example inputs that are found for one function: it runs with them, and `whygrad derive` derives it."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.test_derivation import derive

from whygrad.checking.examples.finding import found_inputs
from whygrad.source import Source

EPIDEMIC = """\
def epidemic(rate, recovery, S0, I0, observed, dt=0.1):
    S, I, R = S0, I0, 0.0
    loss = 0.0
    for y in observed:
        new = rate * S * I * dt
        gone = recovery * I * dt
        S -= new
        I += new - gone
        R += gone
        loss += (I - y) ** 2
    return loss / len(observed)
"""


def test_what_need_not_be_an_array_is_a_number_where_arrays_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(EPIDEMIC)
    found = derive(str(path))
    assert found.returncode == 0, found.stderr
    first = found.stdout.splitlines()[0]
    assert "S0 = 0.7" in first and "I0 = 0.7" in first, first


def inputs_of(text: str) -> dict[str, str]:
    source, namespace = Source("given.py", text), {}
    exec(compile(text, "given.py", "exec"), namespace)
    node = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef))
    return found_inputs(source, node, namespace[node.name], {}, namespace, str)


def test_arrays_that_a_loop_goes_through_at_once_are_of_one_length() -> None:
    found = inputs_of(
        "def dot(u, v):\n    s = 0.0\n    for p, q in zip(u, v):\n        s = s + p * q\n    return s\n"
    )
    assert found["u"] == found["v"]


def test_a_list_of_layers_is_made_of_the_parts_that_are_taken_from_it() -> None:
    found = inputs_of(
        "def net(layers, x):\n    for W, b in layers[:-1]:\n        x = x @ W + b\n    W, b = layers[-1]\n"
        "    return x @ W + b\n"
    )
    assert found["layers"].count("randn") == 4
    assert found["layers"].startswith("[(randn(")


def test_an_index_of_the_last_entry_makes_an_array_one_longer() -> None:
    found = inputs_of(
        "def rule(f, h, n):\n    s = 0.5 * (f[0] + f[n])\n    for i in range(1, n):\n        s = s + f[i]\n"
        "    return s * h\n"
    )
    length = int(found["f"].removeprefix("randn(").split(",")[0].rstrip(")"))
    assert length == int(found["n"]) + 1


def test_sizes_that_a_complaint_does_not_tell_are_tried_in_pairs() -> None:
    found = inputs_of(
        "import numpy as np\n\ndef contract(x, w):\n    N, C, L = x.shape\n    F, _, L2 = w.shape\n"
        "    return np.tensordot(x, w, axes=([1, 2], [1, 2]))\n"
    )
    shapes = {name: text.removeprefix("randn(").rstrip(")").split(", ") for name, text in found.items()}
    assert shapes["x"][1:] == shapes["w"][1:]


def test_a_number_that_others_are_divided_by_is_no_guard() -> None:
    found = inputs_of("import numpy as np\n\ndef kernel(C, eps):\n    return np.exp(np.abs(C) / eps)\n")
    assert float(found["eps"]) == 0.5


def test_a_window_is_shorter_than_what_it_moves_over() -> None:
    found = inputs_of(
        "import numpy as np\n\ndef smooth(x, w):\n    out = []\n    for i in range(len(x) - w + 1):\n"
        "        out.append(np.mean(x[i : i + w]))\n    return np.array(out)\n"
    )
    length = int(found["x"].removeprefix("randn(").split(",")[0].rstrip(")"))
    assert int(found["w"]) <= length
