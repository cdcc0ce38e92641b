"""A check result as one line for each finding, `file:line:column: code message`: editors make it a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whygrad.rendering.cells import visible
from whygrad.rendering.verdicts import summary


def concise(result: Mapping[str, Any]) -> str:
    """The findings of one file, or its error, and a last line with the verdict; no line is wrapped."""
    return "\n".join(visible(line) for line in _lines(result))


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    file, error = result["file"], result.get("error")
    if error:
        place = error.get("place") or {}
        line, column = error.get("line"), place.get("column") or 1
        yield f"{file}:{f'{line}:{column}:' if line else ''} {error['code']} {error['message']}"
        return
    for finding in result["findings"]:
        yield f"{file}:{finding['line']}:{finding['column'] or 1}: {finding['code']} {finding['title']}"
    yield f"{file}: {summary(result)}"
