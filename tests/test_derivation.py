"""`wg.derive` and `whygrad derive`: functions, files and formulas, what is refused, and with which words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.errors import EmissionError, UsageError

SEED = """\
import math

w = [2, -3, -3]
x = [-1, -2]

# Compute the forward pass
product = w[0]*x[0] + w[1]*x[1] + w[2]
activation = 1 / (1 + math.exp(-product))
"""


def derive(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "whygrad", "derive", *words], capture_output=True, text=True, timeout=60
    )


def test_the_forward_pass_of_the_seed_gives_lists_in_its_own_names(tmp_path: Path) -> None:
    path = tmp_path / "neuron.py"
    path.write_text(SEED)
    found = derive(str(path))
    assert found.returncode == 0, found.stderr
    assert "grad_product = (1 - activation) * activation" in found.stdout
    assert "grad_x = [w[0] * grad_product, w[1] * grad_product]" in found.stdout
    assert "grad_w = [x[0] * grad_product, x[1] * grad_product, grad_product]" in found.stdout


def test_what_is_derived_of_a_script_is_found_right_by_check(tmp_path: Path) -> None:
    path = tmp_path / "neuron.py"
    path.write_text(SEED)
    path.write_text(SEED + "\n" + derive(str(path)).stdout)
    checked = subprocess.run(
        [sys.executable, "-m", "whygrad", "check", str(path)], capture_output=True, text=True, timeout=120
    )
    assert checked.returncode == 0, checked.stdout


def test_a_formula_gives_a_function_of_its_names() -> None:
    namespace: dict[str, object] = {}
    exec("import math\n" + wg.derive("exp(-x) * y**2", target="python"), namespace)
    grad_f: object = namespace["grad_f"]
    found = grad_f(0.3, 2.0)  # type: ignore[operator]
    h = 1e-6
    value = lambda x, y: np.exp(-x) * y**2
    assert found[0] == pytest.approx((value(0.3 + h, 2.0) - value(0.3 - h, 2.0)) / (2 * h), rel=1e-8)
    assert found[1] == pytest.approx((value(0.3, 2.0 + h) - value(0.3, 2.0 - h)) / (2 * h), rel=1e-8)


def affine_forward(x, w, b):  # type: ignore[no-untyped-def]
    out = x.reshape(x.shape[0], -1) @ w + b
    return out, (x, w, b)


def test_a_forward_function_gets_a_pair_whose_cache_is_what_it_needs() -> None:
    text = wg.derive(affine_forward, np.ones((2, 3, 2)), np.ones((6, 4)), np.ones(4))
    assert "def affine_backward(dout, cache):" in text
    assert "x, w = cache" in text


def unreachable(x):  # type: ignore[no-untyped-def]
    if x * x < -1:
        y = np.sin(x)
    else:
        y = x
    return y


def test_a_branch_that_no_example_takes_is_derived_and_said_to_be_unchecked() -> None:
    text = wg.derive(unreachable, 1.0)
    line = unreachable.__code__.co_firstlineno + 1
    assert text.startswith(f"# not checked: the other way at line {line}, which no example takes\n")
    names: dict[str, Any] = {"np": np}
    exec(text.replace("if x * x < -1:", "if True:"), names)
    assert names["grad_unreachable"](0.3) == pytest.approx(np.cos(0.3))


def unbound(x, mask=None):  # type: ignore[no-untyped-def]
    if mask is not None:
        x = x + mask * 2.0
    return x * x


def test_a_branch_that_cannot_be_run_is_refused_by_line() -> None:
    with pytest.raises(EmissionError, match=r"x \+ mask \* 2.0") as refused:
        wg.derive(unbound, 1.0)
    assert refused.value.place is not None


def capped(x, y):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(len(x)):
        s = 0.0
        for j in range(len(y)):
            s += np.tanh(x[i] * y[j] + s)
            if s > 0.5:
                break
        total += s * s
    return total


def crossing(x, level):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(len(x)):
        for j in range(i, len(x)):
            total += x[i] * x[j]
            if total > level:
                return total * total
    return total


def picky(x):  # type: ignore[no-untyped-def]
    total = 0.0
    for v in x:
        if v > 0:
            if v > 0.9:
                break
            total += v
        total += v * v
    return total


def slopes(f: Any, x: Any, *rest: Any) -> Any:
    step = 1e-6
    return [(f(x + step * e, *rest) - f(x - step * e, *rest)) / (2 * step) for e in np.eye(len(x))]


def test_a_loop_left_within_a_loop_goes_back_over_the_rounds_that_ran() -> None:
    draw, names = np.random.default_rng(0).normal, dict[str, Any](np=np)
    exec(wg.derive(capped, draw(size=4), draw(size=5)), names)
    for seed in range(5):
        x, y = np.random.default_rng(seed).normal(size=(2, 6))
        found = names["grad_capped"](x, y)
        np.testing.assert_allclose(found[0], slopes(capped, x, y), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(found[1], slopes(lambda b, a: capped(a, b), y, x), rtol=1e-6, atol=1e-7)
    exec(wg.derive(crossing, np.array([0.5, 0.2, 0.3]), 0.4, wrt="x"), names)
    for level in (0.1, 0.4, 9.0):
        x = np.array([0.5, 0.21, 0.32])
        np.testing.assert_allclose(names["grad_crossing"](x, level), slopes(crossing, x, level), rtol=1e-6)


def test_a_break_in_a_branch_that_something_follows_is_refused_by_line() -> None:
    with pytest.raises(EmissionError, match="a loop with `break` or `continue` deep within") as refused:
        wg.derive(picky, np.array([0.5, -0.2, 0.95, 0.1]))
    assert refused.value.place is not None


def within_try(x):  # type: ignore[no-untyped-def]
    try:
        y = x * x
    except ValueError:
        y = 0.0
    return y


def starred(x):  # type: ignore[no-untyped-def]
    first, *rest = x
    return first * sum(rest)


def test_what_cannot_be_reversed_is_refused_by_name() -> None:
    with pytest.raises(EmissionError, match="a `try` block in line"):
        wg.derive(within_try, 1.0)
    with pytest.raises(EmissionError, match="a starred target in line"):
        wg.derive(starred, [1.0, 2.0, 3.0])


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(UsageError, match="no example value for the parameter `w` of affine_forward"):
        wg.derive(affine_forward, np.ones((2, 3)))


def test_an_unknown_target_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="nothing is written for the target"):
        wg.derive(affine_forward, target="fortran")


def test_what_was_not_checked_says_so(tmp_path: Path) -> None:
    path = tmp_path / "neuron.py"
    path.write_text(SEED)
    assert derive(str(path), "--no-check").stdout.startswith("# not checked")


def test_a_file_with_several_functions_asks_which(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    path.write_text("def f(x):\n    return x * x\n\ndef g(x):\n    return x + x\n")
    found = derive(str(path))
    assert found.returncode == 2
    assert "--function g" in " ".join(found.stderr.split())  # wherever the line breaks
    assert "grad_x = 2 * x" in derive(str(path), "--function", "f", "--input", "x=2.0").stdout


LAYERS = """\
import numpy as np


def make_inputs():
    return dict(x=np.full((4, 3), 0.3), w=np.eye(3, 5) + 0.1, b=np.zeros(5))


def affine_forward(x, w, b):
    out = x @ w + b  # the affine map
    cache = (x, w, b)
    return out, cache


def affine_backward(dy, cache):
    \"\"\"Gradients by x, w and b.\"\"\"
    ...
"""


def test_a_function_marked_with_dots_is_filled_in_and_found_right(tmp_path: Path) -> None:
    path = tmp_path / "layers.py"
    path.write_text(LAYERS)
    assert derive(str(path), "--into").stdout == f"wrote {path}\n"
    text = path.read_text()
    assert text.startswith(LAYERS.removesuffix("    ...\n"))
    assert "    dx = dy @ w.T\n" in text
    checked = subprocess.run(
        [sys.executable, "-m", "whygrad", "check", str(path)], capture_output=True, text=True, timeout=120
    )
    assert checked.returncode == 0, checked.stdout


def test_a_cache_that_lacks_something_is_told_what(tmp_path: Path) -> None:
    path = tmp_path / "layers.py"
    path.write_text(LAYERS.replace("cache = (x, w, b)", "cache = (x, b)"))
    found = derive(str(path), "--into")
    assert found.returncode == 2
    assert "the cache of affine_forward lacks w" in found.stderr


def test_the_section_of_a_script_is_filled_in_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "neuron.py"
    path.write_text(SEED + "\n# backward\n\nprint(activation)\n")
    derive(str(path), "--into")
    text = path.read_text()
    assert text.startswith(SEED + "\n# backward\n")
    assert text.endswith("\n\nprint(activation)\n")
    assert "grad_x = [w[0] * grad_product, w[1] * grad_product]\n" in text


def test_lines_are_left_as_exercises(tmp_path: Path) -> None:
    path = tmp_path / "neuron.py"
    path.write_text(SEED)
    text = derive(str(path), "--teach", "2").stdout
    assert text.count("= ...  # exercise") == 2
    assert "grad_w = [x[0]" in text


POSTED = """\
w = [2,-3,-3]
x = [-1, -2]

product = [w[0]*x[0]+w[1]*x[1]+w[2]]
activation = 1 / 1 + math.exp(-product)

grad_product = (1 - activation) * activation
"""


def test_a_script_that_does_not_run_is_read_as_check_repairs_it(tmp_path: Path) -> None:
    path = tmp_path / "posted.py"
    path.write_text(POSTED)
    text = derive(str(path)).stdout
    assert "is read as `whygrad check" in text.splitlines()[0]
    assert "grad_product = (1 - activation) * activation" in text
    assert "grad_x = [w[0] * grad_product, w[1] * grad_product]" in text


def twice(x):  # type: ignore[no-untyped-def]
    return np.sin(x) * x


def test_what_is_derived_can_be_derived_again(tmp_path: Path) -> None:
    path = tmp_path / "second.py"
    path.write_text("import numpy as np\n\n\n" + wg.derive(twice, 0.7))
    second = derive(str(path), "--function", "grad_twice", "--input", "x=0.7")
    namespace: dict[str, object] = {"np": np}
    exec(second.stdout, namespace)
    grad: object = namespace["grad2_grad_twice"]
    h = 1e-4
    f = lambda x: np.sin(x) * x
    assert grad(0.7) == pytest.approx((f(0.7 + h) - 2 * f(0.7) + f(0.7 - h)) / h**2, rel=1e-6)  # type: ignore[operator]


def test_inputs_that_nobody_gave_are_found_and_said(tmp_path: Path) -> None:
    path = tmp_path / "layer.py"
    path.write_text("import numpy as np\ndef loss(x, w, b):\n    return np.sum(np.tanh(x @ w + b))\n")
    done = derive(str(path))
    first, *rest = done.stdout.splitlines()
    assert first.startswith("# example inputs that were found: x = randn(") and "w = randn(" in first
    assert "grad_w" in "\n".join(rest)


def test_entries_of_a_dictionary_are_kept_where_a_loop_over_others_follows(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "import numpy as np\n"
        "def loss(params, x):\n"
        "    h = x\n"
        "    for l in range(1, 3):\n"
        '        h = np.tanh(h @ params[f"W{l}"])\n'
        '    return np.sum(h @ params["W3"])\n'
    )
    given = "params={'W1': randn(3, 4), 'W2': randn(4, 5), 'W3': randn(5, 2)}"
    text = derive(
        str(path), "--input", given, "--input", "x=randn(6, 3)"
    ).stdout  # checked before it is shown
    assert 'grad_params["W3"] =' in text
