"""Dimensions of arrays that are to be found: each begins as a prime number of its own.

Where a trial run complains that 7 is not 11, the two primes say which dimensions must be equal; a product, a
sum or a multiple of primes says how one follows from others.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

PRIMES = (5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103)
SMALL = (4, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
"""Sizes that are used in the end: distinct, and none is one."""

LARGEST = 4096


@dataclass(eq=False)
class Dimensions:
    """The dimensions of one search, by number. All methods speak of numbers of dimensions."""

    parent: list[int] = field(default_factory=list)
    bound: dict[int, tuple[str, int, tuple[int, ...]]] = field(default_factory=dict)
    """Dimension -> (`product` or `sum`, number, dimensions): what it is computed as."""
    fixed: dict[int, int] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)
    """`image`, `window`, `batch`, `class`: what is known of its size."""
    named: dict[str, int] = field(default_factory=dict)

    def copy(self) -> Dimensions:
        return Dimensions(
            list(self.parent), dict(self.bound), dict(self.fixed), dict(self.roles), dict(self.named)
        )

    def new(self, role: str = "") -> int:
        number = len(self.parent)
        self.parent.append(number)
        if role:
            self.roles[number] = role
        return number

    def by_name(self, name: str, role: str = "") -> int:
        """The dimension of a name; the same name is the same dimension."""
        if role == "image" and not name.startswith("image"):
            # Height and width are those of all images that a unit takes.
            low = name.lower()
            name = "image 3" if "w" in low else "image 2" if "h" in low else name
        if name not in self.named:
            self.named[name] = self.new(role)
        return self.named[name]

    def constant(self, size: int) -> int:
        number = self.new()
        self.fixed[number] = size
        return number

    def combined(self, kind: str, number: int, parts: tuple[int, ...]) -> int:
        made = self.new()
        self.bound[made] = (kind, number, parts)
        return made

    def root(self, number: int) -> int:
        while self.parent[number] != number:
            number = self.parent[number]
        return number

    def free(self) -> list[int]:
        """Roots that are not computed from others."""
        return [
            n
            for n in range(len(self.parent))
            if self.root(n) == n and n not in self.bound and n not in self.fixed
        ]

    def sizes(self, small: bool) -> dict[int, int]:
        """A size for every dimension: primes while searching, small ones in the end."""
        found = dict(self.fixed)
        free = self.free()
        if small:
            found |= _small_sizes(free, self.roles)
        else:
            images = [n for n in free if self.roles.get(n) == "image"]
            found |= dict(zip(free, PRIMES, strict=False))
            if images:  # loops over images are slow
                rest = [n for n in free if n not in images]
                found |= dict(zip(rest, (2, 5, 7, *PRIMES[4:]), strict=False))
                found |= dict(zip(images, (11, 13, 101, 103), strict=False))
            found |= {n: 3 for n in free if self.roles.get(n) == "window"}
        for number in range(len(self.parent)):
            found[number] = self._size(number, found, 0)
        return found

    def _size(self, number: int, found: Mapping[int, int], depth: int) -> int:
        root = self.root(number)
        if root in found:
            return found[root]
        if root not in self.bound or depth > 8:
            return 2
        kind, constant, parts = self.bound[root]
        sizes = [self._size(part, found, depth + 1) for part in parts]
        if kind == "sum":
            return constant + sum(sizes)
        for size in sizes:
            constant *= size
        return constant

    def unify(self, first: int, second: int) -> bool:
        """Make two dimensions one; False where both are fixed or computed otherwise."""
        a, b = self.root(first), self.root(second)
        if a == b:
            return False
        if a in self.fixed or a in self.bound:
            a, b = b, a
        if a in self.fixed or a in self.bound or self._needs(b, a):
            return False
        self.parent[a] = b
        self.roles.setdefault(b, self.roles.get(a, ""))
        return True

    def _needs(self, number: int, other: int, depth: int = 0) -> bool:
        root = self.root(number)
        if root == self.root(other):
            return depth > 0
        if root not in self.bound or depth > 8:
            return False
        return any(self._needs(part, other, depth + 1) for part in self.bound[root][2])

    def equate(self, first: int, second: int, small: bool = False) -> bool:
        """Make two dimensions one whose sizes a run complained of; False where one is no dimension."""
        sizes = self.sizes(small)
        roots = [*self.free(), *(n for n in self.bound if self.root(n) == n)]
        owners = [[n for n in roots if sizes[n] == size] for size in (first, second)]
        return bool(all(owners)) and self.unify(owners[0][0], owners[1][0])

    def retie(self, first: int, second: int) -> bool:
        """Make a part of a sum another dimension, so that the sum is what a run asks for.

        `W` has columns for the state before and the input, 11 + 5; the next state has 13 rows: 18 are asked.
        """
        sizes = self.sizes(small=False)
        for mine, other in ((first, second), (second, first)):
            sums = [parts for n, (kind, _, parts) in self.bound.items() if kind == "sum" and sizes[n] == mine]
            for part in (part for parts in sums for part in parts):
                wanted = sizes[part] + other - mine
                found = [n for n in self.free() if sizes[n] == wanted]
                if wanted != sizes[part] and found and self.unify(part, found[0]):
                    return True
        return False

    def extend(self, index: int, size: int) -> bool:
        """Let the dimension of a size have one entry more than that of an index: `x[n]` is the last."""
        sizes = self.sizes(small=False)
        owners = [[n for n in self.free() if sizes[n] == wanted] for wanted in (index, size)]
        if index == size or not all(owners):
            return False
        self.bound[owners[1][0]] = ("sum", 1, (owners[0][0],))
        return True

    def refactor(self, first: int, second: int) -> bool:
        """Make two counts of entries one, dimension by dimension: of 13 * 17 and 5 * 7 13 is 5, 17 is 7."""
        common = math.gcd(first, second)
        if not common or first == second:
            return False
        mine, its = self._factors(first // common), self._factors(second // common)
        if not mine or len(mine) != len(its):
            return False
        made = [self.unify(a, b) for a, b in zip(mine, its, strict=True)]  # each of them
        return all(made)

    def _factors(self, count: int) -> list[int]:
        """The free dimensions whose sizes, primes, make a count, in the order of their making; or none."""
        sizes = self.sizes(small=False)
        found = []
        for number in self.free():
            if sizes[number] > 1 and count % sizes[number] == 0:
                found.append(number)
                count //= sizes[number]
        return found if count == 1 else []

    def multiply(self, first: int, second: int) -> bool:
        """Let a dimension be the product of others that a run asks for."""
        return self._bound_by(first, second, _products)

    def add_up(self, first: int, second: int) -> bool:
        """Let a dimension be the sum of two others that a run asks for: rows of two arrays put together."""
        return self._bound_by(first, second, _sums)

    def reconcile(self, first: int, second: int) -> bool:
        """Make two sizes agree in any way that gives the number; False where there is none."""
        return self._bound_by(first, second, _readings, last=True)

    def _bound_by(self, first: int, second: int, readings: Readings, last: bool = False) -> bool:
        sizes = self.sizes(small=False)
        for mine, other in ((first, second), (second, first)):
            for owner in (n for n in self.free() if sizes[n] == mine):
                if self._bind(owner, other, sizes, readings, last):
                    return True
        return False

    def _bind(self, owner: int, size: int, sizes: Mapping[int, int], readings: Readings, last: bool) -> bool:
        others = [n for n in self.free() if n != owner]
        for kind, number, parts in readings(size, others, sizes):
            self.bound[owner] = (kind, number, parts)
            return True
        if last and 0 < size <= LARGEST:  # a number of the code's own: `hidden_size = 100`
            self.fixed[owner] = size
            return True
        return False


Reading = tuple[str, int, tuple[int, ...]]
Readings = Callable[[int, Iterable[int], Mapping[int, int]], Iterable[Reading]]


def _products(size: int, others: Iterable[int], sizes: Mapping[int, int]) -> Iterable[Reading]:
    free = [n for n in others if sizes[n] > 1]
    for count in (2, 3, 4):
        for chosen in itertools.combinations_with_replacement(free, count):
            product = 1
            for n in chosen:
                product *= sizes[n]
            if product == size:
                yield "product", 1, chosen
    for factor in (2, 3, 4):
        for n in free:
            if factor * sizes[n] == size:
                yield "product", factor, (n,)


def _sums(size: int, others: Iterable[int], sizes: Mapping[int, int]) -> Iterable[Reading]:
    for first, second in itertools.combinations([n for n in others if sizes[n] > 1], 2):
        if sizes[first] + sizes[second] == size:
            yield "sum", 0, (first, second)


def _readings(size: int, others: Iterable[int], sizes: Mapping[int, int]) -> Iterable[Reading]:
    free = [n for n in others if sizes[n] > 1]
    yield from _products(size, free, sizes)
    yield from _sums(size, free, sizes)
    for step in (1, -1):
        for n in free:
            if sizes[n] + step == size:
                yield "sum", step, (n,)


def _small_sizes(free: list[int], roles: Mapping[int, str]) -> dict[int, int]:
    found = {n: 3 for n in free if roles.get(n) == "window"}
    images = [n for n in free if roles.get(n) == "image"]
    found |= dict(zip(images, (5, 7, 9, 11), strict=False))
    few = bool(images)
    rest = [n for n in free if n not in found]
    choice = [
        s for s in ((2, 3, 4, 6, *SMALL[4:]) if few else SMALL) if s not in found.values() or (few and s == 3)
    ]
    found |= dict(zip(rest, choice, strict=False))
    found |= {n: 2 for n in free if n not in found}
    return found
