"""The plugin for pytest: a fixture that asserts gradients, and files whose gradients are tests.

    def test_affine(assert_gradient):
        assert_gradient(affine_forward, affine_backward, x, w, b)

    [tool.pytest.ini_options]
    whygrad_files = ["src/layers/*.py"]

Every such file is one test, checked as `whygrad check FILE` does; what fails is told as the command tells it.
pytest loads this module in every session of every project where whygrad is installed, so it imports nothing
of whygrad before it is needed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LEVELS = ("line", "cause", "repair")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and the settings."""
    group = parser.getgroup("whygrad", "gradients written by hand (whygrad)")
    group.addoption(
        "--whygrad", metavar="GLOB", action="append", default=[],
        help="check the gradients of these files, each as a test (added to the setting whygrad_files)",
    )  # fmt: skip
    group.addoption(
        "--whygrad-reveal", choices=LEVELS, default="repair", help="how much is told of what is wrong"
    )
    parser.addini(
        "whygrad_files", type="args", default=[],
        help="globs of files whose gradients are checked, relative to the root directory",
    )  # fmt: skip
    parser.addini("whygrad_time_limit", default="", help="seconds that the check of one file may take")


@pytest.fixture
def assert_gradient() -> Callable[..., Any]:
    """`whygrad.assert_gradient`: fails with the diagnosis unless every gradient is right."""
    from whygrad.api import assert_gradient as asserted

    return asserted


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Files that the globs name, beside whatever else they are."""
    config = parent.config
    globs = [*config.getini("whygrad_files"), *config.getoption("--whygrad")]
    if file_path.suffix == ".py" and any(_matches(file_path, config.rootpath, glob) for glob in globs):
        collected: pytest.Collector = GradientFile.from_parent(parent, path=file_path)
        return collected
    return None


def _matches(path: Path, root: Path, glob: str) -> bool:
    """As typed in the working directory or the root: `layers.py`, `src/*.py`, `src/**/*.py`, `/a/b.py`."""
    places = (os.path.normpath(start / glob) for start in (root, Path.cwd()))
    return any(re.fullmatch(_pattern(place), str(path)) for place in places)


def _pattern(glob: str) -> str:
    """A glob as a regular expression: `*` and `?` stay within a folder, `**` is any number of folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.replace(os.sep, "/"))
    return "".join(_SIGNS.get(part, re.escape(part)) for part in parts)


_SIGNS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def pytest_configure(config: pytest.Config) -> None:
    """A file that the command line names for a check is visited, wherever the other tests are."""
    visited = [Path(os.path.abspath(arg.partition("::")[0])) for arg in config.args]
    for glob in config.getoption("--whygrad"):
        file = Path(os.path.abspath(glob))
        if file.is_file() and not any(file.is_relative_to(place) for place in visited):
            config.args.append(str(file))


class GradientFile(pytest.File):
    """A file with gradients: one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """The test of the file."""
        yield GradientItem.from_parent(self, name="gradients")


class GradientItem(pytest.Item):
    """The check of one file, in a process of its own."""

    def runtest(self) -> None:
        """Fail with the diagnosis where something is wrong, skip where it cannot be decided."""
        from whygrad.isolation import DEFAULT_SECONDS, ask
        from whygrad.rendering.verdicts import summary
        from whygrad.source import read_source

        source = read_source(self._shown())
        limit = float(self.config.getini("whygrad_time_limit") or DEFAULT_SECONDS)
        request = {"task": "check", "path": source.filename, "hints": {}}
        result = ask(request, limit)["result"]
        if result["status"] == "undecided":
            pytest.skip(summary(result))
        if result["status"] != "right":
            raise WrongGradient(self._told(result, source.text))

    def _shown(self) -> str:
        """The file as one would type it here."""
        near = os.path.relpath(self.path)
        return str(self.path) if near.startswith("..") else near

    def _told(self, result: dict[str, Any], text: str) -> str:
        from whygrad.rendering.findings import report_of
        from whygrad.rendering.revealing import revealed
        from whygrad.rendering.text import render_text

        level = self.config.getoption("--whygrad-reveal")
        told = result if level == "repair" else revealed(result, level)
        color = self.config.get_terminal_writer().hasmarkup
        return render_text(report_of(told, text, again="run the tests again"), color=color)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The diagnosis alone, or the message of whygrad: no lines of whygrad's own code."""
        from whygrad.errors import WhygradError

        if isinstance(excinfo.value, WrongGradient | WhygradError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Place and name."""
        return self.path, 0, f"gradients of {self._shown()}"


class WrongGradient(AssertionError):  # noqa: N818
    """A file has a wrong gradient; the text is the diagnosis."""
