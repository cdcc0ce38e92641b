"""Modules and packages beside the file: read patiently, one statement after another.

A package whose `__init__` draws a plot, a module of helpers that loads data at its end, or a file in Python 2
must not keep the layers that import something of it from being checked: what can be run of it is run.
"""

from __future__ import annotations
import __future__

import ast
import importlib.abc
import importlib.machinery
import os
import sys
import types
from collections.abc import Sequence

from whygrad.modernization import modern
from whygrad.source import read_source


class Patient(importlib.abc.Loader):
    """Runs a module's statements one by one, and goes on after one that raises."""

    def __init__(self, path: str) -> None:
        self.path = path

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Raises what cannot be read as Python at all."""
        tree = ast.parse(modern(read_source(self.path))[0].text, self.path)
        flags = 0
        for statement in tree.body:
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                flags |= sum(getattr(__future__, a.name).compiler_flag for a in statement.names)
            single = ast.Module([statement], [])
            try:
                exec(compile(single, self.path, "exec", flags, dont_inherit=True), vars(module))
            except Exception:
                continue


class Neighbors(importlib.abc.MetaPathFinder):
    """Asked first, for what lies in some folders and is no installed library."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = tuple(folder.rstrip(os.sep) + os.sep for folder in folders)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in sys.stdlib_module_names or top == "whygrad":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or not spec.origin or not self._is_beside(spec.origin):
            return None
        spec.loader = Patient(spec.origin)
        return spec

    def _is_beside(self, path: str) -> bool:
        library = "site-packages" in path or path.startswith(os.path.dirname(os.__file__) + os.sep)
        return path.endswith(".py") and path.startswith(self.folders) and not library
