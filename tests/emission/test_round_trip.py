"""What is derived, written beside its forward pass, is found right by `whygrad check`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.emission.test_golden import CASES, GOLDEN

NAMES = [path.stem for path in CASES]


def beside(name: str, folder: Path, slip: tuple[str, str] = ("", "")) -> Path:
    """The user's file with what was derived of it; a pair takes the place of its forward function."""
    text = (GOLDEN / f"{name}.py").read_text(encoding="utf-8")
    pair = re.search(r"^def \w+_forward\(", text, re.MULTILINE)
    derived = (GOLDEN / f"{name}_derived.py").read_text(encoding="utf-8")
    assert slip[0] in derived
    path = folder / f"{name}.py"
    path.write_text(
        text[: pair.start() if pair else None] + "\n\n" + derived.replace(*slip), encoding="utf-8"
    )
    return path


def check(*paths: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "whygrad", "check", "--format", "concise", *map(str, paths)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_check_finds_what_was_derived_right(tmp_path: Path) -> None:
    found = check(*[beside(name, tmp_path) for name in NAMES])
    assert found.returncode == 0, found.stdout + found.stderr
    right = re.findall(
        r"^.*?(\w+)\.py: (?:all (?:\d+ )?gradients|both gradients|the gradient) of .* (?:is|are) right$",
        found.stdout, re.MULTILINE,
    )  # fmt: skip
    assert sorted(right) == NAMES


def test_check_finds_a_slip_in_what_was_derived(tmp_path: Path) -> None:
    found = check(beside("layer_norm", tmp_path, ("dvar = -0.5 *", "dvar = 0.5 *")))
    assert found.returncode == 1
    assert "dvar" in found.stdout


def test_check_finds_a_slip_in_a_derived_recursion(tmp_path: Path) -> None:
    found = check(beside("tree", tmp_path, ("(grad_b, tree_cache2)", "(grad_b, tree_cache)")))
    assert found.returncode == 1
    assert "uses `tree_cache` where `tree_cache2` belongs" in found.stdout
