"""Modules that a file imports and that are not there: found beside it, or replaced by a stand-in.

A missing plotting library or a compiled extension must not keep layers from being checked that do not use
it. The stand-in lets itself be imported, and says what is missing once something of it is called.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

from whygrad.customary import customary
from whygrad.errors import WhygradError
from whygrad.modernization import modern
from whygrad.neighbors import Neighbors, Patient
from whygrad.source import read_source

OLD_NAMES = {
    "cPickle": "pickle", "cStringIO": "io", "StringIO": "io", "Queue": "queue",
    "ConfigParser": "configparser", "urllib2": "urllib.request", "HTMLParser": "html.parser",
    "__builtin__": "builtins", "past": "builtins", "past.builtins": "builtins", "six": "builtins",
    "six.moves": "builtins", "future.utils": "builtins",
}  # fmt: skip
"""Modules of Python 2, or that bridge it, and what they are called now."""
OLD_FUNCTIONS = {"xrange": range, "raw_input": input, "unicode": str, "basestring": str, "long": int}
UP = 3
"""Folders above the file in which its package may begin."""


class MissingModuleError(ImportError):
    """Something of a module was used that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"`{name}` is used, and its module is neither installed nor beside the file")


class StandIn:
    """Anything of a missing module: it can be named and inherited from, and raises when it is used."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self._name}.{name}")

    def __call__(self, *args: Any, **options: Any) -> Any:
        if len(args) == 1 and not options and isinstance(args[0], types.FunctionType | type):
            return args[0]  # a decorator: `@jit`
        if not args and all(isinstance(o, bool | str | None) for o in options.values()):
            return StandIn(f"{self._name}()")  # `@jit(nopython=True)`
        raise MissingModuleError(self._name)

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()

    def __setattr__(self, name: str, value: Any) -> None:
        """`plt.rcParams.x = 1` changes nothing."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """`plt.rcParams["figure.figsize"] = (10, 8)` changes nothing."""

    def __iter__(self) -> Iterator[Any]:
        raise MissingModuleError(self._name)

    def __deepcopy__(self, memo: Any) -> StandIn:
        return self


class _StandInModule(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}")


class _Loader(importlib.abc.Loader):
    """Gives a module that holds what goes by one name everywhere, and stand-ins for all else."""

    def __init__(self, path: str) -> None:
        self.path = path

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module, known = _StandInModule(spec.name), _customary_in(self.path)
        vars(module).update(known)
        module.__all__ = [*known]  # type: ignore[attr-defined]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


class Finder(importlib.abc.MetaPathFinder):
    """Asked last: for modules that nobody else found. `missing` lists what was replaced by a stand-in."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)
        self.missing: list[str] = []
        self.found: list[tuple[str, str]] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in OLD_NAMES:
            return importlib.util.spec_from_loader(fullname, _Renamed(OLD_NAMES[fullname]), is_package=True)
        if self._for_library() or fullname.startswith("whygrad"):
            return None
        sibling = self._sibling(fullname.rpartition(".")[2])
        if sibling:
            self.found.append((fullname, sibling))
            return importlib.util.spec_from_file_location(fullname, sibling, loader=Patient(sibling))
        if self._guarded():
            return None
        spec = importlib.machinery.ModuleSpec(fullname, _Loader(self.path), is_package=True)
        folder = _packages_of(self.path).get(fullname)
        if folder:
            # The package that the file stands in, by `__package__`; its own __init__ need not run.
            spec.submodule_search_locations = [folder]
        elif self._gives_all():
            self.missing.insert(0, fullname)  # a name that is not defined may be one of its own
        else:
            self.missing.append(fullname)
        return spec

    def _sibling(self, name: str) -> str:
        """A file of that name in the file's folder: files of one course are often kept together."""
        candidate = os.path.join(os.path.dirname(self.path), f"{name}.py")
        return candidate if os.path.isfile(candidate) and candidate != self.path else ""

    def _importer(self) -> types.FrameType | None:
        """The frame with the import statement."""
        frame: types.FrameType | None = sys._getframe(2)
        while frame is not None:
            name = frame.f_code.co_filename
            if not name.startswith("<frozen") and name != __file__ and "/importlib/" not in name:
                return frame
            frame = frame.f_back
        return None

    def _for_library(self) -> bool:
        """Libraries try imports that are meant to fail."""
        frame = self._importer()
        if frame is None:
            return True
        name = frame.f_code.co_filename
        return "site-packages" in name or name.startswith((os.path.dirname(os.__file__), "<frozen"))

    def _gives_all(self) -> bool:
        """Is it `from module import *`?"""
        frame = self._importer()
        return frame is not None and "*" in linecache.getline(frame.f_code.co_filename, frame.f_lineno)

    def _guarded(self) -> bool:
        """Does the import stand in a `try` that handles its failure?"""
        frame = self._importer()
        if frame is None:
            return False
        return frame.f_lineno in _guarded_lines("".join(linecache.getlines(frame.f_code.co_filename)))


class _Renamed(importlib.abc.Loader):
    def __init__(self, name: str) -> None:
        self.name = name

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        inner = {k: v for k, v in vars(importlib.import_module(self.name)).items() if not k.startswith("__")}
        vars(module).update({**inner, **OLD_FUNCTIONS})
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """It has run already."""


@functools.lru_cache(maxsize=4)
def _customary_in(path: str) -> dict[str, Any]:
    """What the file reads and may be given without the module that it is imported from."""
    try:
        return dict(customary(modern(read_source(path))[0].text))
    except WhygradError:
        return {}


@functools.lru_cache(maxsize=64)
def _guarded_lines(text: str) -> set[int]:
    """Lines within a `try`; a module is run hundreds of times, and its imports fail anew each time."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.handlers:
            for statement in node.body:
                found |= set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return found


def package_of(path: str) -> str:
    """The package that relative imports of a file start from: the names of its folders."""
    folders = os.path.dirname(os.path.abspath(path)).split(os.sep)[-UP:]
    return ".".join(folder.replace(".", "_") or "_" for folder in folders)


def _packages_of(path: str) -> dict[str, str]:
    """The packages of `package_of`, outermost first, each with its folder."""
    parts = package_of(path).split(".")
    folder, found = os.path.dirname(os.path.abspath(path)), {}
    for count in range(len(parts), 0, -1):
        found[".".join(parts[:count])] = folder
        folder = os.path.dirname(folder)
    return found


_finder: Finder | None = None


def install(path: str) -> Finder:
    """Let imports of a file that runs be served by a `Finder`; the folders above it are searched last."""
    global _finder
    if _finder is not None:
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(_finder)
    _finder = Finder(path)
    sys.meta_path.append(_finder)
    folders = [os.path.dirname(os.path.abspath(path))]
    folders += [(folder := os.path.dirname(folders[0])), os.path.dirname(folder)]
    sys.path += [folder for folder in folders if folder not in sys.path]
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, Neighbors)]
    sys.meta_path.insert(0, Neighbors([f for f in folders if f != os.sep]))
    return _finder


@contextlib.contextmanager
def served(path: str) -> Iterator[None]:
    """Serve the imports of a file that runs here and now; afterwards imports are as they were before.

    Without that a caller in Python would find stand-ins wherever a module of its own is not installed.
    """
    global _finder
    before, finders, folders, modules = _finder, sys.meta_path[:], sys.path[:], set(sys.modules)
    install(path)
    try:
        yield
    finally:
        _finder, sys.meta_path[:], sys.path[:] = before, finders, folders
        for name in set(sys.modules) - modules:
            if isinstance(sys.modules[name], _StandInModule):
                del sys.modules[name]


def missing_modules() -> list[str]:
    """Modules that a stand-in was given for, in order."""
    return list(dict.fromkeys(_finder.missing)) if _finder is not None else []


def served_path() -> str:
    """The file whose imports are served; empty where none is."""
    return _finder.path if _finder is not None else ""


def served_package() -> str:
    """The package of that file."""
    return package_of(_finder.path) if _finder is not None else ""
