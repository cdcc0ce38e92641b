"""Several files from one call of `whygrad show`."""

from pathlib import Path

import pytest

from whygrad.cli import main

FORMULA = ["show", "tanh(w*x)", "--at", "w=2, x=-1"]


def test_a_page_and_a_picture_from_one_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, page = tmp_path / "a.svg", tmp_path / "a.html"
    assert main([*FORMULA, "--out", str(picture), "--out", str(page)]) == 0
    assert capsys.readouterr().out.splitlines() == [f"wrote {picture}", f"wrote {page}"]
    assert picture.read_text().startswith("<svg") and "<!doctype html>" in page.read_text().lower()


def test_a_repaired_script_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.py"
    script.write_text("w = 2.0\ny = math.tanh(w)\ngrad_w = 1 - y * y\n")
    outs = [str(tmp_path / name) for name in ("a.svg", "a.txt", "a.dot")]
    assert main(["show", str(script), *(word for out in outs for word in ("--out", out))]) == 0
    said = capsys.readouterr().out
    assert said.count("is read as") == 1 and [said.count(out) for out in outs] == [1, 1, 1]


def test_nothing_is_written_where_one_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "a.svg"
    assert main([*FORMULA, "--out", str(picture), "--out", str(tmp_path / "a.jpg")]) == 2
    assert "a.jpg" in capsys.readouterr().err and not picture.exists()
