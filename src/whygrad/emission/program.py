"""What is to be derived: a function of the user's, the functions that it calls, and their runs."""

from __future__ import annotations

import ast
import builtins
import copy
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from whygrad.emission.activity import Activity
from whygrad.emission.comprehensions import growing
from whygrad.emission.entries import taken_apart
from whygrad.emission.functions import Definitions, bound, flattened, is_recursive, kept, reached
from whygrad.emission.leaves import is_array, is_number, is_real, names_read, write
from whygrad.emission.observing import NOTING, Notes, compiled, noting
from whygrad.emission.proving import moved
from whygrad.emission.structure import Builder
from whygrad.emission.tree import Branch, Loop, Node, Return, Step, raises, walk
from whygrad.errors import EmissionError, Place, ScriptError, UsageError, WhygradError
from whygrad.source import Source

Example = tuple[Any, ...]
REACHES = (0.1, *(1.0, 3.0, 10.0, 30.0) * 8)
"""How far from the examples runs go, one after the other until every branch was taken."""


@dataclass(eq=False)
class Subject:
    """A function to be derived."""

    source: Source
    name: str
    functions: Definitions
    """The functions of its file, by name."""
    namespace: Mapping[str, Any]
    examples: list[Example]
    """Positional arguments: the first is the user's, the others are of other shapes."""
    wanted: list[str] = field(default_factory=list)
    """Parameters to differentiate by; empty: all that hold floating numbers and have no default."""
    prefix: str = "grad_"
    target: str = "numpy"
    seeded: bool = False
    """Whether a single number has an upstream cotangent too."""
    whole: bool = False
    """Whether the forward pass computes the result too, though no gradient needs it."""


@dataclass(eq=False)
class Function:
    """One function of a program, as a tree, with what its runs have shown."""

    node: ast.FunctionDef
    builder: Builder
    block: list[Node]
    parameters: list[str]
    wanted: list[str] = field(default_factory=list)
    activity: Any = None

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def nodes(self) -> list[Node]:
        return list(walk(self.block))


class Program:
    """All functions that take part, observed together."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        functions = dict(subject.functions)
        for name in reached(subject.name, functions):
            functions[name] = flattened(functions[name], functions)
        self.functions = functions
        names = reached(subject.name, functions)
        self.kept = kept(functions, names) - {subject.name} | (
            {subject.name} if is_recursive(subject.name, functions) else set()
        )
        self.parts = {
            n: self._function(functions[n], k)
            for k, n in enumerate(names)
            if n in self.kept or n == subject.name
        }
        self.notes = Notes(subject.namespace)
        self._run()
        self._activate()

    def _function(self, node: ast.FunctionDef, place: int) -> Function:
        arguments = node.args
        if arguments.vararg or arguments.kwarg:
            raise EmissionError(f"{node.name} takes *args or **kwargs, which have no names to derive by")
        parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        taken = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | set(parameters) | {"cache"}
        taken |= {*self.subject.namespace, *dir(builtins)}
        builder = Builder(self.subject.source, taken, self.kept, 10_000 * place)
        builder.bound, builder.lists = bound(node), self._lists(node)
        builder.growing = growing(node, builder.lists)
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        return Function(node, builder, builder.block(body), parameters)

    def _lists(self, node: ast.FunctionDef) -> set[str]:
        """Names that hold lists: parameters by their example, others by how they are made."""
        names = {
            target.id
            for n in ast.walk(node)
            if isinstance(n, ast.Assign)
            for target, value in taken_apart(n.targets[0], n.value)
            if isinstance(target, ast.Name) and isinstance(value, ast.ListComp | ast.List)
        }
        if node.name == self.subject.name:
            given = zip((a.arg for a in node.args.args), self.subject.examples[0], strict=False)
            names |= {name for name, value in given if isinstance(value, list)}
        return names

    def _run(self) -> None:
        """Run at the examples, and at points around them that may take other branches."""
        noted: list[ast.stmt] = [noting(f.name, f.node.args, f.block) for f in self.parts.values()]
        small = [
            f for n, f in self.functions.items() if n not in self.parts and n not in self.subject.namespace
        ]
        function = compiled([*small, *noted], self.subject.namespace, self.notes)[self.subject.name]
        draw = np.random.default_rng(7)
        runs = [(example, 0.0) for example in self.subject.examples]
        runs += [(e, reach) for reach in REACHES for e in self.subject.examples]
        for self.notes.run, (example, reach) in enumerate(runs):
            with np.errstate(all="ignore"):
                try:
                    function(*[moved(v, reach, draw) for v in example])
                except Exception as error:
                    if not reach and not self.notes.run:
                        raise self._raised(error) from error
                    self.notes.drop()
            if reach >= 1.0 and self._complete():
                break
        self.forced = self._force(function)

    def _raised(self, error: Exception) -> WhygradError:
        """An exception of the user's code at the examples, as an error that says so."""
        if isinstance(error, WhygradError):
            return error
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == NOTING]
        place = Place(self.subject.source.filename, lines[-1]) if lines and lines[-1] else None
        return ScriptError(
            f"{self.subject.name} raises {type(error).__name__} at the example inputs: {error}",
            hint='give example inputs with which it runs: --input "x=randn(4, 3)"',
            place=place,
        )

    def _force(self, function: Callable[..., Any]) -> list[int]:
        """Take the arms that no run took, whatever their tests say. Returns the lines of such branches."""
        lines = []
        for node, above, way in [arm for part in self.parts.values() for arm in _arms(part.block)]:
            arm = node.body if way else node.orelse
            if not arm or raises(arm) or self._reached(arm[0].number):
                continue
            if not self._reached([*above, node.number][0]):
                continue
            known, self.notes.forced = set(self.notes.before), {**above, node.number: way}
            for example in self.subject.examples:  # of other shapes too: lengths are told apart by them
                self.notes.run += 1
                with np.errstate(all="ignore"):
                    try:
                        function(*[moved(v, 0.0, None) for v in example])
                    except Exception:
                        self.notes.drop()
                self.notes.drop(known)
            if all(self._reached(n.number) for n in arm) and not isinstance(arm[0], Branch):
                lines.append(getattr(node.node, "lineno", 0))
        self.notes.forced = {}
        return list(dict.fromkeys(lines))

    def _reached(self, number: int) -> bool:
        return number in self.notes.before

    def _complete(self) -> bool:
        """Has every statement been executed?"""
        return all(n.number in self.notes.before for f in self.parts.values() for n in f.nodes)

    def _activate(self) -> None:
        """Find what carries derivatives, from the entry to the functions it calls, until nothing is new."""
        entry = self.parts[self.subject.name]
        entry.wanted = self.subject.wanted or self._wanted(entry)
        pending = [entry.name]
        while pending:
            part = self.parts[pending.pop()]
            part.activity = Activity(
                self.subject.source, part.block, self.notes, part.wanted, self.subject.target
            )
            for node in part.nodes:
                if isinstance(node, Step) and node.calls and self._hand_on(part, node):
                    pending.append(node.calls)

    def _hand_on(self, part: Function, node: Step) -> bool:
        """Note which parameters of a called function receive something active. Returns whether any is new."""
        callee = self.parts[node.calls]
        found = [p for p, a in bindings(node, callee) if names_read(a) & part.activity.active]
        wanted = [p for p in callee.parameters if p in found or p in callee.wanted]
        new = wanted != callee.wanted or callee.activity is None
        callee.wanted = wanted
        return new

    def _wanted(self, entry: Function) -> list[str]:
        """Parameters that hold floating numbers; those with defaults are settings.

        One that may be None is a weight where the example gives it (`b=None`), but for masks.
        """
        plain = len(entry.parameters) - len(entry.node.args.defaults) - len(entry.node.args.kwonlyargs)
        given = list(zip(entry.parameters, self.subject.examples[0], strict=False))
        later = zip(given[plain:], entry.node.args.defaults, strict=False)
        found = [p for p, v in given[:plain] if floats(v)]
        found += [p for (p, v), d in later if is_none(d) and floats(v) and "mask" not in p]
        if not found:
            held = ", ".join(f"{p} holds {_kind(v)}" for p, v in given[:plain])
            raise UsageError(
                f"{entry.name} has no parameter that a derivative could be taken by: "
                f"{held or 'it has none without a default'}",
                hint=f'give it floating numbers: --input "{given[0][0]}=0.5"' if given else "def f(x): ...",
            )
        return found

    def results(self, part: Function) -> list[tuple[str, Any]]:
        """What a function returns: text and an example of each part."""
        for node in part.nodes:
            if isinstance(node, Return) and node.value is not None:
                for execution in part.activity.executions(node):
                    parts = part.activity.returned(node)
                    code = compile(ast.Expression(copy.deepcopy(node.value)), "<result>", "eval")
                    try:
                        value = eval(code, dict(execution.scope))
                    except Exception:  # of a run that was sent here, and did not get farther
                        continue
                    values = list(value) if isinstance(node.value, ast.Tuple | ast.List) else [value]
                    return [(write(p), v) for p, v in zip(parts, values, strict=True)]
        raise EmissionError(
            f"{part.name} returns nothing that a gradient could be taken of", hint="return the result"
        )


def is_none(node: ast.expr) -> bool:
    """Is it None?"""
    return isinstance(node, ast.Constant) and node.value is None


Ways = Mapping[int, bool]
"""Numbers of branches -> whether the arm under the test is taken, or the other."""


def _arms(block: Sequence[Node], above: Ways = MappingProxyType({})) -> Iterator[tuple[Branch, Ways, bool]]:
    """Both arms of every branch of a block, with the ways through the branches around it, outermost first."""
    for node in block:
        if isinstance(node, Branch):
            for way, arm in ((True, node.body), (False, node.orelse)):
                yield node, above, way
                yield from _arms(arm, {**above, node.number: way})
        elif isinstance(node, Loop):
            yield from _arms(node.body, above)


def _kind(value: Any) -> str:
    """What a value is that holds no floating numbers, in words."""
    whole = is_number(value) or (is_array(value) and value.dtype.kind in "iub")
    return "whole numbers" if whole else f"a {type(value).__name__}"


def bindings(node: Step, callee: Function) -> list[tuple[str, ast.expr]]:
    """The parameters of a call with their arguments."""
    call = node.value
    assert isinstance(call, ast.Call)
    found = list(zip(callee.parameters, call.args, strict=False))
    return found + [(k.arg, k.value) for k in call.keywords if k.arg]


def floats(value: Any) -> bool:
    """Does a value hold floating numbers, at any depth?"""
    if is_number(value) or is_array(value):
        return is_real(value)
    if isinstance(value, dict):
        return any(floats(v) for v in value.values())
    if isinstance(value, list | tuple):
        return any(floats(v) for v in value)
    held = getattr(value, "__dict__", None)
    return isinstance(held, dict) and not callable(value) and any(floats(v) for v in held.values())


Names = Callable[[str], str]
Rows = Sequence[str]
