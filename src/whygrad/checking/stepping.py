"""Steps of a backward method that names no gradient: `self.W -= lr * a.T @ delta` claims one all the same.

What a parameter loses is a positive multiple of its gradient, if the method is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.checking.functions import Function
from whygrad.checking.lines import BEFORE, LAYER, STEPS
from whygrad.checking.programs import Returned
from whygrad.checking.strays import DELTA
from whygrad.checking.values import vector


def kept_lines(names: Sequence[str], made: Mapping[str, Any]) -> str:
    """The line of a driver that keeps what parameters of the object are before the backward pass."""
    kept = [f"{name!r}: {_mapped(made[name], f'{LAYER}.{name}', '{} * 1.0')}" for name in names]
    return f"{BEFORE} = {{{', '.join(kept)}}}"


def step_lines(names: Sequence[str], made: Mapping[str, Any]) -> str:
    """The line of a driver that takes from them what they are after it."""
    steps = []
    for name in names:
        before, after = f"{BEFORE}[{name!r}]", f"{LAYER}.{name}"
        if isinstance(made[name], list):
            steps.append(f"{name!r}: [__a - __b for __a, __b in zip({before}, {after})]")
        else:
            steps.append(f"{name!r}: {before} - {after}")
    return f"{STEPS} = {{{', '.join(steps)}}}"


def steps_in(
    names: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any], backward: Function
) -> Iterator[Returned]:
    """The parameters that the method changed, as claims of their gradients."""
    for name in names:
        first, last = vector(before[name]), vector(after.get(name))
        if first is not None and last is not None and first.shape == last.shape and (first != last).any():
            yield Returned(f"d_{name}", f"{STEPS}[{name!r}]", backward.qualname)


def without_deltas(returned: list[Returned]) -> list[Returned]:
    """Claims without those of what activations are taken of, which has no name of its own."""
    return [item for item in returned if not DELTA.search(item.name)]


def _mapped(value: Any, path: str, text: str) -> str:
    return f"[{text.format('__a')} for __a in {path}]" if isinstance(value, list) else text.format(path)
