"""Which form a file has: a script, a pair of functions, one function, or a class."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from whygrad.checking.driver import Driver
from whygrad.checking.engines import engine_program, engines_in
from whygrad.checking.evidence import Failure, Hints, Value
from whygrad.checking.examples.calls import recorded
from whygrad.checking.examples.fitting import across, in_one_column
from whygrad.checking.examples.mirroring import mirrored
from whygrad.checking.functions import Function
from whygrad.checking.handed import OTHERS, SHARED, hand
from whygrad.checking.losses import foreign_loss
from whygrad.checking.miniature import parse_input
from whygrad.checking.missing import MissingInput
from whygrad.checking.naming import UPSTREAM_WORDS
from whygrad.checking.plain import Namespace, run_text
from whygrad.checking.pointwise import MixedError, pointwise_readings, value_parameter
from whygrad.checking.programs import SECONDS, Program
from whygrad.checking.refusals import ForeignLossError
from whygrad.checking.rounds import opened_main
from whygrad.checking.slicing import place_of, rebound, sliced
from whygrad.checking.supposing import suppositions
from whygrad.checking.unaided import Unaided
from whygrad.checking.units import Found, Outline, forms_in, halves
from whygrad.checking.upstreams import TARGET_WORDS, free_parameters
from whygrad.checking.values import shape_of
from whygrad.errors import NoGradientError, UsageError
from whygrad.source import Source, tree_of

MOST_FAILING = 25
MODULE_SECONDS = 2.0
_LOSS = re.compile(r"(?i)loss|cost|entropy|error|mse|nll|likelihood")
LOSS_READINGS = ("predictions", "predictions, the output", "", "mean", "predictions of a sum")
ENGINE = "engine "
READINGS = ("", "outputs", "mean")
"""How a pair may be taken: plainly; the backward function takes the output (`pointwise`: or the input); the
loss is a mean over what the forward function returns; the first free parameter of the backward function of a
loss are the predictions."""


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
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        yield Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
        return
    outline = Outline.of(tree)
    _refuse_unknown_maker(outline, hints)
    hand(hints.given)
    base = {**hints.given, **{name: parse_input(text, name) for name, text in hints.input.items()}}
    if hints.form.startswith(ENGINE):
        name = hints.form.removeprefix(ENGINE)
        yield engine_program(source, hints, name, outline.classes.get(name, {}))
        return
    missing: NoGradientError | None = None
    made = 0
    failed: Program | Failure | None = None
    # What has its example inputs comes before what they must be found for.
    waiting: list[_Arranging] = []
    for found in forms_in(outline, hints):
        if found[0] == "script" or found[1] is None:
            if failed is not None and not made:
                continue
            if not (outline.has_gradients or hints.gradients or missing or waiting or made):
                _refuse_half(outline)
            # Where functions lack example inputs, that is what to say, not that a script lacks gradients.
            if not waiting and (missing is None or made or outline.has_gradients):
                yield Program(source, "script", hints, base=base)
                made += 1
            continue
        arranging = _Arranging(source, hints, outline, base, found)
        try:
            program = arranging.given()
            if arranging.may_be_anothers(program):
                if hints.makes != SHARED and not arranging.presumes:
                    failed = failed or program  # unless it is another form that they are made for
                    continue
                arranging = _Arranging(source, replace(hints, makes=OTHERS), outline, base, found)
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
    if failed is not None and not made:
        yield failed
        return
    for arranging in waiting:
        try:
            yield arranging.unaided()
            made += 1
        except NoGradientError as error:
            missing = missing or error
    if missing and not made:
        raise missing
    if not outline.has_gradients:
        for name in engines_in(outline.classes):
            yield engine_program(source, replace(hints, form=f"{ENGINE}{name}"), name, outline.classes[name])


def _refuse_unknown_maker(outline: Outline, hints: Hints) -> None:
    """Raises UsageError where `--inputs` names no function, whatever form the file has."""
    if hints.inputs and hints.inputs not in outline.functions:
        known = ", ".join(outline.functions)
        raise UsageError(
            f"there is no function `{hints.inputs}` in the file",
            hint=f"functions: {known}"
            if known
            else "leave --inputs out: the numbers of the script are taken",
        )


def _refuse_half(outline: Outline) -> None:
    """Raises NoGradientError where a backward pass stands in the file without its forward pass."""
    if engines_in(outline.classes) or not (found := halves(outline)):
        return
    raise NoGradientError(
        f"`{found[-1]}` looks like a backward pass, and nothing in this file like the forward pass that it "
        "belongs to, so there is nothing to compare it with",
        hint=f"put both passes into one file, or name them: --forward FUNC --backward {found[-1]}",
    )


class _Arranging:
    """One form of a file, to be made a program."""

    def __init__(
        self, source: Source, hints: Hints, outline: Outline, base: dict[str, Value], found: Found
    ) -> None:
        form, forward, backward = found
        assert forward is not None
        self.form, self.forward, self.backward = form, forward, backward
        self.source, self.hints, self.outline, self.base = source, hints, outline, base
        self.roots = _roots(source.text, outline, hints, forward, backward)
        self.failing: tuple[int, ...] = ()
        self.namespace: Namespace = {}
        self.driver: Driver | None = None

    def given(self) -> Program | Failure | None:
        """The program with inputs of the author's; None where they do not suffice."""
        namespace = self.run_module()
        if isinstance(namespace, Failure):
            return namespace
        self.namespace = namespace
        try:
            readings = self.driven()
            first = next(readings)
        except (MissingInput, ForeignLossError):
            return None
        if isinstance(first, Program):
            first.rivals = (p for p in readings if isinstance(p, Program))
        return first

    @property
    def presumes(self) -> bool:
        """Is an input that the file makes taken for another, by being the only one left?"""
        return self.driver is not None and self.driver.presumes

    def may_be_anothers(self, program: Program | Failure | None) -> bool:
        """May the inputs that the file makes be another form's?

        The forward pass did not run with them, or the backward pass where one was taken for another, or the
        gradient that arrives fits none of its outputs.
        """
        driver, backward = self.driver, self.backward
        if self.form == "single" or driver is None or not self.outline.maker(self.hints):
            return False
        if self.presumes and isinstance(program, Failure):
            return True
        if driver.forward_lines and backward is not None and not self.hints.upstream:
            arriving = [n for n, _ in backward.parameters if UPSTREAM_WORDS.match(n) and n in driver.names]
            return bool(arriving) and not driver.reading and not any(u for _, u in driver.objective)
        return isinstance(program, Failure) and not driver.forward_lines

    def driven(self) -> Iterator[Program | Failure]:
        """The program in each of its readings; raises MissingInput where the author gave too few inputs."""
        methods = self.outline.classes.get(self.forward.owner, {})
        pointwise = pointwise_readings(self.forward, self.backward, methods) if self.backward else ()
        stated = self.hints.reading or not pointwise
        for reading in (self.hints.reading,) if stated else dict.fromkeys((*pointwise, "")):
            self.driver = Driver(
                self.source, replace(self.hints, reading=reading), self.outline.functions, self.namespace,
                self.roots, reading, self.failing,
            )  # fmt: skip
            yield self.driver.program(self.form, self.forward, self.backward, self.outline.classes)

    def run_module(self) -> Namespace | Failure:
        """The module's names, statements left out that fail and that the functions may do without."""
        first: Failure | None = None
        for _ in range(MOST_FAILING):
            text = sliced(self.source.text, self.roots, self.failing)
            seconds = SECONDS if first is None else MODULE_SECONDS
            namespace = run_text(text, self.source.filename, frozenset(), {}, seconds)
            if not isinstance(namespace, Failure):
                return namespace
            first = namespace if first is None else first
            place = place_of(self.source.text, self.module_line(namespace))
            if place is None or place in self.failing:
                break
            self.failing = (*self.failing, place)
        assert first is not None
        return first

    def module_line(self, failure: Failure) -> int:
        """The line of the module, not of a function that it called, at which a run failed."""
        trace = failure.exception.__traceback__ if failure.exception else None
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename == self.source.filename and code.co_name == "<module>":
                return trace.tb_lineno
            trace = trace.tb_next
        return failure.line

    def unaided(self) -> Program:
        """The program with inputs that are found, and rivals of it that are as credible."""
        assert self.driver is not None
        given = {**self.base, **self.driver.given_values()}
        self.roots = _roots(
            self.source.text, self.outline, self.hints, self.forward, self.backward, with_parameters=False
        )
        namespace = self.run_module()
        self.namespace = self.namespace if isinstance(namespace, Failure) else namespace
        refused: list[NoGradientError] = []
        for called in self.called():
            unaided = Unaided(
                self.source, replace(self.hints, given={**self.hints.given, **called}),
                self.outline.functions, self.outline.classes, self.namespace, {**given, **called},
                self.roots, self.failing,
            )  # fmt: skip
            hand(called)
            unaided.called = called
            found = self.readings(unaided, refused)
            first = next(found, None)
            if first is not None:
                rest = (p for program in found for p in (program, *self.mirrored(unaided, program)))
                first.rivals = itertools.chain(
                    self.narrowed(unaided, first), self.mirrored(unaided, first),
                    self.across(unaided, first), rest,
                )  # fmt: skip
                return first
            if any(isinstance(error, ForeignLossError) for error in refused):
                found = self.supposed(unaided)
                first = next(found, None)
                if first is not None:
                    first.rivals = found
                    return first
        raise refused[-1]

    def supposed(self, unaided: Unaided) -> Iterator[Program]:
        """The program with each of the losses that its output may have."""
        assert self.backward is not None
        how = self.form, self.forward, self.backward

        def found(reading: str) -> Program | None:
            with contextlib.suppress(NoGradientError):
                program = next(unaided.programs(*how, reading), None)
                # Inputs that do not fit would be taken for mistakes of a loss that nobody stated.
                return None if program is None or unaided.misfits(program, self.forward) else program
            return None

        def again(reading: str, first: Program) -> Program | None:
            with contextlib.suppress(NoGradientError):
                program, texts = unaided.completed(*how, reading, dict(first.hints.input))
                if isinstance(program, Program):
                    return unaided.assuming(program, texts, reading)
            return None

        yield from suppositions(found, again, self.backward)

    def narrowed(self, unaided: Unaided, first: Program) -> Iterator[Program]:
        """The program of a loss with one number for each example."""
        texts, _ = in_one_column(first.assumed)
        if any(TARGET_WORDS.match(name) for name, _ in self.forward.parameters):
            yield from self.assuming(unaided, first.hints.reading, texts)

    def mirrored(self, unaided: Unaided, first: Program) -> Iterator[Program]:
        """The program with symmetric matrices, where it treats them so."""
        functions = [f.node for f in (self.forward, self.backward) if f is not None]
        for texts in mirrored(first.assumed, functions):
            yield from self.assuming(unaided, first.hints.reading, texts)

    def across(self, unaided: Unaided, first: Program) -> Iterator[Program]:
        """The program with a bias for each row, where it has one for each column."""
        namespace = first.run()
        if not isinstance(namespace, Failure) and first.objective[0][0] in namespace:
            for texts in across(first.assumed, shape_of(namespace[first.objective[0][0]])):
                yield from self.assuming(unaided, first.hints.reading, texts)

    def assuming(self, unaided: Unaided, reading: str, texts: dict[str, str]) -> Iterator[Program]:
        """The program at other inputs, if there are any and it runs with them."""
        if not texts:
            return
        with contextlib.suppress(NoGradientError):
            program, texts = unaided.completed(self.form, self.forward, self.backward, reading, texts)
            if isinstance(program, Program):
                yield unaided.assuming(program, texts, reading)

    def called(self) -> Iterator[dict[str, Value]]:
        """Values of the call that the file makes itself, if it does; then none, so that all are found."""
        known = {*self.hints.given, *self.hints.input}
        init = self.outline.classes.get(self.forward.owner, {}).get("__init__")
        found = recorded(self.source, self.forward, init, self.namespace, self.backward)
        found = {name: value for name, value in found.items() if name not in known}
        if found:
            yield found
        yield {}

    def readings(self, unaided: Unaided, refused: list[NoGradientError]) -> Iterator[Program]:
        """Programs of all readings, made when they are asked for."""
        readings: tuple[str, ...] = ("",)
        if self.backward is not None and self.form in ("pair", "class"):
            owner = self.outline.classes.get(self.forward.owner, {})
            valued = value_parameter(self.forward, self.backward, {}) != ""
            plain = [r for r in READINGS if valued or r != "outputs"]
            readings = (*pointwise_readings(self.forward, self.backward, owner), *plain)
        if _LOSS.search(self.forward.qualname) and self.backward is not None:
            readings = LOSS_READINGS if self.takes_predictions() else READINGS
        found, how = False, (self.form, self.forward, self.backward)
        waiting = [unaided.programs(*how, reading) for reading in dict.fromkeys(readings)]
        while waiting:  # one of each reading before the second of any
            for programs in list(waiting):
                try:
                    yield next(programs)
                    found = True
                except StopIteration:
                    waiting.remove(programs)
                except NoGradientError as error:
                    if isinstance(error, MixedError) and not found:
                        raise
                    refused.append(error)
                    waiting.remove(programs)

    def takes_predictions(self) -> bool:
        """May the backward function of a loss take predictions under another name: `dvalues` beside `y`?"""
        if self.backward is None:
            return False
        free = free_parameters(self.forward, self.backward, {})
        beside = len(self.backward.parameters) > len(free)
        return any(beside or not UPSTREAM_WORDS.match(name) for name in free)


def _roots(
    text: str,
    outline: Outline,
    hints: Hints,
    forward: Function,
    backward: Function | None,
    with_parameters: bool = True,
) -> tuple[str, ...]:
    """What the module must define: the functions, and variables that bear the names of their parameters."""
    names = [forward.owner or forward.name, outline.maker(hints)]
    if backward is not None:
        names.append(backward.owner or backward.name)
    if backward is not None and (loss := foreign_loss(outline.functions, forward, backward)):
        names.append(loss.name)
    init = outline.classes.get(forward.owner, {}).get("__init__")
    functions = (forward, backward, init) if with_parameters else ()
    parameters = [n for f in functions if f is not None for n, _ in f.parameters]
    # What a loop of the module steps forward has another value than the one it begins with.
    changing = rebound(text) if parameters else ()
    return tuple(filter(None, (*names, *(n for n in parameters if n not in changing))))


def pinned(hints: Hints, program: Program) -> Hints:
    """Hints with which the same program is arranged again, of an edited text."""
    if program.engine:
        return replace(program.hints, form=f"{ENGINE}{program.engine}")
    if not program.assumed and not program.hints.reading:
        return hints
    return replace(program.hints, forward=program.forward_function, backward=_second(program))


def _second(program: Program) -> str:
    return "" if program.form == "single" else program.backward_function


__all__ = ["READINGS", "arrange", "arrangements", "pinned"]
