"""Forward mode as code: results are the user's own, tangents are slopes along the given direction."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import (
    CASES,
    along,
    function_of,
    holds_floats,
    leaves,
    module_of,
    plus,
    results,
)

import whygrad as wg


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
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
    found = namespace[f"dot_{function.__name__}"](**copy.deepcopy(inputs), **given)
    pair = function.__name__.endswith("_forward")
    step = 1e-6
    ends = [
        results(function(*copy.deepcopy(list(moved_by(inputs, directions, side).values()))), pair)
        for side in (step, -step)
    ]
    plain = results(function(*copy.deepcopy(list(inputs.values()))), pair)
    if len(found) > 2 * len(plain):  # of `return [a, b]` each has its tangent
        plain, ends = plain[0], [end[0] for end in ends]
    assert len(found) == 2 * len(plain)
    for value, own in zip(leaves(found[: len(plain)]), leaves(plain), strict=True):
        assert np.array_equal(value, own)
    for tangent, up, down in zip(leaves(found[len(plain) :]), *map(leaves, ends), strict=True):
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


FUNCTIONS = """
import numpy as np


def layer(x, W, slope=0.1):
    z = x @ W
    return np.where(z > 0, z, slope * z)


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def network(x, Ws, out):
    def score(h):
        total = 0.0
        for k in range(len(out)):
            total += h[k] * out[k]
        return total

    h = x
    for W in Ws:
        h = layer(h, W, 0.2)
    return score(h) * power(score(h), 2)


def fixed(x):
    y = layer(np.ones(2), np.eye(2))
    return np.sum(x * y)
"""


def test_functions_stay_functions_and_take_their_tangents_along(tmp_path: Path) -> None:
    path = tmp_path / "network.py"
    path.write_text(FUNCTIONS)
    draw = np.random.default_rng(0).normal
    given = draw(size=3), [draw(size=(3, 3)), draw(size=(3, 3))], draw(size=3)
    text = wg.derive(module_of(path).network, *given, mode="forward")
    assert "h, dot_h = dot_layer(" in text
    assert "power_out, dot_power_out = dot_power(x, argument, dot_x)" in text
    assert "def dot_score(h, out, dot_h, dot_out):" in text


def test_a_function_that_nothing_moving_enters_is_called_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "network.py"
    path.write_text(FUNCTIONS)
    text = wg.derive(module_of(path).fixed, np.array([1.0, 2.0]), mode="forward")
    assert "y = layer(argument, argument2)" in text
    assert "dot_layer" not in text
    assert "score" not in text
