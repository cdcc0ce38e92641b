"""The built files are those of their source, whose own tests pass. Needs Node, and `npm ci` in web/."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from whygrad.emission.javascript import IN_MATH, KERNELS
from whygrad.ops import OPS

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


def test_every_formula_is_set_in_the_fonts_that_the_page_has() -> None:
    formulas = sorted({op.latex.format(*"abcdefgh") for op in OPS.values() if op.latex})
    script = "for (const f of JSON.parse(process.argv[1])) console.log(require('katex').renderToString(f))"
    done = run("node", "-e", script, json.dumps(formulas))
    assert done.returncode == 0 and done.stdout.count('class="katex"') == len(formulas), done.stderr
    css = (ROOT / "src" / "whygrad" / "_web" / "page.css").read_text(encoding="utf-8")
    held = set(re.findall(r"@font-face\{[^}]*font-family:(KaTeX_\w+)", css))
    families = {
        name: family
        for selectors, family in re.findall(r"([^{}]*)\{[^}]*font-family:(KaTeX_\w+)", css)
        for name in re.findall(r"\.(\w+)(?=,|$)", selectors)
    }
    classes = {c for words in re.findall(r'class="([^"]*)"', done.stdout) for c in words.split()}
    used = {families[name] for name in classes & set(families)}
    assert families["amsrm"] == "KaTeX_AMS" and "KaTeX_Math" in used and used <= held


def test_the_terms_of_the_libraries_go_along_with_the_page() -> None:
    for name in ("page.js", "widget.js"):
        head = (ROOT / "src" / "whygrad" / "_web" / name).read_text(encoding="utf-8")[:2000]
        assert "Khan Academy" in head and "Jason Miller" in head and "Permission is hereby granted" in head


def test_both_sides_list_the_same_operations() -> None:
    names = ("kernels.ts", "linear.ts", "factoring.ts", "scalars.ts")
    text = "".join((WEB / "src" / name).read_text(encoding="utf-8") for name in names)
    missing = [name for name in KERNELS if f"  {name}:" not in text and f"  {name},\n" not in text]
    assert missing == [] and IN_MATH.keys() <= KERNELS
