"""The house: floors, sizes, names, what is imported where. The map is in CONTRIBUTING.md."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "whygrad"

FLOORS = {
    "errors": 0, "source": 0, "interning": 0, "absent": 0, "customary": 0, "modernization": 0, "neighbors": 0,
    "graph": 1, "rules": 1, "report": 1,
    "ops": 2,
    "tracing": 3,
    "differentiation": 4, "simplification": 4, "gates": 4, "execution": 4,
    "emission": 5,
    "explanation": 6, "checking": 6, "rendering": 6,
    "diagnosis": 7, "adapters": 7, "page": 7,
    "api": 8, "derivation": 8, "transformations": 8, "definitions": 8, "handover": 8, "relocating": 8,
    "scripts": 8, "functions": 8, "loading": 8,
    "pytest_plugin": 8, "notebook": 8,
    "pages": 8,
    "cli": 8, "commands": 8, "isolation": 8, "worker": 8, "batch": 8, "dependence": 8, "__main__": 8,
    "": 8,  # the package root: public names, lazily
}  # fmt: skip

ONE_TASK = "a worker does one task, and loads what that needs: start-up time"
LOADED_BY_PYTEST = "pytest loads the plugin in every session, needed or not"
INNER_IMPORTS = {
    "report: whygrad.rendering.screens": "a report shows itself in a notebook, and pictures live above",
    "graph: whygrad.explanation.structure": "a graph shows itself in a notebook, and pictures live above",
    "report: whygrad.rendering.text": "a report prints itself, and printing lives above",
    "commands.show: whygrad.commands.following": "a web server, slow to load, which no other command needs",
    "commands.ops: whygrad.explanation.operations": "loads NumPy, which no other command needs here",
    "pytest_plugin: whygrad.api": LOADED_BY_PYTEST,
    "pytest_plugin: whygrad.errors": LOADED_BY_PYTEST,
    "pytest_plugin: whygrad.isolation": LOADED_BY_PYTEST,
    "pytest_plugin: whygrad.rendering.findings": LOADED_BY_PYTEST,
    "pytest_plugin: whygrad.rendering.revealing": LOADED_BY_PYTEST,
    "pytest_plugin: whygrad.rendering.text": LOADED_BY_PYTEST,
    "pytest_plugin: whygrad.rendering.verdicts": LOADED_BY_PYTEST,
    "pytest_plugin: whygrad.source": LOADED_BY_PYTEST,
    "pages: whygrad.diagnosis.causes": "a file for each cause, and they load NumPy",
    "worker: resource": "not on Windows",
    "worker: whygrad.batch": ONE_TASK,
    "worker: whygrad.derivation": ONE_TASK,
    "worker: whygrad.checking.evidence": ONE_TASK,
    "worker: whygrad.explanation": ONE_TASK,
    "worker: whygrad.functions": ONE_TASK,
    "worker: whygrad.explanation.subjects": ONE_TASK,
    "worker: whygrad.scripts": ONE_TASK,
    "worker: whygrad.tracing.points": ONE_TASK,
    "worker: whygrad.api": ONE_TASK,
    "worker: whygrad.page.document": ONE_TASK,
    "worker: whygrad.page.html": ONE_TASK,
    "worker: whygrad.page.claims": ONE_TASK,
}
"""Imports inside functions, each with the reason why it cannot stand at the top."""

OPTIONAL = {
    "numba": ("emission/compiling",),
    "torch": ("adapters/torch",),
    "jax": ("adapters/jax",),
    "dask": ("adapters/dask",),
}
"""Optional libraries and the only places (prefixes of paths) that may import them."""

RUNS_TEXT = {
    "neighbors.py": "runs modules that lie beside the user's file, in the child process",
    "loading.py": "runs the user's file, in the child process, to have its functions",
    "emission/classes.py": "runs the class that was written, to compare it with the engine",
    "emission/methods.py": "runs the user's method as a function, so that it is followed",
    "emission/leaves.py": "evaluates a subscript of the user's, with values that were recorded",
    "emission/local.py": "runs an expression of the user's rewritten, so that it is followed",
    "emission/observed.py": "evaluates what a statement writes, with values that were recorded",
    "emission/observing.py": "runs the user's function with a note at every statement",
    "emission/program.py": "evaluates what the user's function returns, with values that were recorded",
    "emission/gating.py": "reads the derivative of a gate's record as code",
    "emission/entry.py": "runs what was written, to compare it with the engine",
    "emission/directions.py": "runs the tangents that were written, to compare them with the engine's",
    "emission/transcripts.py": "runs a script with the lines that were derived of it, before it is shown",
    "emission/second.py": "runs a gradient that was written, to derive it once more",
    "emission/rehearsal.py": "runs what was written once more, to have the numbers of its lecture",
    "emission/scripts.py": "runs the user's script statement by statement, to have its values",
    "checking/plain.py": "runs the user's script, in the child process",
    "checking/evidence.py": "runs a statement of the user's again, with the operands that were recorded",
    "tracing/scripts.py": "runs the user's script rewritten, so that it is followed",
    "diagnosis/pieces.py": "runs an edited script, of which only the edited statement is compiled anew",
    "diagnosis/switching.py": "runs a program with several texts of some statements, compiled once for all",
    "diagnosis/blocks.py": "runs a candidate statement and those after it, with recorded operands",
    "diagnosis/inlining.py": "evaluates an expression of the user's forward pass, with recorded operands",
    "diagnosis/search.py": "tries candidates for an expression of the user's, with recorded operands",
}
"""Files that may run text as code, with the reason."""


class Import(NamedTuple):
    target: str
    line: int
    inner: bool
    typing_only: bool


def name_of(path: Path) -> str:
    """`ops.arithmetic` for src/whygrad/ops/arithmetic.py; the empty string for the root."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(module: str) -> int:
    return FLOORS[module.split(".")[0]]


MODULES = {name_of(path): path for path in sorted(SRC.rglob("*.py"))}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _targets(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        stem = node.module or ""
        below = [f"{stem}.{alias.name}" for alias in node.names]
        # `from whygrad.ops import table` may name a module or a value of one
        return sorted({b if b.removeprefix("whygrad.") in MODULES else stem for b in below})
    return []


def _walk(nodes: list[ast.stmt], inner: bool, typing_only: bool) -> Iterator[Import]:
    for node in nodes:
        for target in _targets(node):
            yield Import(target, node.lineno, inner, typing_only)
        below = inner or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        guard = typing_only or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for field in ("body", "orelse", "finalbody"):
            yield from _walk(getattr(node, field, []), below, guard if field == "body" else typing_only)
        for handler in getattr(node, "handlers", []):
            yield from _walk(handler.body, below, typing_only)
        for case in getattr(node, "cases", []):
            yield from _walk(case.body, below, typing_only)


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    return tuple(_walk(tree_of(MODULES[module]).body, inner=False, typing_only=False))


def own(target: str) -> str | None:
    """The module's name below whygrad, or None for another library."""
    if target == "whygrad":
        return ""
    return target.removeprefix("whygrad.") if target.startswith("whygrad.") else None


@pytest.mark.parametrize("module", [m for m in MODULES if m])
def test_imports_point_to_lower_or_equal_floors(module: str) -> None:
    for found in imports_of(module):
        target = own(found.target)
        if target is None or f"{module}: {found.target}" in INNER_IMPORTS:
            continue
        assert target in MODULES, f"{module}:{found.line} imports {found.target}, which is no module"
        assert floor_of(target) <= floor_of(module), (
            f"{module}:{found.line} (floor {floor_of(module)}) imports {target} (floor {floor_of(target)})"
        )


def test_every_module_has_a_floor() -> None:
    assert {m.split(".")[0] for m in MODULES} <= set(FLOORS)


def test_imports_within_functions_are_listed_with_their_reason() -> None:
    inner = {f"{m}: {f.target}" for m in MODULES for f in imports_of(m) if f.inner}
    assert inner - set(INNER_IMPORTS) == set(), "move these to the top, or list them with their reason"
    assert set(INNER_IMPORTS) - inner == set(), "these are listed, but gone"


def test_no_module_imports_itself_through_others() -> None:
    edges = {
        m: [
            t for f in imports_of(m) if not f.inner and not f.typing_only and (t := own(f.target)) is not None
        ]
        for m in MODULES
    }
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join([*above[above.index(module) :], module])
        if module not in done:
            for target in edges[module]:
                visit(target, (*above, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


@pytest.mark.parametrize("library", sorted(OPTIONAL))
def test_optional_libraries_stay_in_their_place(library: str) -> None:
    places = {
        str(MODULES[m].relative_to(SRC).with_suffix(""))
        for m in MODULES
        for f in imports_of(m)
        if f.target.split(".")[0] == library
    }
    assert [p for p in places if not p.startswith(OPTIONAL[library])] == []


@pytest.mark.parametrize("folder", ["src", "tests", "bench"])
def test_no_file_is_longer_than_400_lines(folder: str) -> None:
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in (ROOT / folder).rglob("*.py")}
    assert {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > 400} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    assert [p for p in SRC.rglob("*.py") if empty & set(p.relative_to(SRC).with_suffix("").parts)] == []


def test_text_is_run_as_code_only_where_it_is_meant() -> None:
    places = {
        str(MODULES[m].relative_to(SRC))
        for m in MODULES
        for node in ast.walk(tree_of(MODULES[m]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    }
    assert places == set(RUNS_TEXT)


def test_modules_and_public_functions_say_what_they_do() -> None:
    silent = []
    for module, path in MODULES.items():
        tree = tree_of(path)
        functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
        silent += [f"{module}.{f.name}" for f in functions if ast.get_docstring(f) is None]
        silent += [module] if ast.get_docstring(tree) is None else []
    assert silent == []


def test_an_op_record_has_at_most_ten_fields() -> None:
    from whygrad.graph import Op

    assert len(dataclasses.fields(Op)) <= 10


@pytest.mark.parametrize("folder", ["src", "tests", "docs"])
def test_no_file_is_left_out_by_the_linter(folder: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--show-files", str(ROOT / folder)]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=True).stdout
    looked_at = {Path(line).resolve() for line in shown.splitlines()}
    assert set((ROOT / folder).rglob("*.py")) - looked_at == set()
