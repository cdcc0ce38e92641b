"""Functions of a file as `whygrad derive` and `whygrad show` take them: decorated, in packages, refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.test_derivation import derive


def written(folder: Path, text: str, name: str = "layers.py") -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


DECORATED = """\
import functools
import numpy as np


def checked(function):
    def wrapper(*args):
        assert all(np.isfinite(a).all() for a in args)
        return function(*args)
    return wrapper


@checked
def scaled(x, w):
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = x[i] * w
    return out
"""


def test_a_decorated_function_is_derived_as_it_is_written(tmp_path: Path) -> None:
    found = derive(written(tmp_path, DECORATED), "--function", "scaled")
    assert found.returncode == 0, found.stderr
    assert "# of scaled as it is written, without @checked" in found.stdout
    assert "grad_x[i] = grad_out[i] * w" in found.stdout


def test_a_decorated_function_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path, DECORATED)
    command = [sys.executable, "-m", "whygrad", "show", f"{path}:scaled", "--at", "x=randn(3), w=0.5"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    assert "without @checked" in found.stdout + found.stderr


def test_a_file_of_a_package_finds_its_neighbours(tmp_path: Path) -> None:
    written(tmp_path, "import numpy as np\n\n\ndef gate(x):\n    return np.tanh(x)\n", "net/gates.py")
    written(tmp_path, "", "net/__init__.py")
    text = "from .gates import gate\n\n\ndef loss(x, w):\n    return (gate(x * w) ** 2).sum()\n"
    found = derive(written(tmp_path, text, "net/loss.py"), "--function", "loss")
    assert found.returncode == 0, found.stderr
    assert "grad_w" in found.stdout


def test_a_function_that_is_not_reached_is_no_hindrance(tmp_path: Path) -> None:
    inner = "def batches(x):\n    def inner():\n        yield x\n    return inner\n"
    text = f"import numpy as np\n\n\n{inner}\n\ndef square(x):\n    return np.sum(x ** 2)\n"
    found = derive(written(tmp_path, text), "--function", "square")
    assert found.returncode == 0, found.stderr
    assert "grad_x = 2 * x" in found.stdout


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("def count(n):\n    return n + 1\n", ["--input", "n=3"], "n holds whole numbers"),
        ("def made(seed=1):\n    return seed * 2.0\n", [], "it has none without a default"),
        (
            "def broken(x):\n    return {}['weight'] * x\n",
            [],
            "no example inputs were found with which `broken` runs (KeyError",
        ),
        (
            "def broken(x):\n    return {}['weight'] * x\n",
            ["--input", "x=0.5"],
            "broken raises KeyError at the example inputs",
        ),
        (
            "def real(x):\n    if x.__class__ is not float:\n        raise TypeError(x)\n    return x\n\n\n"
            "def typed(x):\n    y = real(x)\n    return y * y\n",
            ["--input", "x=0.5"],
            "with values that are traced the function raises TypeError",
        ),
    ],
)
def test_what_cannot_be_derived_says_why(tmp_path: Path, text: str, words: list[str], said: str) -> None:
    found = derive(written(tmp_path, text), *words)
    assert found.returncode == 2
    assert said in " ".join(found.stderr.split())
    assert "WG698" not in found.stderr
    assert "Traceback" not in found.stderr
