"""Lengths and shapes by name: `N`, `x.shape[0]`, `W.shape`, where the number differs from run to run.

A name is taken for a number only if it has that number at every execution at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np

from whygrad.emission.leaves import is_array

ORDINARY = (0, 1, -1, 2, -2, 3, 0.5, -0.5)
"""Numbers that belong to formulas more often than to shapes."""


class Sizes:
    """What lengths may be called at a statement. `scopes` are the names in reach at its executions."""

    def __init__(
        self, scopes: Sequence[Mapping[str, Any]], arrays: Iterable[str], counts: Iterable[str]
    ) -> None:
        self.scopes = scopes
        self.arrays = [name for name in arrays if all(is_array(self.value(name, s)) for s in scopes)]
        self.counts = list(counts)
        self.lists = list(self.arrays_of_lists(arrays))

    def arrays_of_lists(self, names: Iterable[str]) -> list[str]:
        return [n for n in names if all(isinstance(self.value(n, s), list | tuple) for s in self.scopes)]

    @staticmethod
    def value(name: str, scope: Mapping[str, Any]) -> Any:
        """The value of a name or attribute path in a scope."""
        root, *rest = name.split(".")
        value = scope.get(root)
        for part in rest:
            value = getattr(value, part, None)
        return value

    def candidates(self) -> list[tuple[str, list[int]]]:
        """Texts with the number that each has in each scope."""
        found: list[tuple[str, list[int]]] = []
        for name in self.counts:
            values = [s.get(name) for s in self.scopes]
            if all(isinstance(v, int | np.integer) and not isinstance(v, bool) for v in values):
                found.append((name, [int(v) for v in values if v is not None]))
        for name in self.lists:
            found.append((f"len({name})", [len(self.value(name, s)) for s in self.scopes]))
        arrays = [[self.value(n, s) for s in self.scopes] for n in self.arrays]
        for name, values in zip(self.arrays, arrays, strict=True):
            depths = {v.ndim for v in values}
            if len(depths) == 1:
                for k in range(min(depths)):
                    text = f"len({name})" if depths == {1} else f"{name}.shape[{k}]"
                    found.append((text, [v.shape[k] for v in values]))
                if min(depths) > 1:
                    found.append((f"{name}.size", [v.size for v in values]))
        return found

    def number(self, values: Sequence[float], alone: bool = False) -> str | None:
        """A text for a number that has these values: a length, a product, one or two over one of these.

        With `alone` a length itself: what is 6 at all executions may well be no length plus one.
        """
        if all(v < 0 for v in values):
            text = self.number([-v for v in values], alone)
            return None if text is None else f"-{text}"
        ways = (self.candidates, self.parts, self.stepped, lambda: self.products(2), lambda: self.products(3))
        for way in ways[:1] if alone else ways:
            made = way()
            found = next((text for text, have in made if have == list(values)), None)
            if found is not None:
                return found
            for top in (1, 2):
                for text, have in made:
                    if all(
                        h and np.isclose(top / h, v, rtol=1e-12) for h, v in zip(have, values, strict=True)
                    ):
                        return f"{top} / {text}"
        return None

    def sum(self, values: Sequence[int]) -> str | None:
        """A text for a number that is the sum of two or three lengths."""
        known = self.candidates()
        for count in (2, 3):
            for chosen in combinations(known[:12], count):
                if [sum(each) for each in zip(*(have for _, have in chosen), strict=True)] == list(values):
                    return " + ".join(text for text, _ in chosen)
        return None

    def axes(self, axes: Sequence[int]) -> str:
        """Axes, by the name that the user gave them: the same tuple at every execution."""
        if len(axes) == 1:
            return str(axes[0])
        names = [
            n for n, value in self.scopes[0].items() if isinstance(value, tuple) and value == tuple(axes)
        ]
        named = [n for n in names if all(s.get(n) == tuple(axes) for s in self.scopes)]
        return named[0] if named else str(tuple(axes))

    def named(self, sizes: Sequence[int]) -> str:
        """The only name that the user gave a length with these values; empty if there is none."""
        found = [t for t, have in self.candidates() if t in self.counts and have == list(sizes)]
        return found[0] if len(found) == 1 else ""

    def stepped(self) -> list[tuple[str, list[int]]]:
        """Lengths one or two more or less."""
        return [
            (f"({text} {'-' if by < 0 else '+'} {abs(by)})", [h + by for h in have])
            for by in (-1, -2, 1, 2)
            for text, have in self.candidates()
        ]

    def parts(self) -> list[tuple[str, list[int]]]:
        """One named length over another: `C // G`."""
        names = [(t, h) for t, h in self.candidates() if t in self.counts]
        return [
            (f"({a} // {b})", [p // q for p, q in zip(x, y, strict=True)])
            for a, x in names
            for b, y in names
            if a != b and all(q > 1 and p % q == 0 and p != q for p, q in zip(x, y, strict=True))
        ]

    def products(self, count: int) -> list[tuple[str, list[int]]]:
        """Products of lengths, and of parts such as `C // G`."""
        known, parts = self.candidates(), self.parts()
        names = [(t, h) for t, h in known if t in self.counts]
        of = known if count == 2 else [*parts, *names]
        of = [*parts, *of] if count == 2 else of or known
        return [
            (
                f"({' * '.join(t for t, _ in chosen)})",
                [int(np.prod(v)) for v in zip(*(h for _, h in chosen), strict=True)],
            )
            for chosen in combinations_with_replacement(of[:12], count)
        ]

    def shape(self, shapes: Sequence[tuple[int, ...]], by_name: bool = False) -> str:
        """A text for a shape: that of an array; `by_name`: `(T, D)` where the user named every length."""
        named = [self.named(sizes) for sizes in zip(*shapes, strict=True)]
        if by_name and len(named) > 1 and all(named) and len(set(named)) == len(named):
            return f"({', '.join(named)})"
        for name in self.arrays:
            if all(self.value(name, s).shape == shape for s, shape in zip(self.scopes, shapes, strict=True)):
                return f"{name}.shape"
        parts = []
        for sizes in zip(*shapes, strict=True):
            alike = len(set(sizes)) == 1 and (sizes[0] <= 1 or len(set(shapes)) > 1)
            named = [t for t, have in self.candidates() if t in self.counts and have == list(sizes)]
            text = named[0] if named and sizes[0] > 1 else None
            parts.append(text or (str(sizes[0]) if alike else self.number(sizes) or str(sizes[0])))
        inner = ", ".join(p.strip("()") if p.startswith("(") else p for p in parts)
        return f"({inner},)" if len(parts) == 1 else f"({inner})"
