"""What is derived of the functions in `golden/`: read by eye once, kept, and executed against outside truth.

`WHYGRAD_UPDATE_GOLDEN=1` writes them anew: read the difference before you commit it.
"""

from __future__ import annotations

import copy
import importlib.util
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import whygrad as wg

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(p for p in GOLDEN.glob("*.py") if not p.stem.endswith("_derived"))


def module_of(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"golden_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def function_of(module: Any) -> Callable[..., Any]:
    """The last function of a file is the one that is derived."""
    functions = [
        f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__
    ]
    return max(functions, key=lambda f: f.__code__.co_firstlineno)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_what_is_derived_stays_and_is_right(path: Path) -> None:
    module = module_of(path)
    function, inputs = function_of(module), module.make_inputs()
    text = wg.derive(function, *inputs.values(), check=False)
    kept = path.with_name(f"{path.stem}_derived.py")
    if os.environ.get("WHYGRAD_UPDATE_GOLDEN"):
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")
    assert_right(text, module, function, inputs)


def assert_right(text: str, module: Any, function: Callable[..., Any], inputs: dict[str, Any]) -> None:
    """Every gradient along a random direction, against central differences of the user's own function."""
    namespace = dict(vars(module))
    exec(text, namespace)
    draw = np.random.default_rng(5)
    pair = function.__name__.endswith("_forward")
    plain = lambda given: results(function(*copy.deepcopy(list(given.values()))), pair)
    upstream = [cotangent(v, draw) for v in plain(inputs)]
    given = copy.deepcopy(upstream)
    gradients = gradients_of(namespace, text, function, inputs, given)
    for mine, theirs in zip(leaves(upstream), leaves(given), strict=True):
        assert np.array_equal(mine, theirs)  # what arrives is the caller's
    wanted = [n for n, v in inputs.items() if holds_floats(v)]
    assert len(gradients) == len(wanted)
    for name, gradient in zip(wanted, gradients, strict=True):
        direction = along(inputs[name], draw)
        step = 1e-6
        ends = []
        for side in (step, -step):
            moved = {**inputs, name: plus(inputs[name], direction, side)}
            pairs = zip(leaves(upstream), leaves(plain(moved)), strict=True)
            ends.append(sum(np.sum(u * r) for u, r in pairs))
        slope = (ends[0] - ends[1]) / (2 * step)
        found = product(inputs[name], gradient, direction)
        assert found == pytest.approx(slope, rel=2e-5, abs=1e-7), name


def results(value: Any, pair: bool) -> list[Any]:
    """What a function returns, without its cache."""
    if isinstance(value, tuple):
        value = value[:-1] if pair else value
        return [v for v in value if isinstance(v, float | np.ndarray | np.floating | list)]
    return [value]


def cotangent(value: Any, draw: Any) -> Any:
    """A random cotangent of the form of a result."""
    if isinstance(value, list):
        return [cotangent(v, draw) for v in value]
    return draw.normal(size=np.shape(value)) if np.shape(value) else 1.0


def leaves(value: Any) -> list[Any]:
    """The numbers and arrays in a list, at any depth."""
    return [leaf for v in value for leaf in leaves(v)] if isinstance(value, list | tuple) else [value]


def gradients_of(
    namespace: dict[str, Any], text: str, function: Any, inputs: dict[str, Any], upstream: list[Any]
) -> list[Any]:
    args = copy.deepcopy(list(inputs.values()))
    name = function.__name__
    if name.endswith("_forward"):
        cache = namespace[name](*args)[-1]
        found = namespace[name.replace("_forward", "_backward")](*upstream, cache)
    else:
        derived = namespace[f"grad_{name}"]
        extra = len(inspect.signature(derived).parameters) - len(inspect.signature(function).parameters)
        names = [
            p
            for p in inspect.signature(derived).parameters
            if p not in inspect.signature(function).parameters
        ]
        if extra > len(upstream):  # `return [a, b]` has a cotangent for each
            upstream = upstream[0]
        given = dict(zip(inspect.signature(function).parameters, args, strict=False))
        found = derived(**given, **dict(zip(names, upstream[:extra], strict=True)))
    several = sum(holds_floats(v) for v in inputs.values()) > 1
    return list(found) if several else [found]


def holds_floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(holds_floats, value.values()))
    if isinstance(value, list | tuple):
        return any(map(holds_floats, value))
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def along(value: Any, draw: Any) -> Any:
    """A random direction of the form of a value; None where there is none."""
    if isinstance(value, dict):
        return {k: along(v, draw) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [along(v, draw) for v in value]
    return draw.normal(size=np.shape(value)) if holds_floats(value) else None


def plus(value: Any, direction: Any, step: float) -> Any:
    if isinstance(value, dict):
        return {k: plus(v, direction[k], step) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plus(v, d, step) for v, d in zip(value, direction, strict=True)]
    if direction is None:
        return value
    return value + step * direction if np.shape(value) else float(value + step * direction)


def product(value: Any, gradient: Any, direction: Any) -> float:
    if isinstance(value, dict):
        return sum(product(v, gradient[k], direction[k]) for k, v in value.items() if k in gradient)
    if isinstance(value, list | tuple):
        return sum(product(*each) for each in zip(value, gradient, direction, strict=True))
    if direction is None:
        return 0.0
    assert np.shape(gradient) == np.shape(value)
    return float(np.sum(gradient * direction))


def test_ruff_leaves_it_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(GOLDEN)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
