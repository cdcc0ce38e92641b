"""Backward functions that belong to something else than an upstream gradient times a Jacobian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.checking.comparison import same_layout
from whygrad.checking.evidence import Claim, Failure
from whygrad.checking.examples.complaints import ManyLossesError
from whygrad.checking.functions import Function
from whygrad.checking.losses import LOSS_WORDS, is_passed_output, kept_targets, targets_of
from whygrad.checking.naming import stems
from whygrad.checking.programs import Program
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import is_numeric, shape_of
from whygrad.errors import NoGradientError


def refuse_jacobian(result: Any, output: Any, upstreams: list[str], backward: Function) -> None:
    """Raise NoGradientError where the function returns all partial derivatives, not their sum."""
    if upstreams or not (is_numeric(result) and is_numeric(output)) or isinstance(result, tuple | dict):
        return
    shape, own = shape_of(result), shape_of(output)
    if own and len(shape) > len(own) and shape[: len(own)] == own:
        raise NoGradientError(
            f"`{backward.qualname}` returns a whole Jacobian, of shape {shape} for an output of shape {own}; "
            "gradients are checked",
            hint="multiply it by an upstream gradient that is given as a parameter",
        )


class ForeignLossError(NoGradientError):
    """A backward pass takes a target, and no loss stands in the file."""


def refuse_foreign_loss(
    forward: Function,
    backward: Function,
    init: Function | None,
    items: list[Any],
    known: Mapping[str, str],
    upstreams: list[str],
) -> None:
    """A backward pass that takes targets, of a forward pass that returns no loss."""
    targets = [name for name in targets_of(forward, backward) if name not in known]
    given = all(map(is_passed_output, upstreams)) if targets else not upstreams
    targets += [] if upstreams else kept_targets(init, backward)
    if targets and given and is_numeric(items[0]) and shape_of(items[0]):
        raise ForeignLossError(
            f"`{backward.qualname}` takes `{targets[0]}`, so it belongs to a loss; "
            f"`{forward.qualname}` returns none",
            hint="let a function return the loss, or name the upstream gradient: --upstream",
        )


def refuse_one_result(function: Function, items: list[Any]) -> None:
    """A function checked by itself returns its value and, beside it, gradients."""
    if len(items) > 1:
        return
    raise NoGradientError(
        f"`{function.qualname}` returns one thing, of type {type(items[0]).__name__}; a function checked by "
        "itself returns its value and its gradients (return loss, dW), and no function of the file is its "
        "backward pass by name",
        hint=f"name the backward pass, if there is one: --forward {function.qualname} --backward FUNC",
    )


def refuse_many_losses(result: Any, names: list[str]) -> None:
    """A function that returns `cost, grad` has one cost, or its inputs are not those that were meant."""
    if isinstance(result, tuple) and len(result) == len(names) and any(map(stems, names)):
        # By name: of sizes of one a gradient is a number as well, and the loss may be none.
        losses = [k for k, name in enumerate(names) if LOSS_WORDS.search(name) and not stems(name)]
        for place in losses[:1]:
            if np.size(result[place]) > 1:
                raise ManyLossesError(f"`{names[place]}` is no number")


class OddLossError(ValueError):
    """What is to be a loss has the shape of neither a number, nor the examples, nor the predictions."""


def refuse_odd_loss(forward: Function, result: Any, given: Mapping[str, Any]) -> None:
    """`logs @ target` is a number for vectors; for matrices it runs, but is no loss."""
    if not any(TARGET_WORDS.match(name) for name, _ in forward.parameters):
        return
    shapes = {np.shape(value) for value in given.values() if isinstance(value, np.ndarray)}
    fitting = {shape[:n] for shape in shapes for n in (1, len(shape))}
    fitting |= {(shape[0], 1) for shape in shapes if shape}  # a column, one number for each example
    odd = isinstance(result, np.ndarray) and result.size > 1 and result.shape not in fitting
    # One prediction for many targets, which only broadcast.
    others = [given[n] for n, _ in forward.parameters[:2] if n in given and not shape_of(given[n])]
    odd |= bool(shapes) and any(isinstance(value, float) for value in others) and np.size(result) > 1
    if odd and LOSS_WORDS.search(forward.qualname):
        raise OddLossError(f"`{forward.qualname}` returns an array of shape {result.shape}")


def refuse_misfit(program: Program, claims: Sequence[Claim]) -> None:
    """Raise NoGradientError where inputs that were found give a gradient more axes than its variable has.

    Called where no repair was found: then it is likelier that the inputs are not those that were meant.
    """
    for claim in claims if program.assumed else ():
        found = claim.mismatch if claim.verdict == "wrong" else None
        if found is None or same_layout(claim.values[0], claim.truth[0]):
            continue
        if len(found.got_shape) > len(found.want_shape):
            raise NoGradientError(
                "the example inputs that were found may not be those that are meant: with them "
                f"`{claim.name}` has the shape {found.got_shape}, and `{claim.of}` {found.want_shape}",
                hint=" ".join(f'--input "{name}={text}"' for name, text in [*program.assumed.items()][:3]),
            )


def refuse_alone(forward: Function, failure: Failure, inputs: Mapping[str, str]) -> None:
    """A pass that takes nothing, and cannot run before something else has set what it reads."""
    if inputs:
        return
    where = f" in line {failure.line}" if failure.line else ""
    raise NoGradientError(
        f"`{forward.qualname}` takes nothing that could be given, and raises {failure.kind}{where} by "
        f"itself: {failure.message}",
        hint='add lines that build what it needs and run both passes, under `if __name__ == "__main__":`; '
        "then the script is checked",
    )
