"""Commands and Python sessions in README and docs are run, and their output compared.

`WHYGRAD_UPDATE_DOCS=1` writes the commands' output anew.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
POINT = "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"
CONSOLE = re.compile(r"```console\n\$ (?P<command>.+)\n(?P<output>(?:(?!```).*\n)*)```")


def output_of(command: str) -> str:
    words = shlex.split(command)
    assert words[0] == "whygrad", command
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "whygrad", *words[1:]],
        cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=240,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_print_what_the_page_shows(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if os.environ.get("WHYGRAD_UPDATE_DOCS"):
        text = CONSOLE.sub(lambda m: f"```console\n$ {m['command']}\n{output_of(m['command'])}```", text)
        page.write_text(text, encoding="utf-8")
    for block in CONSOLE.finditer(text):
        assert output_of(block["command"]) == block["output"], block["command"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_sessions_give_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    """As a script, not by doctest: the functions of a doctest have no source to follow."""
    blocks = re.findall(r"```pycon\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    examples = doctest.DocTestParser().get_examples("\n".join(blocks))
    lines = [f"print(repr({e.source.strip()}))\n" if e.want else e.source for e in examples]
    script = tmp_path / "session.py"
    script.write_text("".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout == "".join(e.want for e in examples)


def test_the_readme_runs_both_commands_and_python() -> None:
    readme = PAGES[0].read_text(encoding="utf-8")
    assert {m["command"].split()[1] for m in CONSOLE.finditer(readme)} >= {"check", "explain"}
    assert "```pycon" in readme


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_picture_is_what_the_command_draws(tmp_path: Path) -> None:
    picture = ROOT / "docs" / "neuron.svg"
    drawn = tmp_path / "neuron.svg"
    output_of(f'whygrad show "sigmoid(w0*x0 + w1*x1 + w2)" --at "{POINT}" --out {drawn}')
    if os.environ.get("WHYGRAD_UPDATE_DOCS"):
        picture.write_text(drawn.read_text(encoding="utf-8"), encoding="utf-8")
    assert picture.read_text(encoding="utf-8") == drawn.read_text(encoding="utf-8")
