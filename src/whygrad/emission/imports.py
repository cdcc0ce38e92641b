"""Imports that what was written needs and the file lacks: `math.log` in a derivative of `x**w`."""

from __future__ import annotations

import ast
from collections.abc import Container, Sequence

from whygrad.emission.deriving import Written

LIBRARIES = {"math": "import math", "np": "import numpy as np", "special": "from scipy import special"}


def lacking(text: str, names: Container[str]) -> list[str]:
    """The imports of the libraries that a text reads and that are not among the names at hand."""
    read = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    return [line for name, line in LIBRARIES.items() if name in read and name not in names]


def importing(written: Written, names: Container[str]) -> Written:
    """What was written, with the imports that it needs above it."""
    written.imports = lacking(written.text, names)
    if written.imports:
        written.text = "\n".join([*written.imports, "", "", written.text])
    return written


def apart(text: str) -> tuple[list[str], str]:
    """The imports at the start of a text, and the rest."""
    lines = text.split("\n")
    count = next((k for k, line in enumerate(lines) if line not in LIBRARIES.values()), len(lines))
    return lines[:count], "\n".join(lines[count:]).lstrip("\n") if count else text


def with_imports(text: str, imports: Sequence[str]) -> str:
    """A file with further imports: below those that it has, or at its top."""
    if not imports:
        return text
    body = ast.parse(text).body
    first = body[1:] if body and ast.get_docstring(ast.Module(body, [])) is not None else body
    held = [n for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
    lines = text.split("\n")
    if held:
        place = held[-1].end_lineno or 0
        return "\n".join([*lines[:place], *imports, *lines[place:]])
    place = first[0].lineno - 1 if first else len(lines)
    if first and isinstance(first[0], ast.FunctionDef | ast.ClassDef) and first[0].decorator_list:
        place = first[0].decorator_list[0].lineno - 1
    blank = ["", ""] if first and isinstance(first[0], ast.FunctionDef | ast.ClassDef) else [""]
    return "\n".join([*lines[:place], *imports, *blank, *lines[place:]])
