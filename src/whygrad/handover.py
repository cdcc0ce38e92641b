"""Values on their way to the child process: a private file, written by the caller, read once by the child.

The values are the caller's own, and the child is started by the caller: reading them runs nothing that the
caller did not have already.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import pickle
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping
from typing import Any

from whygrad.errors import ScriptError, UsageError

GIVEN = "whygrad_given"
"""The module, made in the child, from which the text of functions takes the values that it needs."""
Values = Mapping[str, Mapping[str, Any]]


@contextlib.contextmanager
def handed_over(values: Values) -> Iterator[str]:
    """The name of a file with the values, while it is needed. UsageError for what cannot travel."""
    handle, path = tempfile.mkstemp(prefix="whygrad-", suffix=".values")
    try:
        with open(handle, "wb") as stream:
            for group, named in values.items():
                for name, value in named.items():
                    pickle.dump((group, name), stream)
                    _dump(name, value, stream)
        yield path
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _dump(name: str, value: Any, stream: io.BufferedIOBase) -> None:
    try:
        _Pickler(stream, protocol=5).dump(value)
    except UsageError:
        raise
    except Exception as error:  # what an object raises when it is taken apart is its own affair
        raise _stays(name, value, f"{error}") from None


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        kind = obj if isinstance(obj, type | types.FunctionType) else type(obj)
        if getattr(kind, "__module__", "") == "__main__" or "<locals>" in getattr(kind, "__qualname__", ""):
            raise TypeError(f"{kind.__qualname__} is known here only")
        return NotImplemented


def _stays(name: str, value: Any, reason: str) -> UsageError:
    return UsageError(
        f"`{name}` is a {type(value).__name__}, which cannot be taken to another process: {reason}",
        hint="pass numbers, arrays, strings, and lists, tuples or dicts of them",
    )


def taken(path: str) -> dict[str, dict[str, Any]]:
    """The values of a file, by group. ScriptError where they cannot be read in this process."""
    found: dict[str, dict[str, Any]] = {}
    with open(path, "rb") as stream:
        end = os.fstat(stream.fileno()).st_size
        while stream.tell() < end:
            group, name = pickle.load(stream)
            try:
                found.setdefault(group, {})[name] = pickle.load(stream)
            except Exception as error:
                seen = f"{type(error).__name__}: {error}"
                raise ScriptError(
                    f"the value of `{name}` cannot be read in a fresh process: {seen}",
                    hint="pass numbers, arrays, strings, and lists, tuples or dicts of them",
                ) from None
    return found


class _Given(types.ModuleType):
    """Gives a copy of a value each time: the text is run many times, and may change what it has."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(GIVEN)
        self.__dict__["__whygrad_values__"] = values

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__["__whygrad_values__"]
        name = name.removeprefix("state_of_")
        if name not in values:
            raise AttributeError(name)
        return copy.deepcopy(values[name])


def provide(values: Mapping[str, Any]) -> None:
    """Make the module `whygrad_given` with these values, in the child."""
    sys.modules[GIVEN] = _Given(values)
