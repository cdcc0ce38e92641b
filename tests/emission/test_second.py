"""Second derivatives as code: the Hessian times a direction, against second differences of the function."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import function_of, module_of

import whygrad as wg
from whygrad.errors import EmissionError, UsageError

HERE = Path(__file__).parent
STEP = 1e-4
FORMULAS = {
    "sin(x) * y**2": lambda x, y: np.sin(x) * y**2,
    "exp(-x * x / 2) / y": lambda x, y: np.exp(-x * x / 2) / y,
    "sigmoid(w * x + b)": lambda w, x, b: 1 / (1 + np.exp(-(w * x + b))),
    "log(1 + x**2)": lambda x: np.log(1 + x**2),
}
FUNCTIONS = ["golden/cosine_similarity", "golden/kmeans", "learners/kernel_ridge", "learners/distances"]


def second_difference(f: Any, at: list[Any], v: list[Any], w: list[Any]) -> float:
    """w times the Hessian times v, of the function itself."""

    def value(a: float, b: float) -> Any:
        return f(*[p + a * d + b * e for p, d, e in zip(at, v, w, strict=True)])

    h = STEP
    return float((value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / (4 * h * h))


def assert_hessian(hess: Any, f: Any, at: list[Any]) -> None:
    draw = np.random.default_rng(8)
    v, w = (
        [draw.normal(size=np.shape(p)) if np.shape(p) else float(draw.normal()) for p in at] for _ in "vw"
    )
    alone = len(at) == 1 and not np.shape(at[0])
    found = hess(*at) if alone else hess(*at, *v)
    parts = found if isinstance(found, tuple) else (found,)
    if alone:
        parts = (parts[0] * v[0],)
    projected = sum(float(np.sum(p * d)) for p, d in zip(parts, w, strict=True))
    assert projected == pytest.approx(second_difference(f, at, v, w), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("text", list(FORMULAS))
@pytest.mark.parametrize("target", ["python", "numpy"])
def test_a_formula_gets_its_second_derivatives(text: str, target: str) -> None:
    namespace: dict[str, Any] = {}
    exec("import math\nimport numpy as np\n" + wg.derive(text, target=target, order=2), namespace)
    plain = FORMULAS[text]
    assert_hessian(namespace["hess_f"], plain, [0.4, 0.9, -0.3][: plain.__code__.co_argcount])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_arrays_gets_its_hessian_times_a_direction(name: str) -> None:
    module = module_of(HERE / f"{name}.py")
    function, inputs = function_of(module), list(module.make_inputs().values())
    namespace: dict[str, Any] = dict(vars(module))
    exec(wg.derive(function, *inputs, order=2), namespace)
    assert_hessian(namespace[f"hess_{function.__name__}"], function, inputs)


def test_what_has_no_second_derivative_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="order 3"):
        wg.derive("x * y", order=3)
    with pytest.raises(UsageError, match="forward mode"):
        wg.derive("x * y", order=2, mode="forward")
    module = module_of(HERE / "learners" / "normalize.py")
    with pytest.raises(UsageError, match="does not return one number"):
        wg.derive(module.normalize, np.ones(3), order=2)
    module = module_of(HERE / "golden" / "layers.py")
    with pytest.raises(EmissionError, match="several functions") as refused:
        wg.derive(module.net, *module.make_inputs().values(), order=2)
    assert refused.value.code == "WG613"
    path = tmp_path / "script.py"
    path.write_text("x = 2.0\ny = x * x\n")
    command = [sys.executable, "-m", "whygrad", "derive", str(path), "--order", "2"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2
    assert "not of a script" in found.stderr
