"""The built files are those of their source, whose own tests pass. Needs Node, and `npm ci` in web/."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from whygrad.emission.javascript import IN_MATH, KERNELS

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("node") is None:
        pytest.skip("no node here (apt-get install nodejs npm)")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("web/node_modules is not there (cd web && npm ci)")
    return subprocess.run(words, cwd=WEB, capture_output=True, text=True, timeout=120)


def test_the_committed_page_is_what_its_source_gives() -> None:
    done = run("node", "build.mjs", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_source_passes_the_strict_compiler() -> None:
    done = run("npx", "--no-install", "tsc", "--noEmit")
    assert done.returncode == 0, done.stdout


def test_the_unit_tests_of_the_source_pass() -> None:
    done = run("node", "test.mjs")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# pass" in done.stdout or "ℹ pass" in done.stdout


def test_both_sides_list_the_same_operations() -> None:
    names = ("kernels.ts", "linear.ts", "factoring.ts", "scalars.ts")
    text = "".join((WEB / "src" / name).read_text(encoding="utf-8") for name in names)
    missing = [name for name in KERNELS if f"  {name}:" not in text and f"  {name},\n" not in text]
    assert missing == [] and IN_MATH.keys() <= KERNELS
