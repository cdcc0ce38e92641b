"""What a derivative needs and the file lacks is imported; a filled-in body knows its own parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.test_derivation import derive

POWER = "def f(x, w):\n    y = x**w\n    return y * 2\n"
GIVEN = ("--input", "x=2.0", "--input", "w=1.5")


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(text, names)
    return names


def test_a_function_of_a_file_without_imports_gets_the_one_that_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "power.py"
    path.write_text(POWER)
    for more in ((), ("--forward",), ("--order", "2")):
        found = derive(str(path), *GIVEN, *more)
        assert found.returncode == 0, found.stderr
        assert found.stdout.startswith("import math\n")
        run(found.stdout)


def test_a_script_too(tmp_path: Path) -> None:
    path = tmp_path / "power.py"
    path.write_text('"""Powers."""\n\nx = 2.0\nw = 1.5\ny = x**w\n\n# backward\n')
    found = derive(str(path), "--into")
    assert found.returncode == 0, found.stderr
    text = path.read_text()
    assert text.startswith('"""Powers."""\n\nimport math\n\nx = 2.0\n')
    assert run(text)["grad_w"] == pytest.approx(2.0**1.5 * np.log(2.0))


def test_what_arrives_at_a_stub_is_what_its_author_called_it(tmp_path: Path) -> None:
    path = tmp_path / "power.py"
    path.write_text(
        f"import numpy as np\n\n\n{POWER}\n\ndef f_backward(x, w, dy): ...\n"
        "\n\ndef g(X, W):\n    return np.tanh(X @ W)\n\n\ndef g_backward(dout, X, W): ...\n"
    )
    found = derive(str(path), "--into", *GIVEN, "--input", "X=randn(3,2)", "--input", "W=randn(2,2)")
    assert found.returncode == 0, found.stderr
    names = run(path.read_text())
    assert names["f_backward"](2.0, 1.5, 3.0)[0] == pytest.approx(3 * 2 * 1.5 * 2.0**0.5)
    draw = np.random.default_rng(0).normal
    X, W, dout, D = (draw(size=s) for s in ((3, 2), (2, 2), (3, 2), (3, 2)))
    slope = np.sum(dout * (names["g"](X + 1e-6 * D, W) - names["g"](X - 1e-6 * D, W))) / 2e-6
    assert np.sum(names["g_backward"](dout, X, W)[0] * D) == pytest.approx(slope, rel=1e-6)


def test_plain_python_has_no_arrays(tmp_path: Path) -> None:
    path = tmp_path / "g.py"
    path.write_text("import numpy as np\n\n\ndef g(X, W):\n    return np.sum(np.tanh(X @ W))\n")
    given = ("--input", "X=randn(3,2)", "--input", "W=randn(2,2)")
    for more in ((), ("--forward",), ("--order", "2")):
        found = derive(str(path), "--to", "python", *given, *more)
        assert found.returncode != 0
        assert "X holds an array, which plain Python does not have" in found.stderr
