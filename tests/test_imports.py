"""What `import whygrad` and the command's parent process load, and that the public names are there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import whygrad

HEAVY = ("numpy", "rich", "torch", "jax", "numba")


def loaded_after(statement: str) -> set[str]:
    """Names of the modules in a fresh interpreter after a statement."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")},
    )
    return set(done.stdout.split())


def test_the_package_is_light() -> None:
    loaded = loaded_after("import whygrad")
    assert {m for m in loaded if m.split(".")[0] in HEAVY} == set()
    assert {m for m in loaded if m.startswith("whygrad.")} == set(), "only what is used is loaded"


def test_the_parent_process_of_the_command_never_loads_numpy() -> None:
    loaded = loaded_after(
        "import whygrad.cli\nimport whygrad.rendering.text\nimport whygrad.rendering.findings"
    )
    assert {m for m in loaded if m.split(".")[0] in HEAVY} == set()


def test_drawing_needs_no_numpy() -> None:
    """So that it can be ported, and runs where NumPy does not."""
    names = "pkgutil.iter_modules(whygrad.rendering.__path__)"
    loaded = loaded_after(
        "import importlib, pkgutil, whygrad.rendering\n"
        f"for m in {names}: importlib.import_module('whygrad.rendering.' + m.name)"
    )
    assert {m for m in loaded if m.split(".")[0] in HEAVY} == set()


@pytest.mark.parametrize("name", whygrad.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(whygrad, name)
    assert isinstance(value, str) or value.__doc__
    assert name in dir(whygrad)


def test_the_public_names_are_listed_once() -> None:
    assert set(whygrad._HOMES) == set(whygrad.__all__) - {"__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'gradient'"):
        whygrad.gradient  # noqa: B018
