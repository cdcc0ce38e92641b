"""Forward mode as code: results are the user's own, tangents are slopes along the given direction."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import CASES, along, function_of, holds_floats, module_of, plus, results

import whygrad as wg
from whygrad.errors import EmissionError

REFUSED = ("nested", "runge_kutta", "tree")
"""Functions within functions and recursion have no forward mode; each is refused by name."""


@pytest.mark.parametrize("path", [p for p in CASES if p.stem not in REFUSED], ids=lambda p: p.stem)
def test_tangents_are_the_slopes_along_their_direction(path: Path) -> None:
    module = module_of(path)
    function, inputs = function_of(module), module.make_inputs()
    text = wg.derive(function, *inputs.values(), mode="forward", check=False)
    namespace = dict(vars(module))
    exec(text, namespace)
    draw = np.random.default_rng(2)
    wanted = [n for n, v in inputs.items() if holds_floats(v)]
    directions = {n: along(inputs[n], draw) for n in wanted}
    given = {f"dot_{n}": filled(inputs[n], d) for n, d in directions.items()}
    found = namespace[f"dot_{function.__name__}"](*copy.deepcopy(list(inputs.values())), **given)
    pair = function.__name__.endswith("_forward")
    step = 1e-6
    ends = [
        results(function(*copy.deepcopy(list(moved_by(inputs, directions, side).values()))), pair)
        for side in (step, -step)
    ]
    plain = results(function(*copy.deepcopy(list(inputs.values()))), pair)
    assert len(found) == 2 * len(plain)
    for value, own in zip(found, plain, strict=False):
        assert np.array_equal(value, own)
    for tangent, up, down in zip(found[len(plain) :], *ends, strict=True):
        slope = (np.asarray(up) - np.asarray(down)) / (2 * step)
        assert tangent == pytest.approx(slope, rel=1e-4, abs=1e-6)


def filled(value: Any, direction: Any) -> Any:
    """A direction with zeros for what does not move."""
    if isinstance(value, dict):
        return {k: filled(v, direction[k]) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [filled(v, d) for v, d in zip(value, direction, strict=True)]
    return 0.0 if direction is None else direction if np.shape(value) else float(direction)


def moved_by(inputs: dict[str, Any], directions: dict[str, Any], step: float) -> dict[str, Any]:
    return {n: plus(v, directions[n], step) if n in directions else v for n, v in inputs.items()}


@pytest.mark.parametrize("path", [p for p in CASES if p.stem in REFUSED], ids=lambda p: p.stem)
def test_what_has_no_forward_mode_is_refused(path: Path) -> None:
    module = module_of(path)
    function, inputs = function_of(module), module.make_inputs()
    with pytest.raises(EmissionError, match="cannot be"):
        wg.derive(function, *inputs.values(), mode="forward")
