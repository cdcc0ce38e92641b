"""Losses that a backward pass may belong to where the file has none: `backward(X, y)` beside `forward(X)`.

Each usual loss is tried, up to a constant factor. One that makes all gradients right is what is meant; one
that makes a part of them right says what is wrong with the others. Nothing else is decided.
"""

from __future__ import annotations

import ast
import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.checking.charity import tells
from whygrad.checking.evidence import Claim, Evidence
from whygrad.checking.functions import Function
from whygrad.checking.lines import LOSS, STEPS
from whygrad.checking.losses import kept_targets, targets_of
from whygrad.checking.missing import MissingInput
from whygrad.checking.programs import Program
from whygrad.checking.refusals import ForeignLossError
from whygrad.checking.values import shape_of, vector
from whygrad.errors import NoGradientError

if TYPE_CHECKING:
    from whygrad.checking.driver import Driver

SUPPOSED = "supposed "
"""What the readings begin with in which a loss is supposed; its text follows."""
SQUARES = "0.5 * np.sum((out - y) ** 2)"
TWO_WAYS = "-np.sum(y * np.log(out) + (1 - y) * np.log(1 - out))"
MANY_WAYS = "-np.sum(y * np.log(out))"
LABELS = "-np.sum(np.log(out[np.arange(len(y)), y]))"
LOSSES = (MANY_WAYS, LABELS, TWO_WAYS, SQUARES)
SECONDS = 6.0
"""Longest processor time for all of them."""
_PENALTY = re.compile(r"(?i)reg|lambda|lambd|decay|l2|penalt|dropout")
_NAMES = re.compile(r"\b(np|out|y)\b")


@dataclass(frozen=True)
class Supposition:
    """A loss that is supposed, and how to suppose the same with a factor."""

    loss: str
    again: Callable[[str, Program], Program | None]
    penalised: bool
    """Does the backward pass speak of a penalty? No loss here has one."""


def loss_line(loss: str, output: str, target: str) -> str:
    """The line of a driver that computes a supposed loss."""
    names = {"np": "__whygrad_np", "out": output, "y": target}
    text = _NAMES.sub(lambda match: names[match[1]], loss)
    return f"import numpy as __whygrad_np\n{LOSS} = {text}"


def target_for(loss: str, output: Any) -> str:
    """A target for an output, as `--input` takes it; "" where the loss is none for such an output."""
    if isinstance(output, dict | list | tuple):
        return ""  # several arrays have no one loss
    numbers, shape, loss = np.asarray(output, dtype=np.float64), shape_of(output), _without_factor(loss)
    between = bool(((numbers > 0) & (numbers < 1)).all())
    summed = [k for k, n in enumerate(shape) if n > 1 and np.allclose(numbers.sum(axis=k), 1)]
    if loss in (MANY_WAYS, LABELS) and not (summed and between and len(shape) < 3):
        return ""
    if (loss == TWO_WAYS and not between) or (loss == LABELS and summed != [1]):
        return ""
    if loss == LABELS:
        return f"randint({shape[1]}, {shape[0]})"
    if summed and len(shape) < 3:
        kind = "onehot_columns" if summed == [0] and len(shape) == 2 else "onehot"
        return f"{kind}({', '.join(map(str, shape))})"
    sizes = ", ".join(map(str, shape))
    if not shape:
        return "1.0" if between else "0.3"
    return f"randint(2, {sizes})" if between else f"randn({sizes})"


def target_of(driver: Driver, loss: str, forward: Function, backward: Function, output: Any) -> str:
    """The variable of the target, a parameter of the backward method or of the constructor.

    Raises MissingInput where it is to be made, NoGradientError where there is none for such a loss.
    """
    init = driver.methods.get("__init__")
    name = next(iter((*targets_of(forward, backward), *kept_targets(init, backward))), "")
    text = target_for(loss, output) if name else ""
    if not text:
        raise NoGradientError(f"`{loss}` is no loss of such an output")
    if name not in driver.names or not fits(loss, driver.made(name), output):
        raise MissingInput(name, backward, text)
    return driver.names[name]


def _without_factor(loss: str) -> str:
    return next(text for text in LOSSES if loss.endswith(text))


def fits(loss: str, target: Any, output: Any) -> bool:
    """Is a given target one for this output?"""
    if _without_factor(loss) == LABELS:
        return np.asarray(target).dtype.kind == "i" and shape_of(target) == shape_of(output)[:1]
    return shape_of(target) == shape_of(output)


def suppositions(
    found: Callable[[str], Program | None],
    again: Callable[[str, Program], Program | None],
    backward: Function,
) -> Iterator[Program]:
    """The program with each of the usual losses that its output may have.

    `found` looks for inputs with a reading, `again` takes those of a program for another one.
    """
    penalised = _PENALTY.search(ast.unparse(backward.node)) is not None
    for loss in LOSSES:
        program = found(f"{SUPPOSED}{loss}")
        if program is not None:
            program.supposed = Supposition(loss, again, penalised)
            yield program


def by_supposed_loss(
    program: Program, measure: Callable[[Program, float, bool], Evidence], until: float
) -> Evidence:
    """The evidence with the loss that makes all gradients right, or all that one slip leaves right.

    Raises ForeignLossError where no usual loss does.
    """
    best: tuple[int, Program] | None = None
    tie = False
    stop = time.process_time() + SECONDS
    tried: list[str] = []
    for rival in itertools.chain((program,), program.rivals):
        supposed = rival.supposed
        if supposed is None or time.process_time() > stop:
            break
        tried.append(supposed.loss)
        evidence = measure(rival, until, True)
        factor = _factor(evidence)
        if factor:
            scaled = supposed.again(f"{SUPPOSED}{factor} * {supposed.loss}", rival)
            if scaled is None:
                continue
            rival, loss = scaled, f"{factor} * {supposed.loss}"
            evidence = measure(rival, until, True)
        else:
            loss = supposed.loss
        if evidence.failure is not None:
            continue
        if evidence.verdict == "right" and tells(evidence.finals):
            evidence.notes.append(_said(loss, "all gradients"))
            return evidence
        right = sum(c.verdict == "right" for c in evidence.finals)
        if right and not supposed.penalised and not _are_steps(rival) and _is_clear(evidence.finals):
            tie = best is not None and best[0] == right
            if best is None or right >= best[0]:
                best = right, rival
    if best is not None and not tie:
        evidence, loss = measure(best[1], until, False), best[1].hints.reading.removeprefix(SUPPOSED)
        evidence.notes.append(_said(loss, "the other gradients"))
        return evidence
    backward = program.backward_function
    raise ForeignLossError(
        f"`{backward}` belongs to a loss that is not in this file; of the usual ones, up to a constant "
        f"factor, none makes its gradients right ({'; '.join(tried)})",
        hint="let a function of the file return the loss, with the target as a parameter",
    )


def _are_steps(program: Program) -> bool:
    """A step has no line that could be mended; it may be right, and that is all that is told of it."""
    return any(item.path.startswith(STEPS) for item in program.returned)


def _said(loss: str, which: str) -> str:
    return f"the file has no loss; `{loss}` makes {which} right, and was taken for it"


def _is_clear(claims: list[Claim]) -> bool:
    """Is what is right more than an accident, and is each other gradient wrong beyond doubt?"""
    right = [c for c in claims if c.verdict == "right"]
    wrong = [c for c in claims if c.verdict in ("wrong", "inherited")]
    return len(right) + len(wrong) == len(claims) and len(right) * 2 >= len(claims) and tells(right)


def _factor(evidence: Evidence) -> str:
    """The constant, as text, by which most gradients are off from those of the loss; "" where that is one."""
    ratios = Counter(filter(None, map(_ratio, evidence.finals)))
    if not ratios:
        return ""
    ratio = ratios.most_common(1)[0][0]
    return "" if ratio == 1.0 else _written(ratio)


def _ratio(claim: Claim) -> float:
    """By how much a claim is off at the given point, if by one factor throughout; without its sign."""
    got, want = vector(claim.values[0]), vector(claim.truth[0])
    if got is None or want is None or got.shape != want.shape or not want.any():
        return 0.0
    ratio = float(got @ want) / float(want @ want)
    return round(abs(ratio), 9) if np.allclose(got, ratio * want, rtol=1e-6, atol=1e-9) else 0.0


def _written(ratio: float) -> str:
    """`0.25` as it is; `0.3333` as `1 / 3`."""
    for number in range(2, 65):
        top = ratio * number
        if abs(top - round(top)) < 1e-6 * max(1.0, top) and 0 < round(top) < 9:
            return f"{round(top)} / {number}"
    return repr(round(ratio)) if abs(ratio - round(ratio)) < 1e-6 else repr(ratio)
