"""Rows as a reader likes them: products with factors in order, lengths by name, gates by their formula."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from whygrad.emission.expressions import Writer
from whygrad.emission.extents import MOVING, SUMS, Extents, constant, counted, filled
from whygrad.emission.local import Derived
from whygrad.emission.pieces import ATOM, PRODUCT, Piece, infix, literal, prefix
from whygrad.emission.places import named_key
from whygrad.emission.products import length, quotient, without, written_product
from whygrad.emission.sizes import ORDINARY, Sizes
from whygrad.emission.terms import like_terms
from whygrad.errors import AnotherFormError
from whygrad.gates import KNOWN
from whygrad.graph import CONSTANT, INPUT

PRODUCTS = ("multiply", "damped_multiply", "divide", "negative", "reciprocal")


class ReadableWriter(Writer):
    """Writes rows in the user's names, products with their factors in order, lengths by name."""

    def __init__(
        self, derived: Sequence[Derived], names: Mapping[int, str], library: str, sizes: Sizes | None
    ) -> None:
        super().__init__(derived[0].graph, names, library, 4000)
        self.graphs = [d.graph for d in derived]
        self.sizes, self.traced = sizes, derived[0].traced.graph
        self.extents = Extents(self.graph, names)
        constants = [
            self.traced.params(r)["value"] for r in range(len(self.traced)) if self.traced.op(r) is CONSTANT
        ]
        self.own = {abs(float(v)) for v in constants if np.ndim(v) == 0}

    def has_name(self, row: int) -> bool:
        return row in self.names

    def leaf(self, row: int) -> Piece | None:
        if row not in self.names and self.graph.op(row) is CONSTANT:
            return self.constant(row)
        return super().leaf(row)

    def counted(self, row: int) -> Piece:
        """A sum of equal numbers: the number, or how often it is there times it."""
        values = [constant(g, row) for g in self.graphs]
        text = self.sizes.number(values) if self.sizes is not None else None
        if text is None and len(set(values)) > 1 and self.sizes is not None:
            times = self.sizes.number([counted(g, row) for g in self.graphs])
            inner = self.pieces[self.graph.args(row)[0]]
            if times is None:
                raise AnotherFormError("a sum has another number of terms from run to run")
            return infix("*", Piece(times, ATOM), inner)
        return literal(values[0], self.library) if text is None else length(text)

    def constant(self, row: int) -> Piece:
        """A number, or the length that it is."""
        values = [g.params(row)["value"] for g in self.graphs]
        text = None
        if all(np.ndim(v) == 0 or (np.size(v) and np.all(v == np.ravel(v)[0])) for v in values):
            numbers = [np.ravel(v)[0] for v in values]
            differ = len({float(n) for n in numbers}) > 1
            rules = not self.states(numbers[0]) and float(numbers[0]) not in ORDINARY
            if self.sizes is not None and (differ or rules):
                text = self.sizes.number([float(n) for n in numbers], alone=not differ)
                if text is None and differ:
                    raise AnotherFormError(
                        "a number in it differs from run to run, and no length explains it"
                    )
        if text is None:
            return literal(values[0], self.library)
        return length(text)

    def is_counted(self, row: int) -> bool:
        """Is a row a sum of equal numbers?"""
        sums = row not in self.names and self.library == "np" and self.graph.op(row).name in SUMS
        return sums and self.extents.is_constant(row)

    def axes_text(self, axes: Sequence[int]) -> str:
        return super().axes_text(axes) if self.sizes is None else self.sizes.axes(axes)

    def shape_text(self, row: int) -> str:
        shapes = [g.abstract(row).shape for g in self.graphs]
        reshaped = self.graph.op(row).name == "reshape"
        return str(shapes[0]) if self.sizes is None else self.sizes.shape(shapes, by_name=reshaped)

    def apply(self, row: int) -> Piece:
        args = self.graph.args(row)
        if self.library != "np" or self.extents.is_on_entries(row):
            return self.spelled(row)
        if self.is_counted(row):
            return self.counted(row)
        if self.graph.op(row).name in MOVING and self.extents.of(row) == () != self.shape(row):
            return self.pieces[args[0]]
        short = {a: self.pieces[a] for a in args if not self.extents.is_full(a)}
        self.pieces |= {a: Piece(self.full(a, piece.text), ATOM) for a, piece in short.items()}
        made = self.spelled(row)
        self.pieces |= short
        return made

    def full(self, row: int, text: str) -> str:
        """The text of a row at its full shape, from one that would be stretched to it."""
        if self.extents.of(row):
            return f"np.broadcast_to({text}, {self.shape_text(row)})"
        return filled(self.shape_text(row), text)

    def spelled(self, row: int) -> Piece:
        """A row, its operands written."""
        name = self.graph.op(row).name
        if name in PRODUCTS:
            return self.product(row)
        if name in ("add", "subtract") and (piece := self.gathered(row) or self.taken_out(row)):
            return piece
        if name.endswith(" gate"):
            return self.gate(name.removesuffix(" gate"), self.pieces[self.graph.args(row)[0]])
        if name == "greater" and self.graph.op(self.graph.args(row)[0]).name == "relu gate":
            gate = self.graph.args(row)[0]
            if gate not in self.names:  # where the gate is open says its argument as well
                return infix(
                    ">", self.write_part(self.graph.args(gate)[0]), self.pieces[self.graph.args(row)[1]]
                )
        if name in ("concatenate", "stack"):
            return self.joined(row)
        if name == "index":
            owner, *dynamic = (self.pieces[a] for a in self.graph.args(row))
            key = named_key(self.graphs, row, 0, [p.text for p in dynamic], self.sizes, self.traced)
            return Piece(f"{owner.at(ATOM)}[{key}]", ATOM)
        if name == "reshape" and (piece := self.squeezed(self.graph.args(row)[0], self.shape(row))):
            return piece
        if name in ("sum", "mean", "sum_to") and self.library == "np":
            return self.drawn_out(row) or self.reduced(super().apply(row))
        if name == "add":  # `a - b`, not `-b + a`
            first, second = (self.pieces[a] for a in self.graph.args(row))
            if first.text.startswith("-") and first.binding >= PRODUCT and not second.text.startswith("-"):
                return infix("-", second, Piece(first.text[1:], first.binding))
        return super().apply(row)

    def drawn_out(self, row: int) -> Piece | None:
        """A sum of products with what all its terms share outside: `np.sum(g * x, axis=0) / std`."""
        product = self.graph.args(row)[0]
        have, want = self.shape(product), self.shape(row)
        minus, above, below = self.factors(product)
        shared = [r for r in (*above, *below) if self.is_shared(self.extents.of(r), have, want)]
        inside = [r for r in above if r not in shared], [r for r in below if r not in shared]
        shapes = [self.extents.of(r) for part in inside for r in part]
        if not shared or not inside[0] or np.broadcast_shapes(*shapes) != have:
            return None
        written = self.pieces[product]
        self.pieces[product] = self.product_of(False, *inside)
        self.pieces[row] = self.reduced(super().apply(row))
        self.pieces[product] = written
        outside = [row, *(r for r in above if r in shared)]
        return self.product_of(minus, outside, [r for r in below if r in shared])

    def is_shared(self, own: tuple[int, ...], have: tuple[int, ...], want: tuple[int, ...]) -> bool:
        """Is a factor of that shape the same in all terms of a sum, and does it meet what is left of it?"""
        if own == ():
            return True
        if len(want) == len(have):  # the axes are kept
            padded = (1,) * (len(have) - len(own)) + own
            return all(n == 1 for n, a, b in zip(padded, have, want, strict=True) if a != b)
        return have[len(have) - len(want) :] == want and len(own) <= len(want)

    def squeezed(self, row: int, shape: tuple[int, ...]) -> Piece | None:
        """A sum that kept its axes, without them: `x.sum(axis=0)` has no need of a reshape."""
        if row in self.names or self.library != "np" or self.graph.op(row) in (INPUT, CONSTANT):
            return None
        below = self.graph.args(row)[0]
        if self.graph.op(row).name == "negative":
            inner = self.squeezed(below, shape)
            return prefix("-", inner) if inner is not None else None
        have, kept = self.shape(below), self.shape(row)
        if self.graph.op(row).name != "sum_to" or len(have) != len(kept) or not self.extents.is_full(below):
            return None
        axes = [k for k, n in enumerate(kept) if n != have[k]]
        if not axes or shape != tuple(n for k, n in enumerate(kept) if k not in axes):
            return None
        axis = self.axes_text(axes)
        return self.reduced(self.call("sum", self.write_part(below).text, f"axis={axis}"))

    @staticmethod
    def reduced(piece: Piece) -> Piece:
        """`np.sum(x, axis=0)` of a name is `x.sum(axis=0)`."""
        found = re.fullmatch(r"np\.(sum|mean)\(([A-Za-z_]\w*)(?:, (.*))?\)", piece.text)
        return Piece(f"{found[2]}.{found[1]}({found[3] or ''})", ATOM) if found else piece

    def gate(self, name: str, argument: Piece) -> Piece:
        """A gate by its formula."""
        if name == "tanh":
            return self.call("tanh", argument.text)
        known = next(k for k in KNOWN if k.name == name)
        text = known.formula.replace("-1 * ", "-")
        library = {"math": "math.", "np": "np."}.get(self.library, "")
        text = re.sub(r"\b(exp|log|log1p|maximum|where|tanh|sum)\(", lambda m: f"{library}{m[0]}", text)
        own = r"(?P<alone>(?<=[(])x(?=[,)])|(?<=, )x(?=[,)]))|\bx\b".replace("x", known.parameters[0])
        text = re.sub(own, lambda m: argument.text if m["alone"] else argument.at(ATOM), text)
        return Piece(text, PRODUCT)

    def factors(self, row: int) -> tuple[bool, list[int], list[int]]:
        """Sign, factors and divisors of a row that is a product and has no name."""
        graph, name = self.graph, self.graph.op(row).name
        if row in self.names or name not in PRODUCTS or self.graph.op(row) in (INPUT, CONSTANT):
            return False, [row], []
        args = graph.args(row)
        minus, above, below = self.factors(args[0])
        if name == "negative":
            return not minus, above, below
        if name == "reciprocal":
            return minus, below, above
        other, more, under = self.factors(args[1])
        minus = minus != other
        return (
            (minus, above + more, below + under) if name != "divide" else (minus, above + under, below + more)
        )

    def product(self, row: int) -> Piece:
        """Numbers first, then the factors, then the divisors."""
        return self.product_of(*self.factors(row))

    def product_of(self, minus: bool, above: list[int], below: list[int], times: float = 1.0) -> Piece:
        """A product of its sign, factors and divisors, and a number."""
        number, top = self.numbers(above)
        number *= times
        under, bottom = self.numbers(below)
        number /= under
        minus, number = minus != (number < 0), abs(number)
        pieces, below_pieces = [self.write_part(r) for r in top], [self.write_part(r) for r in bottom]
        truths = {self.pieces[r].text for r in top if self.graph.abstract(r).dtype in (bool, np.dtype(bool))}
        for k, p in enumerate(pieces):
            if p.text.startswith("-") and p.binding >= PRODUCT:
                pieces[k], minus = Piece(p.text[1:], max(p.binding, PRODUCT)), not minus
        axes = {
            p.text: self.extents.of(r) for r, p in zip((*top, *bottom), (*pieces, *below_pieces), strict=True)
        }
        lengths = [p for p in pieces if p.binding >= PRODUCT and re.match(r"[12] / ", p.text)]
        pieces = [p for p in pieces if p not in lengths]
        below_pieces += [Piece(p.text[4:], ATOM) for p in lengths]
        for p in lengths:
            number *= int(p.text[0])
        for p in list(pieces):  # a factor over itself
            if p in below_pieces:
                pieces.remove(p)
                below_pieces.remove(p)
        for k, p in enumerate(pieces):  # `total / n * n`
            over = next((q for q in pieces if p.binding == PRODUCT and p.text.endswith(f" / {q.text}")), None)
            if over is not None and over.binding == ATOM:
                pieces[k] = written_product(p.text.removesuffix(f" / {over.text}"))
                pieces.remove(over)
                break
        pieces = self.outer(top, pieces) or self.ordered(pieces)
        inverse = 1 / number if number else 0.5
        plain = self.states(number) or len(repr(number)) < 6  # 0.02, but not 0.3333333333333333
        if pieces and number < 1 and not plain and inverse == int(inverse) and inverse > 2:
            below_pieces.append(literal(inverse, self.library))
            number = 1.0
        if number != 1 or not pieces:
            pieces.insert(0, literal(number, self.library))
        pieces, below_pieces, large = self.small_first(pieces, below_pieces, axes)
        made = quotient(self.powers(pieces), self.powers(below_pieces))
        for p in self.powers(large):
            made = infix("*", made, p)
        if minus and not {p.text for p in pieces} - truths:
            return Piece(f"-1 * {made.at(PRODUCT)}", PRODUCT)  # NumPy has no minus of truth values
        return prefix("-", made) if minus else made

    def gathered(self, row: int) -> Piece | None:
        """A sum in which like terms are put together: `3 * x**2`, not `x**2 + x**2 + x**2`."""
        count, found = like_terms(self, row)
        if len(found) == count or not all(times for times, _, _ in found):
            return None
        terms = sorted(found, key=lambda term: term[0] < 0)  # `a - b`, not `-b + a`
        made = self.product_of(terms[0][0] < 0, *terms[0][1:], times=abs(terms[0][0]))
        for times, top, bottom in terms[1:]:
            made = infix("-" if times < 0 else "+", made, self.product_of(False, top, bottom, abs(times)))
        return made

    def taken_out(self, row: int) -> Piece | None:
        """A sum of two products with their common factors before it: `(g - total) / norm`."""
        (one, over, under), (other, over2, under2) = self.terms(row)
        top, bottom = Counter(over) & Counter(over2), Counter(under) & Counter(under2)
        rests = [(minus, without(a, top), without(b, bottom)) for minus, a, b in self.terms(row)]
        numbers_only = all(self.graph.op(r) is CONSTANT for r in (*top, *bottom))
        inverse = any(below and not above for _, above, below in rests)
        if numbers_only or inverse or (not bottom and [] in (rests[0][1], rests[1][1])):
            return None  # `grad + grad * x` stays
        rests.sort(key=lambda rest: rest[0])  # `a - b`, not `-b + a`
        pieces = [self.product_of(False, above, below) for _, above, below in rests]
        self.pieces[row] = infix("+" if one == other else "-", *pieces)
        first = next((k for k, r in enumerate(over) if r not in top), 0)
        shared = list(top.elements())
        return self.product_of(
            one and other, [*shared[:first], row, *shared[first:]], list(bottom.elements())
        )

    def terms(self, row: int) -> list[tuple[bool, list[int], list[int]]]:
        """Sign, factors and divisors of the two terms of a sum."""
        found = [self.factors(r) for r in self.graph.args(row)]
        if self.graph.op(row).name == "subtract":
            minus, above, below = found[1]
            found[1] = not minus, above, below
        return found

    def small_first(
        self, pieces: list[Piece], below: list[Piece], axes: Mapping[str, tuple[int, ...]]
    ) -> tuple[list[Piece], list[Piece], list[Piece]]:
        """What is divided, by what, and what is multiplied then: `grad_var / N * x` divides few numbers."""
        sizes = {text: int(np.prod(shape)) for text, shape in axes.items()}
        most = max(sizes.values(), default=1)
        large = [p for p in pieces if sizes.get(p.text, 1) == most]
        small = [p for p in pieces if p not in large]
        rows = any(axes.get(p.text) for p in small)
        if self.library != "np" or not below or not large or not rows:
            return pieces, below, []
        if any(sizes.get(p.text, 1) == most for p in below):
            return pieces, below, []
        return small, below, large

    def outer(self, rows: Sequence[int], pieces: list[Piece]) -> list[Piece] | None:
        """`a[:, None] * b` of two vectors is their outer product."""
        if len(rows) != 2 or len(pieces) != 2 or self.library != "np":
            return None
        for k in (0, 1):
            column, line = self.upright(rows[k], 0), self.upright(rows[1 - k], 1)
            if column is not None and (line is not None or len(self.shape(rows[1 - k])) == 1):
                flat = rows[1 - k] if line is None else line
                return [self.call("outer", *(self.write_part(r).text for r in (column, flat)))]
        return None

    def upright(self, row: int, axis: int) -> int | None:
        """The vector that a row of shape (n, 1), or (1, n), is made of."""
        if row in self.names or self.graph.op(row).name != "reshape":
            return None
        inner, shape = self.graph.args(row)[0], self.shape(row)
        vector = len(self.shape(inner)) == 1 and len(shape) == 2 and shape[1 - axis] == 1
        return inner if vector else None

    def joined(self, row: int) -> Piece:
        """Arrays put together."""
        graph = self.graph
        texts = [self.pieces[arg].text for arg in graph.args(row)]
        params = [f"{k}={v!r}" for k, v in graph.params(row).items()]
        return self.call(graph.op(row).name, f"[{', '.join(texts)}]", *params)

    def states(self, number: float) -> bool:
        """Does the user's own text have this number?"""
        return abs(float(number)) in self.own

    @staticmethod
    def powers(pieces: list[Piece]) -> list[Piece]:
        """A factor that is there twice is a square."""
        found: list[Piece] = []
        for p in pieces:
            count = pieces.count(p)
            made = infix("**", p, Piece(str(count), ATOM)) if count > 1 else p
            if made not in found:
                found.append(made)
        return found

    def ordered(self, pieces: list[Piece]) -> list[Piece]:
        """For single numbers the local gradient comes first, if it is short: `w[0] * grad_y`."""
        if self.library == "np":
            return pieces
        short = [p for p in pieces if p.binding == ATOM and "grad" not in p.text]
        upstream = any("grad" in p.text for p in pieces)
        return short + [p for p in pieces if p not in short] if len(pieces) == 2 and upstream else pieces

    def write_part(self, row: int) -> Piece:
        """A factor."""
        if row not in self.pieces:
            inner = self.row
            self.write(row)
            self.row = inner
        return self.pieces[row]

    def numbers(self, rows: list[int]) -> tuple[float, list[int]]:
        """The product of the plain numbers among rows, and the rest."""
        number, rest = 1.0, []
        for row in rows:
            plain = row not in self.names and self.graph.op(row) is CONSTANT
            if plain or self.is_counted(row):
                text = (self.constant(row) if plain else self.counted(row)).text.strip("()")
                try:
                    number *= float(text)
                    continue
                except ValueError:
                    pass
            rest.append(row)
        return number, rest
