"""Which form a file has: a script, a pair of functions, one function, or a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from whygrad.checking.driver import Driver, MissingInput
from whygrad.checking.evidence import Failure, Hints, Value
from whygrad.checking.functions import Function
from whygrad.checking.handed import hand
from whygrad.checking.miniature import parse_input
from whygrad.checking.plain import Namespace, run_text
from whygrad.checking.programs import SECONDS, Program
from whygrad.checking.rounds import opened_main
from whygrad.checking.slicing import sliced
from whygrad.checking.unaided import Unaided
from whygrad.checking.units import Found, Outline, forms_in
from whygrad.errors import NoGradientError
from whygrad.source import Source

READINGS = ("", "outputs", "mean", "predictions")
"""How a pair may be taken: plainly; the backward function takes the output; the loss is a mean over what the
forward function returns; the first parameter of the backward function is that of the forward function."""


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
    outline = Outline.of(tree)
    hand(hints.given)
    base = {**hints.given, **{name: parse_input(text, name) for name, text in hints.input.items()}}
    missing: NoGradientError | None = None
    made = 0
    # What has its example inputs comes before what they must be found for.
    waiting: list[_Arranging] = []
    for found in forms_in(outline, hints):
        if found[0] == "script" or found[1] is None:
            # Where functions lack example inputs, that is what to say, not that a script lacks gradients.
            if not waiting and (missing is None or made or outline.has_gradients):
                yield Program(source, "script", hints, base=base)
                made += 1
            continue
        arranging = _Arranging(source, hints, outline, base, found)
        try:
            program = arranging.given()
        except NoGradientError as error:
            missing = missing or error
            continue
        if program is None:
            waiting.append(arranging)
            continue
        yield program
        made += 1
        if isinstance(program, Failure):
            return
    for arranging in waiting:
        try:
            yield arranging.unaided()
            made += 1
        except NoGradientError as error:
            missing = missing or error
    if missing and not made:
        raise missing


class _Arranging:
    """One form of a file, to be made a program."""

    def __init__(
        self, source: Source, hints: Hints, outline: Outline, base: dict[str, Value], found: Found
    ) -> None:
        form, forward, backward = found
        assert forward is not None
        self.form, self.forward, self.backward = form, forward, backward
        self.source, self.hints, self.outline, self.base = source, hints, outline, base
        self.roots = _roots(outline, hints, forward, backward)
        self.namespace: Namespace = {}
        self.driver: Driver | None = None

    def given(self) -> Program | Failure | None:
        """The program with inputs of the author's; None where they do not suffice."""
        text = sliced(self.source.text, self.roots)
        namespace = run_text(text, self.source.filename, frozenset(), {}, SECONDS)
        if isinstance(namespace, Failure):
            return namespace
        self.namespace = namespace
        self.driver = Driver(
            self.source, self.hints, self.outline.functions, namespace, self.roots, self.hints.reading
        )
        try:
            return self.driver.program(self.form, self.forward, self.backward, self.outline.classes)
        except MissingInput:
            return None

    def unaided(self) -> Program:
        """The program with inputs that are found, and rivals of it that are as credible."""
        assert self.driver is not None
        given = {**self.base, **self.driver.given_values()}
        unaided = Unaided(
            self.source, self.hints, self.outline.functions, self.outline.classes, self.namespace, given,
            self.roots,
        )  # fmt: skip
        found: list[Program] = []
        refused: NoGradientError | None = None
        for reading in READINGS if self.form in ("pair", "class") else ("",):
            try:
                found += unaided.programs(self.form, self.forward, self.backward, reading)
            except NoGradientError as error:
                refused = refused or error
        if not found:
            assert refused is not None
            raise refused
        found[0].rivals = tuple(found[1:])
        return found[0]


def _roots(outline: Outline, hints: Hints, forward: Function, backward: Function | None) -> tuple[str, ...]:
    names = [forward.owner or forward.name, outline.maker(hints)]
    if backward is not None:
        names.append(backward.owner or backward.name)
    parameters = [n for f in (forward, backward) if f is not None for n, _ in f.parameters]
    init = outline.classes.get(forward.owner, {}).get("__init__")
    return tuple(filter(None, (*names, *parameters, *([n for n, _ in init.parameters] if init else []))))


def pinned(hints: Hints, program: Program) -> Hints:
    """Hints with which the same program is arranged again, of an edited text."""
    if not program.assumed:
        return hints
    return replace(program.hints, forward=program.forward_function, backward=_second(program))


def _second(program: Program) -> str:
    return "" if program.form == "single" else program.backward_function


__all__ = ["READINGS", "arrange", "arrangements", "pinned"]
