"""In a notebook: the magic `%%whygrad` that checks a cell, and the page as a widget (with anywidget).

`%load_ext whygrad` makes the magic known. Plain displays carry no script; the widget is asked for by name.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from whygrad.diagnosis.findings import CheckResult
from whygrad.errors import UsageError, WhygradError
from whygrad.handover import GIVEN, handed_over
from whygrad.isolation import ask

MAGIC = "whygrad"
PLAIN = (int, float, complex, str, bool, list, tuple, dict)
WIDGET = Path(__file__).parent / "_web" / "widget.js"


def load_ipython_extension(shell: Any) -> None:
    """Make `%%whygrad` known to a notebook or an IPython shell: `%load_ext whygrad`."""

    def magic(line: str, cell: str) -> CheckResult | None:
        return check_cell(shell, line, cell)

    shell.register_magic_function(magic, "cell", MAGIC)


def unload_ipython_extension(shell: Any) -> None:
    """Forget it again."""
    shell.magics_manager.magics["cell"].pop(MAGIC, None)


def check_cell(shell: Any, line: str, cell: str) -> CheckResult | None:
    """Run a cell as it is, then check its gradients; what the cell takes from other cells is handed over.

    Lines are counted as the notebook shows them: the magic is line 1. What cannot be checked is told.
    """
    before = dict(shell.user_ns)
    shell.run_cell(cell)
    preamble, given = taken_over(cell, before)
    try:
        with handed_over({"given": given}) as path:
            request = {
                "task": "check", "path": "<cell>", "text": f"{preamble}\n{cell}", "hints": hints_in(line),
                "values": path, "search": sys.path,
            }  # fmt: skip
            return CheckResult.from_json(ask(request)["result"], f"%%{MAGIC}\n{cell}")
    except WhygradError as error:
        print(error)
        return None


def hints_in(line: str) -> dict[str, Any]:
    """`output=loss` of the magic's line; UsageError for what is no hint."""
    hints: dict[str, Any] = {}
    for word in line.split():
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"`{word}` is no hint", hint=f"%%{MAGIC} output=loss")
        hints[name] = value
    return hints


def taken_over(cell: str, namespace: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """One line that gives a cell what it names and other cells made: imports, and plain values."""
    imports, given = [], {}
    for name in sorted(_free_names(cell)):
        value = namespace.get(name)
        if isinstance(value, ModuleType):
            imports.append(f"import {value.__name__} as {name}")
        elif isinstance(value, PLAIN) or type(value).__module__ == "numpy":
            given[name] = value
    if given:
        imports.append(f"from {GIVEN} import {', '.join(given)}")
    return "; ".join(imports) or "pass", given


def _free_names(cell: str) -> set[str]:
    """Names that a cell reads, whether or not it also sets them."""
    try:
        tree = ast.parse(cell)
    except SyntaxError:
        return set()
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return names - set(dir(builtins))


def widget_of(document: Mapping[str, Any]) -> Any:
    """The page as a widget: `selection` holds the rows that are selected on it, and can be observed.

    Raises UsageError without the package anywidget.
    """
    try:
        anywidget, traitlets = importlib.import_module("anywidget"), importlib.import_module("traitlets")
    except ImportError:
        raise UsageError(
            "the widget needs the package anywidget, which is not installed",
            hint='pip install "whygrad[notebook]"',
        ) from None
    kind = type(
        "Page",
        (anywidget.AnyWidget,),
        {
            "_esm": WIDGET,
            "document": traitlets.Unicode().tag(sync=True),
            "selection": traitlets.List(traitlets.Int()).tag(sync=True),
        },
    )
    return kind(document=json.dumps(document))
