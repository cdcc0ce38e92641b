"""Which form a file has: a script, a pair of functions, one function, or a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from whygrad.checking.driver import Driver, MissingInputError
from whygrad.checking.evidence import Failure, Form, Hints, Value
from whygrad.checking.functions import Function
from whygrad.checking.miniature import parse_input
from whygrad.checking.plain import run_text
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
    base = {**hints.given, **{name: parse_input(text, name) for name, text in hints.input.items()}}
    missing: NoGradientError | None = None
    made = 0
    for found in forms_in(outline, hints):
        if found[0] == "script" or found[1] is None:
            # Where functions lack example inputs, that is what to say, not that a script lacks gradients.
            if missing is None or made or outline.has_gradients:
                yield Program(source, "script", hints, base=base)
                made += 1
            continue
        try:
            for program in _programs(source, hints, outline, base, found):
                yield program
                made += 1
                if isinstance(program, Failure):
                    return
        except NoGradientError as error:
            missing = missing or error
    if missing and not made:
        raise missing


def _programs(
    source: Source, hints: Hints, outline: Outline, base: dict[str, Value], found: Found
) -> Iterator[Program | Failure]:
    """The program of one form, with inputs of the author's; else with those that are found."""
    form, forward, backward = found
    assert forward is not None
    roots = _roots(outline, hints, forward, backward)
    namespace = run_text(sliced(source.text, roots), source.filename, frozenset(), {}, SECONDS)
    if isinstance(namespace, Failure):
        yield namespace
        return
    driver = Driver(source, hints, outline.functions, namespace, base, roots, hints.reading)
    try:
        yield driver.program(form, forward, backward, outline.classes)
        return
    except MissingInputError:
        pass
    given = {**base, **driver.given_values()}
    unaided = Unaided(source, hints, outline.functions, outline.classes, namespace, given, roots)
    first, rivals = None, []
    refused: NoGradientError | None = None
    for reading in READINGS if form in ("pair", "class") else ("",):
        try:
            programs = list(unaided.programs(form, forward, backward, reading))
        except NoGradientError as error:
            refused = refused or error
            continue
        if first is None:
            first, programs = programs[0], programs[1:]
        rivals += programs
    if first is None:
        assert refused is not None
        raise refused
    first.rivals = tuple(rivals)
    yield first


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


__all__ = ["READINGS", "Form", "arrange", "arrangements", "pinned"]
