"""The plugin in sessions of its own: what fails is told by its diagnosis, and nothing is loaded in vain."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tests.test_cli import RIGHT, WRONG

from whygrad.pytest_plugin import _pattern

pytest_plugins = ["pytester"]
INSTALLED = any(point.value == "whygrad.pytest_plugin" for point in entry_points(group="pytest11"))
PLUGIN = [] if INSTALLED else ["-p", "whygrad.pytest_plugin"]

LAYERS = """
import numpy as np

def affine_forward(x, w):
    return x @ w, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = dout.T @ x
    return dx, dw
"""
TEST = """
import numpy as np
from layers import affine_backward, affine_forward

def test_affine(assert_gradient):
    assert_gradient(affine_forward, affine_backward, np.ones((4, 3)) * np.arange(3), np.eye(3)[:, :2] + 1)
"""


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *PLUGIN, *words)


def test_a_failure_is_the_diagnosis(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(layers=LAYERS, test_layers=TEST)
    done = run(pytester)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            ">*assert_gradient(affine_forward, affine_backward, *",
            "E*AssertionError: the gradient is wrong: WG104 `dw` *",
            "E*--> layers.py:9:10",
            "E*9 + *dw = x.T @ dout",
        ]
    )
    assert "api.py" not in done.stdout.str(), "no lines of whygrad's own"


def test_a_right_gradient_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(layers=LAYERS.replace("dout.T @ x", "x.T @ dout"), test_layers=TEST)
    run(pytester).assert_outcomes(passed=1)


def test_files_of_the_settings_are_tests(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nwhygrad_files = src/**/*.py\n")
    (pytester.path / "src" / "deep").mkdir(parents=True)
    (pytester.path / "src" / "right.py").write_text(RIGHT)
    (pytester.path / "src" / "deep" / "wrong.py").write_text(WRONG)
    (pytester.path / "src" / "none.py").write_text("w = 2\n")
    pytester.makepyfile(other="raise SystemExit('never run')")
    done = run(pytester)
    outcomes = done.parseoutcomes()
    assert outcomes["passed"] == 1 and outcomes["failed"] == 2
    done.stdout.fnmatch_lines(["*gradients of src/deep/wrong.py*", "*WG2?? *`grad_w`*", "*wrong.py:7:10*"])
    done.stdout.fnmatch_lines(["*WG603*no variable looks like a gradient*"])
    assert "then run the tests again" in " ".join(done.stdout.str().split())
    assert "Traceback" not in done.stdout.str() and "pytest_plugin.py" not in done.stdout.str()


def test_files_of_the_command_line_are_visited_and_tell_as_much_as_asked(pytester: pytest.Pytester) -> None:
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_none.py").write_text("def test_none(): pass\n")
    pytester.makepyfile(wrong=WRONG)
    done = run(pytester, "tests", "--whygrad", "wrong.py", "--whygrad-reveal", "line")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*WG299 the gradient `grad_w` is wrong, and this line is at fault*"])
    assert "grad_z * x" not in done.stdout.str()


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("/a/b.py", "/a/b.py", True), ("/a/b.py", "/a/bxpy", False), ("/a/*.py", "/a/c.py", True),
        ("/a/*.py", "/a/b/c.py", False), ("/a/**/*.py", "/a/c.py", True), ("/a/**/*.py", "/a/b/d/c.py", True),
        ("/a/?.py", "/a/b.py", True), ("/a/**", "/a/b/c.py", True), ("/a/[b].py", "/a/b.py", False),
    ],
)  # fmt: skip
def test_globs(glob: str, path: str, matches: bool) -> None:
    import re

    assert bool(re.fullmatch(_pattern(glob), path)) == matches


def test_the_plugin_is_light() -> None:
    code = "import sys, pytest; before = set(sys.modules); import whygrad.pytest_plugin; "
    code += "print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"whygrad", "whygrad.pytest_plugin"}
    assert Path(sys.modules["whygrad.pytest_plugin"].__file__ or "").name == "pytest_plugin.py"
