"""What a finding measured, in words: what was computed beside what is true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whygrad.rendering.verdicts import counted
from whygrad.report import Words

SHOWN_ENTRIES = 4
FEW = 8
"""Numbers that are shown where the shapes differ; of more than that the shapes say more."""


def measured(finding: Mapping[str, Any]) -> Iterator[list[str | Words]]:
    """Lines of words: entries that differ, and how many there are beside those."""
    evidence = finding.get("evidence") or {}
    entries = evidence.get("entries") or ()
    name = evidence.get("of") or finding.get("variable") or ""
    elsewhere = evidence.get("point", "given") != "given"
    for entry in entries[:SHOWN_ENTRIES]:
        got, want = _compared(entry, evidence)
        yield [
            "at other numbers: " if elsewhere else "",
            Words(f"{name}{entry.get('entry') or ''}", "name"),
            " computed ", Words(got, "wrong"), ", true ", Words(want, "right"),
        ]  # fmt: skip
    more = max(len(entries), evidence.get("wrong_entries") or 0) - SHOWN_ENTRIES
    if entries and more > 0:
        yield [f"and {counted(more, 'more entry differs', 'more entries differ')}"]


def _compared(entry: Mapping[str, Any], evidence: Mapping[str, Any]) -> tuple[str, str]:
    got, want = entry.get("got"), entry.get("want")
    shapes = evidence.get("got_shape"), evidence.get("want_shape")
    if shapes[0] != shapes[1] and all(map(_is_regular, shapes)) and max(_size(got), _size(want)) > FEW:
        return f"shape {_shape(shapes[0])}", f"shape {_shape(shapes[1])}"
    return alike(got, want)


def _is_regular(shape: Any) -> bool:
    return isinstance(shape, list) and all(isinstance(size, int) for size in shape)


def _size(value: Any) -> int:
    return sum(map(_size, value)) if isinstance(value, list) else 1


def _shape(shape: Any) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def alike(got: Any, want: Any) -> tuple[str, str]:
    """Two values with enough digits to look different where they are."""
    if not (isinstance(got, int | float) and isinstance(want, int | float)):
        return _plain(got), _plain(want)
    for digits in range(4, 17):
        one, two = f"{got + 0.0:.{digits}g}", f"{want + 0.0:.{digits}g}"  # + 0.0: -0 is 0
        if one != two:
            break
    return one, two


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    return f"{value + 0.0:.4g}" if isinstance(value, float) else str(value)
