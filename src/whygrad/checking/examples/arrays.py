"""Arrays of a rank, or of a shape in which ones are written, with what texts say of their dimensions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from whygrad.checking.examples.dimensions import Dimensions
from whygrad.checking.examples.facts import Facts
from whygrad.checking.examples.templates import Array, Domain, Template

Make = Callable[[Dimensions], Template | None]
"""A template with new dimensions; None leaves the parameter at its default."""


def array_of(
    shape: int | tuple[int, ...], facts: Facts, domain: Domain, classes: int = 2, window: bool = False
) -> Make:
    """Makes of an array of a rank, of a shape (1, or 0 for any size), or of the documented one (-1)."""

    def make(d: Dimensions) -> Template:
        if shape == -1 and facts.documented:
            return Array(documented(facts.documented, d), domain, classes)
        if isinstance(shape, tuple):
            return Array(tuple(d.constant(1) if s == 1 else d.new() for s in shape), domain, classes)
        named = {place % shape if shape else 0: text for place, text in facts.dimensions.items()}
        made = []
        for place in range(shape):
            role = _role(named.get(place, ""), place, shape)
            if shape == 4 and not named and place > 1:
                role = "window" if window else "image"
                made.append(d.by_name(f"{role} {place}", role))  # all images are of one size
            else:
                made.append(_dimension(named[place], role, d) if place in named else d.new(role))
        return Array(tuple(made), domain, classes)

    return make


_WINDOW = re.compile(
    r"(?i)^(h{2}|w{2}|f|fh|fw|f_?h|f_?w|kh|kw|k_?h|k_?w|filter_?\w*|kernel_?\w*|hf|wf|field\w*|k)$"
)
_IMAGE = re.compile(
    r"(?i)^(h|w|height|width|n_?h\w*|n_?w\w*|h_?in|w_?in|x_?h|x_?w|in_?h|in_?w|h_\w+|w_\w+|d_1|d_2)$"
)


def _role(name: str, place: int, rank: int) -> str:
    if rank < 3:
        return ""
    if _WINDOW.match(name):
        return "window"
    return "image" if rank == 4 and _IMAGE.match(name) else ""


def documented(texts: Sequence[str], d: Dimensions) -> tuple[int, ...]:
    """Dimensions for what a docstring writes: `N`, `3`, `H+1`, `4*H`."""
    found: list[int] = []
    inner = [t for t in texts if t != "..."]
    for text in texts:
        if text == "...":
            continue
        if text.isdigit():
            found.append(d.constant(int(text)) if int(text) <= 4 else d.new())
        elif match := re.fullmatch(r"([A-Za-z_]\w*)\+([A-Za-z_]\w*)", text):
            found.append(d.combined("sum", 0, (d.by_name(match[1]), d.by_name(match[2]))))
        elif match := re.fullmatch(r"([A-Za-z_]\w*)\+(\d)", text):
            found.append(d.combined("sum", int(match[2]), (d.by_name(match[1]),)))
        else:
            found.append(_dimension(text, _role(text, len(found), len(inner)), d))
    return tuple(found)


def _dimension(text: str, role: str, d: Dimensions) -> int:
    """The dimension that `H` names, or `4*H`, or `4H`."""
    if match := re.fullmatch(r"(\d)\*?([A-Za-z_]\w*)", text):
        return d.combined("product", int(match[1]), (d.by_name(match[2]),))
    return d.by_name(text, role)
