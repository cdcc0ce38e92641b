"""Which form a file has: a script, a pair of functions, one function, or a class."""

from __future__ import annotations

import ast
import re

from whygrad.checking.driver import INPUT_FUNCTIONS, Driver, Function
from whygrad.checking.evidence import Failure, Form, Hints
from whygrad.checking.miniature import parse_input
from whygrad.checking.naming import stems
from whygrad.checking.plain import run_text
from whygrad.checking.programs import SECONDS, Program
from whygrad.errors import UsageError
from whygrad.source import Source

BACK = re.compile(
    r"(?i)^(backwards?|bwd|back|backprop|backpropagate|rev|reverse|grad|gradient|vjp|bprop|pullback|"
    r"derivative|deriv|adjoint|prop)$"
)
FORTH = re.compile(r"(?i)^(forward|forwards|fwd|fprop|fw|ff|loss|call|primal|value)$")


def arrange(source: Source, hints: Hints) -> Program | Failure:
    """The program of a file: its form, and a driver where it needs one.

    A Failure is a text that does not run. Raises UsageError for hints that name nothing, NoGradientError
    where example inputs are missing.
    """
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError) as error:
        return Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
    functions = {n.name: Function(n.name, n) for n in tree.body if isinstance(n, ast.FunctionDef)}
    classes = {n.name: _methods(n) for n in tree.body if isinstance(n, ast.ClassDef)}
    form, forward, backward = _form(tree, functions, classes, hints)
    base = {name: parse_input(text) for name, text in hints.input.items()}
    if form == "script" or forward is None:
        return Program(source, "script", hints, base=base)
    namespace = run_text(source.text, source.filename, frozenset(), {}, SECONDS)
    if isinstance(namespace, Failure):
        return namespace
    writer = Driver(source, hints, functions, namespace, base)
    return writer.program(form, forward, backward, classes)


def _methods(node: ast.ClassDef) -> dict[str, Function]:
    return {n.name: Function(n.name, n, node.name) for n in node.body if isinstance(n, ast.FunctionDef)}


Found = tuple[Form, Function | None, Function | None]


def _form(
    tree: ast.Module, functions: dict[str, Function], classes: dict[str, dict[str, Function]], hints: Hints
) -> Found:
    if hints.forward:
        return _hinted(functions, classes, hints)
    names = {
        n.id
        for s in tree.body
        if not isinstance(s, ast.FunctionDef | ast.ClassDef)
        for n in ast.walk(s)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    if any(
        stems(name) and any(stem in names or not stem or not weak for stem, weak in stems(name))
        for name in names
    ):
        return "script", None, None
    for methods in classes.values():
        forward = next((m for m in methods.values() if FORTH.match(m.name) or m.name == "__call__"), None)
        backward = next((m for m in methods.values() if BACK.match(m.name)), None)
        if forward and backward and not INPUT_FUNCTIONS.match(forward.name):
            return "class", forward, backward
    pair = _pair(functions)
    if pair:
        return "pair", *pair
    for function in functions.values():
        returned = function.returns
        if len(returned) > 1 and any(stems(name.rpartition(".")[2]) for name in returned[1:]):
            return "single", function, None
    return "script", None, None


def _hinted(functions: dict[str, Function], classes: dict[str, dict[str, Function]], hints: Hints) -> Found:
    known = dict(functions)
    for methods in classes.values():
        known.update({method.qualname: method for method in methods.values()})
    for name in filter(None, (hints.forward, hints.backward)):
        if name not in known:
            raise UsageError(
                f"there is no function `{name}` in the file", hint=f"functions: {', '.join(known)}"
            )
    forward = known[hints.forward]
    backward = known[hints.backward] if hints.backward else None
    return ("class" if forward.owner else "pair" if backward else "single"), forward, backward


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"_+|(?<=[a-z])(?=[A-Z])", name) if word]


def _pair(functions: dict[str, Function]) -> tuple[Function, Function] | None:
    """The backward function whose name without its backward word is nearest that of a forward function."""
    for name, backward in functions.items():
        words = _words(name)
        rest = [w for w in words if not BACK.match(w)]
        if len(rest) == len(words) or not backward.parameters:
            continue
        scored = []
        for other, forward in functions.items():
            others = [w for w in _words(other) if not FORTH.match(w)]
            if other == name or any(BACK.match(w) for w in _words(other)) or not forward.parameters:
                continue
            common = len({w.lower() for w in rest} & {w.lower() for w in others})
            scored.append((common - 0.1 * abs(len(others) - len(rest)) + (others == rest), forward))
        if scored:
            score, forward = max(scored, key=lambda pair: pair[0])
            if score > 0 or len(scored) == 1:
                return forward, backward
    return None
