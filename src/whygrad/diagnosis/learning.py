"""Check classes that train in a method `fit` as the statements of a script, if need be with a usual loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from whygrad.checking.evidence import Evidence, Hints
from whygrad.checking.learners import Learner, learners_in
from whygrad.checking.loops import LOSS
from whygrad.checking.measurement import measure
from whygrad.checking.programs import Program
from whygrad.checking.supposing import SUPPOSED, Supposition, by_supposed_loss
from whygrad.checking.trainings import Training, trainings_in
from whygrad.diagnosis.findings import CheckResult
from whygrad.diagnosis.large import checked
from whygrad.errors import NoGradientError, WhygradError
from whygrad.source import Source

SECONDS = 4.0
"""For one of the losses that are tried."""

Tell = Callable[[CheckResult], None]
Loop = Learner | Training


def check_learners(source: Source, hints: Hints, tell: Tell = lambda _: None) -> CheckResult | None:
    """Check what trains in a file: the first that is wrong, else the first that is right.

    None where nothing does, or nothing can be decided.
    """
    right: list[CheckResult] = []
    names: list[str] = []
    for learner in learners_in(source.text):
        names.append(learner.name)
        try:
            found = _result(source, learner, hints, tell)
        except WhygradError:
            continue
        if found is not None and found.status == "wrong":
            return found
        right += [] if found is None else [found]
    if not right:
        return None
    done = [name for one in right for name in one.functions]
    left = [name for name in names if name not in done]
    further = ["right, too: " + ", ".join(f"`{name}`" for name in done[1:])] if done[1:] else []
    further += ["not decided: " + ", ".join(f"`{name}`" for name in left)] if left else []
    return replace(right[0], notes=(*right[0].notes, *further))


def check_training(source: Source, hints: Hints, tell: Tell = lambda _: None) -> CheckResult | None:
    """Check the steps of a script that computes no loss; None where nothing can be decided."""
    for training in trainings_in(source.text):
        try:
            return _with_usual_loss(source, training, hints, tell)
        except WhygradError:
            break
    return None


def _result(source: Source, learner: Loop, hints: Hints, tell: Tell) -> CheckResult | None:
    """The result with the loss of the loop; where that is another up to a factor, with a usual one."""
    own = _with_own_loss(source, learner, hints, tell) if learner.output else None
    if own is not None and own.status == "right":
        return own
    try:
        usual = _with_usual_loss(source, learner, hints, tell) if learner.place[0] else None
    except WhygradError:
        return own
    return usual if own is None or (usual is not None and usual.status == "right") else own


def _with_own_loss(source: Source, learner: Loop, hints: Hints, tell: Tell) -> CheckResult | None:
    hints = replace(hints, gradients=dict(learner.gradients), output=learner.output)
    text = _running(source, learner, hints)
    return _checked(source, learner, text, hints, tell, []) if text else None


def _with_usual_loss(source: Source, learner: Loop, hints: Hints, tell: Tell) -> CheckResult | None:
    hints = replace(hints, gradients=dict(learner.gradients), output=LOSS)
    evidence = _supposed(source, learner, hints)
    said = [note.replace("the file has no loss", "the loop has no such loss") if learner.output else note
            for note in evidence.notes[-1:]]  # fmt: skip
    return _checked(source, learner, evidence.program.source.text, hints, tell, said)


def _checked(
    source: Source, learner: Loop, text: str, hints: Hints, tell: Tell, notes: list[str]
) -> CheckResult | None:
    result = checked(
        Source(source.filename, text), hints, lambda said: tell(_restored(said, source, learner))
    )
    if result.status in ("error", "undecided"):
        return None
    notes, functions = [*result.notes, *notes, learner.about], tuple(filter(None, (learner.name,)))
    return _restored(replace(result, notes=tuple(notes), functions=functions), source, learner)


def _running(source: Source, learner: Loop, hints: Hints) -> str:
    """The statements with a target for which they run; "" where there is none."""
    for target in ("labels", "numbers"):
        for column in (False, True):
            text = learner.text(target, column)
            evidence = measure(Source(source.filename, text), hints, SECONDS)
            if evidence.failure is None:
                return text
    return ""


def _supposed(source: Source, learner: Loop, hints: Hints) -> Evidence:
    """The evidence with the usual loss that makes most gradients right."""

    def program(loss: str, target: str, column: bool) -> Program:
        text = learner.text(target, column, loss)
        made = Program(Source(source.filename, text), "script", replace(hints, reading=f"{SUPPOSED}{loss}"))
        made.supposed = Supposition(loss, lambda said, _: again(said, target, column), learner.penalised)
        return made

    def again(reading: str, target: str, column: bool) -> Program:
        return program(reading.removeprefix(SUPPOSED), target, column)

    def tried() -> Iterator[Program]:
        ran = set[str]()
        for loss, target, column in learner.kinds:
            one = program(loss, target, column)
            if loss not in ran and measure(one, hints, SECONDS).failure is None:
                ran.add(loss)
                yield one

    programs = tried()
    first = next(programs, None)
    if first is None:
        raise NoGradientError(f"`{learner.name or 'the loop'}` does not run with a usual loss")
    first.rivals = programs
    return by_supposed_loss(first, lambda one, until, only: measure(one, hints, SECONDS), 0.0)


def _restored(result: CheckResult, source: Source, learner: Loop) -> CheckResult:
    """What is said of the plain statements, said of the file's; edits of lines that are not its own go."""
    found = _mapped(result, learner.restored)
    assert isinstance(found, CheckResult)
    own = tuple(f.with_repair(f.repair if _is_own(f.repair, source) else None) for f in found.findings)
    kept = tuple(
        replace(f, alternatives=tuple(r for r in f.alternatives if _is_own(r.repair, source))) for f in own
    )
    return replace(found, findings=kept, source=source.text)


def _is_own(repair: Any, source: Source) -> bool:
    return repair is None or all(edit.before == source.line(edit.line) for edit in repair.edits)


def _mapped(value: Any, restored: Callable[[str], str]) -> Any:
    """A result with all its texts restored."""
    if isinstance(value, str):
        return restored(value)
    if isinstance(value, tuple | list):
        return type(value)(_mapped(item, restored) for item in value)
    if isinstance(value, dict):
        return {key: _mapped(item, restored) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _mapped(getattr(value, f.name), restored) for f in fields(value)})
    return value
