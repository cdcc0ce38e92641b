"""Operation records to the table that people read: partials as formulas and in words, domain, kinks.

Nothing is stated here: a formula is what the rule writes when it is run on symbols. Of elementwise operations
that is the local gradient; of others, whose local gradients are arrays, it is the contribution of an edge for
the upstream gradient `g`, on a small example.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from whygrad.emission.expressions import expression
from whygrad.errors import EmissionError, GraphError, UsageError
from whygrad.explanation.telling import tell
from whygrad.graph import INPUT, Abstract, GraphBuilder, Op
from whygrad.ops import OPS, lookup
from whygrad.ops.calls import spelled
from whygrad.ops.gaps import GAPS, reason
from whygrad.report import Block, Report, Table, Words
from whygrad.rules import Bilinear, Elementwise
from whygrad.tracing.symbols import Symbol, apply

LONGEST = 72
"""Characters of a formula; what is longer is left to the words."""


class Example(NamedTuple):
    """Shapes and parameters of a call on which an operation that is not elementwise is shown."""

    shapes: tuple[tuple[int, ...], ...]
    params: dict[str, Any] = {}  # noqa: RUF012  a tuple's fields are not shared state


SQUARE = (3, 3)
EXAMPLES = {
    "solve": Example((SQUARE, (3, 2))),
    "tensordot": Example((SQUARE, SQUARE), {"axes": ((1,), (0,))}),
    "einsum": Example((SQUARE, SQUARE), {"subscripts": "ij,jk->ik"}),
    "reshape": Example(((2, 3),), {"shape": (6,)}),
    "broadcast_to": Example(((3,),), {"shape": (2, 3)}),
    "sum_to": Example(((2, 3),), {"shape": (3,)}),
    "astype": Example(((3,),), {"dtype": np.dtype(np.float64)}),
    "concatenate": Example(((2,), (3,))),
    "stack": Example(((3,), (3,))),
    "tile": Example(((3,),), {"reps": (2,)}),
    "repeat": Example(((3,),), {"repeats": 2}),
    "roll": Example(((3,),), {"shift": 1}),
    "index": Example(((3,),), {"key": 2}),
    "pad": Example(((3,),), {"pad_width": ((1, 1),)}),
    "sort": Example(((3,),), {"axis": 0}),
    "inside": Example(((),), {"low": 0.0}),
    "polygamma": Example(((),), {"n": 0}),
    **dict.fromkeys(("inv", "det", "cofactors", "log_abs_det", "tril", "triu"), Example((SQUARE,))),
    **dict.fromkeys(("matmul", "dot"), Example((SQUARE, SQUARE))),
    "diag": Example(((3,),)),
}
NUMBERS = {
    math.log(2.0): "log(2)", math.log(10.0): "log(10)", math.pi: "pi", math.pi / 180: "pi / 180",
    180 / math.pi: "180 / pi", 2 / math.sqrt(math.pi): "2 / sqrt(pi)",
}  # fmt: skip
"""Numbers that are told better by where they come from."""


def table_of_operations() -> Report:
    """All operations: those with a rule, then those whose results do not vary."""
    ruled = [op for op in OPS.values() if op.rule is not None]
    rest = [op for op in OPS.values() if op.rule is None]
    columns = ("operation", "local gradient", "defined for", "kinks", "in words")
    rows = tuple(tuple(map(Words, _cells(op))) for op in ruled)
    names = ", ".join(f"`{op.name}`" for op in rest)
    gaps = ", ".join(f"`{name}`" for name in (*GAPS, "fft.*"))
    return Report(
        f"{len(ruled)} operations and their derivatives",
        (
            tell(
                "`y` is the result, `g` the upstream gradient; a formula with `g` is the whole contribution. "
                "A comparison counts as 1 where it holds, else as 0."
            ),
            Table(columns, rows),
            tell(
                f"Results that are whole numbers or truth values do not vary, and pass no gradient: {names}."
            ),
            tell(f"Refused by name and place, with the reason: {gaps}."),
        ),
    )


def page_of_operation(name: str) -> Report:
    """What the record of one operation says; `name` is its own, or what users call (`np.fabs`, `fabs`).

    UsageError for a name that means no operation.
    """
    stem = re.sub(r"^(np|numpy|math)\.", "", name)
    op = OPS.get(name) or OPS.get(stem) or _meant(stem)
    if op is None:
        why = reason(f"numpy.{stem}")
        raise UsageError(
            f"{name} has no rule: {why}" if why else f"no operation is called {name}", hint="whygrad ops"
        )
    _, formula, domain, kinks, words = _cells(op)
    facts = {
        "called as": ", ".join(dict.fromkeys(_calls(op))), "local gradient": formula,
        "defined for": domain, "kinks": kinks, "in words": words,
    }  # fmt: skip
    rows = tuple((Words(title, "strong"), Words(text)) for title, text in facts.items() if text)
    blocks: list[Block] = [Table(("", ""), rows)]
    if stem != op.name and name != op.name:
        blocks.insert(0, tell(f"`{name}` is computed by `{op.name}`, or ends in it."))
    return Report(op.name, tuple(blocks))


def _meant(stem: str) -> Op | None:
    for module in (np, math, np.linalg, np.ndarray):
        found = lookup(getattr(module, stem.rsplit(".", 1)[-1], None))
        if found is not None:
            return found.op
    return None


def _calls(op: Op) -> Iterator[str]:
    for stated in op.calls:
        yield spelled(stated[0] if isinstance(stated, tuple) else stated)


def _cells(op: Op) -> tuple[str, str, str, str, str]:
    """Name, formulas, domain, kinks, words."""
    names = _names(op)
    if op.rule is None:
        return op.name, "0", "", "", "The result does not vary."
    formulas = [text for text in (_formula(op, names, i) for i in range(len(names))) if text]
    return op.name, "; ".join(formulas), _domain(op, names), _kinks(op, names), op.note


def _names(op: Op) -> list[str]:
    """How the record calls its arguments."""
    if isinstance(op.rule, Elementwise):
        for stated in op.rule.partials:
            if callable(stated):
                return list(inspect.signature(stated).parameters)[: len(op.rule.partials)]
        return ["x"] if len(op.rule.partials) == 1 else ["a", "b"]
    several = isinstance(op.rule, Bilinear) or op.name in ("solve", "concatenate", "stack", "einsum")
    return ["a", "b"] if several else ["x"]


class _Stage:
    """The rows on which a record is run: its arguments, its result, the upstream gradient."""

    def __init__(self, op: Op, names: Sequence[str]) -> None:
        elementwise = isinstance(op.rule, Elementwise)
        example = EXAMPLES.get(op.name, Example(((() if elementwise else (3,)),) * len(names)))
        self.builder, self.params = GraphBuilder(), example.params
        self.args = [self.input(n, shape) for n, shape in zip(names, example.shapes, strict=True)]
        self.y = apply(self.builder, op, self.args, example.params)
        self.g = self.input("g", self.y.shape)
        self.names = {s.row: n for s, n in zip(self.args, names, strict=True)}
        self.names |= {self.y.row: "y", self.g.row: "g"}

    def input(self, name: str, shape: tuple[int, ...]) -> Symbol:
        row = self.builder.add(INPUT, (), Abstract(shape, np.dtype(np.float64) if shape else float))
        self.builder.name_row(row, name)
        return Symbol(self.builder, row)

    def text(self, value: Any) -> str:
        """A symbol that was computed, or a number, as people write it; nothing if it is too long."""
        if not isinstance(value, Symbol):
            return NUMBERS.get(value, f"{value:g}")
        if value.row in self.names and value.row != self.y.row:
            return self.names[value.row]
        if value.row == self.y.row:
            return "y"
        graph = self.builder.freeze((), (value.row,))
        text = _told(expression(graph, value.row, self.names, library="", longest=4 * LONGEST))
        return text if len(text) <= LONGEST else ""


def _told(text: str) -> str:
    """The text with numbers told by where they come from."""
    for number, origin in NUMBERS.items():
        text = text.replace(repr(number), origin)
    return text


def _formula(op: Op, names: Sequence[str], i: int) -> str:
    """The local gradient of argument `i`, or the contribution of its edge."""
    rule = op.rule
    assert rule is not None
    try:
        stage = _Stage(op, names)
        if isinstance(rule, Elementwise):
            found = rule.partial(i, stage.y, stage.args, stage.params)
        else:
            found = rule.vjp(i, stage.g, stage.y, stage.args, stage.params)
        text = "0" if found is None else stage.text(found)
    except (EmissionError, GraphError, TypeError, ValueError, IndexError, KeyError):
        return ""  # no short example: the words say it
    return f"by {names[i]}: {text}" if text and len(names) > 1 else text


def _domain(op: Op, names: Sequence[str]) -> str:
    bounds = [_interval(n, *ends) for n, ends in zip(names, op.domain, strict=False)]
    return ", ".join(b for b in bounds if b)


def _interval(name: str, low: float, high: float) -> str:
    below = f"{low:g} < " if low > -math.inf else ""
    above = f" < {high:g}" if high < math.inf else ""
    if below and not above:
        return f"{name} > {low:g}"
    return f"{below}{name}{above}" if above else ""


def _kinks(op: Op, names: Sequence[str]) -> str:
    """Where the record says that there is no derivative: `a - b = 0`."""
    if op.kinks is None:
        return ""
    try:
        stage = _Stage(op, names)
        found = partial(op.kinks, **stage.params)(*stage.args)
        text = stage.text(found)
    except (EmissionError, GraphError, TypeError, ValueError, IndexError, KeyError):
        text = ""
    return f"{text} = 0" if text else "ties"
