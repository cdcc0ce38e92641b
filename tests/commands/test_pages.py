"""`whygrad show` as a page: where it goes, and what is said when there is no screen."""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from whygrad.commands import pages
from whygrad.errors import UsageError

NEURON = ["sigmoid(w*x)", "--at", "w=2, x=-1"]


def whygrad_(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "whygrad", *words], capture_output=True, text=True, timeout=60
    )


def test_a_page_is_written_where_asked(tmp_path: Path) -> None:
    out = tmp_path / "neuron.html"
    done = whygrad_("show", *NEURON, "--out", str(out))
    assert (done.returncode, done.stdout) == (0, f"wrote {out}\n")
    assert 'id="whygrad-data"' in out.read_text(encoding="utf-8")


def test_without_a_terminal_the_path_is_told(tmp_path: Path) -> None:
    done = whygrad_("show", *NEURON)
    assert done.returncode == 0 and done.stdout.startswith("wrote ")
    path = Path(done.stdout.splitlines()[0].removeprefix("wrote "))
    assert path.name == "sigmoid-w-x.html" and path.is_file()
    assert "--text" in done.stdout


def test_the_terminal_drawing_stays() -> None:
    done = whygrad_("show", *NEURON, "--text")
    assert "(exp)" in done.stdout and "0.21" in done.stdout


def test_a_screen_gets_the_browser(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(pages.webbrowser, "open", lambda url: asked.append(url) or True)
    monkeypatch.setattr(pages, "has_screen", lambda: True)
    monkeypatch.setattr(pages.sys.stdout, "isatty", lambda: True, raising=False)
    pages.open_page({"title": "w * x", "data": ""})
    assert asked and asked[0].startswith("file://") and asked[0].endswith("w-x.html")
    assert capsys.readouterr().out.startswith("opened ")


def test_a_place_that_cannot_be_written_is_told() -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        pages.save_page("/no/such/folder/x.html", "x", "")


def test_a_check_writes_its_page(tmp_path: Path) -> None:
    out = tmp_path / "seed.html"
    done = whygrad_("check", "examples/sigmoid_neuron.py", "--format", "json", "--page", str(out))
    assert done.returncode == 1 and json.loads(done.stdout)["status"] == "wrong"
    assert done.stderr == f"wrote {out}\n"
    data = re.search(r'id="whygrad-data">([^<]+)<', out.read_text(encoding="utf-8"))
    assert data
    document = json.loads(gzip.decompress(base64.b64decode(data[1])))
    assert {claim["name"] for claim in document["check"]["claims"]} == {"grad_product", "grad_x", "grad_w"}


def test_hints_of_a_check_reach_its_page(tmp_path: Path) -> None:
    script = tmp_path / "layer.py"
    script.write_text("def f(x):\n    return x * x\ndef b(g, x):\n    return g * 3 * x\n")
    out = tmp_path / "layer.html"
    words = ["--forward", "f", "--backward", "b", "--input", "x=randn(3)", "--page", str(out)]
    done = whygrad_("check", str(script), *words)
    assert done.returncode == 1 and out.is_file(), done.stderr


def test_a_page_of_several_files_is_refused(tmp_path: Path) -> None:
    done = whygrad_("check", "examples/sigmoid_neuron.py", "examples/engine.py", "--page", "x.html")
    assert done.returncode == 2 and "one file" in done.stderr


def test_a_file_of_several_layers_says_which_is_shown(tmp_path: Path) -> None:
    done = whygrad_("show", "examples/layers.py", "--out", str(tmp_path / "layers.html"))
    assert done.returncode == 0 and "12 forward passes; this is `affine_forward`" in done.stdout
