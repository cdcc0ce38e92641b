"""Shapes that a docstring gives: `- x: Input data, of shape (N, D)`, `W -- weights (n_out, n_in)`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SIZES = re.compile(
    r"(?:shape|array|matrix|tensor|vector|size|dimensions?)[^()\[\]\n]{0,40}[(\[]([^()\[\]]*)[)\]]"
)
_BARE = re.compile(r"[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]")
_NUMBER_OF = re.compile(r"(?i)^(?:the\s+)?(?:size|number|dimension|length|no\.?)\s+of\s+(?:the\s+)?(.*)$")


def described_shapes(docstring: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The shape of each parameter that the docstring describes, as texts of its dimensions."""
    found: dict[str, tuple[str, ...]] = {}
    for name, text in _entries(docstring, names):
        shape = _shape_in(text)
        if shape is not None:
            found.setdefault(name, shape)
    return found


_KINDS = (
    (
        "int",
        re.compile(
            r"(?i)^\W*(?:an?\s+)?(?:python\s+)?int(?:eger)?\b(?!\s+(?:array|matrix|vector|list|nump))"
        ),
    ),
    ("float", re.compile(r"(?i)^\W*(?:an?\s+)?(?:float\b|real number|scalar|.{0,30}\ba scalar\b)")),
    ("bool", re.compile(r"(?i)^\W*(?:a\s+)?bool")),
)


def described_kinds(docstring: str, names: Sequence[str]) -> dict[str, str]:
    """`int`, `float` or `bool` for the parameters that the docstring calls so."""
    found: dict[str, str] = {}
    for name, text in _entries(docstring, names):
        for kind, pattern in _KINDS:
            if pattern.match(text):
                found.setdefault(name, kind)
    return found


def _entries(docstring: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """(name, what is said of it) for the lines that begin with a parameter's name."""
    if not names:
        return []
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    head = re.compile(
        rf"^\s*(?:[-*]|:param|@param)?\s*((?:{alternatives})(?:\s*,\s*(?:{alternatives}))*)\s*"
        r"(?:\([^)]*\)\s*)?(?::|--|-|=)\s*(.*)$"
    )
    entries: list[tuple[list[str], str]] = []
    for line in docstring.splitlines():
        if re.match(r"(?i)^\s*(?:returns?|outputs?|yields?)\b.*:?\s*$", line):
            break
        match = head.match(line)
        if match:
            entries.append((re.split(r"\s*,\s*", match[1]), match[2]))
        elif entries and line.strip() and not re.match(r"^\s*[-*]?\s*\w+\s*(?::|--)\s", line):
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {line.strip()}")
    return [(name, text) for group, text in entries for name in group]


def _shape_in(text: str) -> tuple[str, ...] | None:
    match = _SIZES.search(text) or (_BARE.search(text) if "," in text else None)
    if match is None or not match[1].strip():
        return None
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", match[1]) if part.strip()]
    trailing = match[1].strip().endswith(",")
    if len(parts) == 1 and not trailing and not re.fullmatch(r"[A-Za-z_]\w{0,3}", parts[0]):
        return None
    dimensions = tuple(_dimension(part) for part in parts)
    return dimensions if all(dimensions) and len(dimensions) <= 6 else None


def _dimension(text: str) -> str:
    """A name, a number, `...`, `4H`, or words that stand for a name; empty where it is none."""
    text = text.strip(" `'\"")
    if re.fullmatch(r"\.{2,3}", text):
        return "..."
    if re.fullmatch(r"[\w\s+*\-/]+", text) and re.fullmatch(r"\w{1,14}|[\w\s]+[+*][\w\s]+", text):
        return re.sub(r"\s+", "", text)
    match = _NUMBER_OF.match(text)
    words = re.sub(r"\W+", "_", (match[1] if match else text).lower()).strip("_")
    return words if match and words else ""
