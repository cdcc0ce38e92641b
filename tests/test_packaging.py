"""What is in the wheel, in the source distribution, and what they say of themselves."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import whygrad

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return folder


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ours = {str(p.relative_to(ROOT / "src")) for p in (ROOT / "src" / "whygrad").rglob("*.py")}
    built_from_web = {f"whygrad/_web/{name}" for name in ("page.js", "page.css", "widget.js")}
    assert names == ours | built_from_web | {"whygrad/py.typed"}


def test_the_wheel_carries_licence_command_and_version(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    text = {name.split("/", 1)[1]: name for name in archive.namelist() if ".dist-info/" in name}
    assert "licenses/LICENSE" in text
    assert "whygrad = whygrad.cli:main" in archive.read(text["entry_points.txt"]).decode()
    assert "[pytest11]\nwhygrad = whygrad.pytest_plugin" in archive.read(text["entry_points.txt"]).decode()
    metadata = archive.read(text["METADATA"]).decode()
    assert f"\nVersion: {whygrad.__version__}\n" in metadata
    assert "\nRequires-Python: >=3.11\n" in metadata
    needed = [
        line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line
    ]
    assert needed == ["Requires-Dist: numpy>=2.1"]


def test_the_source_distribution_can_be_tested(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.split("/", 1)[1] for name in opened.getnames() if "/" in name}
    assert {
        "Makefile",
        "README.md",
        "LICENSE",
        "tests/test_packaging.py",
        "web/src/page.ts",
        "src/whygrad/_web/page.js",
        "examples/sigmoid_neuron.py",
    } <= names
    assert not [name for name in names if name.startswith((".venv", "out/", "dist/", "web/node_modules"))]


def test_nothing_that_is_optional_is_required() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = str(project["dependency-groups"])
    assert not [name for name in ("torch", "jax") if name in groups]
    assert not (ROOT / "uv.lock").exists()
