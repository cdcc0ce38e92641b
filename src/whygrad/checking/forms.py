"""Which form a file has: a script, a pair of functions, one function, or a class."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from whygrad.checking.driver import INPUT_FUNCTIONS, Driver, Function
from whygrad.checking.evidence import Failure, Form, Hints
from whygrad.checking.miniature import parse_input
from whygrad.checking.naming import stems
from whygrad.checking.plain import run_text
from whygrad.checking.programs import SECONDS, Program
from whygrad.checking.rounds import opened_main
from whygrad.errors import NoGradientError, UsageError
from whygrad.source import Source

BACK = re.compile(
    r"(?i)^(backwards?|bwd|back|backprop|backpropagate|rev|reverse|grad|gradient|vjp|bprop|pullback|"
    r"derivative|deriv|adjoint|prop|prime|der|forces?)$"
)
FORTH = re.compile(r"(?i)^(forward|forwards|fwd|fprop|fw|ff|loss|call|primal|value|energy|potential)$")
VALUE_WORDS = {"loss", "cost", "value", "energy", "objective", "f", "error", "nll", "likelihood"}


def arrange(source: Source, hints: Hints) -> Program | Failure:
    """The first of `arrangements`; raises NoGradientError where none has its example inputs."""
    return next(arrangements(source, hints))


def arrangements(source: Source, hints: Hints) -> Iterator[Program | Failure]:
    """Programs that a file may be meant as, likeliest first, each with a driver where it needs one.

    A Failure is a text that does not run. Raises UsageError for hints that name nothing, NoGradientError
    where there is no program because example inputs are missing.
    """
    text = opened_main(source.text)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        yield Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
        return
    functions = {n.name: Function(n.name, n) for n in tree.body if isinstance(n, ast.FunctionDef)}
    classes = {n.name: _methods(n) for n in tree.body if isinstance(n, ast.ClassDef)}
    base = {name: parse_input(text) for name, text in hints.input.items()}
    missing: NoGradientError | None = None
    made = 0
    for form, forward, backward in _forms(tree, functions, classes, hints):
        if form == "script" or forward is None:
            # Where functions lack example inputs, that is what to say, not that a script lacks gradients.
            if missing is None or made or _module_gradients(tree):
                yield Program(source, "script", hints, base=base)
                made += 1
            continue
        namespace = run_text(source.text, source.filename, frozenset(), {}, SECONDS)
        if isinstance(namespace, Failure):
            yield namespace
            return
        try:
            yield Driver(source, hints, functions, namespace, base).program(form, forward, backward, classes)
            made += 1
        except NoGradientError as error:
            missing = missing or error
    if missing and not made:
        raise missing


def _methods(node: ast.ClassDef) -> dict[str, Function]:
    return {n.name: Function(n.name, n, node.name) for n in node.body if isinstance(n, ast.FunctionDef)}


Found = tuple[Form, Function | None, Function | None]


def _module_gradients(tree: ast.Module) -> bool:
    names = {
        n.id
        for s in tree.body
        if not isinstance(s, ast.FunctionDef | ast.ClassDef)
        for n in ast.walk(s)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return any(
        stems(name) and any(stem in names or not stem or not weak for stem, weak in stems(name))
        for name in names
    )


def _forms(
    tree: ast.Module, functions: dict[str, Function], classes: dict[str, dict[str, Function]], hints: Hints
) -> Iterator[Found]:
    """What a file may be, likeliest first; a script in any case, at last."""
    if hints.forward:
        yield _hinted(functions, classes, hints)
        return
    script = _module_gradients(tree)
    if script:
        yield "script", None, None
    for methods in classes.values():
        forward = next((m for m in methods.values() if FORTH.match(m.name) or m.name == "__call__"), None)
        backward = next((m for m in methods.values() if BACK.match(m.name)), None)
        if forward and backward and not INPUT_FUNCTIONS.match(forward.name):
            yield "class", forward, backward
    pairs = sorted(_pairs(functions), key=lambda pair: not pair[0])
    yield from (("pair", forward, backward) for near, forward, backward in pairs if near)
    for function in (*functions.values(), *(m for ms in classes.values() for m in ms.values())):
        if _gives_loss_and_gradients(function):
            yield "single", function, None
    yield from (("pair", forward, backward) for near, forward, backward in pairs if not near)
    if not script:
        yield "script", None, None


def _gives_loss_and_gradients(function: Function) -> bool:
    """`return loss, dW`, `return cost, grads`; by its own name if what it returns has none."""
    returned = [name.rpartition(".")[2] for name in function.returns]
    gradients = [name for name in returned if stems(name)]
    if len(returned) < 2 or len(gradients) == len(returned):
        return False
    words = {word.lower() for word in _words(function.name)}
    return bool(gradients) or bool(words & VALUE_WORDS and any(map(BACK.match, words)))


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


def _pairs(functions: dict[str, Function]) -> Iterator[tuple[bool, Function, Function]]:
    """Backward functions, each with the forward function of the nearest name, and whether it is near."""
    for name, backward in functions.items():
        words = _words(name)
        rest = [w for w in words if not BACK.match(w)]
        plain = functions.get(name[1:].lstrip("_")) if name.startswith("d") else None
        if plain and plain.parameters and backward.parameters:
            yield True, plain, backward
            continue
        if len(rest) == len(words) or not backward.parameters or _gives_loss_and_gradients(backward):
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
                yield score > 0, forward, backward
