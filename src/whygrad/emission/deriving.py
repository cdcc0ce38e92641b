"""From a program to the text of its gradient: a function of its own, or the backward beside a forward."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from whygrad.emission import layout
from whygrad.emission.caching import without_shapes
from whygrad.emission.cotangents import Cotangent
from whygrad.emission.folding import Folding
from whygrad.emission.leaves import is_number, is_real, write
from whygrad.emission.mentions import free_names, unbound
from whygrad.emission.phrases import hug
from whygrad.emission.plan import Plan
from whygrad.emission.primal import Primal, kept_nodes
from whygrad.emission.printing import Printer
from whygrad.emission.program import Function, Program
from whygrad.emission.reaching import Copies, around_returns, bound_before, node_reads
from whygrad.emission.reversal import Reversal
from whygrad.emission.saving import Saving
from whygrad.emission.shapes import Shapes
from whygrad.emission.tidying import NAMES, drop_unread, returned, tidy
from whygrad.emission.tree import Loop, Return, Step, assigned

KEPT = "  # kept for the backward pass"


@dataclass(eq=False)
class Reversed:
    """A function with its backward lines, not yet put together."""

    part: Function
    upstream: list[str]
    """What the cotangent of each result is called: "1.0" for a single number, "" for what has none."""
    lines: list[str]
    results: list[str]
    """How the gradient of each wanted parameter is read at the end."""
    plan: Plan
    needed: set[str]
    """Names that the backward lines and the lists read."""

    @property
    def given(self) -> list[str]:
        """The cotangents that are parameters."""
        return [u for u in dict.fromkeys(self.upstream) if u.isidentifier()]


@dataclass(eq=False)
class Written:
    """Text that computes gradients."""

    text: str
    name: str
    wanted: list[str]
    given: list[str]
    """Upstream cotangents that it takes, by name."""
    forward: str = ""
    """Of a pair: the name of the forward function."""
    lines: list[str] = field(default_factory=list)
    """The backward lines of a function that has both passes, and how each gradient is read after them."""
    results: list[str] = field(default_factory=list)
    forward_lines: list[str] = field(default_factory=list)
    cache: list[str] = field(default_factory=list)
    """Of a pair: the names in its cache."""
    note: str = ""
    """A comment on where it holds, if not at all shapes."""
    imports: list[str] = field(default_factory=list)
    """Libraries that it needs and the user's file does not import, as import statements."""
    pairs: str = ""
    """What was derived of the functions that it calls."""
    saves: bool = False
    """Whether the forward pass saves anything that the user's does not."""


class Derivation:
    """Derives a program."""

    def __init__(self, program: Program) -> None:
        self.program, self.subject = program, program.subject
        self.prefix = self.subject.prefix

    def derive(self) -> Written:
        """The entry as a function of its own, with a pair for each function that it calls."""
        entry = self.program.parts[self.subject.name]
        kept = [p for n, p in self.program.parts.items() if n in self.program.kept]
        pairs = [self.pair(part).text if part.wanted else self.still(part) for part in kept]
        pairs = [text for text in pairs if text]
        if entry.name in self.program.kept:
            made = self.closing(entry)
        elif is_forward(entry.name):
            made = self.pair(entry)
        else:
            made = self.whole(entry)
        made.pairs = "\n\n".join(reversed(pairs))
        made.text = "\n\n".join([*reversed(pairs), made.text])
        return made

    # -- one function --

    def reverse(self, part: Function, always: bool) -> Reversed:
        """The backward lines of a function. `always`: single numbers have an upstream cotangent too."""
        upstream = self.upstream(part, always)
        reversal = Reversal(part.activity, part.builder.fresh, self.prefix, upstream, self.call)
        state: dict[str, Cotangent] = {}
        back = reversal.block(part.block, state)
        wanted = [h.text for base, h in state.items() if base.split("[")[0] in part.wanted]
        wanted += [reversal.name(name) for name in part.wanted]
        drop_unread(back, {n for text in wanted for n in NAMES.findall(text)}, self.prefix)
        saving = Saving(part.activity, part.block, part.parameters, part.builder.fresh)
        saving.resolve(back)
        tidy(back)
        Folding(back, reversal.forms, {h.text for h in state.values()}, part.builder.fresh).fold()
        plan = saving.plan
        name_tapes(plan, part)
        lines = Printer(self.subject.source, plan, Shapes(part.activity, self.prefix)).block(back, 1)
        results, containers, ending = self.gathered(part, reversal, state)
        lines = [*containers, *lines, *ending]
        needed = unbound([*lines, f"    return {', '.join(results)}"])
        needed |= {v for tape in plan.tapes.values() for v in tape.values} | {
            t.name for t in plan.tapes.values()
        }
        for table in (plan.before, plan.after):
            needed |= free_names([line for found in table.values() for line in found])
        return Reversed(part, upstream, lines, results, plan, needed)

    def gathered(self, part: Function, reversal: Reversal, state: dict[str, Cotangent]) -> Any:
        """How each result is read; the dictionaries that are filled on the way, and what completes them."""
        results, containers, ending = [], [], []
        roots = sorted({base.split("[")[0] for base in reversal.bases if base.endswith('"]')})
        containers += [f"    {reversal.name(r)} = {{}}" for r in roots if r not in part.wanted]
        for name in part.wanted:
            inner = sorted(base for base in reversal.bases if base.startswith(f'{name}["'))
            if inner or isinstance(part.activity.value(name), dict):
                if inner or name not in state:
                    containers.append(f"    {reversal.name(name)} = {{}}")
                for base in inner:
                    held = state.get(base)
                    if held is not None and held.text != reversal.name(base):
                        ending.append(f"    {reversal.name(base)} = {held.text}")
                results.append(reversal.name(name))
                continue
            held = state.get(name)
            results.append(held.text if held is not None else reversal.zero(name))
        return results, containers, ending

    def upstream(self, part: Function, always: bool) -> list[str]:
        results = self.program.results(part)
        if not always and len(results) == 1 and is_number(results[0][1]):
            return ["1.0"]
        names: list[str] = []
        for text, value in results:
            word = text if text.isidentifier() else "out"
            real = is_real(value) and not is_cache(text)
            name, number = (f"{self.prefix}{word}" if real else ""), 1
            while name and name in names:  # the same at every call of it
                number += 1
                name = f"{self.prefix}{word}{number}"
            names.append(name)
        part.builder.taken.update(names)
        return names

    def call(self, node: Step) -> tuple[str, list[str], list[str], list[Any]]:
        """(backward function, upstream names, arguments in order of its results) of a call."""
        callee = self.program.parts[node.calls]
        call = node.value
        assert isinstance(call, ast.Call)
        given = dict(zip(callee.parameters, call.args, strict=False)) | {
            k.arg: k.value for k in call.keywords if k.arg
        }
        found = [given.get(p) for p in callee.wanted]
        return pair_names(callee.name)[1], self.upstream(callee, True), callee.wanted, found

    # -- putting together --

    def whole(self, part: Function) -> Written:
        """Forward and backward pass in one function."""
        found = self.reverse(part, self.subject.seeded)
        output = set(self.program.results(part)[0][:1]) if self.subject.whole else set()
        forward = self.forward(found, output, lambda node: [])
        name = f"{self.prefix}{part.name}"
        body = [*forward, *([""] if forward else []), *found.lines]
        made = Written("", name, part.wanted, found.given)
        made.forward_lines, made.lines, made.results = forward, found.lines, found.results
        made.saves = bool(found.plan.before or found.plan.after or found.plan.tapes)
        back, results = returned(found.lines, found.results)
        body[len(body) - len(found.lines) :] = back
        lines = layout.header(name, parameters(part.node, found.given))
        lines += [docstring(part, found.given), *body, *layout.fitted(f"return {', '.join(results)}", 1)]
        made.text = "\n".join(lines) + "\n"
        return made

    def pair(self, part: Function) -> Written:
        """The forward pass with its cache, and the backward pass beside it."""
        found = self.reverse(part, True)
        forward_name, backward_name = pair_names(part.name)
        local = {n for node in part.nodes for n in assigned(node)} | set(part.parameters)
        local |= {t.name for t in found.plan.tapes.values()}
        made = {
            line.strip().split(" = ")[0]
            for t in (found.plan.before, found.plan.after)
            for ls in t.values()
            for line in ls
        }
        used = unbound([*found.lines, f"    return {', '.join(found.results)}"])
        cache = sorted((local | made) & used, key=cache_order(part))
        cache, found.lines = without_shapes(part, cache, found.lines, found.results)
        body = self.forward(found, set(cache), lambda node: self.returning(part, node, cache, found.plan))
        lines = [*layout.header(forward_name, parameters(part.node, [])), *body, "", ""]
        unpack = layout.fitted(f"{', '.join(cache)} = cache", 1) if cache else []
        lines += [
            f"def {backward_name}({', '.join([*found.given, 'cache'])}):",
            docstring(part, found.given),
            *unpack,
            *found.lines,
        ]
        lines += layout.fitted(f"return {', '.join(found.results)}", 1)
        pair = Written("\n".join(lines) + "\n", backward_name, part.wanted, found.given, forward_name)
        pair.lines, pair.results, pair.cache = found.lines, found.results, cache
        pair.saves = bool(found.plan.before or found.plan.after or found.plan.tapes)
        return pair

    def still(self, part: Function) -> str:
        """A function of which no derivative is taken, where the file has it within another."""
        return "" if part.name in self.subject.namespace else f"{write(part.node)}\n"

    def closing(self, part: Function) -> Written:
        """The gradient by way of a pair."""
        forward_name, backward_name = pair_names(part.name)
        results = self.program.results(part)
        single = len(results) == 1 and is_number(results[0][1]) and not self.subject.seeded
        given = [] if single else [u for u in self.upstream(part, True) if u]
        name = f"{self.prefix}{part.name}"
        outs = ", ".join("_" for _ in results)
        forward = f"    {outs}, cache = {forward_name}({', '.join(part.parameters)})"
        result = f"{backward_name}({', '.join([*(given or ['1.0']), 'cache'])})"
        head = [f"def {name}({parameters(part.node, given)}):", docstring(part, given)]
        text = "\n".join([*head, forward, f"    return {result}"]) + "\n"
        return Written(text, name, part.wanted, given, lines=[forward], results=[result])

    def forward(self, found: Reversed, cache: set[str], on_return: Any) -> list[str]:
        """The lines of the forward pass that are needed."""
        part = found.part
        needed = found.needed | cache
        returns = [n for n in part.nodes if isinstance(n, Return)]
        if cache or any(on_return(r) for r in returns):
            parts = [v for r in returns if r.value is not None for v in part.activity.returned(r)]
            needed |= {
                n.id for v in parts if not is_cache(write(v)) for n in ast.walk(v) if isinstance(n, ast.Name)
            }
        kept = kept_nodes(part.block, needed)
        if any(on_return(r) for r in returns):
            kept |= around_returns(part.block)
            read = {n for node in kept if not isinstance(node, Return) for n in node_reads(node)}
            kept |= kept_nodes(part.block, needed | read, guards=True)
        self.whole_statements(found, needed)
        created = [
            f"    {t.name} = 0" if t.counted and not t.values else f"    {t.name} = []{KEPT}"
            for t in found.plan.tapes.values()
            if not t.within
        ]
        perhaps = self.in_some_branch(part, copies(found.plan))
        created += [f"    {name} = None" for name in sorted(cache & perhaps)]
        return [
            *created,
            *Primal(self.subject.source, found.plan, kept, on_return, self.called).block(part.block, 1),
        ]

    def in_some_branch(self, part: Function, made: Copies) -> set[str]:
        """Names that a return may find bound or not, by the branches that were taken."""
        returns = [n for n in part.nodes if isinstance(n, Return)]
        return {
            name
            for n in returns
            for name in bound_before(part.block, part.parameters, n, perhaps=True, copies=made)
            - bound_before(part.block, part.parameters, n, copies=made)
        }

    def whole_statements(self, found: Reversed, needed: set[str]) -> None:
        """Statements with a sum in them stay as they are where the sum by itself is not needed."""
        loops = [n for n in found.part.nodes if isinstance(n, Loop) and n.gives]
        for loop in loops:
            mine = [n for n in loops if n.within is loop.within]
            loop.silent = all(n.gives not in needed and found.plan.tape(n.number) is None for n in mine)
            if loop.silent:
                loop.within.rewritten = False  # type: ignore[union-attr]

    def called(self, node: Step) -> str:
        """A call of a function that keeps its own backward pass, in the forward pass."""
        call = copy.deepcopy(node.value)
        assert isinstance(call, ast.Call)
        targets = node.target.elts if isinstance(node.target, ast.Tuple | ast.List) else [node.target]
        if not self.program.parts[node.calls].wanted:
            return f"{', '.join(map(write, targets))} = {write(call)}"
        call.func = ast.Name(pair_names(node.calls)[0], ast.Load())
        return f"{', '.join(write(t) for t in targets)}, {node.cache} = {write(call)}"

    def returning(self, part: Function, node: Return, cache: Sequence[str], plan: Plan) -> list[str]:
        """What stands in place of a return: the results and the cache."""
        values = (
            [hug(write(v)) for v in part.activity.returned(node) if not is_cache(write(v))]
            if node.value
            else []
        )
        known = {t.name for t in plan.tapes.values()}
        known |= bound_before(part.block, part.parameters, node, perhaps=True, copies=copies(plan))
        held = [name if name in known else "None" for name in cache]
        cached = held[0] if len(held) == 1 else f"({', '.join(held)})"
        if len(f"    return {', '.join(values)}, {cached}") <= 60 and len(held) < 4:
            return [f"return {', '.join([*values, cached])}{KEPT if held else ''}"]
        return [f"cache = {cached}{KEPT}", f"return {', '.join([*values, 'cache'])}"]


def is_forward(name: str) -> bool:
    """Is it the forward function of a pair, by its name?"""
    return "forward" in name.split("_")


def is_cache(text: str) -> bool:
    """Is a returned value what is kept for the backward pass: called so, or a tuple, list or dictionary?"""
    if "cache" in text:
        return True
    return text.startswith(("(", "{", "[")) and isinstance(
        ast.parse(text, mode="eval").body, ast.Tuple | ast.List | ast.Dict | ast.ListComp
    )


def pair_names(name: str) -> tuple[str, str]:
    """The names of the forward and the backward function."""
    if is_forward(name):
        return name, "_".join("backward" if word == "forward" else word for word in name.split("_"))
    return f"{name}_forward", f"{name}_backward"


def name_tapes(plan: Plan, part: Function) -> None:
    """Name the lists by what they hold."""
    for (_, arm), tape in plan.tapes.items():
        tape.values.sort(key=lambda v: (not v.endswith("_prev"), v))
        if tape.within:
            continue
        if tape.counted and not tape.values:
            tape.name = part.builder.fresh("count")
        elif len(tape.values) == 1:
            tape.name = part.builder.fresh(f"saved_{tape.values[0]}")
        else:
            tape.name = part.builder.fresh("steps" if arm == "body" else "taken", "saved")


def cache_order(part: Function) -> Any:
    """Parameters first, then names in order of assignment."""
    order = [*part.parameters, *(n for node in part.nodes for n in sorted(assigned(node)))]
    return lambda name: (order.index(name) if name in order else len(order), name)


def copies(plan: Plan) -> Copies:
    """The second names that values get, by the statement before or after which they get them."""
    found: Copies = {}
    for table in (plan.before, plan.after):
        for number, lines in table.items():
            found.setdefault(number, set()).update(line.strip().split(" = ")[0] for line in lines)
    return found


def docstring(part: Function, given: Sequence[str]) -> str:
    """What stands below the header."""
    return f'    """Gradients of {part.name} by {listed(part.wanted)}."""'


def parameters(node: ast.FunctionDef, extra: Sequence[str]) -> str:
    """The parameters as the user wrote them, with the upstream cotangents before those with defaults."""
    made = copy.deepcopy(node.args)
    place = len(made.args) - len(made.defaults)
    made.args[place:place] = [ast.arg(name) for name in extra]
    return write(made)


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
