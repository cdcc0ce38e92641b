"""Forward mode as code: beside every line of the user's the one that carries its tangent, `dot_x` beside `x`.

Nothing has to be saved or reversed, so the function keeps its form: loops, branches and writes are the
user's. The statement of a tangent stands before the user's; after it, if it reads the new value.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.differentiation import tangent
from whygrad.emission import layout
from whygrad.emission.activity import Activity
from whygrad.emission.borders import divided, largest, padded, put_together
from whygrad.emission.cotangents import is_product, primed, zeros_of
from whygrad.emission.deriving import Written, is_cache, listed, parameters
from whygrad.emission.functions import reached
from whygrad.emission.leaves import is_array, is_number, is_real, write
from whygrad.emission.local import derive_expression, refusal
from whygrad.emission.phrases import PRIME, Named, Phrasing, scalars_only
from whygrad.emission.plan import Plan
from whygrad.emission.primal import Primal
from whygrad.emission.program import Program, bindings
from whygrad.emission.proving import Proof, called, moved, numbers
from whygrad.emission.sizes import Sizes
from whygrad.emission.tree import Node, Return, Step
from whygrad.errors import CheckFailedError, EmissionError, WhygradError
from whygrad.execution import execute
from whygrad.tracing.functions import trace_function

PREFIX = "dot_"
ROOM = layout.WIDTH - 8
"""Characters of a return that leaves some room for its indentation."""


class TangentPhrasing(Phrasing):
    """Writes the tangents of the results of one statement."""

    def grouped(self) -> list[Any]:
        return []

    def tangents(self) -> tuple[list[Named], list[str]]:
        """The lines before, and the tangent of each result."""
        lines = list(self.phrases().lines)
        return lines, [self.text(row, whole=True) for row in self.graph.outputs]


class Forwarding:
    """Writes a function with its tangents, and before it each that it calls."""

    def __init__(self, program: Program, name: str = "") -> None:
        self.program, self.part = program, program.parts[name or program.subject.name]
        self.activity: Activity = self.part.activity
        self.plan = Plan(indexed=True)

    def derive(self) -> Written:
        """The function that returns the result and its tangent."""
        program, subject = self.program, self.program.subject
        moving = [n for n in program.parts if n in program.kept and program.parts[n].wanted]
        called = [Forwarding(program, n).text()[0] for n in reversed(moving) if n != subject.name]
        within = [n for n in reached(subject.name, program.functions) if n not in subject.namespace]
        still = [program.functions[n] for n in within if n != subject.name and n not in moving]
        text, lines = self.text()
        above = [f"{write(f)}\n\n\n" for f in still] + [f"{t}\n\n" for t in called]
        found = [line for line in lines if not line.startswith("    return ")]
        dots = [f"{PREFIX}{name}" for name in self.part.wanted]
        name = f"{PREFIX}{self.part.name}"
        whole = "".join([*above, text])
        return Written(whole, name, self.part.wanted, dots, lines=found, pairs="".join(above))

    def text(self) -> tuple[str, list[str]]:
        """The text of the function, and its lines below what it says of itself."""
        part, subject = self.part, self.program.subject
        for node in part.nodes:
            if isinstance(node, Step) and not node.calls:
                self.step(node)
        body = Primal(subject.source, self.plan, set(part.nodes), self.returning, self.called).block(
            part.block, 1
        )
        dots = [f"{PREFIX}{name}" for name in part.wanted]
        doc = f'    """{part.name} and its tangent as {listed(part.wanted)} move along {listed(dots)}."""'
        lines = []
        for line in body:
            depth = len(line) - len(line.lstrip())
            lines += layout.fitted(line.strip(), depth // 4) if f"{PREFIX}" in line else [line]
        if len(doc) > layout.WIDTH:
            doc = f'    """{part.name} and its tangent."""'
        head = layout.header(f"{PREFIX}{part.name}", parameters(part.node, dots))
        return "\n".join([*head, doc, *lines]) + "\n", lines

    def called(self, node: Step) -> str:
        """A call of a function that has tangents of its own: it returns its results, then these."""
        callee, call = self.program.parts[node.calls], copy.deepcopy(node.value)
        assert isinstance(call, ast.Call)
        targets = node.target.elts if isinstance(node.target, ast.Tuple | ast.List) else [node.target]
        if not callee.wanted:
            return f"{', '.join(map(write, targets))} = {write(call)}"
        given = dict(bindings(node, callee))
        place = len(callee.node.args.args) - len(callee.node.args.defaults)
        later = zip(callee.parameters[place:], call.args[place:], strict=False)
        call.func = ast.Name(f"{PREFIX}{callee.name}", ast.Load())
        call.keywords = [*(ast.keyword(p, a) for p, a in later), *call.keywords]
        call.args = call.args[:place]
        call.keywords += [
            ast.keyword(f"{PREFIX}{p}", ast.parse(self.tangent_of(node, given[p]), mode="eval").body)
            for p in callee.wanted
            if p in given
        ]
        if not any(k.arg in given for k in call.keywords):  # all in order: no names are needed
            call.args, call.keywords = [*call.args, *(k.value for k in call.keywords)], []
        results = self.program.results(callee)
        kept = [(t, v) for t, (text, v) in zip(targets, results, strict=False) if not is_cache(text)]
        left = [*(write(t) for t, _ in kept), *(dotted(write(t)) for t, v in kept if is_moving(v))]
        return f"{', '.join(left)} = {write(call)}"

    def tangent_of(self, node: Step, argument: ast.expr) -> str:
        """The tangent of an argument: its own, or zeros."""
        leaf = self.activity.path(node, argument)
        if leaf is None:
            return "0.0"
        return (
            dotted(leaf.text)
            if self.activity.is_active(leaf)
            else zeros_of(self.activity.value(leaf.base), leaf.text)
        )

    # -- statements --

    def step(self, node: Step) -> None:
        """Note the lines of the tangent of a step."""
        roots = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        if not roots & self.activity.active or any(is_cache(r) for r in roots):
            return
        several = isinstance(node.target, ast.Tuple | ast.List)
        parts = node.target.elts if isinstance(node.target, ast.Tuple | ast.List) else [node.target]
        place = ", ".join(dotted(write(t)) for t in parts) if not node.appends else ""
        if not self.activity.depends(node):
            if not self.activity.executions(node):
                raise self.activity.unreached(node)
            if isinstance(node.target, ast.Name) and not node.appends:
                value = self.activity.result(node)
                self.after(
                    node,
                    f"{place} = {zeros_of(value, write(node.target))}"
                    if is_real(value) or not is_number(value)
                    else f"{place} = 0.0",
                )
            elif node.appends:
                self.after(node, f"{dotted(write(node.target))}.append(0.0)")
            else:
                self.before(node, f"{place} = 0.0")
            return
        target = write(node.target)
        if not node.appends and (whole := self.by_itself(node, target)):
            (self.after if whole[1] else self.before)(node, f"{place} = {whole[0]}")
            return
        own = node.appends or several
        after = [] if own or target in write(node.value) else [primed(target)]
        lines, texts = self.tangents(node, node.value, after)
        if several and len(texts) == len(parts):
            texts = [", ".join(texts)]
        if len(texts) != 1:
            raise self.activity.refuse(node, "several values from one expression", "assign them one by one")
        made = [f"{line.name} = {line.text}" if line.name else line.text for line in lines]
        if (
            texts[0].isidentifier()
            and not several
            and not isinstance(node.value, ast.Name)
            and is_array(self.activity.result(node))
        ):
            texts = [f"{texts[0]}.copy()"]  # where the user's value is a new array, so is its tangent
        last = f"{dotted(target)}.append({texts[0]})" if node.appends else self.given(node, place, texts[0])
        late = any(PRIME in line for line in (*made, last))
        for line in (*made, last):
            (self.after if late else self.before)(node, line.replace(PRIME, ""))

    def by_itself(self, node: Step, target: str) -> tuple[str, bool] | None:
        """The tangent of a list handed on whole, of the largest entry of a list, of an array with a border.

        With it, whether it stands after the statement.
        """
        value, result = node.value, self.activity.result(node)
        if (leaf := self.activity.leaf(node, value)) is not None and isinstance(result, list | tuple):
            return dotted(leaf.text), False
        if (place := largest(value, target)) is not None:
            owner = self.activity.leaf(node, value.args[0])  # type: ignore[attr-defined]
            if owner is not None and isinstance(self.activity.value(owner.base), list):
                return f"{dotted(owner.text)}[{place}]", True
        if joined := self.from_list(node, value):
            return joined, False
        if (parted := divided(value)) is not None:
            lines, texts = self.tangents(node, parted[0], [])
            for line in lines:
                self.before(node, f"{line.name} = {line.text}" if line.name else line.text)
            made = copy.deepcopy(value)
            assert isinstance(made, ast.Call)
            made.args[0] = ast.parse(texts[0], mode="eval").body
            return write(made), False
        if (inner := padded(value, np.ndim(result))) is not None:
            call = copy.deepcopy(value)
            assert isinstance(call, ast.Call)
            call.args[0] = ast.Name(dotted(write(inner[0])), ast.Load())
            call.keywords = [k for k in call.keywords if k.arg != "constant_values"]
            return write(call), False
        return None

    def from_list(self, node: Node, value: ast.expr) -> str:
        """The tangent of an array made of the entries of a list that has a name; empty for anything else."""
        first = value.args[0] if isinstance(value, ast.Call) and value.args else None
        owner = self.activity.leaf(node, first) if first is not None else None
        held = self.activity.value(owner.base) if owner is not None else None
        if owner is None or not isinstance(held, list):
            return ""
        if put_together(value, np.ndim(held[0]) if held else 0) is None:
            return ""
        made = copy.deepcopy(value)
        assert isinstance(made, ast.Call)
        made.args[0] = ast.Name(dotted(owner.text), ast.Load())
        return write(made)

    def given(self, node: Step, place: str, text: str) -> str:
        """`place = text`; `place += rest` where the user adds too, or where no other array can be changed."""
        alone = isinstance(node.node, ast.AugAssign) or is_number(self.activity.result(node))
        rest = text.removeprefix(place)
        if alone and text != rest and rest.startswith(" + "):
            return f"{place} += {rest[3:]}"
        if alone and text != rest and rest.startswith(" - ") and is_product(rest[3:]):
            return f"{place} -= {rest[3:]}"
        return f"{place} = {text}"

    def before(self, node: Node, line: str) -> None:
        """Note a line above the user's; of `i, f = s(i), s(f)` above the one line that all steps share."""
        text = node.node
        shared = isinstance(node, Step) and node.shared and isinstance(text, ast.Assign)
        if shared and isinstance(text, ast.Assign) and isinstance(text.targets[0], ast.Tuple | ast.List):
            node = next(n for n in self.part.nodes if n.node is text)
        self.plan.before.setdefault(node.number, []).append(line)

    def after(self, node: Node, line: str) -> None:
        self.plan.after.setdefault(node.number, []).append(line)

    def tangents(self, node: Node, value: ast.expr, after: Sequence[str]) -> tuple[list[Named], list[str]]:
        """The tangent of an expression."""
        activity = self.activity
        executions = activity.chosen(node)
        if not executions:
            raise activity.unreached(node)
        try:
            derived = [derive_expression(value, e, activity.is_active, forward=True) for e in executions]
        except (WhygradError, ArithmeticError, ValueError, TypeError, IndexError, KeyError) as error:
            raise refusal(write(value), activity.place(node), error) from None
        first = derived[0].traced
        seeds = []
        for k, part in derived[0].wanted:
            seeds.append(dotted(first.leaves[k].text) + first.paths[k][part])
        arrays = [leaf.base for leaf in first.leaves if leaf.base.isidentifier()]
        sizes = Sizes([e.scope for e in executions], arrays, activity.counts)
        plain = activity.library == "python" or (scalars_only(derived[0]) and "np." not in write(value))
        phrasing = TangentPhrasing(
            derived, sizes, "math" if plain else "np", seeds, after, self.part.builder.fresh, PREFIX
        )
        try:
            return phrasing.tangents()
        except EmissionError as error:
            raise refusal(write(value), activity.place(node), error) from None

    def returning(self, node: Return) -> list[str]:
        """The result and its tangent."""
        if node.value is None:
            return ["return None"]
        values = [v for v in self.activity.returned(node) if not is_cache(write(v))]
        lines, dots = [], []
        moving = [is_moving(v) for t, v in self.program.results(self.part) if not is_cache(t)]
        for value in [v for v, moves in zip(values, moving, strict=False) if moves]:
            leaf = self.activity.leaf(node, value)
            held = self.activity.value(leaf.base) if leaf is not None and not leaf.keys else None
            if leaf is not None and isinstance(held, list) and self.activity.is_active(leaf):
                dots.append(dotted(leaf.text))
                continue
            if whole := self.from_list(node, value):
                dots.append(whole)
                continue
            made, texts = self.tangents(node, value, [])
            lines += [f"{line.name} = {line.text}" if line.name else line.text for line in made]
            dots += texts
        returned = f"return {', '.join([*map(write, values), *dots])}"
        if len(returned) > ROOM:  # the tangents on lines of their own
            names = [d if d.isidentifier() else self.part.builder.fresh(f"{PREFIX}out") for d in dots]
            lines += [f"{name} = {d}" for name, d in zip(names, dots, strict=True) if name != d]
            returned = f"return {', '.join([*map(write, values), *names])}"
        return [*lines, returned]


def dotted(text: str) -> str:
    """The tangent of a place: `dot_h[t]` of `h[t]`."""
    node = ast.parse(text, mode="eval").body
    at = node
    while isinstance(at, ast.Subscript):
        at = at.value
    base = write(at)
    owner, dot, rest = base.rpartition(".")
    return f"{owner}{dot}{PREFIX}{rest}{text[len(base) :]}"


def prove_forward(
    function: Callable[..., Any], derived: Callable[..., Any], examples: Sequence[Sequence[Any]],
    argnums: Sequence[int], names: Sequence[str],
) -> Proof:  # fmt: skip
    """Compare results and tangents with the engine's at points around the examples."""
    draw, points, worst = np.random.default_rng(4), 0, 0.0
    for reach in (0.0, 0.1, 1.0):
        for example in examples:
            args = [moved(v, reach, draw) if k in argnums else v for k, v in enumerate(example)]
            along = [moved(args[k], 1.0, draw) for k in argnums]
            found = _gap(function, derived, args, argnums, dict(zip(names, along, strict=True)))
            if found is None:
                continue
            points, worst = points + 1, max(worst, found)
    if points == 0:
        raise EmissionError(
            "the tangent could not be compared at any point", hint="give other example inputs"
        )
    if not worst <= 1e-7:
        raise CheckFailedError(
            f"the tangent that was written differs from the engine's by {worst:.2g}",
            hint="this is a defect of whygrad, please report it; --no-check shows what was written",
        )
    return Proof(points, worst)


def _gap(
    function: Any, derived: Any, args: list[Any], argnums: Sequence[int], along: dict[str, Any]
) -> float | None:
    with np.errstate(all="ignore"):
        try:
            trace = trace_function(function, copy.deepcopy(args), argnums=argnums)
            seeds = [
                v for k, d in zip(argnums, along.values(), strict=True) for v, _ in numbers(d, d) if k >= 0
            ]
            made = tangent(trace.graph, seeds=[float(s) if type(s) is int else s for s in seeds])
            wanted = execute(made.graph, [trace.values[r] for r in trace.graph.inputs]).outputs
        except (WhygradError, ArithmeticError, ValueError, IndexError):
            return None
        if not all(np.all(np.isfinite(w)) for w in wanted):
            return None
        try:
            result = called(derived, copy.deepcopy(args), copy.deepcopy(along))
        except Exception as error:
            raise CheckFailedError(
                f"the tangent that was written fails at a test point: {type(error).__name__}: {error}",
                hint="this is a defect of whygrad, please report it; --no-check shows what was written",
            ) from None
    worst = 0.0
    tangents = [t for each in result[len(result) // 2 :] for t, _ in numbers(each, each)]
    for want, got in zip(wanted, tangents, strict=True):
        if np.shape(want) != np.shape(got):
            return float("inf")
        scale = max(float(np.max(np.abs(want), initial=0.0)), 1e-3)
        worst = max(worst, float(np.max(np.abs(np.asarray(got) - want), initial=0.0)) / scale)
    return worst


def is_moving(value: Any) -> bool:
    """Has a result a tangent: is it no whole number and no truth value?"""
    return is_real(value) or not (is_number(value) or is_array(value))
