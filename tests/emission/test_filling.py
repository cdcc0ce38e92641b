"""`--into` and `--teach` over all golden files: executed, right, and the user's lines as they were."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import CASES, assert_right, function_of, module_of

from whygrad.derivation import derive_requested
from whygrad.errors import EmissionError

COUNT = 3
"""Exercises that are asked for."""


def derived(path: Path, **more: Any) -> str:
    request = {
        "path": str(path), "formula": "", "to": "", "function": "", "output": "", "wrt": [], "inputs": "",
        "input": {}, "at": "", "check": True, "forward": False, "order": 1, "into": False, "teach": 0,
    }  # fmt: skip
    return derive_requested(request | more)


def with_stub(path: Path, folder: Path) -> Path:
    """The user's file with the header of what is derived of it, and a line below."""
    kept = path.with_name(f"{path.stem}_derived.py").read_text(encoding="utf-8")
    last = [n for n in ast.parse(kept).body if isinstance(n, ast.FunctionDef)][-1]
    stub = f"# mine\ndef {last.name}({ast.unparse(last.args)}):\n    # to be done\n    ...\n"
    found = folder / path.name
    text = path.read_text(encoding="utf-8")
    found.write_text(f"{text}\n\n{stub}\n\nLAST = 1  # stays\n", encoding="utf-8")
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_a_stub_in_a_golden_file_is_filled_in(path: Path, tmp_path: Path) -> None:
    stub = with_stub(path, tmp_path)
    text = derived(stub, into=True)
    before, after = stub.read_text(encoding="utf-8").split("    ...\n")
    assert text.endswith(after)
    left = text
    for line in before.splitlines():  # all lines of the user's, in their order
        assert line in left
        left = left[left.index(line) + len(line) :]
    names: dict[str, Any] = {}
    exec(text, names)
    del names["__builtins__"]
    module = module_of(path)
    assert_right(text, SimpleNamespace(**names), function_of(module), module.make_inputs())

    taught = derived(stub, into=True, teach=COUNT)
    ast.parse(taught)
    assert len(taught.split("\n")) == len(text.split("\n"))
    asked = [(a, b) for a, b in zip(text.split("\n"), taught.split("\n"), strict=True) if a != b]
    own = {line.strip() for line in before.split("\n")}
    assert len(asked) <= COUNT and all("= ...  # exercise" in b and a.strip() not in own for a, b in asked)
    lines = sum(line.lstrip().startswith(("grad_", "d")) and " = " in line for line in left.split("\n"))
    assert len(asked) == COUNT or lines < 8


SCRIPTS = {
    "lines": "p = w[0] * x + w[1]\nloss = p * p  # the loss\n",
    "loop": "h = x\nfor k in range(3):\n    # a step\n    h = math.tanh(w[0] * h + w[1])\nloss = h * h\n",
    "call": "# forward\nh = layer(x, w)\nh = layer(h, w)\nloss = h * h\n",
}


@pytest.mark.parametrize("name", list(SCRIPTS))
def test_the_backward_section_of_a_script_is_filled_in(name: str, tmp_path: Path) -> None:
    layer = "def layer(x, w):\n    z = w[0] * x + w[1]\n    return z * z\n\n\n" if name == "call" else ""
    start = f'"""Mine."""\nimport math\n\n{layer}x = 0.7\nw = [0.4, -0.2]\n\n'
    path = tmp_path / "script.py"
    path.write_text(f"{start}{SCRIPTS[name]}\n# backward pass\n\n# update\nnew = 1\n", encoding="utf-8")
    text = derived(path, into=True)
    assert text.endswith("\n\n# update\nnew = 1\n") and text.startswith(start.rstrip())
    assert "# the loss" in text or name != "lines"
    names: dict[str, Any] = {}
    exec(text, names)

    def loss(x: float, a: float, b: float) -> float:
        scope: dict[str, Any] = {}
        exec(f"import math\n{layer}x, w = {x!r}, [{a!r}, {b!r}]\n{SCRIPTS[name]}", scope)
        return float(scope["loss"])

    at = np.array([0.7, 0.4, -0.2])
    for k, found in enumerate([names["grad_x"], *names["grad_w"]]):
        step = 1e-6 * np.eye(3)[k]
        slope = (loss(*(at + step).tolist()) - loss(*(at - step).tolist())) / 2e-6
        assert found == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_a_cache_that_lacks_what_cannot_be_computed_again_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scale.py"
    lines = [
        "import numpy as np", "def scale_forward(x, w):", "    out = x * w", "    cache = (x,)",
        "    return out, cache", "def scale_backward(dout, cache):", "    ...", "x = np.ones(3)",
        "w = 2 * np.ones(3)",
    ]  # fmt: skip
    path.write_text("\n".join(lines))
    with pytest.raises(EmissionError, match="lacks w"):
        derived(path, into=True)
