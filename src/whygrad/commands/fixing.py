"""`--fix` and `--diff`: the verified edits of a check, written into the file or shown."""

from __future__ import annotations

import difflib
import io
import os
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whygrad.errors import UsageError
from whygrad.rendering.repairs import Edits
from whygrad.rendering.verdicts import counted
from whygrad.source import edited

Result = Mapping[str, Any]


def mended(file: str, text: str, edits: Edits) -> str:
    """The text with the edits made; UsageError where it is no longer the text that was checked."""
    try:
        return edited(text, edits)
    except ValueError as error:
        raise UsageError(
            f"{file} was changed while it was being checked: {error}", hint=f"whygrad check {file}"
        ) from None


def difference(file: str, before: str, after: str) -> str:
    """The edits as a unified diff, which `patch` takes."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{file}", f"b/{file}"
    )
    cut = "\n\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else line + cut for line in lines)


def write(file: str, text: str) -> str:
    """Replace the file's text in one step and keep the old file beside it; returns the name of that copy."""
    path = Path(os.path.realpath(file))  # a link stays a link
    kept = next(name for name in _names(path) if not name.exists())
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        before, mode = path.read_bytes(), path.stat().st_mode
        encoding, _ = tokenize.detect_encoding(io.BytesIO(before).readline)
        for name, data in ((kept, before), (new, text.encode(encoding))):
            with open(name, "xb") as stream:
                stream.write(data)
            name.chmod(mode)
        new.replace(path)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}", hint=f"whygrad check {file} --diff"
        ) from None
    return os.path.join(os.path.dirname(file), kept.name)


def _names(path: Path) -> Iterator[Path]:
    """neuron.py.orig, neuron.py.orig2, ...: what is there already is never overwritten."""
    yield path.with_name(f"{path.name}.orig")
    number = 2
    while True:
        yield path.with_name(f"{path.name}.orig{number}")
        number += 1


def left_out(result: Result, edits: Edits) -> str:
    """A sentence about findings that stay as they are; empty where there are none."""
    rest = [f for f in result["findings"] if not _within(f, edits)]
    if not rest:
        return ""
    return f"{counted(len(rest), 'finding')} left to you: no edit that was run and found right"


def _within(finding: Result, edits: Edits) -> bool:
    made = [edit["line"] for edit in (finding.get("repair") or {"edits": ()})["edits"]]
    return bool(made) and all(line in edits for line in made)
