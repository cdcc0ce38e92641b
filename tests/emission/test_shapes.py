"""Shapes in comments are those that the arrays have, at the given shapes and at others."""

from __future__ import annotations

import copy
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import CASES, function_of, module_of

import whygrad as wg
from whygrad.emission.examples import other_shapes

NOTED = re.compile(r"^(\s*)(\w+) = .*  # (\([\w *,]+\))$")


def with_notes(text: str) -> tuple[str, int]:
    """The text, each shape that it names noted below its line; and how many there are."""
    lines, count = [], 0
    for line in text.split("\n"):
        lines.append(line)
        if found := NOTED.match(line):
            count += 1
            lines.append(f'{found[1]}said.append((np.shape({found[2]}), "{found[3]}"))')
    return "\n".join(lines), count


def noted(path: Path) -> bool:
    derived = path.with_name(f"{path.stem}_derived.py")
    return any(map(NOTED.match, derived.read_text(encoding="utf-8").split("\n")))


@pytest.mark.parametrize("path", [p for p in CASES if noted(p)], ids=lambda p: p.stem)
def test_a_shape_beside_a_gradient_holds_wherever_the_function_runs(path: Path) -> None:
    module = module_of(path)
    function, inputs = function_of(module), tuple(module.make_inputs().values())
    text, count = with_notes(wg.derive(function, *inputs))
    assert count
    examples = [inputs, *other_shapes(function, inputs)]
    assert len(examples) > 1
    for example in examples:
        out, sizes = run_with(function, example)
        said: list[Any] = []
        namespace: dict[str, Any] = {**vars(module), "said": said}
        exec(text, namespace)
        upstream = [np.ones_like(out)] if np.shape(out) else []
        namespace[f"grad_{function.__name__}"](*copy.deepcopy(example), *upstream)
        assert said
        for shape, text_of in said:
            assert shape == eval(text_of, dict(sizes))


def run_with(function: Any, example: Any) -> tuple[Any, dict[str, int]]:
    """What a function returns, and its whole numbers as it does."""
    sizes: dict[str, int] = {}

    def look(frame: Any, event: str, arg: Any) -> Any:
        if frame.f_code is function.__code__ and event == "return":
            sizes.update({k: v for k, v in frame.f_locals.items() if type(v) is int})
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        return function(*copy.deepcopy(example)), sizes
    finally:
        sys.settrace(before)


FUNCTIONS = """\
import numpy as np

def scale(x, w):
    N, D = x.shape
    return np.sum(x * w) / N

def rows(x, w):
    return np.mean((x * w + 3 * x).T)

def flat(x, w):
    return np.sum((x / w).reshape(-1)) / 2

def part(x, w):
    return np.sum(x[1:] * w)

def squares(x, w):
    N, D = x.shape
    return np.sum(x + w * w) / N

def mixed(x, w):
    return np.sum((x * w) @ np.ones((3, 2)))

def chain(x, w):
    h = x
    for k in range(3):
        shift = w * k
        h = np.tanh(h + shift)
    return np.sum(h)
"""


@pytest.mark.parametrize("name", ["scale", "rows", "flat", "part", "squares", "mixed"])
def test_a_gradient_has_the_shape_of_its_array(tmp_path: Path, name: str) -> None:
    path = tmp_path / "functions.py"
    path.write_text(FUNCTIONS)
    module = module_of(path)
    draw = np.random.default_rng(3).normal
    x, w, step = draw(size=(3, 3)), draw(size=3) + 3, 1e-6
    function = getattr(module, name)
    text = wg.derive(function, x, w)
    namespace: dict[str, Any] = dict(vars(module))
    exec(text, namespace)
    for argument, gradient in enumerate(namespace[f"grad_{name}"](x, w)):
        values = [x, w]
        assert np.shape(gradient) == values[argument].shape
        for at in np.ndindex(values[argument].shape):
            ends = []
            for by in (step, -step):
                moved = [v.copy() for v in values]
                moved[argument][at] += by
                ends.append(function(*moved))
            assert gradient[at] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-8)


def test_lengths_that_only_happen_to_be_equal_name_no_axis(tmp_path: Path) -> None:
    path = tmp_path / "functions.py"
    path.write_text(FUNCTIONS)
    text = wg.derive(module_of(path).scale, np.ones((3, 3)), np.ones(3))
    assert "grad_x = np.broadcast_to(w / N, x.shape)  # (N, D)" in text
    assert "  # (D,)" in text


def test_what_is_kept_and_what_is_computed_again_is_said(tmp_path: Path) -> None:
    path = tmp_path / "functions.py"
    path.write_text(FUNCTIONS)
    text = wg.derive(module_of(path).chain, np.ones(4), 0.5)
    assert "saved_h = []  # kept for the backward pass" in text
