"""What a normalisation takes off a gradient: its mean, and the part of it that lies along a quantity.

Behind a mean, a norm or a deviation all entries depend on each other: of the gradient `g` that arrives, they
get `g - mean(g) - x * mean(g * x)`. Code that takes those statistics for constants lacks the last two.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.sayings import Array, Table, as_factor, views
from whygrad.diagnosis.sums import terms_of

MOST_ALONG = 10
"""Quantities along which a part is looked for."""
AXES: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((0,),),
    2: ((0,), (1,), (0, 1)),
    3: ((2,), (0, 1), (0, 2), (1, 2)),
    4: ((0, 2, 3), (2, 3), (1, 2, 3), (3,), (1,)),
}
"""Axes that a layer takes its statistics over, by the axes of its input."""
CLOSE = 1e-7


def projections(text: str, got: Array, want: Array, table: Table, m: Material) -> Iterator[tuple[str, int]]:
    """Texts that give a wanted value: `text` less its mean, less its part along a quantity, or less both."""
    if m.library != "np" or got.shape != want.shape or not np.all(np.isfinite(want)):
        return
    missing, scale = got - want, float(np.max(np.abs(want), initial=0.0))
    along = [(n, table.values[n]) for n in m.values if n in table.values and n != text]
    along = [(n, v) for n, v in along if v.shape == got.shape][:MOST_ALONG]
    plain = 0 if as_factor(text) == text else 1  # a name is nearer to what arrives than what is made of it
    for term, value in _arriving(text, got, table):
        for axes in AXES.get(got.ndim, ()):
            said = f"np.mean({term}, {_axes(axes, got.ndim)})"
            mean = np.broadcast_to(value.mean(axis=axes, keepdims=True), got.shape)
            if np.allclose(mean, missing, rtol=CLOSE, atol=CLOSE * scale):
                yield f"{text} - {said}", 2 + plain
                return
            for head, rest in ((text, missing), (f"{text} - {said}", missing - mean)):
                for name, other in along:
                    for part in _parts(name, other, term, value, rest, axes, table):
                        yield f"{head} - {part}", (3 if head is text else 4) + plain


def _arriving(text: str, got: Array, table: Table) -> Iterator[tuple[str, Array]]:
    """What may be the gradient that arrives: the first term of a sum, or all of it."""
    sign, first = terms_of(text)[0]
    value = table.array(first)
    if sign > 0 and first != text and value is not None and value.shape == got.shape:
        yield first, value
    yield text, got


def _parts(
    name: str, other: Array, term: str, value: Array, rest: Array, axes: tuple[int, ...], table: Table
) -> Iterator[str]:
    """A part along a quantity, times what can be said, that is all of the rest."""
    share = np.mean(value * other, axis=axes, keepdims=True)
    with np.errstate(all="ignore"):
        ratio = rest / (other * share)
    if not np.all(np.isfinite(ratio)):
        return
    reduced = tuple(1 if k in axes else n for k, n in enumerate(rest.shape))
    known = f"{as_factor(term)} * {as_factor(name)}"
    for call, by in (("mean", 1.0), ("sum", float(prod(rest.shape[k] for k in axes)))):
        product = f"{as_factor(name)} * np.{call}({known}, {_axes(axes, rest.ndim)})"
        for view in views(ratio / by):
            if view.shape == rest.shape or (
                view.ndim and np.broadcast_shapes(view.shape, reduced) != reduced
            ):
                continue
            if np.allclose(view, 1.0, rtol=CLOSE):
                yield product
                return
            for symbol, size in (("*", view), ("/", 1 / view)):
                # A sum in a divisor would only undo the one that the part is made of.
                plain = [t for t, _ in table.find(size) if "np." not in t]
                yield from (f"{product} {symbol} {as_factor(t)}" for t in plain[:1])


def _axes(axes: tuple[int, ...], ndim: int) -> str:
    """As a person writes them: what is broadcast again needs no axes kept if they come first."""
    shown = f"axis={axes[0] if len(axes) == 1 else axes}"
    return shown if axes == tuple(range(len(axes))) and len(axes) < ndim else f"{shown}, keepdims=True"
