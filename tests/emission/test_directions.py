"""Forward mode as it is asked for: scripts and formulas with their tangents, against differences."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.test_derivation import SEED

import whygrad as wg
from whygrad.errors import UsageError

LOOP = """\
import numpy as np

x = np.array([1.0, 2.0, 3.0])
h = np.tanh(x)
# all entries, one after the other
total = 0.0
for k in range(3):
    total += h[k] * h[k] / x[k]
w = 0.5
loss = total * w
"""
BRANCHES = """\
import math
w = [0.5, -0.3]
xs = [1.0, 2.0, 3.0]
ys = [1.0, 0.0, 1.0]
loss = 0.0
for x, y in zip(xs, ys):
    s = w[0] * x + w[1] * x * x
    if y > 0.5:
        loss += math.log(1 + math.exp(-s))
    else:
        loss += math.log(1 + math.exp(s))
loss = loss / len(xs)
"""
SCRIPTS = [
    pytest.param(SEED, "activation", ("w", "x"), id="neuron"),
    pytest.param(LOOP, "loss", ("x", "w"), id="loop"),
    pytest.param(BRANCHES, "loss", ("w", "xs"), id="branches"),
]


def derive(*words: str) -> subprocess.CompletedProcess[str]:
    """The command on a terminal so wide that no path is broken."""
    wide = {**os.environ, "COLUMNS": "1000"}
    command = [sys.executable, "-m", "whygrad", "derive", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=wide)


def run(text: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(compile(text, "<script>", "exec"), namespace)
    return namespace


def shifted(text: str, name: str, entry: int | None, by: float) -> str:
    """The script with an input, or an entry of it, moved after it is bound."""
    tree = ast.parse(text)
    (bound,) = [
        s
        for s in tree.body
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name) and s.targets[0].id == name
    ]
    lines = text.split("\n")
    place = name if entry is None else f"{name}[{entry}]"
    lines.insert(bound.end_lineno or 0, f"{place} = {place} + {by!r}")
    return "\n".join(lines)


@pytest.mark.parametrize(("text", "output", "names"), SCRIPTS)
def test_a_script_gets_the_tangent_of_its_output_along_each_input(
    tmp_path: Path, text: str, output: str, names: tuple[str, ...]
) -> None:
    path = tmp_path / "script.py"
    path.write_text(text)
    found = derive(str(path), "--forward")
    assert found.returncode == 0, found.stderr
    assert run(found.stdout)[output] == run(text)[output]
    for name in names:
        value = run(text)[name]
        for entry in [None] if np.ndim(value) == 0 else range(len(value)):
            direction = "1.0" if entry is None else repr([float(k == entry) for k in range(len(value))])
            if isinstance(value, np.ndarray):
                direction = f"np.array({direction})"
            moved = only(found.stdout, name, direction)
            step = 1e-6
            ends = [run(shifted(text, name, entry, by))[output] for by in (step, -step)]
            slope = (ends[0] - ends[1]) / (2 * step)
            assert run(moved)[f"dot_{output}"] == pytest.approx(slope, rel=1e-6, abs=1e-8)


def only(text: str, name: str, direction: str) -> str:
    """The script in forward mode with one input moving, the others still."""
    lines = text.split("\n")
    start = next(k for k, line in enumerate(lines) if line.startswith("# forward mode"))
    for k in range(start + 1, lines.index("", start)):
        own, _, value = lines[k].partition(" = ")
        zeros = value.replace("1.0", "0.0").replace("np.ones_like", "np.zeros_like")
        lines[k] = f"{own} = {direction if own == f'dot_{name}' else zeros}"
    return "\n".join(lines)


def test_the_users_comments_stay_above_the_lines_that_they_speak_of(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(LOOP)
    found = derive(str(path), "--forward").stdout
    assert "# all entries, one after the other\ntotal = 0.0\ndot_total = 0.0\nfor" in found
    assert "dot_total += " in found


@pytest.mark.parametrize("target", ["python", "numpy"])
def test_a_formula_gets_its_tangent_as_a_function(target: str) -> None:
    text = wg.derive("sigmoid(w*x + y) / x", target=target, mode="forward")
    namespace = run(f"import math\nimport numpy as np\n{text}")
    point, along, step = np.array([0.3, 0.8, -0.4]), np.array([1.0, -2.0, 0.5]), 1e-6
    value, slope = namespace["dot_f"](*point, *along)
    plain = lambda w, x, y: 1 / (1 + np.exp(-(w * x + y))) / x
    assert value == pytest.approx(plain(*point), rel=1e-14)
    ends = [plain(*(point + by * along)) for by in (step, -step)]
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-8)


def test_what_has_no_forward_mode_says_so_with_a_command_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(SEED)
    layer = tmp_path / "layer.py"
    layer.write_text(
        "import numpy as np\n\nclass Scale:\n    def __init__(self):\n        self.w = np.ones(3)\n\n"
        "    def forward(self, x):\n        return x * self.w\n"
    )
    example = ["--input", "x=randn(2, 3)"]
    for words in ([str(path), "--forward", "--into"], [str(layer), "--forward", "--into", *example]):
        found = derive(*words)
        assert found.returncode == 2
        hint = found.stderr.split("help: ")[1].split()
        assert hint[:2] == ["whygrad", "derive"]
        assert derive(*hint[2:], *[w for w in words if "randn" in w or w == "--input"]).returncode == 0
    assert path.read_text() == SEED
    with pytest.raises(UsageError, match="LaTeX"):
        wg.derive("x * y", target="latex", mode="forward")
    with pytest.raises(UsageError, match="there is no mode 'sideways'"):
        wg.derive("x * y", mode="sideways")
