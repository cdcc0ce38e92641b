"""Second derivatives as code: the Hessian times a direction, against second differences of the function."""

from __future__ import annotations

import copy
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import along, function_of, holds_floats, module_of, plus, product

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
LISTS = [f"golden/{n}" for n in ("neuron", "horner", "line_fit", "deep_net", "euler", "parameters")]
CALLS = ["golden/layers", "golden/tree", "golden/nested", "golden/runge_kutta", "learners/params_net"]
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
    with pytest.raises(UsageError, match="no single number but an array"):
        wg.derive(module.normalize, np.ones(3), order=2)
    module = module_of(HERE / "golden" / "kalman_step.py")
    with pytest.raises(UsageError, match="2 results"):
        wg.derive(module.kalman_step, *module.make_inputs().values(), order=2)
    module = module_of(HERE / "learners" / "perceptron.py")
    with pytest.raises(EmissionError, match="no second derivative of perceptron") as refused:
        wg.derive(module.perceptron, *module.make_inputs().values(), order=2)
    assert refused.value.code == "WG613"


@pytest.mark.parametrize("name", [*LISTS, *CALLS])
def test_lists_and_functions_that_call_functions_have_second_derivatives(name: str) -> None:
    module = module_of(HERE / f"{name}.py")
    function, inputs = function_of(module), module.make_inputs()
    names = dict(vars(module))
    exec(wg.derive(function, *inputs.values(), order=2), names)
    assert_product(names[f"hess_{function.__name__}"], function, inputs)


def assert_product(hess: Any, f: Any, inputs: dict[str, Any]) -> None:
    """The Hessian times a direction, of arguments of any form."""
    draw = np.random.default_rng(5)
    wanted = [n for n, v in inputs.items() if holds_floats(v)]
    v, w = ({n: plain(along(inputs[n], draw)) for n in wanted} for _ in "vw")
    parameters = inspect.signature(hess).parameters
    given = {n: copy.deepcopy(p) for n, p in inputs.items() if n in parameters}
    found = hess(**given, **{f"v_{n}": copy.deepcopy(d) for n, d in v.items()})
    parts = found if len(wanted) > 1 else [found]
    projected = sum(product(inputs[n], g, w[n]) for n, g in zip(wanted, parts, strict=True))

    def value(a: float, b: float) -> float:
        moved = {n: plus(plus(p, v[n], a), w[n], b) if n in v else p for n, p in inputs.items()}
        return float(f(*copy.deepcopy([*moved.values()])))

    h = STEP
    truth = (value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / (4 * h * h)
    assert projected == pytest.approx(truth, rel=1e-4, abs=1e-5)


def plain(direction: Any) -> Any:
    """A direction in which single numbers are numbers of Python."""
    if isinstance(direction, list):
        return [plain(d) for d in direction]
    if isinstance(direction, dict):
        return {k: plain(d) for k, d in direction.items()}
    return float(direction) if direction is not None and np.shape(direction) == () else direction


SCRIPT = """\
import math

w = [0.5, -0.3]
b = 0.2


def squash(z):
    q = math.exp(-z)
    return 1 / (1 + q)


# the loss
p = squash(w[0] * b + w[1])
loss = math.log(1 + math.exp(-p))  # of one example
print(loss)
"""


@pytest.mark.parametrize("text", [SCRIPT, SCRIPT.replace("squash(w[0] * b + w[1])", "w[0] * b + w[1] ** 3")])
def test_a_script_gets_its_second_derivatives(text: str, tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(text)
    found = derive_command(path, "--order", "2")
    assert found.returncode == 0, found.stderr
    names: dict[str, Any] = {}
    exec(found.stdout, names)

    def loss(w0: float, w1: float, b: float) -> float:
        moved = text.replace("[0.5, -0.3]", f"[{w0!r}, {w1!r}]").replace("b = 0.2", f"b = {b!r}")
        inner: dict[str, Any] = {"print": lambda value: None}
        exec(moved, inner)
        return float(inner["loss"])

    at, h = [0.5, -0.3, 0.2], STEP
    for k, got in enumerate([*names["hess_w"], names["hess_b"]]):

        def value(a: float, c: float, k: int = k) -> float:
            return loss(*[x + a + c * (j == k) for j, x in enumerate(at)])

        truth = (value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / (4 * h * h)
        assert got == pytest.approx(truth, rel=1e-4, abs=1e-6)


def test_a_script_of_one_number_gets_its_second_derivative_itself(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("x = 2.0\ny = x * x * x\n")
    found = derive_command(path, "--order", "2").stdout
    assert found.startswith("x = 2.0\n") and "hess_x = 6 * x" in found


def test_a_class_that_returns_a_loss_has_second_derivatives(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(LOGISTIC)
    found = derive_command(path, "--order", "2")
    assert found.returncode == 0, found.stderr
    names: dict[str, Any] = {}
    exec(LOGISTIC + found.stdout, names)
    W = names["model"].W

    def value(X: Any, W: Any) -> Any:
        return names["Logistic"](W, 0.1).forward(X, names["y"])

    def hess(X: Any, W: Any, v_X: Any, v_W: Any) -> Any:
        zeros = np.zeros(5)
        hess_X, _, hess_W = names["hess_forward"](X, names["y"], W, 0.1, v_X, zeros, v_W)
        return hess_X, hess_W

    assert_hessian(hess, value, [names["X"], W])


def derive_command(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "whygrad", "derive", str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


LOGISTIC = """\
import numpy as np


def softplus(z):
    return np.log(1 + np.exp(-np.abs(z))) + np.maximum(z, 0)


class Logistic:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def score(self, X):
        return X @ self.W + self.b

    def forward(self, X, y):
        z = self.score(X)
        return np.mean(softplus(z) - y * z)


rng = np.random.default_rng(0)
X = rng.normal(size=(5, 3))
y = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
model = Logistic(rng.normal(size=3), 0.1)
"""
