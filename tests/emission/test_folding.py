"""Cotangents in the form in which they are read; factors outside of sums; small arrays before large ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.emission.test_golden import module_of

import whygrad as wg

FUNCTIONS = """
import numpy as np


def rows(x, W):
    N, D = x.shape
    h = (x @ W).reshape(N, D, 1).transpose(1, 0, 2)
    return np.sum(np.sin(h))


def read_twice(x, W):
    N, D = x.shape
    h = (x @ W).reshape(N, D, 1).transpose(1, 0, 2)
    e = np.exp(h)
    return np.sum(np.cos(e) * h)


def scaled(x, W, d):
    q = x @ W / np.sqrt(d)
    e = np.tanh(q)
    return np.sum(e * e)


def standardised(x, s, w):
    y = x / s
    return np.sum(np.tanh(y) * w)


def per_row(x, s):
    y = x / s[:, None]
    return np.sum(np.tanh(y))
"""
draw = np.random.default_rng(0).normal


def derived(tmp_path: Path, name: str, *args: object) -> str:
    path = tmp_path / "functions.py"
    path.write_text(FUNCTIONS)
    return wg.derive(getattr(module_of(path), name), *args)


def test_a_cotangent_that_is_only_reshaped_is_given_in_that_shape(tmp_path: Path) -> None:
    text = derived(tmp_path, "rows", draw(size=(3, 2)), draw(size=(2, 2)))
    assert "grad_h_flat = np.cos(h).transpose(1, 0, 2).reshape(N, D)\n" in text
    assert "grad_h = " not in text


def test_a_cotangent_that_is_added_to_keeps_its_line(tmp_path: Path) -> None:
    text = derived(tmp_path, "read_twice", draw(size=(3, 2)), draw(size=(2, 2)))
    assert "grad_h += " in text
    assert "grad_h_flat = grad_h.transpose(1, 0, 2).reshape(" in text


def test_a_constant_factor_is_undone_where_the_cotangent_is_given(tmp_path: Path) -> None:
    text = derived(tmp_path, "scaled", draw(size=(3, 2)), draw(size=(2, 2)), 4.0)
    assert "grad_q = " in text  # d is a variable too, and reads grad_q
    text = derived(tmp_path, "scaled", draw(size=(3, 2)), draw(size=(2, 2)), 4)
    assert "grad_product = grad_e * (1 - e**2) / np.sqrt(d)\n" in text


def test_what_all_terms_of_a_sum_share_stands_outside(tmp_path: Path) -> None:
    text = derived(tmp_path, "standardised", draw(size=(3, 2)), np.array([1.5, 2.5]), draw(size=2))
    assert "grad_s = -np.sum(grad_y * y, axis=0) / s" in text


def test_a_factor_of_each_row_stays_within_a_sum_that_would_leave_it_no_axis(tmp_path: Path) -> None:
    text = derived(tmp_path, "per_row", draw(size=(3, 2)), np.array([1.5, 2.5, 2.0]))
    assert "grad_s = " in text  # derived and compared at other shapes, too


def test_common_factors_of_two_terms_stand_before_them(tmp_path: Path) -> None:
    path = tmp_path / "gated.py"
    path.write_text(
        "import numpy as np\n\n\ndef gated(z, n, h, s):\n    return (1 - z) * n / s + z * h / s\n"
        "\n\ndef decay(x, r):\n    return np.exp(-r * x) / x\n"
    )
    text = wg.derive(module_of(path).gated, 0.3, 1.5, 0.7, 2.0)
    assert "grad_z = (h - n) / s" in text
    text = wg.derive(module_of(path).decay, 1.5, 2.0)
    assert "grad_x = -grad_product / x - grad_product * r" in text  # no `(1 / x + r)`


CHOICES = """
import numpy as np


def elu(x, a):
    return np.sum(np.where(x > 0, x, a * (np.exp(x) - 1)))


def huber(r, d):
    return np.mean(np.where(np.abs(r) <= d, 0.5 * r**2, d * (np.abs(r) - 0.5 * d)))


def pinball(y, p, q):
    e = y - p
    return np.mean(np.where(e >= 0, q * e, (q - 1) * e))


def leaky(x, a=0.1):
    return 3 * (x if x > 0 else a * x) + x**2
"""


def test_a_choice_stays_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "choices.py"
    path.write_text(CHOICES)
    module = module_of(path)
    x = draw(size=5)
    assert "grad_x = np.where(x > 0, 1, a * exp)" in wg.derive(module.elu, x, 1.2)
    assert "grad_e = np.where(e >= 0, q / len(e), (q - 1) / len(e))" in wg.derive(
        module.pinball, x, x * 2, 0.3
    )
    assert "grad_r = np.where(" in wg.derive(module.huber, x, 0.7)
    text = wg.derive(module.leaky, 1.5)
    assert "np.where(x > 0, 3, 3 * a)" in text or "np.where(x > 0, 1, a)" in text


PRODUCTS = """
import numpy as np


def form(w, A):
    return 0.5 * w @ A @ w


def scaled(z, s):
    y = z / np.exp(s)
    return np.sum(np.tanh(y))


def halves(z):
    n = -0.5 * np.sum(z**2, axis=1)
    return np.sum(np.tanh(n))
"""


def test_products_are_written_as_a_hand_does(tmp_path: Path) -> None:
    path = tmp_path / "products.py"
    path.write_text(PRODUCTS)
    module = module_of(path)
    assert "grad_A = 0.5 * np.outer(w, w)" in wg.derive(module.form, draw(size=3), draw(size=(3, 3)))
    assert "grad_s = -np.sum(grad_y * y)\n" in wg.derive(module.scaled, draw(size=3), 0.3)
    assert "grad_z = -grad_n[:, None] * z" in wg.derive(module.halves, draw(size=(3, 2)))
