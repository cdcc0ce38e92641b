"""`whygrad check` as people and programs call it: formats, several files, edits, and what cannot be meant."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.test_cli import RIGHT, WRONG, whygrad_

REPAIRED = WRONG.replace("grad_w = y * x", "grad_w = grad_z * x")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text(WRONG)
    return tmp_path


def check(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return whygrad_("check", *words, cwd=folder)


def test_concise_is_a_line_for_each_finding(folder: Path) -> None:
    done = check(folder, "wrong.py", "--format", "concise")
    first, last = done.stdout.splitlines()
    assert first.startswith("wrong.py:7:10: WG2") and "`grad_w`" in first
    assert last.startswith("wrong.py: 1 of 3 gradients") and (done.returncode, done.stderr) == (1, "")


def test_several_files_are_checked_in_order_and_the_worst_is_the_status(folder: Path) -> None:
    done = check(folder, "right.py", "wrong.py", "right.py", "--format", "concise")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "right.py",
        "wrong.py",
        "wrong.py",
    ]
    assert (done.returncode, done.stderr) == (1, "")
    done = check(folder, "gone.py", "wrong.py", ".")
    assert done.returncode == 2 and "grad_w = grad_z * x" in done.stdout
    assert "3 files checked: 1 wrong, 2 not checked" in done.stdout
    assert "there is no file gone.py" in done.stderr and ". is a directory" in done.stderr


def test_several_files_are_one_json_object(folder: Path) -> None:
    done = check(folder, "right.py", "wrong.py", "gone.py", "--format", "json")
    said = json.loads(done.stdout)
    assert [(r["file"], r["status"]) for r in said["results"]] == [
        ("right.py", "right"), ("wrong.py", "wrong"), ("gone.py", "error")
    ]  # fmt: skip
    assert (said["status"], done.returncode, done.stderr) == ("error", 2, "")


def test_github_and_sarif_name_the_place(folder: Path) -> None:
    done = check(folder, "wrong.py", "gone.py", "--format", "github")
    one, two = done.stdout.splitlines()
    assert one.startswith("::error file=wrong.py,line=7,") and two.startswith(
        "::error file=gone.py,title=WG601"
    )
    assert (done.returncode, done.stderr) == (2, "")
    done = check(folder, "wrong.py", "right.py", "--format", "sarif")
    (run,) = json.loads(done.stdout)["runs"]
    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "wrong.py"}
    assert done.returncode == 1


@pytest.mark.parametrize("form", ["full", "concise", "json", "github", "sarif"])
def test_the_repair_is_not_revealed_in_any_form(folder: Path, form: str) -> None:
    for level in ("line", "cause"):
        done = check(folder, "wrong.py", "--format", form, "--reveal", level)
        assert done.returncode == 1 and "grad_w = grad_z * x" not in done.stdout
        assert "grad_w" in done.stdout and ("WG299" in done.stdout) == (level == "line")


def test_diff_shows_and_writes_nothing(folder: Path) -> None:
    done = check(folder, "wrong.py", "right.py", "--diff")
    assert done.returncode == 1 and (folder / "wrong.py").read_text() == WRONG
    assert "would edit 1 line" in done.stderr and "right.py: nothing to edit" in done.stderr
    patched = subprocess.run(
        ["git", "apply", "-"],
        input=done.stdout,
        text=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": "/"},
    )
    assert patched.returncode == 0 and (folder / "wrong.py").read_text() == REPAIRED


def test_fix_writes_checks_again_and_keeps_the_old_file(folder: Path) -> None:
    done = check(folder, "wrong.py", "right.py", "--fix", "--format", "concise")
    assert done.returncode == 0 and "wrong.py: all 3 gradients of `y` are right" in done.stdout
    assert (folder / "wrong.py").read_text() == REPAIRED
    assert (folder / "wrong.py.orig").read_text() == WRONG
    assert "as it was: wrong.py.orig" in done.stderr and "right.py" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [["--fix", "--watch"], ["--fix", "--diff"], ["--diff", "--reveal", "line"], ["--reveal", "all"],
     ["--watch", "--format", "json"]],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(folder: Path, words: list[str]) -> None:
    done = check(folder, "wrong.py", *words)
    assert done.returncode == 2 and "WG605" in done.stderr + done.stdout
    assert (folder / "wrong.py").read_text() == WRONG
