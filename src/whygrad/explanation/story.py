"""`why`: the answer to "why is the gradient of this name what it is", in sentences, with numbers."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from whygrad.errors import GuardError, UsageError
from whygrad.execution.interpreter import execute
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.links import Link, chain, link_of_edge, link_of_gate
from whygrad.explanation.numbers import number_text, value_text
from whygrad.explanation.parts import parts
from whygrad.explanation.paths import Path
from whygrad.explanation.reasons import reasons, why_disconnected
from whygrad.explanation.telling import g, product_text, sum_text, tell, v
from whygrad.gates import Grouping
from whygrad.graph import Graph
from whygrad.report import Block, Bullets, Section

Level = Literal["line", "steps", "full"]
"""How much is told: one line, the steps, or the full derivation."""
MOST_PATHS = 5
"""Paths told gate by gate; the others are added up."""
FEW_NAMES = 7
MOST_USES = 8
"""Places of use that are told one by one."""
SUM_RULE = (
    "A contribution is the local gradient times the upstream gradient; "
    "a gradient is the sum of its contributions."
)


def answer(
    ledger: Ledger, grouping: Grouping, name: str, whole: Graph | None = None, level: Level = "full"
) -> tuple[Block, ...]:
    """Why the gradient of `name` is what it is. UsageError for an unknown name lists those that are known.

    `whole` is the graph with the rows that the output does not need, to tell why a name is not among them.
    """
    whole = ledger.graph if whole is None else whole
    named = [row for row in range(len(whole)) if whole.name(row) == name.strip()]
    if named and not any(ledger.graph.name(row) == name.strip() for row in ledger.names):
        return tuple(_not_connected(ledger, whole, name.strip(), named))
    row = find_name(ledger, name)
    label = ledger.label(row)
    if row == ledger.output:
        return (
            tell(f"`{label}` is the output itself; it moves as much as it moves. Its gradient is {g(1.0)}."),
        )
    if ledger.gradient(row) is None:
        named = named or [r for r in whole.inputs if whole.name(r) == ledger.graph.name(row)]
        return tuple(_not_connected(ledger, whole, label, named))
    return tuple(_Story(ledger, grouping, row).tell(level))


def _not_connected(ledger: Ledger, whole: Graph, label: str, named: Sequence[int]) -> Iterator[Block]:
    """There is no gradient: where the way ends."""
    out = ledger.label(ledger.output)
    yield tell(f"No path that carries a gradient leads from `{label}` to `{out}`: its gradient is {g(0.0)}.")
    yield from why_disconnected(whole, out, whole.outputs[0], label, named)


def find_name(ledger: Ledger, name: str) -> int:
    """The row that a reader means by a name: the last one, where it was assigned several times."""
    name = name.strip()
    for row, label in ledger.names.items():
        if label == name:
            return row
    again = [row for row in ledger.names if ledger.graph.name(row) == name]
    if again:
        return again[-1]
    known = list(ledger.names.values())
    entry = re.sub(r"_?(\d+)$", r"[\1]", name)  # w2 where the code says w[2]
    if entry in known:
        return find_name(ledger, entry)
    near = [label for label in known if label.startswith(f"{name}[")][:1] or difflib.get_close_matches(
        name, known, 1, 0.5
    )
    shown = ", ".join(known[:30]) + (", ..." if len(known) > 30 else "")
    hint = f"did you mean `{near[0]}`?" if near else f"ask for one of them, such as `{known[0]}`"
    raise UsageError(f"there is no `{name}` here; the names are {shown}", hint=hint)


class Use(NamedTuple):
    """A place where a name is used: a row, or a gate that it enters."""

    row: int
    link: Link
    upstream: Any
    contribution: Any
    place: str = ""

    @property
    def local(self) -> Any:
        return self.link.local

    @property
    def is_scalar(self) -> bool:
        return all(map(is_number, (self.local, self.upstream, self.contribution)))


def uses_of(ledger: Ledger, grouping: Grouping, row: int) -> list[Use]:
    """The places where a row is used; a gate that it enters is one place."""
    uses: list[Use] = []
    entered: set[int] = set()
    for edge in ledger.uses(row):
        gate = grouping.gate_of(edge.row)
        if gate is None or row not in gate.inputs:
            link = link_of_edge(ledger, (edge.row, edge.arg))
            uses.append(Use(edge.row, link, edge.upstream, edge.contribution, edge.place))
        elif gate.output not in entered:
            entered.add(gate.output)
            upstream = ledger.gradient(gate.output)
            link = link_of_gate(ledger, gate, row)
            rows = set(gate.rows)
            sent = sum(e.contribution for e in ledger.uses(row) if e.row in rows)
            uses.append(
                Use(gate.output, link, upstream, sent if link.local is None else upstream * link.local)
            )
    return uses


class _Story:
    """The answer for one row, section by section."""

    def __init__(self, ledger: Ledger, grouping: Grouping, row: int) -> None:
        around = grouping.gate_of(row)
        if around is not None and row != around.output:  # asked from within: the gate is opened
            grouping = grouping.expand(around)
        self.ledger, self.grouping, self.row = ledger, grouping, row
        self.name, self.out = ledger.label(row), ledger.label(ledger.output)
        self.uses = uses_of(ledger, grouping, row)
        self.ways = ledger.paths(MOST_PATHS, grouping)

    def tell(self, level: Level = "full") -> Iterator[Block]:
        """One line; the steps from the output back; or everything."""
        yield self.result()
        yield from reasons(self.ledger, self.grouping, self.row)
        if level == "steps":
            yield from self.paths()
        if level == "full":
            yield from self.full()

    def full(self) -> Iterator[Block]:
        for edge in self.uses[:MOST_USES]:
            yield self.use(edge)
        if len(self.uses) > MOST_USES:
            yield tell(f"... and {len(self.uses) - MOST_USES} more places of use.")
        yield from self.chain_rule()
        yield Section("From the output back, gate by gate", tuple(self.paths()))
        yield from parts(self.ledger, self.row)
        yield from self.experiment()
        yield Section("As a rule", (self.rules(),))

    def result(self) -> Block:
        gradient = g(self.ledger.gradient(self.row))
        text = f"The gradient of `{self.out}` with respect to `{self.name}` is {gradient}"
        if len(self.uses) > 1:
            terms = sum_text([use.contribution for use in self.uses], [use.place for use in self.uses])
            added = "" if len(self.uses) > MOST_USES else f": {terms}"
            return tell(
                f"{text}. `{self.name}` is used in {len(self.uses)} places, and each contributes{added}."
            )
        (edge,) = self.uses
        if edge.is_scalar:
            product = product_text([edge.local, edge.upstream])
            return tell(f"{text} = {product}: its local gradient times the upstream gradient.")
        return tell(f"{text}.")

    def use(self, edge: Use) -> Section:
        """What the local gradient is where the name is used, and what it is multiplied by."""
        entered = f"{edge.link.result} = {edge.link.formula}"
        if edge.local is None:
            local = "" if edge.link.gate else "Its local gradient there is no single number."
        else:
            local = f"Its local gradient there is {link_text(edge.link)}."
        told = [
            f"`{self.name}` enters `{entered}`.",
            local,
            edge.link.sends,
            edge.link.note + self.kink(edge),
            edge.link.shapes,
        ]
        first = tell(" ".join(text for text in told if text))
        what = f"the {number_text(edge.local)}" if is_number(edge.local) else "the local gradient"
        title = f"What is {what}, and what is it multiplied by?"
        return Section(title if len(self.uses) == 1 else f"{title} ({entered})", (first, self.upstream(edge)))

    def kink(self, edge: Use) -> str:
        """Said where the point is exactly at a kink: then the number is a choice."""
        graph, run = self.ledger.graph, self.ledger.run
        kinks = graph.op(edge.row).kinks
        if kinks is None or edge.link.gate:
            return ""
        with np.errstate(all="ignore"):
            at_kink = np.any(np.equal(kinks(*(run[arg] for arg in graph.args(edge.row))), 0))
        return " This point is exactly at a kink, where the local gradient is a choice." if at_kink else ""

    def upstream(self, edge: Use) -> Block:
        """What arrives at a gate, and where it comes from."""
        result = self.ledger.label(edge.row)
        if edge.row == self.ledger.output:
            return tell(
                f"It is multiplied by the upstream gradient of `{result}`, {g(edge.upstream)}: "
                f"`{result}` is the output itself. The contribution is {g(edge.contribution)}."
            )
        text = (
            f"It is multiplied by the upstream gradient of `{result}`, {g(edge.upstream)}: how fast "
            f"`{self.out}` moves when `{result}` moves."
        )
        for link in self.single_way(edge.row):
            if link.gate:
                text += (
                    f" Between them stands the {link.gate} gate `{link.result} = {link.formula}`, whose "
                    f"local gradient is {link_text(link)}: its slope here, not its value "
                    f"{v(self.ledger.run[link.row])}."
                )
        return tell(text)

    def single_way(self, row: int) -> list[Link]:
        """The links from the output to a row, if there is one way only."""
        if not self.ledger.is_scalar or self.ways.count(row) != 1:
            return []
        return chain(self.ledger, self.ways.best(row, 1)[0].steps, self.grouping)

    def chain_rule(self) -> Iterator[Block]:
        """Why the two are multiplied: rates of change, one after the other. Why contributions are added."""
        if len(self.uses) > 1:
            yield Section("Why are the contributions added?", (tell(
                f"A small change of `{self.name}` reaches `{self.out}` through all {len(self.uses)} places "
                "at once. The changes that arrive add up, and so do the contributions."
            ),))  # fmt: skip
            return
        (edge,) = self.uses
        if edge.row == self.ledger.output or not edge.is_scalar:
            return
        local, upstream, result = (
            number_text(edge.local),
            number_text(edge.upstream),
            self.ledger.label(edge.row),
        )
        yield Section("Why are they multiplied?", (tell(
            f"That is the chain rule. If `{self.name}` grows by a small h, `{result}` changes by "
            f"{local} * h. Whatever `{result}` changes by, `{self.out}` changes by {upstream} times that: "
            f"{product_text([edge.local, edge.upstream])} * h = {number_text(edge.contribution)} * h."
        ),))  # fmt: skip

    def paths(self) -> Iterator[Block]:
        """Every path (or the weightiest), one sentence for each gate, and the product."""
        total, shown = self.ways.count(self.row), self.ways.best(self.row, MOST_PATHS)
        for number, path in enumerate(shown, 1):
            links = chain(self.ledger, path.steps, self.grouping)
            if total > 1:
                yield tell(f"Path {number} of {total}: {path_text(self.ledger, self.row, links)}")
            yield Bullets(tuple(sentence(self.ledger, link) for link in links), ordered=True)
            if self.ledger.is_scalar and len(links) > 1:
                yield self.product(links, path)
        if self.ledger.is_scalar and total > 1:
            yield self.sum_over_paths(shown, total)

    def product(self, links: Sequence[Link], path: Path) -> Block:
        product = product_text([link.local for link in links])
        text = f"The product of the local gradients: {product} = {g(path.product)}."
        stopped = [link for link in links if link.local == 0 and link.formula]
        if stopped:
            text += (
                f" Nothing passes `{stopped[0].result} = {stopped[0].formula}`: its local gradient is 0 here."
            )
        return tell(text)

    def sum_over_paths(self, shown: Sequence[Path], total: int) -> Block:
        gradient, products = self.ledger.gradient(self.row), [path.product for path in shown]
        if total == len(shown):
            return tell(f"The gradient is the sum over the paths: {sum_text(products)} = {g(gradient)}.")
        rest = gradient - sum(products)
        return tell(
            f"The other {total - len(shown)} paths add up to {number_text(rest)}. The gradient is the sum "
            f"over all {total} paths: {sum_text([*products, rest])} = {g(gradient)}."
        )

    def experiment(self) -> Iterator[Block]:
        """The claim put to the test: move the input a little, and run the forward pass again."""
        graph, gradient, start = self.ledger.graph, self.ledger.gradient(self.row), self.ledger.run[self.row]
        if self.row not in graph.inputs or not (is_number(gradient) and is_number(start)):
            return
        h = 1e-3 * 10.0 ** math.floor(math.log10(max(1.0, abs(float(start)))))
        try:
            low, high = (self.moved(float(start) + move) for move in (-h, h))
        except GuardError:
            return  # the code takes another way there: nothing to compare
        change = high - low
        if not abs(change - 2 * h * gradient) <= 1e-3 * abs(change) + 1e-12:
            return  # too curved here for a step of this size
        yield Section("Try it", (tell(
            f"Run the forward pass at `{self.name} = {start - h:.6g}` and at "
            f"`{self.name} = {start + h:.6g}`: `{self.out}` goes from {low:.7g} to {high:.7g}, "
            f"a change of {number_text(change)} for "
            f"{number_text(2 * h)}. That is a rate of {g(change / (2 * h))}."
        ),))  # fmt: skip

    def moved(self, to: float) -> float:
        graph, run = self.ledger.graph, self.ledger.run
        return float(execute(graph, [to if row == self.row else run[row] for row in graph.inputs]).outputs[0])

    def rules(self) -> Block:
        notes = dict.fromkeys(edge.link.note for edge in self.uses if edge.link.note)
        return Bullets(tuple(tell(note) for note in (*notes, SUM_RULE)))


def is_number(value: Any) -> bool:
    """A single number, so that it can stand in a product."""
    return value is not None and np.ndim(value) == 0


def local_text(formula: str, local: Any) -> str:
    """`w0` = 2, or only the number where the formula is a number."""
    return f"`{formula}` = {g(local)}" if formula and formula != value_text(local) else g(local)


def link_text(link: Link) -> str:
    """`(1 - out) * out` = (1 - 0.7311) * 0.7311 = 0.1966."""
    if not link.numbers or link.numbers == value_text(link.local):
        return local_text(link.symbols, link.local)
    return f"`{link.symbols}` = {link.numbers} = {g(link.local)}"


def sentence(ledger: Ledger, link: Link) -> Block:
    """One link of a chain, told."""
    start = f"`{link.result} = {link.formula}`"
    if not link.formula:  # the middle of a long path
        total = "" if link.local is None else f", whose local gradients multiply to {g(link.local)}"
        return tell(f"{link.note}{total}.")
    if link.local is None:
        return tell(" ".join(text for text in (f"{start}.", link.sends, link.note, link.shapes) if text))
    text = f"{start}: by `{ledger.label(link.source)}` the local gradient is {link_text(link)}."
    if link.shapes and not link.shapes.startswith("All"):
        text += f" {link.shapes}"
    if link.parts and all(is_number(part.local) for part in link.parts):
        product = product_text([part.local for part in link.parts])
        gates = ", ".join(f"`{part.result} = {part.formula}`" for part in link.parts)
        text += f" That is one gate for {gates}, whose local gradients multiply to the same: {product}."
    return tell(text)


def path_text(ledger: Ledger, row: int, links: Sequence[Link]) -> str:
    """`x0 -> t1 -> t3 -> out`: forward, as the values flow; of a long path the ends."""
    names = [ledger.label(row), *(link.result for link in reversed(links))]
    if len(names) > 2 * FEW_NAMES:
        names = [*names[:FEW_NAMES], "...", *names[-FEW_NAMES:]]
    return f"`{' -> '.join(names)}`"
